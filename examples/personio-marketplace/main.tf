# Personio's Marketplace and its screen "Connected integrations".
#
# Which way it goes: Personio has no API that lists marketplace connections, so
# they stay in its screens. What is listed here are the integrations of the
# gateway, with the same three states: CONNECTED, INACTIVE, PENDING.
#
# Not there yet: a catalogue of the Marketplace's entries and the monitoring of
# syncs.

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

data "personio_connected_integrations" "all" {}

data "personio_connected_integrations" "inactive" {
  status = "INACTIVE"
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
