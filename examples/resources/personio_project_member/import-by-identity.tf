import {
  to = personio_project_member.auditor
  identity = {
    project_id = "3d7c1f00-8a51-4c0e-9b1d-6f2e50000001"
    person_id  = "11000004"
  }
}
