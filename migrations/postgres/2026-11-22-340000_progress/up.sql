-- What happened to an analysis, for whoever watches it on any node; a keyed digest to find analyses by the customer's reference.
-- migrations/sqlite has the same.

-- One step: a photo came or was measured, the whole was submitted, is rendered, has its outcome. The sequence is the event id of
-- the stream. Rows live for a day at most, and end with the analysis.
CREATE TABLE progress (
    analysis_id TEXT NOT NULL REFERENCES analyses (id),
    sequence INTEGER NOT NULL CHECK (sequence > 0),
    agency_id TEXT NOT NULL REFERENCES agencies (id),
    what TEXT NOT NULL,
    photo INTEGER,
    detail TEXT,
    occurred_at BIGINT NOT NULL,
    PRIMARY KEY (analysis_id, sequence)
);
CREATE INDEX progress_by_age ON progress (occurred_at);

ALTER TABLE analyses ADD COLUMN reference_digest BYTEA;
CREATE INDEX analyses_of_reference ON analyses (agency_id, reference_digest, id) WHERE reference_digest IS NOT NULL;
CREATE INDEX receipts_of_agency ON receipts (agency_id, id);

ALTER TABLE progress ENABLE ROW LEVEL SECURITY;
ALTER TABLE progress FORCE ROW LEVEL SECURITY;
CREATE POLICY progress_of_worker ON progress TO ps_worker USING (true) WITH CHECK (true);
CREATE POLICY progress_of_agency ON progress TO ps_app USING (agency_id = (SELECT ps_agency()))
    WITH CHECK (agency_id = (SELECT ps_agency()));
GRANT SELECT, INSERT, DELETE ON progress TO ps_worker;
GRANT SELECT, INSERT ON progress TO ps_app;
GRANT SELECT ON progress TO ps_ro;
