-- Endpoints: two live secrets, headers of the customer's own, why one is not active, and how it fares. Deliveries: their end,
-- so that what waits for a receiver that never comes back ends by one statement, and why they ended.
ALTER TABLE webhook_endpoints ADD COLUMN secret_generation INTEGER NOT NULL DEFAULT 1;
ALTER TABLE webhook_endpoints ADD COLUMN previous_secret_sealed BLOB;
ALTER TABLE webhook_endpoints ADD COLUMN previous_ends_at BIGINT;
ALTER TABLE webhook_endpoints ADD COLUMN headers_sealed BLOB;
ALTER TABLE webhook_endpoints ADD COLUMN description_sealed BLOB;
ALTER TABLE webhook_endpoints ADD COLUMN status_reason TEXT;
ALTER TABLE webhook_endpoints ADD COLUMN disabled_at BIGINT;
ALTER TABLE webhook_endpoints ADD COLUMN failing_since BIGINT;
ALTER TABLE webhook_endpoints ADD COLUMN failure_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook_endpoints ADD COLUMN breaker_trips INTEGER NOT NULL DEFAULT 0;
ALTER TABLE webhook_endpoints ADD COLUMN not_before BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN not_after BIGINT NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN end_reason TEXT;
-- Asked for by a person: what comes of it says nothing about the endpoint's health.
ALTER TABLE deliveries ADD COLUMN manual BOOLEAN NOT NULL DEFAULT FALSE;
-- The generations of the secrets that signed it, newest first.
ALTER TABLE attempts ADD COLUMN signed_by TEXT;
UPDATE deliveries SET not_after = (SELECT events.not_after FROM events WHERE events.id = deliveries.event_id);
UPDATE webhook_endpoints SET status_reason = 'key_revoked' WHERE status = 'paused';
UPDATE webhook_endpoints SET status_reason = 'receiver' WHERE status = 'gone';
-- The head of each endpoint's queue, and what is under way there, without reading the queue.
CREATE INDEX deliveries_waiting ON deliveries (endpoint_id, next_attempt_at, id) WHERE state = 'pending';
CREATE INDEX deliveries_under_way ON deliveries (endpoint_id, lease_until) WHERE lease_owner IS NOT NULL;
CREATE INDEX deliveries_ending ON deliveries (not_after) WHERE state = 'pending';
CREATE INDEX webhook_endpoints_overlapping ON webhook_endpoints (previous_ends_at) WHERE previous_ends_at IS NOT NULL;
DROP INDEX deliveries_due;
