variable "hook_token" {
  description = "What the receiver expects in the header Authorization."
  type        = string
  sensitive   = true
  ephemeral   = true
}

# Tells the directory of people who come, change and leave. The events hold ids only.
resource "personio_webhook" "directory" {
  url         = "https://hooks.example.com/personio"
  description = "Directory"
  enabled_events = [
    "person.created", "person.updated", "person.deleted",
    "employment.started", "employment.terminated",
  ]

  token_wo         = "Bearer ${var.hook_token}"
  token_wo_version = 1 # raise it to send another token
}
