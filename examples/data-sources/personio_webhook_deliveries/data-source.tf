data "personio_webhook" "directory" {
  url = "https://hooks.example.com/personio"
}

# What did not arrive in the last day.
data "personio_webhook_deliveries" "failed" {
  webhook_id   = data.personio_webhook.directory.id
  from         = timeadd(plantimestamp(), "-24h")
  to           = plantimestamp()
  is_delivered = false
}

check "receiver" {
  assert {
    condition     = length(data.personio_webhook_deliveries.failed.deliveries) == 0
    error_message = "The receiver of the directory's webhook did not take every event of the last day."
  }
}
