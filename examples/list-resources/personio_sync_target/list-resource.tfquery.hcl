# All targets, for import blocks:
#   terraform query -generate-config-out=imported.tf
list "personio_sync_target" "all" {
  provider = personio
}
