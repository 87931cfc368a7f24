# All integrations that are in use, for import blocks:
#   terraform query -generate-config-out=imported.tf
list "personio_custom_integration" "connected" {
  provider = personio
  limit    = 500

  config {
    status = "CONNECTED"
  }
}
