package personio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// pathToken is Personio's token endpoint, which the gateway has too.
const pathToken = "/v2/auth/token" //nolint:gosec // A path, no credential.

const (
	// tokenMargin is how long before its end a token is no longer used.
	tokenMargin = time.Minute
	// defaultTokenLifetime is Personio's own (POST /v2/auth/token, expires_in).
	defaultTokenLifetime = 24 * time.Hour
	// refusalHolds is how long a refused credential is not tried again: a plan
	// over a thousand objects must not ask a thousand times.
	refusalHolds = 3 * time.Second
	// uselessHolds is how long no token is dropped after a fresh one was
	// refused as well: Personio answers 401 for a missing right, too.
	uselessHolds = 10 * time.Second
)

// Token is an access token.
type Token struct {
	// AccessToken is the bearer token: a secret.
	AccessToken string
	// Scopes are the rights that it carries, as the server wrote them.
	Scopes []string
	// ExpiresAt is when the server stops accepting it.
	ExpiresAt time.Time
}

// String hides the token from anything that prints it.
func (t Token) String() string {
	return fmt.Sprintf("personio.Token{expires %s, scopes %s}", t.ExpiresAt.Format(time.RFC3339), strings.Join(t.Scopes, " "))
}

// GoString is [Token.String], for %#v.
func (t Token) GoString() string { return t.String() }

// Token returns the process's access token and fetches one if there is none
// that lives for another minute. The client does this by itself; callers need
// it to look at the scopes or to check the credential early.
func (c *Client) Token(ctx context.Context) (Token, error) {
	t, err := c.tokens.get(ctx)
	t.Scopes = slices.Clone(t.Scopes)
	return t, err
}

// Scopes asks which rights the credential has now: the scopes of a new token
// that is asked for without naming any. The token that is held tells the rights
// as they were when it was issued. The new one takes its place.
func (c *Client) Scopes(ctx context.Context) ([]string, error) {
	c.tokens.expire()
	t, err := c.Token(ctx)
	return t.Scopes, err
}

// tokenSource holds the one token of a process.
type tokenSource struct {
	client *Client
	flight singleflight.Group

	mu      sync.Mutex
	token   Token
	usable  time.Time // until when token is used; zero: there is none
	refusal error
	refused time.Time // when the refusal was received
	useless time.Time // until when a 401 drops no token
}

func newTokenSource(c *Client) *tokenSource { return &tokenSource{client: c} }

// get returns the token. Callers that come while it is being fetched wait for
// the same fetch; it goes on if one of them gives up.
func (s *tokenSource) get(ctx context.Context) (Token, error) {
	if t, ok, err := s.held(); ok {
		return t, err
	}
	if s.client.config.ClientID == "" || s.client.config.ClientSecret == "" {
		return Token{}, s.client.noCredential()
	}
	fetched := s.flight.DoChan("", func() (any, error) {
		if t, ok, err := s.held(); ok {
			return t, err
		}
		return s.fetch(context.WithoutCancel(ctx))
	})
	select {
	case <-ctx.Done():
		return Token{}, s.client.failed(request{method: http.MethodPost, path: pathToken}, &call{}, ctx.Err())
	case result := <-fetched:
		t, _ := result.Val.(Token)
		return t, result.Err
	}
}

// tokenAnswer is the body of a token endpoint's 200.
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	ExpiresIn   int64  `json:"expires_in"`
	Scope       string `json:"scope"`
}

// check finds an answer that is no token. Its text is not shown: the token may
// be in it under another name.
func (a *tokenAnswer) check() error {
	if a.AccessToken == "" {
		return errors.New("the answer holds no access_token")
	}
	return nil
}

// token is the token of an answer that came at that time.
func (a *tokenAnswer) token(now time.Time) Token {
	lifetime := time.Duration(a.ExpiresIn) * time.Second
	if lifetime <= 0 {
		lifetime = defaultTokenLifetime
	}
	return Token{AccessToken: a.AccessToken, Scopes: strings.Fields(a.Scope), ExpiresAt: now.Add(lifetime)}
}

// held returns what is known without asking: a token, or a fresh refusal.
func (s *tokenSource) held() (t Token, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.client.now()
	if now.Before(s.usable) {
		return s.token, true, nil
	}
	if s.refusal != nil && now.Before(s.refused.Add(refusalHolds)) {
		return Token{}, true, s.refusal
	}
	return Token{}, false, nil
}

func (s *tokenSource) fetch(ctx context.Context) (Token, error) {
	config := s.client.config
	t, err := s.client.login(ctx, config.ClientID, config.ClientSecret, nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.client.now()
	s.refusal = nil
	if err != nil {
		if IsUnauthorized(err) || errors.Is(err, ErrWrongCompany) {
			s.refusal, s.refused = err, now
		}
		return Token{}, err
	}
	s.token = t
	s.usable = s.token.ExpiresAt.Add(-min(tokenMargin, s.token.ExpiresAt.Sub(now)/2))
	return s.token, nil
}

// expire makes the next caller fetch a token.
func (s *tokenSource) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.usable = time.Time{}
}

// drop forgets a token that was refused with 401, unless another one has taken
// its place. It reports whether it makes sense to try again.
func (s *tokenSource) drop(accessToken string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token.AccessToken != accessToken {
		return true
	}
	if s.client.now().Before(s.useless) {
		return false
	}
	s.usable = time.Time{}
	return true
}

// uselessRefetch notes that a fresh token was refused as well.
func (s *tokenSource) uselessRefetch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.useless = s.client.now().Add(uselessHolds)
}

// current is the token's text, for redaction.
func (s *tokenSource) current() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token.AccessToken
}

// noCredential is the error of a client without id or secret.
func (c *Client) noCredential() error {
	missing := "client_id (PERSONIO_CLIENT_ID) and client_secret (PERSONIO_CLIENT_SECRET) are"
	switch {
	case c.config.ClientID != "":
		missing = "client_secret (PERSONIO_CLIENT_SECRET) is"
	case c.config.ClientSecret != "":
		missing = "client_id (PERSONIO_CLIENT_ID) is"
	}
	return fmt.Errorf("%w for %s: %s not set; set the argument or the environment variable", ErrNoCredential, c.baseURL, missing)
}
