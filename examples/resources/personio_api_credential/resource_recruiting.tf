# For Personio's recruiting API: a static token and a company id, which open
# /v1/recruiting and nothing else. A careers site sends applications with both:
#   Authorization: Bearer <client_secret>
#   X-Company-ID:  <company_id>
resource "personio_api_credential" "careers" {
  custom_integration_id = personio_custom_integration.reporting.id
  name                  = "careers-site"
  kind                  = "recruiting"

  secret_version   = 1
  rotation_overlap = "24h"
}

output "careers_company_id" {
  value = personio_api_credential.careers.company_id
}

output "careers_token" {
  value     = personio_api_credential.careers.client_secret
  sensitive = true
}
