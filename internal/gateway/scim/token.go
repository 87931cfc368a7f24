package scim

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// tokenEndpoint stands for the path of the token endpoint, which is no part of
// the service provider.
const tokenEndpoint = "(token endpoint)"

const (
	// tokenMargin is how long before its end a token is no longer used.
	tokenMargin = time.Minute
	// defaultTokenLifetime applies where the server does not say.
	defaultTokenLifetime = 10 * time.Minute
)

// tokenSource holds the one token of a client.
type tokenSource struct {
	client *Client
	oauth  OAuth
	flight singleflight.Group

	mu     sync.Mutex
	token  string
	usable time.Time // until when token is used
	inBody bool      // the server wants id and secret in the form
}

// get returns the token. Callers that come while it is being fetched wait for
// the same fetch; it goes on if one of them gives up.
func (s *tokenSource) get(ctx context.Context) (string, error) {
	if token := s.held(); token != "" {
		return token, nil
	}
	fetched := s.flight.DoChan("", func() (any, error) {
		if token := s.held(); token != "" {
			return token, nil
		}
		return s.fetch(context.WithoutCancel(ctx))
	})
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case result := <-fetched:
		token, _ := result.Val.(string)
		return token, result.Err
	}
}

func (s *tokenSource) held() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.usable) {
		return s.token
	}
	return ""
}

// current is the last token, for redaction.
func (s *tokenSource) current() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token
}

// drop forgets a token that was refused, unless another one took its place.
func (s *tokenSource) drop(token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == token {
		s.usable = time.Time{}
	}
}

// fetch asks for a token: with id and secret in the header, which every server
// must understand, then in the form, which some insist on (RFC 6749, section 2.3.1).
func (s *tokenSource) fetch(ctx context.Context) (string, error) {
	s.mu.Lock()
	inBody := s.inBody
	s.mu.Unlock()
	token, err := s.ask(ctx, inBody)
	if e, ok := errors.AsType[*Error](err); ok && !inBody && (e.Status == http.StatusUnauthorized || e.Status == http.StatusBadRequest) {
		if second, again := s.ask(ctx, true); again == nil {
			s.mu.Lock()
			s.inBody = true
			s.mu.Unlock()
			return second, nil
		}
	}
	return token, err
}

// ask makes one call of the token endpoint.
func (s *tokenSource) ask(ctx context.Context, inBody bool) (string, error) {
	r := request{
		method: http.MethodPost, path: tokenEndpoint, endpoint: tokenEndpoint, tokenURL: s.oauth.TokenURL,
		form: url.Values{"grant_type": {"client_credentials"}}, header: make(http.Header),
	}
	if len(s.oauth.Scopes) > 0 {
		r.form.Set("scope", strings.Join(s.oauth.Scopes, " "))
	}
	if inBody {
		r.form.Set("client_id", s.oauth.ClientID)
		r.form.Set("client_secret", s.oauth.ClientSecret)
	} else {
		basic := &http.Request{Header: r.header}
		basic.SetBasicAuth(url.QueryEscape(s.oauth.ClientID), url.QueryEscape(s.oauth.ClientSecret))
	}
	var body map[string]any
	if _, err := s.client.do(ctx, r, &body); err != nil {
		return "", err
	}
	token, _ := body["access_token"].(string)
	kind, named := body["token_type"].(string)
	if token == "" || !isHeaderValue(token) || named && !strings.EqualFold(kind, "bearer") {
		return "", s.client.failed(r, http.StatusOK, errors.New("the answer holds no bearer token (access_token)"))
	}
	lifetime := defaultTokenLifetime
	if seconds, ok := number(body["expires_in"]); ok && seconds > 0 {
		lifetime = time.Duration(min(seconds, 1<<30)) * time.Second
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.token, s.usable = token, time.Now().Add(lifetime-min(tokenMargin, lifetime/2))
	return token, nil
}

// number reads a whole number that may be written as a string.
func number(value any) (int, bool) {
	text, ok := value.(interface{ String() string })
	s, isString := value.(string)
	if ok {
		s = text.String()
	} else if !isString {
		return 0, false
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || n != float64(int(n)) {
		return 0, false
	}
	return int(n), true
}
