package sandbox

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Credential is an API credential as Personio's screens make one.
type Credential struct {
	ClientID     string // empty: papi-<uuid>
	ClientSecret string // empty: papi- and 64 random bytes

	// Scopes are the granted scopes, official or legacy (employees:read and
	// personio:persons:read are the same right). nil grants [KnownScopes]; an
	// empty list grants nothing.
	Scopes []string
	// Attributes are the v1 keys of the readable employee attributes. nil means
	// all there are. A key that the company does not have is never shown.
	Attributes []string
}

// tokenLife is how long a token lives.
const tokenLife = 24 * time.Hour

type credential struct {
	Credential
	attributes map[string]bool // nil: all; replaced, never changed
	v1Token    string          // v1 hands out the same one until it expires
}

type token struct {
	credential *credential
	rights     rights
	scope      string // as it was told to the client
	expires    time.Time
}

// caller is who makes a request and what they may see. It is a snapshot.
type caller struct {
	clientID   string
	rights     rights
	attributes map[string]bool
}

// sees reports whether a v1 attribute is on the whitelist. The id always is.
func (c *caller) sees(key string) bool {
	return key == "id" || c.attributes == nil || c.attributes[key]
}

// AddCredential adds a credential, or replaces the one with the same client id
// together with its tokens, and returns it with everything filled in.
func (s *Sandbox) AddCredential(c Credential) Credential {
	if c.ClientID == "" {
		c.ClientID = "papi-" + uuid.NewString()
	}
	if c.ClientSecret == "" {
		c.ClientSecret = newSecret()
	}
	if c.Scopes == nil {
		c.Scopes = KnownScopes()
	}
	c.Scopes = slices.Clone(c.Scopes)
	c.Attributes = slices.Clone(c.Attributes)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropTokens(c.ClientID)
	s.credentials[c.ClientID] = &credential{Credential: c, attributes: keySet(c.Attributes)}
	c.Scopes, c.Attributes = slices.Clone(c.Scopes), slices.Clone(c.Attributes)
	return c
}

// RemoveCredential removes a credential with its tokens, as deleting the
// integration in Personio does. An unknown id does nothing.
func (s *Sandbox) RemoveCredential(clientID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropTokens(clientID)
	delete(s.credentials, clientID)
}

// SetScopes changes what a credential may do. Its tokens stop working, as they
// do at Personio. It reports whether the credential exists.
func (s *Sandbox) SetScopes(clientID string, scopes ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.credentials[clientID]
	if !ok {
		return false
	}
	c.Scopes = slices.Clone(scopes)
	s.dropTokens(clientID)
	return true
}

// SetAttributes changes which attributes a credential may read; nil means all.
// Its tokens go on and see the new list at once. It reports whether the
// credential exists.
func (s *Sandbox) SetAttributes(clientID string, attributes []string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.credentials[clientID]
	if !ok {
		return false
	}
	c.Attributes = slices.Clone(attributes)
	c.attributes = keySet(attributes)
	return true
}

// DropAttributes takes attributes off the whitelist of a credential and leaves
// its tokens alone: from one request to the next the attributes are gone. It
// reports whether the credential exists.
func (s *Sandbox) DropAttributes(clientID string, keys ...string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.credentials[clientID]
	if !ok {
		return false
	}
	left := make([]string, 0)
	for _, definition := range s.company.Definitions() {
		if (c.attributes == nil || c.attributes[definition.Key]) && !slices.Contains(keys, definition.Key) {
			left = append(left, definition.Key)
		}
	}
	c.Attributes, c.attributes = left, keySet(left)
	return true
}

// InvalidateTokens makes every token useless, or those of the given credentials.
func (s *Sandbox) InvalidateTokens(clientIDs ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(clientIDs) == 0 {
		clear(s.tokens)
	}
	for _, id := range clientIDs {
		s.dropTokens(id)
	}
}

func (s *Sandbox) dropTokens(clientID string) {
	for value, t := range s.tokens {
		if t.credential.ClientID == clientID {
			delete(s.tokens, value)
		}
	}
}

// login finds the credential. The second result says whether the client id
// exists, the first is nil unless the secret is right, too.
func (s *Sandbox) login(clientID, clientSecret string) (*credential, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.credentials[clientID]
	if !ok || subtle.ConstantTimeCompare([]byte(c.ClientSecret), []byte(clientSecret)) != 1 {
		return nil, ok
	}
	return c, true
}

// issue makes a token that carries the scopes; nil means all of the credential.
// It returns false if a scope is not granted.
func (s *Sandbox) issue(c *credential, scopes []string) (value string, t *token, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.prune()
	granted := rightsOf(c.Scopes)
	if scopes == nil {
		scopes = c.Scopes
	}
	for _, scope := range scopes {
		if !granted[officialScope(scope)] {
			return "", nil, false
		}
	}
	value = newSecret()
	t = &token{credential: c, rights: rightsOf(scopes), scope: strings.Join(scopes, " "), expires: s.now().Add(tokenLife)}
	s.tokens[value] = t
	return value, t, true
}

// issueStable returns the token that v1 gives to the credential for a day.
func (s *Sandbox) issueStable(c *credential) (value string, t *token) {
	s.mu.Lock()
	value = c.v1Token
	t, ok := s.tokens[value]
	alive := ok && s.now().Before(t.expires)
	s.mu.Unlock()
	if alive {
		return value, t
	}
	value, t, _ = s.issue(c, nil)
	s.mu.Lock()
	c.v1Token = value
	s.mu.Unlock()
	return value, t
}

// prune forgets expired tokens, so that a sandbox that runs for weeks does not grow.
func (s *Sandbox) prune() {
	now := s.now()
	for value, t := range s.tokens {
		if !now.Before(t.expires) {
			delete(s.tokens, value)
		}
	}
}

// revoke makes one token useless.
func (s *Sandbox) revoke(value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.tokens, value)
}

// authenticate finds who sent the request.
func (s *Sandbox) authenticate(r *http.Request) (*caller, bool) {
	scheme, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return nil, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.tokens[strings.TrimSpace(value)]
	if !ok || !s.now().Before(t.expires) {
		return nil, false
	}
	return &caller{clientID: t.credential.ClientID, rights: t.rights, attributes: t.credential.attributes}, true
}

func keySet(keys []string) map[string]bool {
	if keys == nil {
		return nil
	}
	set := make(map[string]bool, len(keys))
	for _, key := range keys {
		set[key] = true
	}
	return set
}

func newSecret() string {
	random := make([]byte, 64)
	_, _ = rand.Read(random) // never fails, see crypto/rand
	return "papi-" + base64.RawURLEncoding.EncodeToString(random)
}
