data "personio_compensation_types" "all" {}

output "one_time_types" {
  value = [for kind in data.personio_compensation_types.all.compensation_types : kind.name if kind.category == "ONE_TIME"]
}
