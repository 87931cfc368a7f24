resource "personio_custom_integration" "reporting" {
  name                = "Reporting"
  scopes              = ["personio:persons:read"]
  readable_attributes = ["first_name", "last_name", "department"]
}

# The gateway makes the secret; it is in client_secret, and so in the state.
resource "personio_api_credential" "reporting" {
  custom_integration_id = personio_custom_integration.reporting.id
  name                  = "reporting-prod"
  expires_at            = "2027-12-31T00:00:00Z"

  # To rotate, write another number. The old secret works on for a day, in which
  # its user takes over the new one.
  secret_version   = 1
  rotation_overlap = "24h"

  # To replace the client id too, write another number here. The old client id
  # works on for a day with the old secret.
  client_id_version = 1
}

# A secret of your own, that Terraform sends but keeps in no state or plan.
resource "personio_api_credential" "payroll" {
  custom_integration_id = personio_custom_integration.reporting.id
  name                  = "payroll-prod"

  client_secret_wo         = var.payroll_secret
  client_secret_wo_version = 1
}

variable "payroll_secret" {
  description = "At least 32 characters."
  type        = string
  ephemeral   = true
  sensitive   = true
}
