# The members of every project that has some of its own.
list "personio_project_members" "all" {
  provider = personio

  include_resource = true
}
