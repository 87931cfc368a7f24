import {
  to = personio_api_credential.reporting
  identity = {
    id = "0b1f5bb5-8b8e-4f38-8a0d-6f6b6f1f8c21"
  }
}
