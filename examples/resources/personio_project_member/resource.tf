# One person on a project whose members are otherwise looked after in Personio.
data "personio_project" "rollout" {
  name = "Rollout ACME"
}

resource "personio_project_member" "auditor" {
  project_id = data.personio_project.rollout.id
  person_id  = "11000004"
}
