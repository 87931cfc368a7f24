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

# What the reporting job may do: read employees, and of each of them only this.
resource "personio_custom_integration" "reporting" {
  name                = "Reporting"
  description         = "Nightly headcount export"
  scopes              = ["personio:persons:read"]
  readable_attributes = ["first_name", "last_name", "department", "hire_date"]
}

# What it signs in with.
resource "personio_api_credential" "reporting" {
  custom_integration_id = personio_custom_integration.reporting.id
  name                  = "reporting-prod"
}

output "client_id" {
  value = personio_api_credential.reporting.client_id
}

output "client_secret" {
  value     = personio_api_credential.reporting.client_secret
  sensitive = true
}
