# The credentials of one integration, with their attributes.
list "personio_api_credential" "reporting" {
  provider         = personio
  include_resource = true

  config {
    custom_integration_id = "6f1c1b4e-5e0a-4f6e-9d55-3f0f7a1f2a10"
  }
}
