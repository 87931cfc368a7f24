# Several integrations side by side, their credentials, a sync of employees to a
# SCIM target, and what the gateway says about all of it. "make demo" applies this
# to a sandbox.

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
  description = "Base URL of the SCIM 2.0 service provider that gets the accounts."
  type        = string
}

variable "scim_token" {
  description = "Its bearer token. It goes to the gateway, and into no state."
  type        = string
  sensitive   = true
  ephemeral   = true
}

variable "run" {
  description = "Any new value runs the sync once more."
  type        = string
  default     = "1"
}

locals {
  integrations = {
    reporting = {
      name                = "Reporting"
      description         = "Nightly headcount export"
      readable_attributes = ["first_name", "last_name", "status", "department", "hire_date", "dynamic_4711"]
    }
    intranet = {
      name                = "Intranet"
      description         = "Who is who, and where to find them"
      readable_attributes = ["first_name", "last_name", "preferred_name", "email", "position", "supervisor", "office"]
    }
    badges = {
      name                = "Badge printer"
      description         = "Prints a badge on the first day"
      readable_attributes = ["first_name", "last_name", "office"]
    }
    learning = {
      name                = "Learning platform"
      description         = "Read by the sync rule below, and by nobody else"
      readable_attributes = ["first_name", "last_name", "email", "status", "employment_type", "position", "department", "supervisor"]
    }
  }

  # An integration may have several credentials, here one for each environment.
  credentials = {
    reporting_prod    = { integration = "reporting", name = "reporting-prod" }
    reporting_staging = { integration = "reporting", name = "reporting-staging" }
    intranet_prod     = { integration = "intranet", name = "intranet-prod" }
    # Made now, switched on when the printer is there.
    badges_prod = { integration = "badges", name = "badges-prod", enabled = false }
  }
}

resource "personio_custom_integration" "this" {
  for_each = local.integrations

  name                = each.value.name
  description         = each.value.description
  scopes              = ["personio:persons:read"]
  readable_attributes = each.value.readable_attributes
}

resource "personio_api_credential" "this" {
  for_each = local.credentials

  custom_integration_id = personio_custom_integration.this[each.value.integration].id
  name                  = each.value.name
  enabled               = try(each.value.enabled, true)

  # Another number makes a new secret; the old one works on for a day.
  secret_version   = 1
  rotation_overlap = "24h"
}

# Where accounts arise.
resource "personio_sync_target" "learning" {
  name = "Learning platform"
  scim = {
    url              = var.scim_url
    token_wo         = var.scim_token
    token_wo_version = 1
  }
}

# Who gets an account, as what, in which groups, and when.
resource "personio_sync_rule" "learning" {
  name                  = "Employees to the learning platform"
  custom_integration_id = personio_custom_integration.this["learning"].id
  sync_target_id        = personio_sync_target.learning.id
  active                = true

  filter = "status in ['active', 'onboarding', 'leave'] && employment_type == 'internal' && email != null"
  match  = { employee = "email", account = "userName" }

  attribute_mapping = {
    "name.givenName"    = "first_name"
    "name.familyName"   = "last_name"
    "title"             = "position"
    "preferredLanguage" = "'de'"
  }

  group_mapping = {
    department = { name = "'Abteilung ' + department" }
    supervisor = { name = "supervisor.first_name + ' ' + supervisor.last_name + 's Team'" }
  }

  schedule = { cron = "0 4 * * *" }
  triggers = { run = var.run }
}

# Everything that the gateway knows, whoever made it.
data "personio_connected_integrations" "all" {
  depends_on = [personio_api_credential.this, personio_sync_rule.learning]
}

data "personio_sync_status" "learning" {
  sync_rule_id = personio_sync_rule.learning.id
}

output "connected_integrations" {
  description = "What Personio's screen of the same name would show."
  value = [
    for integration in data.personio_connected_integrations.all.integrations : {
      name       = integration.name
      status     = integration.status
      attributes = integration.readable_attributes
    }
  ]
}

output "sync_status" {
  description = "What Personio's sync monitoring shows of its own syncs."
  value = [merge(data.personio_sync_status.learning.last_run.counts, {
    name   = personio_sync_rule.learning.name
    state  = data.personio_sync_status.learning.state
    status = data.personio_sync_status.learning.last_run.status
  })]
}

output "reporting_client_id" {
  value = personio_api_credential.this["reporting_prod"].client_id
}

output "reporting_client_secret" {
  value     = personio_api_credential.this["reporting_prod"].client_secret
  sensitive = true
}
