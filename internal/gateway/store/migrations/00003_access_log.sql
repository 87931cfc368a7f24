-- +goose Up
-- Who read or wrote people, and when: one row a call, no values. It outlives the
-- credentials and integrations that it names.
CREATE TABLE access_log (
    id                    TEXT PRIMARY KEY,
    at                    BIGINT NOT NULL,
    credential_id         TEXT NOT NULL,
    custom_integration_id TEXT NOT NULL,
    endpoint              TEXT NOT NULL,
    status                BIGINT NOT NULL,
    people                BIGINT NOT NULL
);
CREATE INDEX access_log_by_time ON access_log (at);
CREATE INDEX access_log_by_credential ON access_log (credential_id, id);
CREATE INDEX access_log_by_integration ON access_log (custom_integration_id, id);
