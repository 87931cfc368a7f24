# After an outage of the receiver, by hand:
#   terraform apply -invoke=action.personio_webhook_redelivery.outage
action "personio_webhook_redelivery" "outage" {
  config {
    webhook_id    = personio_webhook.directory.id
    occurred_from = "2026-11-21T06:00:00Z"
    occurred_to   = "2026-11-21T09:30:00Z"
    max_events    = 300
  }
}
