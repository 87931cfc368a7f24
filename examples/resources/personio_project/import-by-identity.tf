import {
  to = personio_project.rollout
  identity = {
    id = "3d7c1f00-8a51-4c0e-9b1d-6f2e50000001"
  }
}
