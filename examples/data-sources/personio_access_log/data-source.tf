resource "personio_custom_integration" "reporting" {
  name                = "Reporting"
  scopes              = ["personio:persons:read"]
  readable_attributes = ["first_name", "last_name", "department"]
}

# What the integration read in the last week.
data "personio_access_log" "reporting" {
  from                  = timeadd(plantimestamp(), "-168h")
  to                    = plantimestamp()
  custom_integration_id = personio_custom_integration.reporting.id
}

output "people_read" {
  description = "How many people were in the answers, counted as often as they were read."
  value       = sum(concat([0], data.personio_access_log.reporting.entries[*].people))
}
