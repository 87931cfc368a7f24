data "personio_legal_entities" "german" {
  country = "DE"
}

output "german_entities" {
  value = { for entity in data.personio_legal_entities.german.legal_entities : entity.name => entity.id }
}
