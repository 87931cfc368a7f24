data "personio_marketplace_integration" "lattice" {
  id = "lattice"
}

# An integration takes its scopes and attributes from the entry. With
# required_attributes in place of attributes, it gets no more than it needs.
resource "personio_custom_integration" "lattice" {
  name                = data.personio_marketplace_integration.lattice.name
  scopes              = data.personio_marketplace_integration.lattice.recommended_scopes
  readable_attributes = data.personio_marketplace_integration.lattice.attributes
}

# What a vendor with a credential from Personio's screens may do is held against
# its entry in the same way. Its secret comes from TF_VAR_clockodo_client_secret.
variable "clockodo_client_secret" {
  type      = string
  ephemeral = true
  sensitive = true
}

provider "personio" {
  alias         = "clockodo"
  base_url      = "https://api.personio.de"
  client_id     = "papi-00000000-0000-0000-0000-000000000000"
  client_secret = var.clockodo_client_secret
}

data "personio_marketplace_integration" "clockodo" {
  id = "clockodo"
}

data "personio_credential_audit" "clockodo" {
  provider = personio.clockodo

  expected_scopes     = data.personio_marketplace_integration.clockodo.recommended_scopes
  expected_attributes = data.personio_marketplace_integration.clockodo.attributes
}

check "clockodo_can_do_what_its_guide_asks_for" {
  assert {
    condition     = data.personio_credential_audit.clockodo.compliant
    error_message = "The credential can do more or less than: ${data.personio_marketplace_integration.clockodo.instructions.url}"
  }
}
