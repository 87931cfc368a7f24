resource "personio_project" "rollout" {
  name = "Rollout ACME"
}

# These and nobody else: whoever is not listed is removed.
resource "personio_project_members" "rollout" {
  project_id = personio_project.rollout.id
  person_ids = ["11000001", "11000002", "11000003"]
}
