terraform import personio_sync_target.learning 6f1c1b4e-5e0a-4f6e-9d55-3f0f7a1f2a10
