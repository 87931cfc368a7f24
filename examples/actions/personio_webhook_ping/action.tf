resource "personio_webhook" "directory" {
  url            = "https://hooks.example.com/personio"
  description    = "Directory"
  enabled_events = ["person.created", "person.deleted"]
  auth_type      = "NONE"

  # Pings the receiver whenever the webhook is made or changed.
  lifecycle {
    action_trigger {
      events  = [after_create, after_update]
      actions = [action.personio_webhook_ping.directory]
    }
  }
}

action "personio_webhook_ping" "directory" {
  config {
    webhook_id = personio_webhook.directory.id
    wait       = true
  }
}
