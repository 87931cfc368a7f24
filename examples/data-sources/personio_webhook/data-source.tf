data "personio_webhook" "directory" {
  url = "https://hooks.example.com/personio"
}

output "events" {
  value = data.personio_webhook.directory.enabled_events
}
