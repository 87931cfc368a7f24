package sandbox

import (
	"slices"
	"strings"
)

// knownScopes are the scopes that were seen granted or are documented, by their official names
// where they have one.
var knownScopes = []string{
	"personio:persons:read", "personio:persons:write",
	"personio:attendances:read", "personio:attendances:write",
	"personio:absences:read", "personio:absences:write",
	"documents:read", "documents:write",
	"reports.custom:read",
	"personio:compensations:read", "personio:compensations:write",
	"personio:recruiting:read",
	"personio:webhooks:read", "personio:webhooks:write",
	"personio:jobs:read", "personio:salary-bands:read",
}

// KnownScopes returns every scope that a credential can usefully hold. Legacy
// names ([Credential.Scopes]) are not repeated.
func KnownScopes() []string { return slices.Clone(knownScopes) }

// legacyAreas maps the area of a legacy scope to that of the official one.
var legacyAreas = map[string]string{"employees": "persons", "attendances": "attendances", "absences": "absences"}

// officialScope returns the official name of a scope: employees:read and
// personio:persons:read are the same right.
func officialScope(scope string) string {
	area, action, _ := strings.Cut(scope, ":")
	if official, ok := legacyAreas[area]; ok {
		return "personio:" + official + ":" + action
	}
	return scope
}

// rights is a set of official scopes.
type rights map[string]bool

func rightsOf(scopes []string) rights {
	set := make(rights, len(scopes))
	for _, scope := range scopes {
		set[officialScope(scope)] = true
	}
	return set
}
