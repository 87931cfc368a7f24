// Package catalogue holds what public pages say of systems that integrate with
// Personio: who makes them, how they are activated, which rights they ask for.
// Each entry is a file of its own with its sources; what no public page says is
// left out of it.
package catalogue

import (
	"bytes"
	"embed"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Who made an integration.
const (
	MadeByPersonio = "PERSONIO"
	// MadeByPartner is anybody else, whether or not Personio lists them.
	MadeByPartner = "PARTNER"
)

// How an integration is governed with this provider.
const (
	// WayGatewayCredential is a credential of the gateway: the system can be
	// pointed at its URL.
	WayGatewayCredential = "GATEWAY_CREDENTIAL"
	// WayAudit is a credential made in Personio's screens that is
	// audited: the system always calls Personio.
	WayAudit = "CREDENTIAL_AUDIT"
	// WaySCIM is a sync rule that pushes people to the system.
	WaySCIM = "SCIM"
	// WayPersonio is Personio's own screens, which no API manages or audits.
	WayPersonio = "PERSONIO"
)

// TierNone is the tier of what Personio makes itself.
const TierNone = "none"

// The values that fields of an entry can have.
var (
	MadeBy = []string{MadeByPersonio, MadeByPartner}
	Ways   = []string{WayGatewayCredential, WayAudit, WaySCIM, WayPersonio}
	Tiers  = []string{"Select", "Elite", "Premier", TierNone}
	// ActivationMethods are the three ways of partners' integrations, and the
	// wizard of those that Personio makes.
	ActivationMethods = []string{"api_credential", "email", "recruiting_credential", "configuration_wizard"}
	// Categories are the catalogue's own, not the Marketplace's.
	Categories = []string{
		"identity", "it_management", "learning", "performance_and_engagement", "time_and_absence", "finance",
		"benefits", "recruiting", "compliance", "data_and_automation",
	}
)

// Entry is one system. A field that is empty is not known, unless it says
// otherwise.
type Entry struct {
	// ID is the slug, which is the name of the entry's file as well.
	ID          string `yaml:"id"`
	Name        string `yaml:"name"`
	Developer   string `yaml:"developer"`
	Description string `yaml:"description"`
	// MadeBy, Category, Tier, ActivationMethods and Way have the values of the
	// lists of the same names.
	MadeBy            string   `yaml:"made_by"`
	Category          string   `yaml:"category"`
	Tier              string   `yaml:"tier"`
	ActivationMethods []string `yaml:"activation_methods"`
	Way               string   `yaml:"way"`
	// WayReason says why the way is this one.
	WayReason string `yaml:"way_reason"`
	// RecommendedScopes are official scope strings of Personio's API.
	RecommendedScopes []string `yaml:"recommended_scopes"`
	// AllAttributes says that the vendor asks for every employee attribute.
	AllAttributes bool `yaml:"all_attributes"`
	// RequiredAttributes and OptionalAttributes are v1 keys of system attributes,
	// without the id, which every answer carries.
	RequiredAttributes []string `yaml:"required_attributes"`
	OptionalAttributes []string `yaml:"optional_attributes"`
	// CustomAttributes are labels of what is no system attribute, so that its key
	// differs from company to company.
	CustomAttributes []string     `yaml:"custom_attributes"`
	Instructions     Instructions `yaml:"instructions"`
	SupportContact   string       `yaml:"support_contact"`
	Sources          []Source     `yaml:"sources"`
}

// Attributes are the required and the optional attributes together.
func (e *Entry) Attributes() []string {
	return slices.Concat(e.RequiredAttributes, e.OptionalAttributes)
}

// Instructions say how to activate an integration, in short and where at length.
type Instructions struct {
	Text string `yaml:"text"`
	URL  string `yaml:"url"`
}

// Source is a public page that an entry rests on.
type Source struct {
	URL string `yaml:"url"`
	// LookedUp is the date on which the page was read, as YYYY-MM-DD.
	LookedUp string `yaml:"looked_up"`
}

//go:embed entries/*.yaml
var files embed.FS

// Entries returns all entries, sorted by id. They are read once and shared:
// callers do not change them. An error means that the program was built with a
// broken entry.
var Entries = sync.OnceValues(func() ([]Entry, error) {
	found, err := files.ReadDir("entries")
	if err != nil {
		return nil, err
	}
	entries := make([]Entry, len(found))
	for i, file := range found {
		content, err := files.ReadFile("entries/" + file.Name())
		if err != nil {
			return nil, err
		}
		if entries[i], err = decode(content); err != nil {
			return nil, fmt.Errorf("%s: %w", file.Name(), err)
		}
	}
	slices.SortFunc(entries, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) })
	return entries, nil
})

// decode reads an entry. A field that there is not is an error.
func decode(content []byte) (Entry, error) {
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	var entry Entry
	err := decoder.Decode(&entry)
	return entry, err
}
