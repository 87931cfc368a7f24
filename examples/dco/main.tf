# DCO: imports employees with a credential that has a name, access rights and
# chosen attributes, and finds it under the connected integrations.
#
# Which way it goes: a gateway credential where the import lets you set the
# API's URL. Where it always calls api.personio.de, the credential is made in
# Personio's screens; an audit of such credentials is not there yet.

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

variable "expires_at" {
  description = "When the credential ends (RFC 3339); null: never."
  type        = string
  default     = null
}

resource "personio_custom_integration" "dco" {
  name                = "DCO"
  description         = "Data import"
  scopes              = ["personio:persons:read"]
  readable_attributes = ["first_name", "last_name", "email", "status", "position", "department", "hire_date", "termination_date"]
}

# To reset the secret alone, write another secret_version. To reset client id and
# secret, replace the credential:
#
#   terraform apply -replace=personio_api_credential.dco
resource "personio_api_credential" "dco" {
  custom_integration_id = personio_custom_integration.dco.id
  name                  = "dco-import"
  expires_at            = var.expires_at
  secret_version        = 1
}

data "personio_connected_integration" "dco" {
  name       = personio_custom_integration.dco.name
  depends_on = [personio_api_credential.dco]
}

output "status" {
  description = "PENDING until the first import."
  value       = data.personio_connected_integration.dco.status
}

output "client_id" {
  value = personio_api_credential.dco.client_id
}

output "client_secret" {
  value     = personio_api_credential.dco.client_secret
  sensitive = true
}
