# The rules that write to one target.
list "personio_sync_rule" "learning" {
  provider = personio

  config {
    sync_target_id = "6f1c1b4e-5e0a-4f6e-9d55-3f0f7a1f2a10"
  }
}
