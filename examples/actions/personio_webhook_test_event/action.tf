# By hand: terraform apply -invoke=action.personio_webhook_test_event.hired
action "personio_webhook_test_event" "hired" {
  config {
    webhook_id   = personio_webhook.directory.id
    event_name   = "person.created"
    payload_json = jsonencode({ person = { id = "4711" } })
    wait         = true
  }
}
