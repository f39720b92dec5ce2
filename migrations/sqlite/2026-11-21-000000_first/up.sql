-- Ids are text with a prefix, times are epoch milliseconds, sealed columns are ciphertext of the vault.
-- Every table of a tenant carries agency_id. migrations/postgres has the same tables with row-level security.

CREATE TABLE agencies (
    id TEXT NOT NULL PRIMARY KEY,
    name_sealed BLOB NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT REFERENCES agencies (id),
    role TEXT NOT NULL CHECK (role IN ('owner', 'member', 'admin')),
    email_digest BLOB NOT NULL UNIQUE,
    email_sealed BLOB NOT NULL,
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    disabled_at BIGINT,
    CHECK ((role = 'admin') = (agency_id IS NULL))
);
CREATE INDEX users_of_agency ON users (agency_id, id);

-- Counts by digest of the e-mail, not by user: an unknown address is counted like a known one.
CREATE TABLE sign_in_attempts (
    email_digest BLOB NOT NULL PRIMARY KEY,
    attempt_count INTEGER NOT NULL,
    window_start BIGINT NOT NULL
);
CREATE INDEX sign_in_attempts_by_age ON sign_in_attempts (window_start);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    agency_id TEXT REFERENCES agencies (id),
    token_hash BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id, id);

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    label_sealed BLOB NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL UNIQUE,
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
    reference_sealed BLOB,
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
    nonce BLOB NOT NULL,
    wrapped BLOB NOT NULL
);

CREATE TABLE receipts (
    id TEXT NOT NULL PRIMARY KEY,
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    analysis_id TEXT NOT NULL UNIQUE REFERENCES analyses (id),
    report_id TEXT UNIQUE REFERENCES reports (id),
    body TEXT NOT NULL,
    kid TEXT NOT NULL,
    signature BLOB NOT NULL,
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
    url_sealed BLOB NOT NULL,
    secret_sealed BLOB NOT NULL,
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
    response_excerpt_sealed BLOB,
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
