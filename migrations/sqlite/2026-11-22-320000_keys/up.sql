-- API keys: test keys, networks they may be used from, who made them, and the key they had before they were rolled.
-- migrations/postgres has the same columns.
ALTER TABLE api_keys ADD COLUMN is_test BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE api_keys ADD COLUMN networks_sealed BLOB;
ALTER TABLE api_keys ADD COLUMN created_by_key TEXT;
ALTER TABLE api_keys ADD COLUMN previous_hash BLOB;
ALTER TABLE api_keys ADD COLUMN previous_ends_at BIGINT;
CREATE UNIQUE INDEX api_keys_by_previous_hash ON api_keys (previous_hash);
CREATE INDEX api_keys_of_key ON api_keys (created_by_key, created_at) WHERE created_by_key IS NOT NULL;

-- Made with a test key: the report says so on every page, and nothing of it is counted.
ALTER TABLE analyses ADD COLUMN is_test BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX analyses_of_key ON analyses (api_key_id, created_at);

-- The key that asked for the deletion; none of the web, of an end by time, or of an older row.
ALTER TABLE receipts ADD COLUMN requested_by_key TEXT;
CREATE INDEX receipts_of_key ON receipts (requested_by_key, created_at) WHERE requested_by_key IS NOT NULL;
