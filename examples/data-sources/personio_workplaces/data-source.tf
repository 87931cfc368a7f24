data "personio_workplaces" "all" {}

output "workplaces" {
  value = { for workplace in data.personio_workplaces.all.workplaces : workplace.name => workplace.id }
}
