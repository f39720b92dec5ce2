-- Analyses that take photos one at a time, what was measured of them so far, and requests that may be sent twice.
-- migrations/sqlite has the same tables; the policies are at the end.

-- From its opening to its outcome. The wrapped key opens the partial results: deleting the row is their deletion.
CREATE TABLE open_analyses (
    analysis_id TEXT NOT NULL PRIMARY KEY REFERENCES analyses (id),
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    open_until BIGINT NOT NULL,
    kid TEXT NOT NULL,
    nonce BYTEA NOT NULL,
    wrapped BYTEA NOT NULL
);
CREATE INDEX open_analyses_overdue ON open_analyses (open_until);
CREATE INDEX open_analyses_of_agency ON open_analyses (agency_id, analysis_id);

-- One photo put by itself. The object is named here before it is stored and forgotten after it is deleted; lease_until is
-- empty once the photo is measured, and in the past if it was lost with its node.
CREATE TABLE partials (
    analysis_id TEXT NOT NULL REFERENCES analyses (id),
    number INTEGER NOT NULL CHECK (number > 0),
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    content_digest BYTEA NOT NULL,
    object TEXT NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_until BIGINT,
    fence BIGINT NOT NULL,
    PRIMARY KEY (analysis_id, number)
);
CREATE UNIQUE INDEX partials_by_object ON partials (object);
CREATE INDEX partials_leased ON partials (lease_owner) WHERE lease_until IS NOT NULL;

-- What a key of the client's own choice was used for. Digests are keyed; rows live for a day.
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

ALTER TABLE open_analyses ENABLE ROW LEVEL SECURITY;
ALTER TABLE open_analyses FORCE ROW LEVEL SECURITY;
ALTER TABLE partials ENABLE ROW LEVEL SECURITY;
ALTER TABLE partials FORCE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;

CREATE POLICY open_analyses_of_worker ON open_analyses TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY partials_of_worker ON partials TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY idempotency_keys_of_worker ON idempotency_keys TO ps_worker USING (true) WITH CHECK (true);

CREATE POLICY open_analyses_of_agency ON open_analyses TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY partials_of_agency ON partials TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY idempotency_keys_of_agency ON idempotency_keys TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));

GRANT SELECT, INSERT, UPDATE, DELETE ON open_analyses, partials, idempotency_keys TO ps_worker;
GRANT SELECT, INSERT ON open_analyses TO ps_app;
GRANT SELECT, INSERT, UPDATE ON partials TO ps_app;
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO ps_app;
GRANT SELECT ON open_analyses, partials, idempotency_keys TO ps_ro;
-- An agency counts its photos and submits; outcomes are the worker's.
GRANT UPDATE (photo_count, state, lease_owner, lease_until, fence) ON analyses TO ps_app;
GRANT UPDATE (size_bytes, state, problem) ON photos TO ps_app;
