# All webhooks that send something, for import blocks:
#   terraform query -generate-config-out=imported.tf
list "personio_webhook" "enabled" {
  provider = personio

  config {
    status = "ENABLED"
  }
}
