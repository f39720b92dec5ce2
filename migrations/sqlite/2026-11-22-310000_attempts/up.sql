-- Attempts: what is needed to verify one once more. Deliveries: where a schedule begun anew starts counting. Events: the feed of a key.
ALTER TABLE attempts ADD COLUMN webhook_timestamp BIGINT;
ALTER TABLE attempts ADD COLUMN signatures TEXT;
ALTER TABLE attempts ADD COLUMN header_names TEXT;
ALTER TABLE attempts ADD COLUMN manual BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE deliveries ADD COLUMN schedule_start INTEGER NOT NULL DEFAULT 0;
CREATE INDEX events_of_key ON events (api_key_id, id);
