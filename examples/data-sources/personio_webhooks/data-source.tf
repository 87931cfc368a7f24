# Webhooks that were made and send nothing: Personio's own default is DISABLED.
data "personio_webhooks" "silent" {
  status = "DISABLED"
}

output "silent" {
  value = [for hook in data.personio_webhooks.silent.webhooks : hook.description]
}
