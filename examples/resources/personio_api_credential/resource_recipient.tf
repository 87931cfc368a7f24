# The state holds the secret encrypted: only who has the private key reads it.
#   age-keygen -o key.txt
#   terraform output -raw encrypted_client_secret | age --decrypt --identity key.txt
resource "personio_api_credential" "encrypted" {
  custom_integration_id = personio_custom_integration.reporting.id
  name                  = "reporting-encrypted"

  # Another recipient needs another secret_version.
  secret_recipient = "age1hsvpjc2z4yzgr4p7s4vaxsyff4n9mw26ky07dnw78n9knzhqx5xqexejh0"
  secret_version   = 1
}

output "encrypted_client_secret" {
  value = personio_api_credential.encrypted.encrypted_client_secret
}
