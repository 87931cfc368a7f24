# edyoucated: a learning platform that knows its users from Personio.
#
# Which way it goes: its own connection to Personio takes a client id and secret
# and no URL, so it keeps a credential made in Personio's screens. People that
# the gateway pushes to a platform over SCIM, with rules for users, teams and a
# schedule, are not there yet. The integration below holds what such a rule may
# read, and its credential opens exactly that to a client whose URL you can set.

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

variable "optional_attributes" {
  description = "What edyoucated can use beyond what it needs: job title and what teams are made from."
  type        = set(string)
  default     = ["position", "supervisor", "team", "department", "office"]

  validation {
    condition     = length(setsubtract(var.optional_attributes, ["position", "supervisor", "team", "department", "office"])) == 0
    error_message = "Optional are position, supervisor, team, department and office."
  }
}

locals {
  # Who is internal and who external is told by the employment type.
  required_attributes = ["first_name", "last_name", "email", "status", "employment_type"]
}

resource "personio_custom_integration" "edyoucated" {
  name                = "edyoucated"
  description         = "Learning platform"
  scopes              = ["personio:persons:read"]
  readable_attributes = setunion(local.required_attributes, var.optional_attributes)
}

resource "personio_api_credential" "edyoucated" {
  custom_integration_id = personio_custom_integration.edyoucated.id
  name                  = "edyoucated"
}

output "client_id" {
  value = personio_api_credential.edyoucated.client_id
}

output "client_secret" {
  value     = personio_api_credential.edyoucated.client_secret
  sensitive = true
}
