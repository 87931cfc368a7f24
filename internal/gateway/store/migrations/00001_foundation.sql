-- Times are microseconds since 1970 in UTC, lists are JSON arrays: the same
-- statements serve SQLite and PostgreSQL.

-- +goose Up
CREATE TABLE settings (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE management_credentials (
    id                         TEXT PRIMARY KEY,
    name                       TEXT NOT NULL,
    client_id                  TEXT NOT NULL UNIQUE,
    scopes                     TEXT NOT NULL,
    secret_id                  TEXT NOT NULL,
    secret_hash                TEXT NOT NULL,
    previous_secret_id         TEXT,
    previous_secret_hash       TEXT,
    previous_secret_expires_at BIGINT,
    created_at                 BIGINT NOT NULL,
    last_used_at               BIGINT
);

CREATE TABLE custom_integrations (
    id                  TEXT PRIMARY KEY,
    name                TEXT NOT NULL UNIQUE,
    description         TEXT NOT NULL,
    enabled             BOOLEAN NOT NULL,
    scopes              TEXT NOT NULL,
    readable_attributes TEXT NOT NULL,
    writable_attributes TEXT NOT NULL,
    all_attributes      BOOLEAN NOT NULL,
    revision            BIGINT NOT NULL,
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL,
    -- When its first credential was made, and its first token issued: both are
    -- history that outlives the credentials.
    credential_issued_at BIGINT,
    connected_at         BIGINT,
    last_used_at         BIGINT
);

CREATE TABLE api_credentials (
    id                         TEXT PRIMARY KEY,
    custom_integration_id      TEXT NOT NULL REFERENCES custom_integrations (id),
    name                       TEXT NOT NULL,
    kind                       TEXT NOT NULL,
    enabled                    BOOLEAN NOT NULL,
    client_id                  TEXT NOT NULL UNIQUE,
    expires_at                 BIGINT,
    secret_id                  TEXT NOT NULL,
    secret_hash                TEXT NOT NULL,
    secret_created_at          BIGINT NOT NULL,
    previous_secret_id         TEXT,
    previous_secret_hash       TEXT,
    previous_secret_expires_at BIGINT,
    revision                   BIGINT NOT NULL,
    created_at                 BIGINT NOT NULL,
    updated_at                 BIGINT NOT NULL,
    last_used_at               BIGINT
);
CREATE INDEX api_credentials_by_integration ON api_credentials (custom_integration_id);

-- A token belongs to exactly one credential and dies with it, or with the secret
-- it was issued from.
CREATE TABLE access_tokens (
    hash                     TEXT PRIMARY KEY,
    api_credential_id        TEXT REFERENCES api_credentials (id) ON DELETE CASCADE,
    management_credential_id TEXT REFERENCES management_credentials (id) ON DELETE CASCADE,
    secret_id                TEXT NOT NULL,
    scopes                   TEXT NOT NULL,
    created_at               BIGINT NOT NULL,
    expires_at               BIGINT NOT NULL
);
CREATE INDEX access_tokens_by_credential ON access_tokens (api_credential_id);
CREATE INDEX access_tokens_by_management_credential ON access_tokens (management_credential_id);
CREATE INDEX access_tokens_by_expiry ON access_tokens (expires_at);

-- The first answer to a POST with an Idempotency-Key, encrypted, for 24 hours.
CREATE TABLE idempotency_keys (
    caller       TEXT NOT NULL,
    key          TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    object_id    TEXT NOT NULL,
    answer       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    PRIMARY KEY (caller, key)
);
CREATE INDEX idempotency_keys_by_object ON idempotency_keys (object_id);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
