# Personio's Marketplace and its screen "Connected integrations".
#
# Which way it goes: Personio has no API that lists marketplace connections, so
# they stay in its screens. What is listed as connected are the integrations of
# the gateway, with the same three states: CONNECTED, INACTIVE, PENDING.
#
# The catalogue of the Marketplace's entries comes with the provider. It rests on
# public pages; what is null or empty there is not known.
#
# Its screen "Monitoring" is personio_sync_status for the rules of a gateway, shown
# in examples/edyoucated. Who was touched in a run is listed by the gateway's API,
# under /gateway/v1/sync-runs.

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

# --- The catalogue -----------------------------------------------------------

variable "category" {
  description = "Kind of systems to look for."
  type        = string
  default     = "performance_and_engagement"
}

data "personio_marketplace_integrations" "found" {
  category = var.category
}

output "found" {
  description = "Who makes each of them, and how it is governed."
  value = {
    for id, entry in data.personio_marketplace_integrations.found.by_id :
    id => "${entry.name} by ${entry.developer}: ${entry.way}"
  }
}

# One entry with all that is known of it. Its way is SCIM, so the integration made
# from it is what a sync rule reads through; examples/edyoucated shows the rest.
data "personio_marketplace_integration" "leapsome" {
  id = "leapsome"
}

resource "personio_custom_integration" "leapsome" {
  name                = data.personio_marketplace_integration.leapsome.name
  description         = data.personio_marketplace_integration.leapsome.description
  scopes              = data.personio_marketplace_integration.leapsome.recommended_scopes
  readable_attributes = data.personio_marketplace_integration.leapsome.attributes
}

output "how_to_activate" {
  value = data.personio_marketplace_integration.leapsome.instructions
}

# --- Connected integrations --------------------------------------------------

data "personio_connected_integrations" "all" {
  depends_on = [personio_custom_integration.leapsome]
}

data "personio_connected_integrations" "inactive" {
  status     = "INACTIVE"
  depends_on = [personio_custom_integration.leapsome]
}

output "connected_integrations" {
  description = "State and last use of every integration, by name."
  value = {
    for integration in data.personio_connected_integrations.all.integrations :
    integration.name => {
      status       = integration.status
      last_used_at = integration.last_used_at
    }
  }
}

output "inactive_integrations" {
  description = "Switched off, or left without a usable credential."
  value       = data.personio_connected_integrations.inactive.integrations[*].name
}

# A rule of the house that fails a plan's checks and blocks nothing.
check "no_integration_is_inactive" {
  assert {
    condition     = length(data.personio_connected_integrations.inactive.integrations) == 0
    error_message = "Some integrations are inactive: remove them, or give them a usable credential."
  }
}
