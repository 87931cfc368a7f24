// Package scim is the sandbox's SCIM 2.0 service provider (RFC 7643, RFC 7644):
// the target that sync rules are tried on. It lives in memory and shares no
// code with the client.
//
//	target := scim.New(scim.Options{Token: "a-token"})
//	server := httptest.NewServer(target.Handler())
//
// # Endpoints
//
//	GET    /ServiceProviderConfig         needs no token
//	GET    /ResourceTypes, /ResourceTypes/{name}
//	GET    /Schemas, /Schemas/{urn}
//	GET    /Users, /Groups                filter, startIndex, count, attributes, excludedAttributes
//	POST   /Users, /Groups
//	GET    /Users/{id}, /Groups/{id}      also PUT, PATCH, DELETE
//	POST   /oauth/token                   client credentials (RFC 6749, section 4.4)
//
// # What the RFCs leave open
//
// Where service providers differ, this one is strict, so that a careless client
// is found out:
//
//   - Unknown attributes and schemas are refused with 400 invalidSyntax, in a
//     path of PATCH with 400 invalidPath. Options.IgnoreUnknown drops them instead.
//     Read-only attributes are ignored in bodies; as the path of PATCH they are a
//     400 mutability.
//   - Types are checked: a boolean is no string, a multi-valued attribute is an
//     array. In PATCH, one value may stand for an array of one.
//   - Lists are in order of creation; a page has 100 resources unless count asks
//     for another number, and never over 200. Sorting is not supported: sortBy is ignored.
//   - Filters: eq and and, over userName, displayName, externalId, active,
//     emails.value (users) and displayName, externalId (groups). Anything else is
//     400 invalidFilter. All but externalId and active ignore case.
//   - A userName is unique without regard to case. A group's displayName may
//     occur twice unless Options.UniqueGroupNames is set.
//   - A member must exist, else 400 invalidValue. Its type and display are filled in.
//   - PATCH answers 200 with the resource. replace or remove with a filter that
//     selects nothing is 400 noTarget; add with such a filter makes a value out of
//     its conditions. A sub-attribute of a multi-valued attribute needs a filter.
//     remove takes a value, too, that says which values to remove. Names of
//     operations may be in any case. All operations take effect or none.
//   - A change that changes nothing leaves meta.version and meta.lastModified alone.
//   - If-Match and If-None-Match are honoured.
//   - A password is accepted and forgotten.
package scim
