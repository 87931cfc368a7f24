data "personio_document_categories" "all" {}

# An integration that may read one category of documents, found by its name.
resource "personio_custom_integration" "payroll" {
  name   = "Payroll"
  scopes = ["documents:read"]
  document_category_ids = [
    for category in data.personio_document_categories.all.document_categories :
    category.id if category.name == "Payslips"
  ]
}
