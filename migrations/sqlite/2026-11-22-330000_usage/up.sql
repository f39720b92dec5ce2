-- Requests that may be sent twice, of programs and of people alike; what an agency used, by day; what it may use.
-- migrations/postgres has the same tables with row-level security.

-- What a key of the client's own choice was used for, whatever was asked. Digests are keyed; rows live for a day, so those of
-- the old form are not carried over. owner_id is an API key or a person.
DROP TABLE idempotency_keys;
CREATE TABLE idempotency_keys (
    owner_id TEXT NOT NULL,
    key_digest BLOB NOT NULL,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    fingerprint BLOB NOT NULL,
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
