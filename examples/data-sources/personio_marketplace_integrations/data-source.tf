# What Personio makes itself: it stays in Personio's screens.
data "personio_marketplace_integrations" "by_personio" {
  made_by = "PERSONIO"
}

# Learning platforms that have to do with teams.
data "personio_marketplace_integrations" "learning" {
  category = "learning"
  search   = "teams"
}

output "learning" {
  description = "How each of them is governed, by id."
  value       = { for id, entry in data.personio_marketplace_integrations.learning.by_id : id => entry.way }
}
