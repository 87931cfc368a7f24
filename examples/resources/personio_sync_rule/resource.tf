resource "personio_custom_integration" "learning" {
  name   = "edyoucated"
  scopes = ["personio:persons:read"]
  readable_attributes = [
    "first_name", "last_name", "email", "status", "employment_type", "position", "department", "supervisor",
  ]
}

variable "scim_token" {
  description = "Bearer token of the learning platform's SCIM endpoint."
  type        = string
  sensitive   = true
  ephemeral   = true
}

resource "personio_sync_target" "learning" {
  name = "edyoucated"

  scim = {
    url              = "https://scim.example.com/v2"
    token_wo         = var.scim_token
    token_wo_version = 1
  }
}

resource "personio_sync_rule" "learning" {
  name                  = "Employees to edyoucated"
  custom_integration_id = personio_custom_integration.learning.id
  sync_target_id        = personio_sync_target.learning.id
  active                = true

  # Who gets an account, and how it is found.
  filter = "status in ['active', 'onboarding', 'leave'] && employment_type == 'internal'"
  match  = { employee = "email", account = "userName" }

  # As what.
  attribute_mapping = {
    "name.givenName"    = "first_name"
    "name.familyName"   = "last_name"
    "title"             = "position"
    "preferredLanguage" = "'de'"

    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department" = "department"
  }

  # In which groups.
  group_mapping = {
    department = { name = "'Abteilung ' + department" }
    supervisor = { name = "supervisor.first_name + ' ' + supervisor.last_name + 's Team'" }
  }

  # When, and what may go wrong.
  schedule            = { cron = "0 4 * * *", time_zone = "Europe/Berlin" }
  max_deprovision     = "10%"
  on_failure          = "pause"
  notification_emails = ["it@example.com"]

  # Any change runs the rule, and resumes it if it is paused.
  triggers = {
    release = "2027-01"
  }
}
