# DCO: imports employees with a credential that has a name, access rights and
# chosen attributes, and finds it under the connected integrations.
#
# Which way it goes: a gateway credential where the import lets you set the
# API's URL. Where it always calls api.personio.de, the credential is made in
# Personio's screens, and Terraform audits it: a check fails as soon as it can do
# more or less than was agreed.
#
#   export TF_VAR_dco_client_id=papi-...
#   export TF_VAR_dco_client_secret=papi-...

terraform {
  required_version = ">= 1.10" # ephemeral variables

  required_providers {
    personio = {
      source = "personio-community/personio"
    }
  }
}

# What was agreed.
locals {
  scopes     = ["personio:persons:read"]
  attributes = ["first_name", "last_name", "email", "status", "position", "department", "hire_date", "termination_date"]
}

# --- A credential of the gateway ---------------------------------------------

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
  scopes              = local.scopes
  readable_attributes = local.attributes
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

# The state holds this secret already, so it may be given as an argument, and the
# credential is audited in the apply that makes it.
data "personio_credential_audit" "gateway" {
  client_id           = personio_api_credential.dco.client_id
  client_secret       = personio_api_credential.dco.client_secret
  expected_scopes     = local.scopes
  expected_attributes = local.attributes
}

# The audit is a use of the credential: from then on it is CONNECTED.
data "personio_connected_integration" "dco" {
  name       = personio_custom_integration.dco.name
  depends_on = [data.personio_credential_audit.gateway]
}

# --- A credential made in Personio's screens ---------------------------------

variable "personio_url" {
  description = "Where the import calls Personio."
  type        = string
  default     = "https://api.personio.de"
}

variable "dco_client_id" {
  description = "Client id that the import uses; null: nothing is audited there yet."
  type        = string
  default     = null
}

variable "dco_client_secret" {
  description = "Its client secret. It is ephemeral, and so neither in the state nor in plans."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true
}

# The audited credential is that of a provider configuration of its own.
provider "personio" {
  alias = "dco"

  base_url      = var.personio_url
  client_id     = var.dco_client_id
  client_secret = var.dco_client_secret
}

data "personio_credential_audit" "personio" {
  count    = var.dco_client_id == null ? 0 : 1
  provider = personio.dco

  expected_scopes     = local.scopes
  expected_attributes = local.attributes
}

# --- What was found ----------------------------------------------------------

locals {
  audits = concat([data.personio_credential_audit.gateway], data.personio_credential_audit.personio)
}

check "dco" {
  assert {
    condition     = alltrue(local.audits[*].compliant)
    error_message = "A credential of DCO can do more or less than was agreed; see the output audit."
  }
}

output "audit" {
  value = [for audit in local.audits : {
    client_id = audit.client_id
    excess    = setunion(audit.excess_scopes, audit.excess_attributes)
    missing   = setunion(audit.missing_scopes, audit.missing_attributes)
  }]
}

output "status" {
  value = data.personio_connected_integration.dco.status
}

output "client_id" {
  value = personio_api_credential.dco.client_id
}

output "client_secret" {
  value     = personio_api_credential.dco.client_secret
  sensitive = true
}
