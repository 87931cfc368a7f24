package gatewayapi

import "time"

// IntegrationStatus is the state of a custom integration, as Personio's
// *Connected integrations* screen words it.
type IntegrationStatus string

// The states of a custom integration.
const (
	// IntegrationPending: nothing has used it yet.
	IntegrationPending IntegrationStatus = "PENDING"
	// IntegrationConnected: a token was issued to it, or a sync run succeeded.
	IntegrationConnected IntegrationStatus = "CONNECTED"
	// IntegrationInactive: it is disabled, or it had credentials and none of
	// them is usable now.
	IntegrationInactive IntegrationStatus = "INACTIVE"
)

// CustomIntegration is a named set of rights: what its API credentials may do,
// which employee attributes they may read and write, and which reports and
// document categories are open to them.
type CustomIntegration struct {
	ID                 string   `json:"id" format:"uuid"`
	Name               string   `json:"name" doc:"Unique."`
	Description        string   `json:"description"`
	Enabled            bool     `json:"enabled" doc:"A disabled integration issues no token and its tokens are dead."`
	Scopes             []string `json:"scopes" nullable:"false" doc:"Scope strings as they were written; legacy and official strings mean the same."`
	ReadableAttributes []string `json:"readable_attributes" nullable:"false" doc:"v1 keys of the attributes that may be read; empty with all_attributes."`
	WritableAttributes []string `json:"writable_attributes" nullable:"false" doc:"v1 keys of the attributes that may be written."`
	AllAttributes      bool     `json:"all_attributes" doc:"Everything the upstream credential may read, future attributes too. Opens no report and no document."`
	// Reports and documents carry attributes that no list can cut, so that each
	// report and each category of documents is named.
	ReportIDs           []string          `json:"report_ids" nullable:"false" doc:"Ids of the reports that may be read."`
	DocumentCategoryIDs []string          `json:"document_category_ids" nullable:"false" doc:"Ids of the document categories that may be used, for reading and writing as the scopes say."`
	Status              IntegrationStatus `json:"status" enum:"PENDING,CONNECTED,INACTIVE"`
	CreatedAt           time.Time         `json:"created_at"`
	UpdatedAt           time.Time         `json:"updated_at" doc:"Last change of the configuration."`
	LastUsedAt          *time.Time        `json:"last_used_at" nullable:"true" doc:"Last call by one of its credentials, to about a second."`
	Revision            string            `json:"revision" doc:"Changes with the configuration; the ETag without its quotes."`
	// What the integration lists but the upstream credential may not do now.
	// Both are empty while the upstream covers the integration, and when the
	// upstream could not be asked.
	UnavailableScopes     []string `json:"unavailable_scopes" nullable:"false" doc:"Scopes that the upstream credential lacks now."`
	UnavailableAttributes []string `json:"unavailable_attributes" nullable:"false" doc:"Readable attributes that the upstream credential may not read now."`
}

// CustomIntegrationCreate is the body of POST /gateway/v1/custom-integrations.
type CustomIntegrationCreate struct {
	Name                string   `json:"name" minLength:"1" maxLength:"255" doc:"Unique."`
	Description         string   `json:"description,omitempty" maxLength:"1000"`
	Enabled             *bool    `json:"enabled,omitempty" default:"true"`
	Scopes              []string `json:"scopes" nullable:"false" maxItems:"100"`
	ReadableAttributes  []string `json:"readable_attributes,omitempty" maxItems:"2000"`
	WritableAttributes  []string `json:"writable_attributes,omitempty" maxItems:"2000"`
	AllAttributes       bool     `json:"all_attributes,omitempty" doc:"Excludes readable_attributes."`
	ReportIDs           []string `json:"report_ids,omitempty" maxItems:"2000" doc:"Needs reports.custom:read. Not compared with the reports that Personio has."`
	DocumentCategoryIDs []string `json:"document_category_ids,omitempty" maxItems:"2000" doc:"Needs documents:read or documents:write. Not compared with the categories that Personio has."`
}

// CustomIntegrationUpdate is the body of PATCH
// /gateway/v1/custom-integrations/{id}; absent members stay as they are.
type CustomIntegrationUpdate struct {
	Name                *string   `json:"name,omitempty" minLength:"1" maxLength:"255"`
	Description         *string   `json:"description,omitempty" maxLength:"1000"`
	Enabled             *bool     `json:"enabled,omitempty"`
	Scopes              *[]string `json:"scopes,omitempty" maxItems:"100"`
	ReadableAttributes  *[]string `json:"readable_attributes,omitempty" maxItems:"2000"`
	WritableAttributes  *[]string `json:"writable_attributes,omitempty" maxItems:"2000"`
	AllAttributes       *bool     `json:"all_attributes,omitempty"`
	ReportIDs           *[]string `json:"report_ids,omitempty" maxItems:"2000"`
	DocumentCategoryIDs *[]string `json:"document_category_ids,omitempty" maxItems:"2000"`
}
