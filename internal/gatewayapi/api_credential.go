package gatewayapi

import (
	"bytes"
	"encoding/json"
	"time"
)

// CredentialKind says which API a credential opens.
type CredentialKind string

// The kinds of credentials.
const (
	// KindPersonnel is a client id and secret for access tokens.
	KindPersonnel CredentialKind = "personnel"
	// KindRecruiting is a company id and a static token for /v1/recruiting.
	KindRecruiting CredentialKind = "recruiting"
)

// CredentialStatus says whether a credential can be used.
type CredentialStatus string

// The states of a credential. A revoked credential is gone.
const (
	CredentialActive   CredentialStatus = "ACTIVE"
	CredentialDisabled CredentialStatus = "DISABLED"
	CredentialExpired  CredentialStatus = "EXPIRED"
)

// MinClientSecretLength is the shortest secret, in characters, that a user may
// bring; the gateway's own carry 256 random bits.
const MinClientSecretLength = 32

// APICredential opens Personio's API for one custom integration: with a client
// id and secret, or with a company id and static token for recruiting.
type APICredential struct {
	ID                  string           `json:"id" format:"uuid"`
	CustomIntegrationID string           `json:"custom_integration_id" format:"uuid"`
	Name                string           `json:"name" doc:"Need not be unique."`
	Kind                CredentialKind   `json:"kind" enum:"personnel,recruiting"`
	Enabled             bool             `json:"enabled"`
	Status              CredentialStatus `json:"status" enum:"ACTIVE,DISABLED,EXPIRED"`
	ClientID            string           `json:"client_id,omitempty" doc:"papi-<uuid>; absent for the kind recruiting."`
	CompanyID           *string          `json:"company_id" nullable:"true" doc:"What goes into X-Company-ID with the kind recruiting; null for other kinds, and while the gateway has no upstream recruiting credential."`
	// ClientSecret is in the answer of the call that made the secret, and in no
	// other. A secret that the user brought is never sent back.
	ClientSecret            string     `json:"client_secret,omitempty" doc:"Only in the answer that made it. For the kind recruiting, the static token."`
	SecretID                string     `json:"secret_id" format:"uuid" doc:"Changes with every new secret."`
	SecretCreatedAt         time.Time  `json:"secret_created_at"`
	PreviousSecretExpiresAt *time.Time `json:"previous_secret_expires_at" nullable:"true" doc:"Until when the secret before the last rotation stays valid; null if it is not."`
	ExpiresAt               *time.Time `json:"expires_at" nullable:"true" doc:"When the credential ends; null: never."`
	CreatedAt               time.Time  `json:"created_at"`
	UpdatedAt               time.Time  `json:"updated_at" doc:"Last change of the configuration or secret."`
	LastUsedAt              *time.Time `json:"last_used_at" nullable:"true" doc:"Last call, to about a second."`
	RequestsLast24Hours     int64      `json:"requests_last_24_hours" doc:"Calls of Personio's API in the last 24 hours, refused ones included, to about a second; fewer if the access log is kept for less."`
	Revision                string     `json:"revision" doc:"Changes with the configuration and the secret; the ETag without its quotes."`
}

// APICredentialCreate is the body of POST /gateway/v1/api-credentials.
type APICredentialCreate struct {
	CustomIntegrationID string         `json:"custom_integration_id" format:"uuid"`
	Name                string         `json:"name" minLength:"1" maxLength:"255"`
	Kind                CredentialKind `json:"kind,omitempty" enum:"personnel,recruiting" default:"personnel"`
	Enabled             *bool          `json:"enabled,omitempty" default:"true"`
	ExpiresAt           *time.Time     `json:"expires_at,omitempty"`
	ClientSecret        string         `json:"client_secret,omitempty" minLength:"32" maxLength:"512" doc:"A secret of the caller's own instead of a generated one."`
}

// APICredentialUpdate is the body of PATCH /gateway/v1/api-credentials/{id};
// absent members stay as they are, expires_at null removes the expiry.
type APICredentialUpdate struct {
	Name      *string             `json:"name,omitempty" minLength:"1" maxLength:"255"`
	Enabled   *bool               `json:"enabled,omitempty"`
	ExpiresAt Nullable[time.Time] `json:"expires_at,omitzero" nullable:"true"`
}

// APICredentialRotation is the body of POST
// /gateway/v1/api-credentials/{id}/rotate. The client id stays, unless it is to
// be reset: then the old id goes on with the old secret only, the new id with the
// new one only.
type APICredentialRotation struct {
	RotationOverlap string `json:"rotation_overlap,omitempty" default:"0s" doc:"How long the old secret stays valid: a Go duration, 0s to 720h. Tokens issued from the old secret end with it."`
	ClientSecret    string `json:"client_secret,omitempty" minLength:"32" maxLength:"512" doc:"A secret of the caller's own instead of a generated one."`
	ResetClientID   bool   `json:"reset_client_id,omitempty" doc:"Whether the client id is replaced too. Not for the kind recruiting, which has none."`
}

// MaxRotationOverlap bounds rotation_overlap: 30 days.
const MaxRotationOverlap = 720 * time.Hour

// Nullable tells an absent member of a PATCH body (Set false) from null (Set,
// not Valid) and from a value. Fields of this type carry `json:",omitzero"`.
type Nullable[T any] struct {
	Value T
	Valid bool
	Set   bool
}

// Value makes a [Nullable] with a value.
func Value[T any](v T) Nullable[T] { return Nullable[T]{Value: v, Valid: true, Set: true} }

// Null makes a [Nullable] that is null.
func Null[T any]() Nullable[T] { return Nullable[T]{Set: true} }

// IsZero reports whether the member is absent.
func (n Nullable[T]) IsZero() bool { return !n.Set }

// MarshalJSON writes the value or null.
func (n Nullable[T]) MarshalJSON() ([]byte, error) {
	if !n.Valid {
		return []byte("null"), nil
	}
	return json.Marshal(n.Value)
}

// UnmarshalJSON reads the value or null.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error {
	n.Set = true
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		return nil
	}
	n.Valid = true
	return json.Unmarshal(data, &n.Value)
}
