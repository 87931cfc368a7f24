variable "api_key" {
  type      = string
  sensitive = true
  ephemeral = true
}

# A receiver that wants a header of its own.
resource "personio_webhook" "absences" {
  url            = "https://calendar.example.com/hooks/personio"
  description    = "Absence calendar"
  enabled_events = ["absence-period.created", "absence-period.updated.timerange", "absence-period.deleted"]

  custom_headers_wo = {
    "X-Api-Key" = var.api_key
    "X-Tenant"  = "acme"
  }
  custom_headers_wo_version = 1
}
