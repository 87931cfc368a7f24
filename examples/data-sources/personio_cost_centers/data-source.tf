data "personio_cost_centers" "all" {}

output "cost_centers" {
  value = { for center in data.personio_cost_centers.all.cost_centers : center.name => center.id }
}
