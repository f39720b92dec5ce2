-- Ids are text with a prefix, times are epoch milliseconds, sealed columns are ciphertext of the vault.
-- Every table of a tenant carries agency_id. migrations/sqlite has the same tables; the policies are at the end.

CREATE TABLE agencies (
    id TEXT NOT NULL PRIMARY KEY,
    name_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT REFERENCES agencies (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'admin')),
    email_digest BYTEA NOT NULL UNIQUE,
    email_sealed BYTEA NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    CHECK ((role = 'admin') = (agency_id IS NULL))
);
CREATE INDEX users_of_agency ON users (agency_id, id);

-- Counts by digest of the e-mail, not by user: an unknown address is counted like a known one.
CREATE TABLE sign_in_attempts (
    email_digest BYTEA NOT NULL PRIMARY KEY,
    attempt_count INTEGER NOT NULL,
    window_start BIGINT NOT NULL
);
CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts (window_start);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    agency_id TEXT REFERENCES agencies (id),
    token_hash BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id, id);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    label_sealed BYTEA NOT NULL,
    prefix TEXT NOT NULL,
    hash BYTEA NOT NULL UNIQUE,
    scopes TEXT NOT NULL,
    created_by TEXT REFERENCES users (id),
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    expires_at BIGINT,
    revoked_at BIGINT
);
CREATE INDEX api_keys_of_agency ON api_keys (agency_id, id);

CREATE TABLE analyses (
    id TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    api_key_id TEXT REFERENCES api_keys (id),
    user_id TEXT REFERENCES users (id),
    product TEXT NOT NULL CHECK (product IN ('snapshot', 'portfolio', 'provenance')),
    previews BOOLEAN NOT NULL,
    reference_sealed BYTEA,
    photo_count INTEGER NOT NULL CHECK (photo_count >= 0),
    life_ms BIGINT NOT NULL CHECK (life_ms > 0),
    state TEXT NOT NULL CHECK (state IN ('open', 'processing', 'completed', 'failed')),
    failure_reason TEXT,
    retry_of TEXT,
    lease_owner TEXT,
    lease_until BIGINT,
    fence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    CHECK ((state = 'failed') = (failure_reason IS NOT NULL)),
    CHECK ((api_key_id IS NULL) <> (user_id IS NULL))
);
CREATE INDEX analyses_of_agency ON analyses (agency_id, id);
CREATE INDEX analyses_abandoned ON analyses (lease_until) WHERE state IN ('open', 'processing');

CREATE TABLE photos (
    analysis_id TEXT NOT NULL REFERENCES analyses (id),
    number INTEGER NOT NULL CHECK (number > 0),
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    size_bytes BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('received', 'measured', 'unusable')),
    problem TEXT,
    PRIMARY KEY (analysis_id, number)
);

CREATE TABLE reports (
    id TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    analysis_id TEXT NOT NULL UNIQUE REFERENCES analyses (id),
    life TEXT NOT NULL CHECK (life IN ('live', 'expired', 'deleted')),
    pdf_object TEXT NOT NULL,
    pdf_bytes BIGINT NOT NULL,
    result_object TEXT NOT NULL,
    result_bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    cause TEXT CHECK (cause IN ('expired', 'requested', 'account_deleted')),
    receipt_id TEXT,
    objects_deleted BOOLEAN NOT NULL,
    CHECK ((life = 'live') = (ended_at IS NULL)),
    CHECK ((life = 'live') = (cause IS NULL))
);
CREATE INDEX reports_ending ON reports (expires_at) WHERE life = 'live';
CREATE INDEX reports_with_objects_left ON reports (ended_at) WHERE life <> 'live' AND NOT objects_deleted;
CREATE UNIQUE INDEX reports_by_pdf_object ON reports (pdf_object);
CREATE UNIQUE INDEX reports_by_result_object ON reports (result_object);

-- The row is the report's life: deleting it is the deletion.
CREATE TABLE report_keys (
    report_id TEXT NOT NULL PRIMARY KEY REFERENCES reports (id),
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    kid TEXT NOT NULL,
    nonce BYTEA NOT NULL,
    wrapped BYTEA NOT NULL
);

