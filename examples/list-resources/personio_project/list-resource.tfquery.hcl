# Projects that are worked on, without their parts.
list "personio_project" "active" {
  provider = personio

  config {
    status         = "ACTIVE"
    top_level_only = true
  }
}
