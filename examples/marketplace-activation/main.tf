# The ways in which an entry of Personio's Marketplace is activated.
#
# Which way it goes:
#
#   1. The partner takes a client id and secret, and lets you set the API's URL:
#      a gateway credential, new or added to an integration that exists. Below.
#   2. The partner takes a client id and secret, and always calls
#      api.personio.de: make the credential in Personio's screens. This provider
#      cannot manage it, but audits it: see examples/josys and examples/dco.
#   3. The partner is asked by e-mail: the text below says what was agreed, and
#      leaves the secret out. Send the secret another way.
#
# A partner for recruiting takes a company id and a static token instead of client
# id and secret, in each of these ways. Below: one that brings applications.

terraform {
  required_providers {
    personio = {
      source = "personio-community/personio"
    }
  }
}

# Takes PERSONIO_BASE_URL, PERSONIO_CLIENT_ID and PERSONIO_CLIENT_SECRET from the
# environment. The base URL is that of a gateway.
provider "personio" {}

variable "gateway_url" {
  description = "The gateway's public URL, which the partner shall call."
  type        = string
  default     = "https://personio-gateway.example.com"
}

# A new integration for the partner, with what it asked for and you agreed to.
resource "personio_custom_integration" "partner" {
  name                = "Partner: lunch vouchers"
  description         = "Agreed on with the partner and the works council"
  scopes              = ["personio:persons:read"]
  readable_attributes = ["first_name", "last_name", "email", "status", "office"]
}

resource "personio_api_credential" "partner" {
  custom_integration_id = personio_custom_integration.partner.id
  name                  = "lunch-vouchers"
}

# A second credential for the same integration, found by its name as it would
# be if another team had made it. Each can be revoked without the other.
data "personio_connected_integration" "existing" {
  name       = personio_custom_integration.partner.name
  depends_on = [personio_custom_integration.partner]
}

resource "personio_api_credential" "partner_trial" {
  custom_integration_id = data.personio_connected_integration.existing.id
  name                  = "lunch-vouchers-trial"
}

# A partner that sends applications takes company id and token. They open
# /v1/recruiting and nothing else, so the integration needs no scope. The gateway
# was given recruiting access of its own (--upstream-recruiting-company-id).
resource "personio_custom_integration" "job_board" {
  name   = "Partner: job board"
  scopes = []
}

resource "personio_api_credential" "job_board" {
  custom_integration_id = personio_custom_integration.job_board.id
  name                  = "job-board"
  kind                  = "recruiting"
}

output "recruiting_company_id" {
  value = personio_api_credential.job_board.company_id
}

output "recruiting_token" {
  value     = personio_api_credential.job_board.client_secret
  sensitive = true
}

output "client_id" {
  value = personio_api_credential.partner.client_id
}

output "client_secret" {
  value     = personio_api_credential.partner.client_secret
  sensitive = true
}

output "mail_to_partner" {
  description = "Ready to send."
  value       = <<-TEXT
    Please activate our Personio integration.

    API URL:    ${var.gateway_url}
    Client id:  ${personio_api_credential.partner.client_id}
    Scopes:     ${join(", ", personio_custom_integration.partner.scopes)}
    Attributes: ${join(", ", personio_custom_integration.partner.readable_attributes)}

    The client secret reaches you separately.
  TEXT
}
