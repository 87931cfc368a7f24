# Josys: SaaS management that lists accounts and adds employees.
#
# Which way it goes: its connection form asks for a label, a client id and a
# client secret, not for a URL, so Josys calls api.personio.de and keeps a
# credential made in Personio's screens. Terraform cannot make or change that one;
# it audits it, below: a check fails as soon as the credential can do more or less
# than was agreed.
#
#   export TF_VAR_josys_client_id=papi-...
#   export TF_VAR_josys_client_secret=papi-...
#
# The gateway credentials after that carry the same rights for whatever you can
# point at a URL yourself, such as a script that does Josys's part, and are audited
# in the same way.
#
# The gateway passes reads and writes of employees on, and refuses a write that
# touches an attribute outside writable_attributes.

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
  scopes = ["personio:persons:read", "personio:persons:write"]

  # Several integrations side by side, as one company may connect several tenants.
  # The form asks for all employee attributes (null); a list is the safer choice.
  tenants = {
    headquarters = { name = "Josys headquarters", attributes = null }
    subsidiary = {
      name       = "Josys subsidiary"
      attributes = ["first_name", "last_name", "email", "status", "position", "department", "team", "hire_date"]
    }
  }
}

# --- The credential that Josys keeps -----------------------------------------

variable "personio_url" {
  description = "Where Josys calls Personio."
  type        = string
  default     = "https://api.personio.de"
}

variable "josys_client_id" {
  description = "Client id that was typed into Josys's form for the subsidiary; null: nothing is audited yet."
  type        = string
  default     = null
}

variable "josys_client_secret" {
  description = "Its client secret. It is ephemeral, and so neither in the state nor in plans."
  type        = string
  default     = null
  ephemeral   = true
  sensitive   = true
}

# The audited credential is that of a provider configuration of its own.
provider "personio" {
  alias = "josys"

  base_url      = var.personio_url
  client_id     = var.josys_client_id
  client_secret = var.josys_client_secret
}

data "personio_credential_audit" "josys" {
  count    = var.josys_client_id == null ? 0 : 1
  provider = personio.josys

  expected_scopes     = local.scopes
  expected_attributes = local.tenants.subsidiary.attributes
}

check "josys" {
  assert {
    condition     = alltrue(data.personio_credential_audit.josys[*].compliant)
    error_message = "The credential at Josys can do more or less than was agreed; see the output josys_audit."
  }

  assert {
    condition     = length(setintersection(flatten(data.personio_credential_audit.josys[*].attribute_keys), ["fix_salary", "hourly_salary"])) == 0
    error_message = "The credential at Josys can read salaries."
  }
}

output "josys_audit" {
  value = one([for audit in data.personio_credential_audit.josys : {
    excess  = setunion(audit.excess_scopes, audit.excess_attributes)
    missing = setunion(audit.missing_scopes, audit.missing_attributes)
  }])
}

# --- Credentials of the gateway ----------------------------------------------

# Takes PERSONIO_BASE_URL, PERSONIO_CLIENT_ID and PERSONIO_CLIENT_SECRET from the
# environment. The base URL is that of a gateway.
provider "personio" {}

resource "personio_custom_integration" "josys" {
  for_each = local.tenants

  name        = each.value.name
  description = "Accounts with status, groups and hire date; adding an account"
  scopes      = local.scopes

  # All employee attributes means future ones too, which the plan warns about.
  all_attributes      = each.value.attributes == null
  readable_attributes = each.value.attributes
  writable_attributes = ["first_name", "last_name", "email", "position", "hire_date"]
}

resource "personio_api_credential" "josys" {
  for_each = local.tenants

  custom_integration_id = personio_custom_integration.josys[each.key].id
  name                  = "josys-${each.key}"
}

# The state holds these secrets already, so they may be given as arguments, and
# the credentials are audited in the apply that makes them.
data "personio_credential_audit" "gateway" {
  for_each = local.tenants

  client_id           = personio_api_credential.josys[each.key].client_id
  client_secret       = personio_api_credential.josys[each.key].client_secret
  expected_scopes     = local.scopes
  expected_attributes = each.value.attributes
}

check "gateway" {
  assert {
    condition = alltrue([for audit in data.personio_credential_audit.gateway : audit.compliant])
    error_message = "Not as agreed: ${join(", ", [
      for tenant, audit in data.personio_credential_audit.gateway : local.tenants[tenant].name if !audit.compliant
    ])}."
  }
}

output "client_ids" {
  value = { for tenant, credential in personio_api_credential.josys : tenant => credential.client_id }
}

output "client_secrets" {
  value     = { for tenant, credential in personio_api_credential.josys : tenant => credential.client_secret }
  sensitive = true
}
