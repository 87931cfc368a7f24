# The members of one project.
list "personio_project_member" "rollout" {
  provider = personio

  config {
    project_id = "3d7c1f00-8a51-4c0e-9b1d-6f2e50000001"
  }
}
