# The attributes that the provider's own credential may read.
data "personio_employee_attributes" "all" {}

# A custom attribute found by its label, since its key is only a number.
output "personnel_number_key" {
  value = one([
    for attribute in data.personio_employee_attributes.all.attributes : attribute.key
    if attribute.label == "Personalnummer"
  ])
}
