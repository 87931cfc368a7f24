-- +goose Up
-- Reports and categories of documents that are open to an integration. What
-- there was before names none.
ALTER TABLE custom_integrations ADD COLUMN report_ids TEXT NOT NULL DEFAULT '[]';
ALTER TABLE custom_integrations ADD COLUMN document_category_ids TEXT NOT NULL DEFAULT '[]';
