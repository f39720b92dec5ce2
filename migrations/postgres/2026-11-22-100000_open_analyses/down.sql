REVOKE UPDATE (size_bytes, state, problem) ON photos FROM ps_app;
REVOKE UPDATE (photo_count, state, lease_owner, lease_until, fence) ON analyses FROM ps_app;
DROP TABLE idempotency_keys;
DROP TABLE partials;
DROP TABLE open_analyses;
