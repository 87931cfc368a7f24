# Rotates by itself: the first apply in the last week of 90 days makes a new
# secret, and the old one works on for two days.
resource "personio_api_credential" "rotating" {
  custom_integration_id = personio_custom_integration.reporting.id
  name                  = "reporting-rotating"

  rotate_after          = "2160h"
  early_rotation_window = "168h"
  rotation_overlap      = "48h"
}
