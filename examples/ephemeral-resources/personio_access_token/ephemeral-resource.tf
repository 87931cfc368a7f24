# A token of the provider's own credential, narrowed to what is needed.
ephemeral "personio_access_token" "reader" {
  scopes = ["personio:persons:read"]
}

# A token of another credential of the same API, whose secret comes from outside.
variable "reporting_client_id" {
  type = string
}

variable "reporting_client_secret" {
  type      = string
  ephemeral = true
  sensitive = true
}

ephemeral "personio_access_token" "reporting" {
  client_id     = var.reporting_client_id
  client_secret = var.reporting_client_secret

  # That the credential works, and with these rights only, at every plan.
  lifecycle {
    postcondition {
      condition     = self.scopes == toset(["personio:persons:read"])
      error_message = "The reporting credential has other rights than agreed."
    }
  }
}
