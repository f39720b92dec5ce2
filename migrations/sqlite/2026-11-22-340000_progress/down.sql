DROP INDEX receipts_of_agency;
DROP INDEX analyses_of_reference;
ALTER TABLE analyses DROP COLUMN reference_digest;
DROP TABLE progress;
