# All of them, by name.
data "personio_connected_integrations" "all" {}

# Those that nothing has used yet.
data "personio_connected_integrations" "pending" {
  status = "PENDING"
}

output "unused" {
  value = data.personio_connected_integrations.pending.integrations[*].name
}
