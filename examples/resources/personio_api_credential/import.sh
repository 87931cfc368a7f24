# The secret cannot be read back: client_secret stays empty until the next rotation.
terraform import personio_api_credential.reporting 0b1f5bb5-8b8e-4f38-8a0d-6f6b6f1f8c21
