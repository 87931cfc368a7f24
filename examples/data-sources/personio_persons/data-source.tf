# Who works here, with the department and the supervisor of each.
data "personio_persons" "active" {
  attributes = ["first_name", "department", "supervisor", "cost_centers"]
  status     = "ACTIVE"
}

locals {
  people = data.personio_persons.active.by_id

  # Names by department.
  departments = {
    for id, person in local.people :
    coalesce(person.values.department, "none") => person.values.first_name...
  }

  # The supervisor is an id, which finds the supervisor in the same result.
  supervisors = {
    for id, person in local.people :
    id => try(local.people[person.values.supervisor].values.first_name, null)
  }

  # Attributes with several values are JSON lists.
  cost_centers = {
    for id, person in local.people :
    id => jsondecode(coalesce(person.values.cost_centers, "[]"))
  }
}

# Whoever was changed since the last review.
data "personio_persons" "changed" {
  attributes    = ["first_name", "status"]
  updated_at_gt = "2026-01-31T00:00:00Z"
}

output "department_sizes" {
  value = { for name, people in local.departments : name => length(people) }
}
