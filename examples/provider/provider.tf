terraform {
  required_providers {
    personio = {
      source = "personio-community/personio"
    }
  }
}

# Each argument can come from the environment instead: PERSONIO_BASE_URL,
# PERSONIO_CLIENT_ID, PERSONIO_CLIENT_SECRET.
provider "personio" {
  base_url      = "https://personio-gateway.example.com"
  client_id     = "papi-00000000-0000-0000-0000-000000000000"
  client_secret = var.personio_client_secret
}

variable "personio_client_secret" {
  description = "Secret of the management credential."
  type        = string
  ephemeral   = true
  sensitive   = true
}
