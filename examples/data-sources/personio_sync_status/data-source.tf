data "personio_sync_status" "learning" {
  name = "Employees to edyoucated"
}

output "last_run" {
  value = data.personio_sync_status.learning.last_run
}

# Tells at every plan that people are not synced any more.
check "sync_is_running" {
  assert {
    condition     = data.personio_sync_status.learning.state != "PAUSED"
    error_message = "The sync is paused: ${coalesce(data.personio_sync_status.learning.paused_reason, "no reason given")}."
  }
}
