# Several integrations side by side, their credentials, and what the gateway
# says about them. "make demo" applies this to a sandbox.

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

# Everything that the gateway knows, whoever made it.
data "personio_connected_integrations" "all" {
  depends_on = [personio_api_credential.this]
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

output "reporting_client_id" {
  value = personio_api_credential.this["reporting_prod"].client_id
}

output "reporting_client_secret" {
  value     = personio_api_credential.this["reporting_prod"].client_secret
  sensitive = true
}
