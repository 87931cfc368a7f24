data "personio_reports" "all" {}

# An integration that may read one report, found by its name.
resource "personio_custom_integration" "dashboard" {
  name       = "Dashboard"
  scopes     = ["reports.custom:read"]
  report_ids = [for report in data.personio_reports.all.reports : report.id if report.name == "Headcount"]
}
