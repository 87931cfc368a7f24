# By e-mail address, with two attributes in the state and nothing else.
data "personio_person" "owner" {
  email      = "ada.lovelace@example.com"
  attributes = ["first_name", "department"]
}

output "owner" {
  value = "${data.personio_person.owner.values.first_name} (${data.personio_person.owner.values.department})"
}
