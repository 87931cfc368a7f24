// Package token issues access tokens in Personio's two ways and checks them, and
// the static tokens for recruiting. An access token is opaque; only its hash is
// stored. What the database says of it is believed until this process writes
// something, and for half a second at most: whatever ends a credential ends its
// tokens at once here, and within that time in other processes. A static token is
// looked up at every call, of which Personio takes twenty a minute.
package token

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// Life is how long a token is valid: Personio's 24 hours, v1 and v2.
const Life = 24 * time.Hour

// ErrInvalid says that the token is missing or not live.
var ErrInvalid = errors.New("invalid access token")

// Principal is whom a call is made for, and what it may do.
type Principal struct {
	// CredentialID is the id of the API credential or management credential.
	CredentialID string
	// CustomIntegrationID is "" for a management credential.
	CustomIntegrationID string
	// Management is set for a management credential. It may read every attribute.
	Management bool
	Scopes     attribute.ScopeSet
	// AllAttributes: every attribute may be read, ReadableAttributes is empty.
	AllAttributes      bool
	ReadableAttributes []string
	WritableAttributes []string
	// ReportIDs and DocumentCategoryIDs are the reports and the categories of
	// documents that are open to it: what is in those no attribute list can cut.
	ReportIDs           []string
	DocumentCategoryIDs []string
	readable            map[string]struct{}
}

// Service issues and checks tokens.
type Service struct {
	store *store.Store
	key   *secretbox.Key
	now   func() time.Time
	use   *useRecorder
	known *cache
	asked *throttle
}

// New makes the service. Close it to write what was noted of last uses.
func New(s *store.Store, key *secretbox.Key, now func() time.Time) *Service {
	return &Service{store: s, key: key, now: now, use: newUseRecorder(s), known: newCache(s), asked: newThrottle()}
}

// Close writes the last uses and ends the service's goroutine.
func (s *Service) Close() error { return s.use.close() }

// Authenticate returns the principal of a request's bearer token, ErrInvalid if
// there is none. It notes the use.
func (s *Service) Authenticate(r *http.Request) (Principal, error) {
	bearer, ok := bearerToken(r)
	if !ok {
		return Principal{}, ErrInvalid
	}
	now := s.now()
	known, err := s.known.get(r.Context(), secretbox.HashGenerated(bearer))
	if errors.Is(err, store.ErrNotFound) || err == nil && !known.holder.Live(now) {
		return Principal{}, ErrInvalid
	}
	if err != nil {
		return Principal{}, fmt.Errorf("checking an access token: %w", err)
	}
	p := known.principal
	s.use.note(store.Use{CredentialID: p.CredentialID, Management: p.Management, At: now})
	return p, nil
}

// bearerToken returns the token of a request that brings exactly one.
func bearerToken(r *http.Request) (bearer string, ok bool) {
	values := r.Header.Values("Authorization")
	if len(values) != 1 {
		return "", false
	}
	scheme, bearer, ok := strings.Cut(values[0], " ")
	return bearer, ok && strings.EqualFold(scheme, "Bearer") && bearer != ""
}

// principalOf is whom a holder is.
func principalOf(holder *store.TokenHolder) Principal {
	p := Principal{
		CredentialID:        holder.APICredentialID,
		CustomIntegrationID: holder.CustomIntegrationID,
		Scopes:              attribute.NewScopeSet(holder.Scopes...),
		AllAttributes:       holder.AllAttributes,
		ReadableAttributes:  holder.ReadableAttributes,
		WritableAttributes:  holder.WritableAttributes,
		ReportIDs:           holder.ReportIDs,
		DocumentCategoryIDs: holder.DocumentCategoryIDs,
		readable:            make(map[string]struct{}, len(holder.ReadableAttributes)),
	}
	for _, key := range holder.ReadableAttributes {
		p.readable[key] = struct{}{}
	}
	if holder.ManagementCredentialID != "" {
		p.CredentialID, p.Management, p.AllAttributes = holder.ManagementCredentialID, true, true
	}
	return p
}

// MayRead reports whether an attribute may be read. The id always comes along;
// names that nobody knows are refused to everyone.
func (p *Principal) MayRead(key string) bool {
	if key == attribute.ID {
		return true
	}
	if p.AllAttributes {
		return attribute.Known(key)
	}
	_, ok := p.readable[key]
	return ok
}

// MayWrite reports whether an attribute may be written. all_attributes is about
// reading; what may be written is always listed.
func (p *Principal) MayWrite(key string) bool {
	if p.Management {
		return attribute.Known(key)
	}
	return slices.Contains(p.WritableAttributes, key)
}

// MayWriteAll reports whether everything of an employee may be written, as one
// who deletes an employee does.
func (p *Principal) MayWriteAll() bool { return p.Management }

// MayReadReport reports whether a report may be read.
func (p *Principal) MayReadReport(id string) bool {
	return p.Management || slices.Contains(p.ReportIDs, id)
}

// MayUseDocumentCategory reports whether documents of a category may be read and
// written, as far as the scopes go.
func (p *Principal) MayUseDocumentCategory(id string) bool {
	return p.Management || slices.Contains(p.DocumentCategoryIDs, id)
}

// Issued is a new token.
type Issued struct {
	AccessToken string
	Scopes      []string
	Life        time.Duration
}

// The reasons for which no token is issued. Their texts are for the client.
var (
	errUnknownClient = errors.New("the client id is unknown")
	errWrongSecret   = errors.New("the client secret is wrong")
	errDisabled      = errors.New("the credential is disabled")
	errIntegration   = errors.New("the custom integration of this credential is disabled")
	errExpired       = errors.New("the credential has expired")
)

