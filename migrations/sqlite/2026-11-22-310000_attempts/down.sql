DROP INDEX events_of_key;
ALTER TABLE deliveries DROP COLUMN schedule_start;
ALTER TABLE attempts DROP COLUMN manual;
ALTER TABLE attempts DROP COLUMN header_names;
ALTER TABLE attempts DROP COLUMN signatures;
ALTER TABLE attempts DROP COLUMN webhook_timestamp;
