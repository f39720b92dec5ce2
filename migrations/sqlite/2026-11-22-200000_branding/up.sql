-- How an agency's reports look (name, logo, color, paper), sealed; none for the product's own look.
ALTER TABLE agencies ADD COLUMN branding_sealed BLOB;
