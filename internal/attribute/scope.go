package attribute

import (
	"slices"
	"strings"
)

// Scope is one access right of an API credential.
type Scope struct {
	// Name is the official string, "personio:persons:read" where Personio has
	// one of that form, else the short one ("documents:read").
	Name string
	// Legacy is the short string that means the same right, if there is one.
	Legacy string
	// Area and AreaDE are the English and German names of the area in the screen
	// that grants the right.
	Area, AreaDE string
}

// scopes is every scope string for which there is public evidence. A scope that
// one client guessed and nobody confirmed is not here.
var scopes = []Scope{
	{ScopePersonsRead, "employees:read", "Employees", "Mitarbeitende"},
	{ScopePersonsWrite, "employees:write", "Employees", "Mitarbeitende"},
	{ScopeAttendancesRead, "attendances:read", "Attendances", "Anwesenheiten"},
	{ScopeAttendancesWrite, "attendances:write", "Attendances", "Anwesenheiten"},
	{ScopeAbsencesRead, "absences:read", "Absences", "Abwesenheit"},
	{ScopeAbsencesWrite, "absences:write", "Absences", "Abwesenheit"},
	{ScopeDocumentsRead, "", "Documents", "Dokumente"},
	{ScopeDocumentsWrite, "", "Documents", "Dokumente"},
	{ScopeCompensationsRead, "", "Compensation", "Vergütungen"},
	{ScopeCompensationsWrite, "", "Compensation", "Vergütungen"},
	{ScopeReportsRead, "", "Custom reports", "Individuelle Berichte"},
	{ScopeRecruitingRead, "", "Recruiting", "Recruiting"},
	{ScopeJobsRead, "", "Jobs", "Jobs"},
	{ScopeSalaryBandsRead, "", "Salary bands", "Gehaltsbänder"},
	{ScopeWebhooksRead, "", "Webhooks", "Webhooks"},
	{ScopeWebhooksWrite, "", "Webhooks", "Webhooks"},
}

// GatewayScopePrefix starts every scope of the gateway's management API. Only
// management credentials hold such scopes, never custom integrations.
const GatewayScopePrefix = "gateway:"

// The scopes of the gateway's management API.
const (
	ScopeCustomIntegrationsRead  = "gateway:custom-integrations:read"
	ScopeCustomIntegrationsWrite = "gateway:custom-integrations:write"
	ScopeAPICredentialsRead      = "gateway:api-credentials:read"
	ScopeAPICredentialsWrite     = "gateway:api-credentials:write"
	ScopeSyncTargetsRead         = "gateway:sync-targets:read"
	ScopeSyncTargetsWrite        = "gateway:sync-targets:write"
	ScopeSyncRulesRead           = "gateway:sync-rules:read"
	ScopeSyncRulesWrite          = "gateway:sync-rules:write"
	// ScopeSyncRunsRead reads runs, whose items name employees by id.
	ScopeSyncRunsRead = "gateway:sync-runs:read"
	// ScopeAccessLogRead reads who called Personio's API through the gateway.
	ScopeAccessLogRead = "gateway:access-log:read"
)

// The scopes that Personio's endpoints need.
const (
	ScopePersonsRead        = "personio:persons:read"
	ScopePersonsWrite       = "personio:persons:write"
	ScopeAttendancesRead    = "personio:attendances:read"
	ScopeAttendancesWrite   = "personio:attendances:write"
	ScopeAbsencesRead       = "personio:absences:read"
	ScopeAbsencesWrite      = "personio:absences:write"
	ScopeDocumentsRead      = "documents:read"
	ScopeDocumentsWrite     = "documents:write"
	ScopeCompensationsRead  = "personio:compensations:read"
	ScopeCompensationsWrite = "personio:compensations:write"
	ScopeReportsRead        = "reports.custom:read"
	ScopeRecruitingRead     = "personio:recruiting:read"
	ScopeJobsRead           = "personio:jobs:read"
	ScopeSalaryBandsRead    = "personio:salary-bands:read"
	ScopeWebhooksRead       = "personio:webhooks:read"
	ScopeWebhooksWrite      = "personio:webhooks:write"
)

// ManagementScopes returns every scope of the gateway's management API.
func ManagementScopes() []string {
	return []string{
		ScopeCustomIntegrationsRead, ScopeCustomIntegrationsWrite,
		ScopeAPICredentialsRead, ScopeAPICredentialsWrite,
		ScopeSyncTargetsRead, ScopeSyncTargetsWrite,
		ScopeSyncRulesRead, ScopeSyncRulesWrite, ScopeSyncRunsRead,
		ScopeAccessLogRead,
	}
}

var canonical = func() map[string]string {
	m := make(map[string]string, 2*len(scopes))
	for _, s := range scopes {
		m[s.Name] = s.Name
		if s.Legacy != "" {
			m[s.Legacy] = s.Name
		}
	}
	for _, s := range ManagementScopes() {
		m[s] = s
	}
	return m
}()

// Scopes returns every known Personio scope.
func Scopes() []Scope { return slices.Clone(scopes) }

// CanonicalScope returns the official string of the right that scope names, and
// whether the scope is known. "employees:read" and "personio:persons:read" are
// one right. An unknown scope is returned as it is.
func CanonicalScope(scope string) (string, bool) {
	c, ok := canonical[scope]
	if !ok {
		return scope, false
	}
	return c, true
}

// LookupScope returns the Personio scope that a string names, official or
// legacy.
func LookupScope(scope string) (Scope, bool) {
	c, _ := CanonicalScope(scope)
	i := slices.IndexFunc(scopes, func(s Scope) bool { return s.Name == c })
	if i < 0 {
		return Scope{}, false
	}
	return scopes[i], true
}

// IsManagementScope reports whether scope belongs to the gateway's management
// API.
func IsManagementScope(scope string) bool { return strings.HasPrefix(scope, GatewayScopePrefix) }

// NearestScopes returns up to n known Personio scope strings that resemble
// scope, best first.
func NearestScopes(scope string, n int) []string {
	var names []string
	for _, s := range scopes {
		names = append(names, s.Name)
		if s.Legacy != "" {
			names = append(names, s.Legacy)
		}
	}
	return NearestOf(scope, names, n)
}

// ScopeSet is a set of rights, keyed by their official strings.
type ScopeSet map[string]struct{}

// NewScopeSet makes a set of the rights that the given scope strings name.
func NewScopeSet(scopes ...string) ScopeSet {
	set := make(ScopeSet, len(scopes))
	for _, s := range scopes {
		c, _ := CanonicalScope(s)
		set[c] = struct{}{}
	}
	return set
}

// Has reports whether the set holds the right that scope names.
func (s ScopeSet) Has(scope string) bool {
	c, _ := CanonicalScope(scope)
	_, ok := s[c]
	return ok
}
