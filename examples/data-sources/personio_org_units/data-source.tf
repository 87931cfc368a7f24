data "personio_org_units" "departments" {
  type = "department"
}

data "personio_org_units" "teams" {
  type = "team"
}

# Departments at the top, by name.
output "top_departments" {
  value = {
    for unit in data.personio_org_units.departments.org_units :
    unit.name => unit.id if unit.parent_id == null
  }
}
