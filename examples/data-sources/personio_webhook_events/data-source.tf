data "personio_webhook" "directory" {
  url = "https://hooks.example.com/personio"
}

data "personio_webhook_events" "hired" {
  webhook_id = data.personio_webhook.directory.id
  event_name = "person.created"
  from       = "2026-11-01T00:00:00Z"
  to         = "2026-11-08T00:00:00Z"
}

output "hired" {
  value = [for event in data.personio_webhook_events.hired.events : jsondecode(event.payload_json)]
}
