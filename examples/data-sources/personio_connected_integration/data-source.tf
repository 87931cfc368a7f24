data "personio_connected_integration" "reporting" {
  name = "Reporting"
}

# A further credential for an integration that is managed elsewhere.
resource "personio_api_credential" "staging" {
  custom_integration_id = data.personio_connected_integration.reporting.id
  name                  = "reporting-staging"
}
