# What is worked on now, without sub-projects.
data "personio_projects" "active" {
  status         = "ACTIVE"
  top_level_only = true
}

output "without_code" {
  value = [for project in data.personio_projects.active.projects : project.name if project.project_code == null]
}
