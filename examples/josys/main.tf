# Josys: SaaS management that lists accounts and adds employees.
#
# Which way it goes: its connection form asks for a label, a client id and a
# client secret, not for a URL, so Josys calls api.personio.de and keeps a
# credential made in Personio's screens. An audit of such credentials is not
# there yet. The gateway credentials below carry the same rights for whatever you
# can point at a URL yourself, such as a script that does Josys's part.
#
# Today the gateway passes reads of employees on. It holds the right to write,
# but answers no call that writes.

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
  # Several integrations side by side, as one company may connect several tenants.
  tenants = {
    headquarters = "Josys headquarters"
    subsidiary   = "Josys subsidiary"
  }
}

resource "personio_custom_integration" "josys" {
  for_each = local.tenants

  name        = each.value
  description = "Accounts with status, groups and hire date; adding an account"
  scopes      = ["personio:persons:read", "personio:persons:write"]

  # All employee attributes, future ones too. The plan warns about it; a list in
  # readable_attributes is the safer choice.
  all_attributes      = true
  writable_attributes = ["first_name", "last_name", "email", "position", "hire_date"]
}

resource "personio_api_credential" "josys" {
  for_each = local.tenants

  custom_integration_id = personio_custom_integration.josys[each.key].id
  name                  = "josys-${each.key}"
}

output "client_ids" {
  value = { for tenant, credential in personio_api_credential.josys : tenant => credential.client_id }
}

output "client_secrets" {
  value     = { for tenant, credential in personio_api_credential.josys : tenant => credential.client_secret }
  sensitive = true
}
