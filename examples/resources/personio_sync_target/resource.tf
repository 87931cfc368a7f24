variable "scim_token" {
  description = "Bearer token of the learning platform's SCIM endpoint."
  type        = string
  sensitive   = true
  ephemeral   = true
}

# With a bearer token. It goes to the gateway, and into no plan and no state.
resource "personio_sync_target" "learning" {
  name = "edyoucated"

  scim = {
    url              = "https://scim.example.com/v2"
    token_wo         = var.scim_token
    token_wo_version = 1 # change it along with the token
  }
}

variable "oauth_client_secret" {
  description = "Client secret of the gateway at the identity provider."
  type        = string
  sensitive   = true
  ephemeral   = true
}

# With tokens of an OAuth 2.0 client, a header, and a certificate of one's own.
resource "personio_sync_target" "saas_management" {
  name = "SaaS management"

  scim = {
    url = "https://apps.example.com/scim/v2"

    oauth = {
      token_url                = "https://login.example.com/oauth/token"
      client_id                = "personio-gateway"
      client_secret_wo         = var.oauth_client_secret
      client_secret_wo_version = 1
      scopes                   = ["scim"]
    }

    headers = {
      "X-Tenant" = "acme"
    }
  }
}
