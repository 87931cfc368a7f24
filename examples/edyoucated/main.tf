# edyoucated: a learning platform whose users and teams follow Personio.
#
# Which way it goes: its own connection to Personio takes a client id and secret
# and no URL, so that one keeps a credential made in Personio's screens. Here the
# gateway does the same work and pushes people over SCIM instead: internal people
# always, external ones by choice, the job title optional, teams by department,
# by supervisor or both, every day at 04:00 UTC, paused on failure.

terraform {
  required_providers {
    personio = {
      source = "personio-community/personio"
    }
  }
}

# Takes PERSONIO_BASE_URL, PERSONIO_CLIENT_ID and PERSONIO_CLIENT_SECRET from the
# environment. The base URL is that of a gateway.
provider "personio" {}

variable "scim_url" {
  description = "Base URL of the platform's SCIM 2.0 endpoint."
  type        = string
}

variable "scim_token" {
  description = "Its bearer token. It goes to the gateway, and into no state."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "external_users" {
  description = "Whether external people get an account as well."
  type        = bool
  default     = false
}

variable "job_title" {
  description = "Whether the job title is synced."
  type        = bool
  default     = true
}

variable "teams" {
  description = "What teams are made from: attribute to the name of the team."
  type        = map(string)
  default = {
    department = "'Abteilung ' + department"
    supervisor = "supervisor.first_name + ' ' + supervisor.last_name + 's Team'"
  }
}

locals {
  # What the platform needs, and what is read only for what was chosen.
  required_attributes = ["first_name", "last_name", "email", "status", "employment_type"]
  optional_attributes = concat(keys(var.teams), var.job_title ? ["position"] : [])
}

resource "personio_custom_integration" "edyoucated" {
  name                = "edyoucated"
  description         = "Learning platform"
  scopes              = ["personio:persons:read"]
  readable_attributes = concat(local.required_attributes, local.optional_attributes)
}

# Tested when it is made, before the first person is touched.
resource "personio_sync_target" "edyoucated" {
  name = "edyoucated"
  scim = {
    url              = var.scim_url
    token_wo         = var.scim_token
    token_wo_version = 1
  }
}

resource "personio_sync_rule" "edyoucated" {
  name                  = "Employees to edyoucated"
  custom_integration_id = personio_custom_integration.edyoucated.id
  sync_target_id        = personio_sync_target.edyoucated.id
  active                = true

  filter = join(" && ", concat(
    ["status in ['active', 'onboarding', 'leave']", "email != null"],
    var.external_users ? [] : ["employment_type == 'internal'"],
  ))
  match = { employee = "email", account = "userName" }

  attribute_mapping = merge(
    {
      "name.givenName"    = "first_name"
      "name.familyName"   = "last_name"
      "preferredLanguage" = "'de'"
    },
    var.job_title ? { "title" = "position" } : {},
  )

  group_mapping = { for attribute, name in var.teams : attribute => { name = name } }

  schedule   = { cron = "0 4 * * *", time_zone = "UTC" }
  on_failure = "pause"
}

data "personio_sync_status" "edyoucated" {
  sync_rule_id = personio_sync_rule.edyoucated.id
}

output "sync_status" {
  value = {
    state    = data.personio_sync_status.edyoucated.state
    last_run = data.personio_sync_status.edyoucated.last_run
  }
}
