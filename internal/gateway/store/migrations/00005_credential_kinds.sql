-- +goose Up
-- The client id that goes with the previous secret, if the last rotation replaced
-- it. A credential of the kind recruiting has no client id: the column client_id
-- holds its own id.
ALTER TABLE api_credentials ADD COLUMN previous_client_id TEXT;
CREATE INDEX api_credentials_by_previous_client_id ON api_credentials (previous_client_id);

-- A static token alone tells whose it is.
CREATE UNIQUE INDEX api_credentials_by_token ON api_credentials (secret_hash) WHERE kind = 'recruiting';
CREATE INDEX api_credentials_by_previous_token ON api_credentials (previous_secret_hash) WHERE kind = 'recruiting';

-- Counts of the calls since a time.
CREATE INDEX access_log_by_credential_and_time ON access_log (credential_id, at);
