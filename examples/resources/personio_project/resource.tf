# A project for all of 2027. Its end is the day after its last one.
resource "personio_project" "rollout" {
  name               = "Rollout ACME"
  project_code       = "27001"
  description        = "Introduction at the customer's"
  start_date         = "2027-01-01"
  end_date_exclusive = "2028-01-01"
  client_name        = "ACME GmbH"
  billable           = true
}

# Its parts. Who may book on them, and whether they are billable, is decided by
# the project above.
locals {
  phases = {
    concept        = "2027-01-01"
    implementation = "2027-04-01"
  }
}

resource "personio_project" "phase" {
  for_each = local.phases

  name              = "Rollout ACME: ${each.key}"
  start_date        = each.value
  parent_project_id = personio_project.rollout.id
}

# Everybody may book on it; there is no list of members.
resource "personio_project" "internal" {
  name            = "Internal"
  assigned_to_all = true
}

# Closed, and kept.
resource "personio_project" "fair" {
  name   = "Trade fair 2026"
  status = "ARCHIVED"
}
