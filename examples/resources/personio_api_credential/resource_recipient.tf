# The state holds the secret encrypted: only who has the private key reads it.
#   age-keygen -o key.txt
#   terraform output -raw encrypted_client_secret | age --decrypt --identity key.txt
resource "personio_api_credential" "encrypted" {
  custom_integration_id = personio_custom_integration.reporting.id
  name                  = "reporting-encrypted"

  # Another recipient needs another secret_version.
  secret_recipient = "age1q8t6tq7e6xj6ets38splc7fchj44mcdnycx0vl95ewjx86dcws2qgz3r5f"
  secret_version   = 1
}

output "encrypted_client_secret" {
  value = personio_api_credential.encrypted.encrypted_client_secret
}
