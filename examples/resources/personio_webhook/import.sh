terraform import personio_webhook.directory 8c1f0a52-3f1d-4d0e-9b1e-0a52c4f6e9d5
