-- Requests that may be sent twice, of programs and of people alike; what an agency used, by day; what it may use.
-- migrations/sqlite has the same tables; the policies are at the end.

-- What a key of the client's own choice was used for, whatever was asked. Digests are keyed; rows live for a day, so those of
-- the old form are not carried over. owner_id is an API key or a person.
DROP TABLE idempotency_keys;
CREATE TABLE idempotency_keys (
    owner_id TEXT NOT NULL,
    key_digest BYTEA NOT NULL,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    fingerprint BYTEA NOT NULL,
    resource_id TEXT NOT NULL,
    outcome TEXT,
    released BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (owner_id, key_digest)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_of_resource ON idempotency_keys (resource_id);

-- Counts of a day in UTC (its first millisecond); origin_id is the API key or the person, product is empty for what has none.
CREATE TABLE usage_days (
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    day BIGINT NOT NULL,
    origin_id TEXT NOT NULL,
    product TEXT NOT NULL,
    analyses BIGINT NOT NULL,
    photos BIGINT NOT NULL,
    received_bytes BIGINT NOT NULL,
    reports BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    PRIMARY KEY (agency_id, day, origin_id, product)
);
CREATE INDEX usage_days_by_age ON usage_days (day);

-- One row for each policy of each agency: what was taken in the window that began then.
CREATE TABLE quota_windows (
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    policy TEXT NOT NULL,
    window_start BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    PRIMARY KEY (agency_id, policy)
);

ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE usage_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE usage_days FORCE ROW LEVEL SECURITY;
ALTER TABLE quota_windows ENABLE ROW LEVEL SECURITY;
ALTER TABLE quota_windows FORCE ROW LEVEL SECURITY;

CREATE POLICY idempotency_keys_of_worker ON idempotency_keys TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY usage_days_of_worker ON usage_days TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY quota_windows_of_worker ON quota_windows TO ps_worker USING (true) WITH CHECK (true);

CREATE POLICY idempotency_keys_of_agency ON idempotency_keys TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY usage_days_of_agency ON usage_days TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY quota_windows_of_agency ON quota_windows TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));

GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys, usage_days, quota_windows TO ps_worker;
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO ps_app;
GRANT SELECT, INSERT, UPDATE ON usage_days, quota_windows TO ps_app;
GRANT SELECT ON idempotency_keys, usage_days, quota_windows TO ps_ro;
