DROP TABLE quota_windows;
DROP TABLE usage_days;
DROP TABLE idempotency_keys;
CREATE TABLE idempotency_keys (
    api_key_id TEXT NOT NULL REFERENCES api_keys (id),
    operation TEXT NOT NULL,
    key_digest BYTEA NOT NULL,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    fingerprint BYTEA NOT NULL,
    resource_id TEXT NOT NULL,
    released BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (api_key_id, operation, key_digest)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_of_resource ON idempotency_keys (resource_id);
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_keys_of_worker ON idempotency_keys TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY idempotency_keys_of_agency ON idempotency_keys TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO ps_worker;
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO ps_app;
GRANT SELECT ON idempotency_keys TO ps_ro;