CREATE TABLE receipts (
    id TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    analysis_id TEXT NOT NULL UNIQUE REFERENCES analyses (id),
    report_id TEXT UNIQUE REFERENCES reports (id),
    body TEXT NOT NULL,
    kid TEXT NOT NULL,
    signature BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE events (
    id TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    api_key_id TEXT REFERENCES api_keys (id),
    analysis_id TEXT REFERENCES analyses (id),
    kind TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    occurred_at BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    body TEXT,
    UNIQUE (analysis_id, sequence)
);
CREATE INDEX events_of_agency ON events (agency_id, id);

CREATE TABLE webhook_endpoints (
    id TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    api_key_id TEXT NOT NULL REFERENCES api_keys (id),
    url_sealed BYTEA NOT NULL,
    secret_sealed BYTEA NOT NULL,
    kinds TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'paused', 'gone', 'deleted')),
    created_at BIGINT NOT NULL
);
CREATE INDEX webhook_endpoints_of_key ON webhook_endpoints (api_key_id, id);
CREATE INDEX webhook_endpoints_of_agency ON webhook_endpoints (agency_id, id);

CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    event_id TEXT NOT NULL REFERENCES events (id),
    endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id),
    state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'exhausted', 'endpoint_gone', 'cancelled')),
    attempt_count INTEGER NOT NULL,
    next_attempt_at BIGINT,
    lease_owner TEXT,
    lease_until BIGINT,
    fence BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (event_id, endpoint_id),
    CHECK ((state = 'pending') = (next_attempt_at IS NOT NULL))
);
CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE state = 'pending';
CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint_id, id);

CREATE TABLE attempts (
    delivery_id TEXT NOT NULL REFERENCES deliveries (id),
    number INTEGER NOT NULL CHECK (number > 0),
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    started_at BIGINT NOT NULL,
    duration_ms BIGINT NOT NULL,
    status INTEGER,
    outcome TEXT NOT NULL,
    response_excerpt_sealed BYTEA,
    PRIMARY KEY (delivery_id, number)
);

CREATE TABLE job_occurrences (
    job TEXT NOT NULL,
    fired_for BIGINT NOT NULL,
    lease_owner TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    fence BIGINT NOT NULL,
    finished_at BIGINT,
    PRIMARY KEY (job, fired_for)
);

-- Rows are guarded by the engine too. Each transaction takes a role and says for whom it works:
--   SET LOCAL ROLE ps_app;    SELECT set_config('app.scope', 'agency', true), set_config('app.agency_id', 'ag_…', true);
--   SET LOCAL ROLE ps_worker; for workers and jobs, which see all tenants.
-- The login of the program is a member of both and NOINHERIT: before it has taken a role it sees no table at all.
-- FORCE binds the owner of the tables as well. Without a setting there are no rows, not an error: nullif turns the empty
-- text a setting has after its transaction into "unknown". The roles are made by migrations/postgres-roles.sql.

CREATE FUNCTION ps_scope() RETURNS TEXT LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('app.scope', true), '') $$;
CREATE FUNCTION ps_agency() RETURNS TEXT LANGUAGE sql STABLE
    AS $$ SELECT CASE WHEN ps_scope() = 'agency' THEN nullif(current_setting('app.agency_id', true), '') END $$;
CREATE FUNCTION ps_person() RETURNS TEXT LANGUAGE sql STABLE
    AS $$ SELECT CASE WHEN ps_scope() = 'person' THEN nullif(current_setting('app.user_id', true), '') END $$;

ALTER TABLE agencies ENABLE ROW LEVEL SECURITY;
ALTER TABLE agencies FORCE ROW LEVEL SECURITY;
ALTER TABLE sign_in_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_in_attempts FORCE ROW LEVEL SECURITY;
ALTER TABLE job_occurrences ENABLE ROW LEVEL SECURITY;
ALTER TABLE job_occurrences FORCE ROW LEVEL SECURITY;
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE analyses ENABLE ROW LEVEL SECURITY;
ALTER TABLE analyses FORCE ROW LEVEL SECURITY;
ALTER TABLE photos ENABLE ROW LEVEL SECURITY;
ALTER TABLE photos FORCE ROW LEVEL SECURITY;
ALTER TABLE reports ENABLE ROW LEVEL SECURITY;
ALTER TABLE reports FORCE ROW LEVEL SECURITY;
ALTER TABLE report_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE report_keys FORCE ROW LEVEL SECURITY;
ALTER TABLE receipts ENABLE ROW LEVEL SECURITY;
ALTER TABLE receipts FORCE ROW LEVEL SECURITY;
ALTER TABLE events ENABLE ROW LEVEL SECURITY;
ALTER TABLE events FORCE ROW LEVEL SECURITY;
ALTER TABLE webhook_endpoints ENABLE ROW LEVEL SECURITY;
ALTER TABLE webhook_endpoints FORCE ROW LEVEL SECURITY;
ALTER TABLE deliveries ENABLE ROW LEVEL SECURITY;
ALTER TABLE deliveries FORCE ROW LEVEL SECURITY;
ALTER TABLE attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE attempts FORCE ROW LEVEL SECURITY;

