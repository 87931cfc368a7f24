resource "personio_custom_integration" "reporting" {
  name        = "Reporting"
  description = "Nightly headcount export"

  scopes              = ["personio:persons:read"]
  readable_attributes = ["first_name", "last_name", "department", "dynamic_4711"]
}

# Many of a kind are best kept as a map, so that adding one changes no other.
locals {
  exports = {
    payroll  = ["first_name", "last_name", "cost_centers", "hire_date"]
    intranet = ["first_name", "last_name", "preferred_name", "email", "office"]
  }
}

resource "personio_custom_integration" "export" {
  for_each = local.exports

  name                = "Export: ${each.key}"
  scopes              = ["personio:persons:read"]
  readable_attributes = each.value
}

# Reports and documents carry what no list of attributes cuts, so they are named
# one by one: a report by its id, documents by the id of their category.
resource "personio_custom_integration" "controlling" {
  name                  = "Controlling"
  scopes                = ["reports.custom:read", "documents:read"]
  report_ids            = ["eea50309-d1b1-47d6-bc7e-27de00000001"]
  document_category_ids = ["2101"]
}
