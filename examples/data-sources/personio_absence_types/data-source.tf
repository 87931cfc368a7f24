data "personio_absence_types" "all" {}

output "absence_types_in_days" {
  value = [for kind in data.personio_absence_types.all.absence_types : kind.name if kind.unit == "DAY"]
}
