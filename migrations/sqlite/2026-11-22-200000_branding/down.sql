ALTER TABLE agencies DROP COLUMN branding_sealed;
