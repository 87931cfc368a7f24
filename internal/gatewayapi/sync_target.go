package gatewayapi

import "time"

// SyncTarget is a SCIM 2.0 service provider (RFC 7643, RFC 7644) that sync rules
// write accounts to. Its secrets go in and never come out.
type SyncTarget struct {
	ID        string     `json:"id" format:"uuid"`
	Name      string     `json:"name" doc:"Unique."`
	SCIM      SCIMTarget `json:"scim"`
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at" doc:"Last change of the configuration."`
	Revision  string     `json:"revision" doc:"Changes with the configuration, secrets included; the ETag without its quotes."`
}

// SCIMTarget says where a SCIM service provider is, without secrets.
type SCIMTarget struct {
	URL       string            `json:"url" format:"uri" doc:"Base URL, above /Users and /Groups. https, or http on loopback."`
	OAuth     *SCIMOAuth        `json:"oauth,omitempty" doc:"Set if tokens come from an OAuth 2.0 token endpoint."`
	Headers   map[string]string `json:"headers,omitempty" doc:"Sent with every request; no place for secrets."`
	CACertPEM string            `json:"ca_cert_pem,omitempty" doc:"Certificates that are trusted in addition to the system's."`
}

// SCIMOAuth is the client credentials grant (RFC 6749, section 4.4) without the
// client secret.
type SCIMOAuth struct {
	TokenURL string   `json:"token_url" format:"uri"`
	ClientID string   `json:"client_id" minLength:"1"`
	Scopes   []string `json:"scopes,omitempty"`
}

// SyncTargetCreate is the body of POST /gateway/v1/sync-targets. The target is
// tested before it is stored; a test that fails is a 422 with its reason.
type SyncTargetCreate struct {
	Name string         `json:"name" minLength:"1" maxLength:"255" doc:"Unique."`
	SCIM SCIMTargetSent `json:"scim"`
}

// SyncTargetUpdate is the body of PATCH /gateway/v1/sync-targets/{id}. scim is
// replaced as a whole; a secret that it leaves out stays as it is.
type SyncTargetUpdate struct {
	Name *string         `json:"name,omitempty" minLength:"1" maxLength:"255"`
	SCIM *SCIMTargetSent `json:"scim,omitempty"`
}

// SCIMTargetSent is a [SCIMTarget] on its way in, with its secret: a bearer
// token, or the client secret that goes with oauth.
type SCIMTargetSent struct {
	SCIMTarget
	Token             string `json:"token,omitempty" maxLength:"8192" doc:"Sent as a bearer token. Excludes oauth."`
	OAuthClientSecret string `json:"oauth_client_secret,omitempty" maxLength:"8192"`
}

// SyncTargetTest is the answer of POST /gateway/v1/sync-targets/{id}/test: what
// the service provider says of itself. A test that fails is a 422.
type SyncTargetTest struct {
	Users           int  `json:"users" doc:"Accounts that it counts now."`
	PatchSupported  bool `json:"patch_supported"`
	FilterSupported bool `json:"filter_supported"`
}
