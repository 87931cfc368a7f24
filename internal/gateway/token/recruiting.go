package token

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
)

// headerCompanyID is what a recruiting call brings besides its static token.
const headerCompanyID = "X-Company-ID"

// errRecruiting is why no token is issued to a recruiting credential.
var errRecruiting = errors.New("this is a recruiting credential, which needs no access token: send its static token as Authorization: Bearer, " +
	"with the company id in X-Company-ID, to /v1/recruiting")

// AuthenticateRecruiting returns the principal of a call of /v1/recruiting: one
// that brings the static token of a recruiting credential and the given company
// id, once each. It is ErrInvalid for every other call, and for all of them if
// companyID is "". The principal has no scope and may read no attribute. It notes
// the use.
func (s *Service) AuthenticateRecruiting(r *http.Request, companyID string) (Principal, error) {
	bearer, ok := bearerToken(r)
	if sent := r.Header.Values(headerCompanyID); !ok || companyID == "" || len(sent) != 1 || sent[0] != companyID {
		return Principal{}, ErrInvalid
	}
	now := s.now()
	credential, err := s.recruitingCredential(r.Context(), bearer, now)
	if err == nil {
		_, err = s.usable(r.Context(), &credential, now)
	}
	switch {
	case errors.Is(err, store.ErrNotFound), isUnusable(err):
		return Principal{}, ErrInvalid
	case err != nil:
		return Principal{}, fmt.Errorf("checking a recruiting token: %w", err)
	}
	s.use.note(store.Use{CredentialID: credential.ID, At: now})
	return Principal{CredentialID: credential.ID, CustomIntegrationID: credential.CustomIntegrationID, Scopes: attribute.NewScopeSet()}, nil
}

// recruitingCredential returns the credential whose static token that is, usable
// or not; store.ErrNotFound if there is none.
func (s *Service) recruitingCredential(ctx context.Context, bearer string, now time.Time) (store.APICredential, error) {
	credential, err := s.store.RecruitingCredential(ctx, secretbox.HashGenerated(bearer), s.key.HashBrought(bearer), now)
	if err != nil {
		return store.APICredential{}, err
	}
	if _, ok := s.match(credential.Secret, bearer, now); !ok {
		return store.APICredential{}, store.ErrNotFound
	}
	return credential, nil
}

// unknownClient is why nobody has a client id. Who has a recruiting credential
// has none, and is told how to use it instead.
func (s *Service) unknownClient(ctx context.Context, clientSecret string, now time.Time) error {
	_, err := s.recruitingCredential(ctx, clientSecret, now)
	switch {
	case err == nil:
		return errRecruiting
	case errors.Is(err, store.ErrNotFound):
		return errUnknownClient
	default:
		return err
	}
}
