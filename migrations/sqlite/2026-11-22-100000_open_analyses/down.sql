DROP TABLE idempotency_keys;
DROP TABLE partials;
DROP TABLE open_analyses;