// isUnusable reports that a credential proved its secret and is not good now.
func isUnusable(err error) bool {
	return errors.Is(err, errDisabled) || errors.Is(err, errExpired) || errors.Is(err, errIntegration)
}

// invalidScopeError: a scope that was asked for is not granted, or does not
// exist; Personio gives the same answer to both.
type invalidScopeError struct{ scope string }

func (e invalidScopeError) Error() string {
	return fmt.Sprintf("the scope %s is unknown or was not granted to this credential", e.scope)
}

// issuer is a credential that proved its secret.
type issuer struct {
	apiCredentialID, managementCredentialID, secretID string
	scopes                                            []string
}

// Request asks for a token.
type Request struct {
	ClientID, ClientSecret string
	// Scopes are the scopes that are wanted; none: every scope of the credential.
	Scopes []string
	// Endpoint is where it was asked for, From the address it came from; both are
	// for the throttle.
	Endpoint Endpoint
	From     string
}

// Issue makes a token.
func (s *Service) Issue(ctx context.Context, r Request) (Issued, error) {
	now := s.now()
	from, err := s.authenticateClient(ctx, r, now)
	if err != nil {
		return Issued{}, err
	}
	granted, scopes := attribute.NewScopeSet(from.scopes...), r.Scopes
	for _, scope := range scopes {
		if !granted.Has(scope) {
			return Issued{}, invalidScopeError{scope}
		}
	}
	if len(scopes) == 0 {
		scopes = from.scopes
	}
	token := secretbox.NewSecret()
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		return tx.InsertAccessToken(ctx, store.AccessToken{
			Hash:                   secretbox.HashGenerated(token),
			APICredentialID:        from.apiCredentialID,
			ManagementCredentialID: from.managementCredentialID,
			SecretID:               from.secretID,
			Scopes:                 scopes,
			CreatedAt:              now,
			ExpiresAt:              now.Add(Life),
		})
	})
	if err != nil {
		return Issued{}, fmt.Errorf("storing an access token: %w", err)
	}
	return Issued{AccessToken: token, Scopes: slices.Clone(scopes), Life: Life}, nil
}

// authenticateClient finds the credential of a request. The throttle comes before
// the secret is looked at: it is there for guesses, too.
func (s *Service) authenticateClient(ctx context.Context, r Request, now time.Time) (issuer, error) {
	credential, err := s.store.APICredentialByClientID(ctx, r.ClientID, now)
	if errors.Is(err, store.ErrNotFound) {
		return s.authenticateManagement(ctx, r, now)
	}
	if err != nil {
		return issuer{}, err
	}
	if err := s.asked.admit(counted{r.Endpoint, credential.ID, r.From}, now); err != nil {
		return issuer{}, err
	}
	secretID, ok := s.match(credential.SecretOf(r.ClientID), r.ClientSecret, now)
	switch {
	case !ok:
		return issuer{}, errWrongSecret
	case credential.Kind == string(gatewayapi.KindRecruiting):
		return issuer{}, errRecruiting
	}
	integration, err := s.usable(ctx, &credential, now)
	if err != nil {
		return issuer{}, err
	}
	return issuer{apiCredentialID: credential.ID, secretID: secretID, scopes: integration.Scopes}, nil
}

// usable returns the integration of a credential that can be used now; else why
// it cannot be.
func (s *Service) usable(ctx context.Context, credential *store.APICredential, now time.Time) (store.CustomIntegration, error) {
	integration, err := s.store.CustomIntegration(ctx, credential.CustomIntegrationID, now)
	switch {
	case err != nil:
	case !credential.Enabled:
		err = errDisabled
	case credential.ExpiresAt != nil && !credential.ExpiresAt.After(now):
		err = errExpired
	case !integration.Enabled:
		err = errIntegration
	}
	return integration, err
}

func (s *Service) authenticateManagement(ctx context.Context, r Request, now time.Time) (issuer, error) {
	credential, err := s.store.ManagementCredentialByClientID(ctx, r.ClientID)
	unknown := errors.Is(err, store.ErrNotFound)
	if err != nil && !unknown {
		return issuer{}, err
	}
	if err := s.asked.admit(counted{r.Endpoint, credential.ID, r.From}, now); err != nil {
		return issuer{}, err
	}
	if unknown {
		return issuer{}, s.unknownClient(ctx, r.ClientSecret, now)
	}
	secretID, ok := s.match(credential.Secret, r.ClientSecret, now)
	if !ok {
		return issuer{}, errWrongSecret
	}
	return issuer{managementCredentialID: credential.ID, secretID: secretID, scopes: credential.Scopes}, nil
}

// match returns the id of the valid secret that clientSecret is.
func (s *Service) match(secret store.Secret, clientSecret string, now time.Time) (id string, ok bool) {
	if s.key.Matches(clientSecret, secret.Hash) {
		return secret.ID, true
	}
	if secret.PreviousExpiresAt != nil && secret.PreviousExpiresAt.After(now) && s.key.Matches(clientSecret, secret.PreviousHash) {
		return secret.PreviousID, true
	}
	return "", false
}

// Revoke ends a token. A token that does not exist is no error (RFC 7009,
// section 2.2).
func (s *Service) Revoke(ctx context.Context, token string) error {
	return s.store.DeleteAccessToken(ctx, secretbox.HashGenerated(token))
}
