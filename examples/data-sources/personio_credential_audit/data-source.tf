# A vendor that always calls Personio, with a credential made in Personio's
# screens. Its secret comes from TF_VAR_vendor_client_secret and is stored nowhere:
# neither in the state nor in plans.
variable "vendor_client_secret" {
  type      = string
  ephemeral = true
  sensitive = true
}

provider "personio" {
  alias         = "vendor"
  base_url      = "https://api.personio.de"
  client_id     = "papi-00000000-0000-0000-0000-000000000000"
  client_secret = var.vendor_client_secret
}

# Without client_id and client_secret, the credential of its provider is audited.
data "personio_credential_audit" "vendor" {
  provider = personio.vendor

  expected_scopes     = ["personio:persons:read", "personio:absences:read"]
  expected_attributes = ["first_name", "last_name", "email", "department"]
}

check "vendor_can_do_what_was_agreed" {
  assert {
    condition     = data.personio_credential_audit.vendor.compliant
    error_message = <<-TEXT
      The vendor's credential is not as agreed.
      Excess scopes:      ${join(", ", data.personio_credential_audit.vendor.excess_scopes)}
      Excess attributes:  ${join(", ", data.personio_credential_audit.vendor.excess_attributes)}
      Missing scopes:     ${join(", ", data.personio_credential_audit.vendor.missing_scopes)}
      Missing attributes: ${join(", ", data.personio_credential_audit.vendor.missing_attributes)}
    TEXT
  }
}

# Or only what must never be. Salaries are attributes of employees, and they are
# compensations, which have a scope of their own.
check "vendor_reads_no_salary" {
  assert {
    condition = length(setintersection(
      data.personio_credential_audit.vendor.attribute_keys, ["fix_salary", "hourly_salary"],
    )) == 0
    error_message = "The vendor's credential can read salaries of employees."
  }

  assert {
    condition     = !contains(data.personio_credential_audit.vendor.scopes, "personio:compensations:read")
    error_message = "The vendor's credential can read compensations."
  }
}

# A credential that the state holds anyway can be given by its arguments.
resource "personio_custom_integration" "reporting" {
  name                = "Reporting"
  scopes              = ["personio:persons:read"]
  readable_attributes = ["first_name", "last_name"]
}

resource "personio_api_credential" "reporting" {
  custom_integration_id = personio_custom_integration.reporting.id
  name                  = "reporting"
}

data "personio_credential_audit" "reporting" {
  client_id           = personio_api_credential.reporting.client_id
  client_secret       = personio_api_credential.reporting.client_secret
  expected_attributes = personio_custom_integration.reporting.readable_attributes
}
