-- +goose Up
-- The gateways that run on this database: they share what Personio allows.
CREATE TABLE replicas (
    id      TEXT PRIMARY KEY,
    seen_at BIGINT NOT NULL
);
