DROP TABLE quota_windows;
DROP TABLE usage_days;
DROP TABLE idempotency_keys;
CREATE TABLE idempotency_keys (
    api_key_id TEXT NOT NULL REFERENCES api_keys (id),
    operation TEXT NOT NULL,
    key_digest BLOB NOT NULL,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    fingerprint BLOB NOT NULL,
    resource_id TEXT NOT NULL,
    released BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (api_key_id, operation, key_digest)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
CREATE INDEX idempotency_keys_of_resource ON idempotency_keys (resource_id);