-- Workers and jobs: everything.
CREATE POLICY agencies_of_worker ON agencies TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY sign_in_attempts_of_worker ON sign_in_attempts TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY job_occurrences_of_worker ON job_occurrences TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY users_of_worker ON users TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY sessions_of_worker ON sessions TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY api_keys_of_worker ON api_keys TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY analyses_of_worker ON analyses TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY photos_of_worker ON photos TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY reports_of_worker ON reports TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY report_keys_of_worker ON report_keys TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY receipts_of_worker ON receipts TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY events_of_worker ON events TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY webhook_endpoints_of_worker ON webhook_endpoints TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY deliveries_of_worker ON deliveries TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY attempts_of_worker ON attempts TO ps_worker USING (true) WITH CHECK (true);

-- An agency: its own rows. The sub-select is worked out once a statement, so that the index on agency_id is used.
CREATE POLICY agencies_of_agency ON agencies FOR SELECT TO ps_app USING (id = (SELECT ps_agency()));
CREATE POLICY users_of_agency ON users FOR SELECT TO ps_app USING (agency_id = (SELECT ps_agency()));
CREATE POLICY api_keys_of_agency ON api_keys TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY analyses_of_agency ON analyses TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY photos_of_agency ON photos TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY reports_of_agency ON reports TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY report_keys_of_agency ON report_keys TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY receipts_of_agency ON receipts TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY events_of_agency ON events TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY webhook_endpoints_of_agency ON webhook_endpoints TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY deliveries_of_agency ON deliveries TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
CREATE POLICY attempts_of_agency ON attempts TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));

-- Whoever checks who somebody is: people, sessions, keys and the counting of attempts.
CREATE POLICY users_of_authenticator ON users FOR SELECT TO ps_app USING ((SELECT ps_scope()) = 'authenticator');
CREATE POLICY sessions_of_authenticator ON sessions TO ps_app USING ((SELECT ps_scope()) = 'authenticator')
    WITH CHECK ((SELECT ps_scope()) = 'authenticator');
CREATE POLICY api_keys_to_see_of_authenticator ON api_keys FOR SELECT TO ps_app USING ((SELECT ps_scope()) = 'authenticator');
CREATE POLICY api_keys_to_touch_of_authenticator ON api_keys FOR UPDATE TO ps_app USING ((SELECT ps_scope()) = 'authenticator')
    WITH CHECK ((SELECT ps_scope()) = 'authenticator');
CREATE POLICY sign_in_attempts_of_authenticator ON sign_in_attempts TO ps_app USING ((SELECT ps_scope()) = 'authenticator')
    WITH CHECK ((SELECT ps_scope()) = 'authenticator');

-- A person: themselves and their sessions.
CREATE POLICY users_of_person ON users FOR SELECT TO ps_app USING (id = (SELECT ps_person()));
CREATE POLICY sessions_to_see_of_person ON sessions FOR SELECT TO ps_app USING (user_id = (SELECT ps_person()));
CREATE POLICY sessions_to_end_of_person ON sessions FOR DELETE TO ps_app USING (user_id = (SELECT ps_person()));

-- Anybody: receipts, for whoever knows the id.
CREATE POLICY receipts_of_public ON receipts FOR SELECT TO ps_app USING ((SELECT ps_scope()) = 'public');

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ps_worker;
GRANT SELECT ON agencies, photos, reports, report_keys, receipts, attempts TO ps_app;
GRANT SELECT ON users TO ps_app;
GRANT SELECT, INSERT ON analyses, events TO ps_app;
GRANT INSERT ON photos TO ps_app;
GRANT SELECT, INSERT, UPDATE ON api_keys, webhook_endpoints, deliveries TO ps_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, sign_in_attempts TO ps_app;
-- ps_ro may look at every table and, having no policy, sees no tenant's row.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO ps_ro;
-- Tables of later migrations: the same for workers and ps_ro; what ps_app may do there each of them says itself.
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO ps_worker;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO ps_ro;
-- The program's own list of migrations has no tenants: a program that starts reads it before it takes a role.
REVOKE INSERT, UPDATE, DELETE ON __diesel_schema_migrations FROM ps_worker;
GRANT SELECT ON __diesel_schema_migrations TO PUBLIC;

-- Wrapped keys and bodies that were deleted are not to lie about in dead rows: vacuumed at the server's next round.
ALTER TABLE report_keys SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 0);
ALTER TABLE events SET (autovacuum_vacuum_scale_factor = 0.01);
