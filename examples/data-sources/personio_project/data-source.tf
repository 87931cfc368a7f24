data "personio_project" "rollout" {
  name = "Rollout ACME"
}

output "last_day_is_before" {
  value = data.personio_project.rollout.end_date_exclusive
}
