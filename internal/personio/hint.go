package personio

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"strings"
)

// gatewayPrefix starts every path that only a gateway has.
const gatewayPrefix = "/gateway/v1/"

// Settings are the names that the user of a client knows its configuration by, for
// errors that say what to check. Those of Terraform are meant where one is "".
type Settings struct {
	// BaseURL is what BaseURL was set with.
	BaseURL string
	// Credential is what ClientID and ClientSecret were set with.
	Credential string
	// Trust says, as a command, how to have the API's certificate trusted.
	Trust string
	// Pace is what MaxRequestsPerSecond was set with.
	Pace string
}

// settings are the names in this error's hints.
func (e *Error) settings() Settings {
	return Settings{
		BaseURL:    cmp.Or(e.names.BaseURL, "base_url (PERSONIO_BASE_URL)"),
		Credential: cmp.Or(e.names.Credential, "client_id and client_secret (PERSONIO_CLIENT_ID, PERSONIO_CLIENT_SECRET)"),
		Trust:      cmp.Or(e.names.Trust, "set ca_cert_pem to that authority's certificate"),
		Pace:       cmp.Or(e.names.Pace, "max_requests_per_second"),
	}
}

// Hint says what to do now, "" where the answer itself is enough.
func (e *Error) Hint() string {
	switch {
	case e.canceled():
		return ""
	case e.Status == 0:
		return e.unreachableHint()
	case e.isToken():
		return e.tokenHint()
	case IsGatewayMissing(e):
		return "There is no gateway at " + e.BaseURL + ". Personio publishes no API for this; set " + e.settings().BaseURL + " to a personio-gateway"
	case e.betaMissing():
		return "Personio has this endpoint in beta, and answers so where an account may not use it: ask Personio to open it for your account. " +
			"If nothing else works either, check " + e.settings().BaseURL + ", now " + e.BaseURL
	}
	if e.Status != http.StatusForbidden && IsRightMissing(e) {
		return e.scopeHint() + ". Personio answers so for the lack of the right, too"
	}
	switch e.Status {
	case http.StatusUnauthorized:
		return "The access token was refused twice: check that the credential still exists, is enabled, and has the scope for this call"
	case http.StatusForbidden:
		if strings.HasPrefix(e.Path, gatewayPrefix) {
			return "The credential lacks the gateway:* scope for this call; use a management credential made by personio-gateway"
		}
		return e.scopeHint()
	case http.StatusPreconditionFailed:
		return "Somebody else changed the object since it was read: plan again, look at the difference, and apply"
	case http.StatusTooManyRequests:
		return "The rate limit stayed exhausted: lower " + e.settings().Pace + ", or try again later"
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return "The server is not available at the moment: try again later"
	}
	if e.isStrange() {
		return "This does not look like Personio's API: check " + e.settings().BaseURL + ", now " + e.BaseURL
	}
	return ""
}

// areas are the rights that Personio's endpoints take, by the beginning of their
// path: the scope without its access, and the English and German names of the
// area in the screen that grants it. Personio's documentation names no scope for
// projects, which are part of its attendances, nor for the organisation, for which
// the gateway takes that of persons.
var areas = []struct{ path, scope, name, nameDE string }{
	{pathProjects, "personio:attendances", "Attendances", "Anwesenheiten"},
	{pathEmployees, "personio:persons", "Employees", "Mitarbeitende"},
	{pathPersons, "personio:persons", "Employees", "Mitarbeitende"},
	{pathOrgUnits, "personio:persons", "Employees", "Mitarbeitende"},
	{pathLegalEntities, "personio:persons", "Employees", "Mitarbeitende"},
	{pathWorkplaces, "personio:persons", "Employees", "Mitarbeitende"},
	{pathCostCenters, "personio:persons", "Employees", "Mitarbeitende"},
	{pathAbsenceTypes, "personio:absences", "Absences", "Abwesenheit"},
	{pathCompensationTypes, "personio:compensations", "Compensation", "Vergütungen"},
	{pathDocumentCategories, "documents", "Documents", "Dokumente"},
	{pathReports, "reports.custom", "Custom reports", "Individuelle Berichte"},
	{pathWebhooks, "personio:webhooks", "Webhooks", "Webhooks"},
}

// scopeHint names the scope that a call of Personio's API takes, where it is
// known.
func (e *Error) scopeHint() string {
	access, grant := ":write", "write"
	if e.Method == http.MethodGet || e.Method == http.MethodHead {
		access, grant = ":read", "read"
	}
	for _, a := range areas {
		if e.Path == a.path || strings.HasPrefix(e.Path, a.path+"/") {
			return "If the credential lacks the scope " + a.scope + access + ", give it " + grant + " access to " + a.name + " (in German: " + a.nameDE +
				") on Personio's screen for API credentials; at a gateway, add the scope to the custom integration, or make a management credential with it"
		}
	}
	return "The credential lacks the scope for this call"
}

// isStrange reports an answer that Personio's API would not give.
func (e *Error) isStrange() bool {
	if e.Status >= http.StatusInternalServerError || e.Status == http.StatusConflict {
		return false
	}
	return e.Problem == nil && e.V1 == nil && e.OAuth == nil && (e.Err == nil || errors.Is(e.Err, errNotTheAPI))
}

func (e *Error) tokenHint() string {
	switch {
	case e.OAuth != nil && e.OAuth.refusesClient():
		return "Check " + e.settings().Credential + ": the credential may be mistyped, disabled, expired, revoked, or belong to another API than " + e.BaseURL
	case e.isStrange() && e.Status != http.StatusTooManyRequests:
		return "This does not look like Personio's API: check " + e.settings().BaseURL + ", now " + e.BaseURL
	default:
		return ""
	}
}

func (e *Error) unreachableHint() string {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var record tls.RecordHeaderError
	switch {
	case errors.As(e.Err, &unknown):
		return "Its certificate is signed by an authority that is not trusted here: " + e.settings().Trust
	case errors.As(e.Err, &host):
		return "Its certificate is for another name: check the host in " + e.settings().BaseURL
	case errors.As(e.Err, &record), errors.Is(e.Err, http.ErrSchemeMismatch):
		return "It does not speak TLS: check scheme and port in " + e.settings().BaseURL
	default:
		return "Check " + e.settings().BaseURL + ", that the server is running, and the way there: name resolution, proxy, firewall"
	}
}
