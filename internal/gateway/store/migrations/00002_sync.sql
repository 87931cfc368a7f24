-- +goose Up
CREATE TABLE sync_targets (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    -- The SCIM service provider without its secret, and the secret, encrypted.
    scim       TEXT NOT NULL,
    secret     TEXT NOT NULL,
    revision   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE sync_rules (
    id                    TEXT PRIMARY KEY,
    name                  TEXT NOT NULL UNIQUE,
    custom_integration_id TEXT NOT NULL REFERENCES custom_integrations (id),
    sync_target_id        TEXT NOT NULL REFERENCES sync_targets (id),
    active                BOOLEAN NOT NULL,
    -- The rest of the configuration as the API has it.
    config                TEXT NOT NULL,
    revision              BIGINT NOT NULL,
    created_at            BIGINT NOT NULL,
    updated_at            BIGINT NOT NULL,
    paused_at             BIGINT,
    paused_reason         TEXT NOT NULL DEFAULT '',
    consecutive_failures  BIGINT NOT NULL DEFAULT 0,
    next_run_at           BIGINT
);
CREATE INDEX sync_rules_by_integration ON sync_rules (custom_integration_id);
CREATE INDEX sync_rules_by_target ON sync_rules (sync_target_id);
CREATE INDEX sync_rules_by_next_run ON sync_rules (next_run_at);

CREATE TABLE sync_runs (
    id           TEXT PRIMARY KEY,
    sync_rule_id TEXT NOT NULL REFERENCES sync_rules (id) ON DELETE CASCADE,
    -- The rule's target when the run was queued. The run outlives it.
    sync_target_id TEXT NOT NULL,
    status       TEXT NOT NULL,
    started_by   TEXT NOT NULL,
    queued_at    BIGINT NOT NULL,
    started_at   BIGINT,
    ended_at     BIGINT,
    -- When its worker was last seen working.
    seen_at      BIGINT NOT NULL,
    error        TEXT NOT NULL DEFAULT '',
    counts       TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX sync_runs_by_rule ON sync_runs (sync_rule_id, id);
-- A rule has one run at a time, whoever asks for it.
CREATE UNIQUE INDEX sync_runs_one_open ON sync_runs (sync_rule_id) WHERE status IN ('QUEUED', 'RUNNING');
-- So has a target: two runs would each work from links that the other changes.
CREATE UNIQUE INDEX sync_runs_one_running ON sync_runs (sync_target_id) WHERE status = 'RUNNING';

CREATE TABLE sync_run_items (
    id          TEXT PRIMARY KEY,
    sync_run_id TEXT NOT NULL REFERENCES sync_runs (id) ON DELETE CASCADE,
    employee_id TEXT NOT NULL,
    group_name  TEXT NOT NULL,
    operation   TEXT NOT NULL,
    status      TEXT NOT NULL,
    message     TEXT NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX sync_run_items_by_run ON sync_run_items (sync_run_id, id);

-- Who owns an account or group on a target. The links of a rule that is gone
-- stay, without owner, for a rule that takes them over.
CREATE TABLE sync_links (
    sync_target_id TEXT NOT NULL REFERENCES sync_targets (id) ON DELETE CASCADE,
    employee_id    TEXT NOT NULL,
    account_id     TEXT NOT NULL,
    sync_rule_id   TEXT REFERENCES sync_rules (id) ON DELETE SET NULL,
    origin         TEXT NOT NULL,
    created_at     BIGINT NOT NULL,
    PRIMARY KEY (sync_target_id, employee_id),
    UNIQUE (sync_target_id, account_id)
);
CREATE INDEX sync_links_by_rule ON sync_links (sync_rule_id);

CREATE TABLE sync_group_links (
    sync_target_id TEXT NOT NULL REFERENCES sync_targets (id) ON DELETE CASCADE,
    group_id       TEXT NOT NULL,
    name           TEXT NOT NULL,
    mapping_key    TEXT NOT NULL,
    sync_rule_id   TEXT REFERENCES sync_rules (id) ON DELETE SET NULL,
    PRIMARY KEY (sync_target_id, group_id),
    UNIQUE (sync_target_id, name)
);
CREATE INDEX sync_group_links_by_rule ON sync_group_links (sync_rule_id);
