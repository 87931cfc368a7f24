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
