package scim

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// oauthClient may fetch tokens.
type oauthClient struct {
	secret   string
	lifetime time.Duration
}

// SetToken replaces the bearer token; the one before is refused from now on.
// "" leaves none.
func (t *Target) SetToken(token string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token = token
}

// AddOAuthClient lets a client fetch tokens at POST /oauth/token, each good for
// the lifetime. A client that exists is replaced.
func (t *Target) AddOAuthClient(id, secret string, lifetime time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.clients[id] = oauthClient{secret: secret, lifetime: lifetime}
}

// RevokeTokens ends all tokens that the OAuth endpoint has issued.
func (t *Target) RevokeTokens() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.issued)
}

// authenticated lets requests with a valid bearer token through.
func (t *Target) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || !t.valid(strings.TrimSpace(token)) {
			w.Header().Set("WWW-Authenticate", `Bearer realm="scim"`)
			writeError(w, &scimError{status: http.StatusUnauthorized, detail: "The bearer token is missing, wrong or expired."})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (t *Target) valid(token string) bool {
	if token == "" {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if subtle.ConstantTimeCompare([]byte(token), []byte(t.token)) == 1 {
		return true
	}
	return t.now().Before(t.issued[token])
}

// issueToken serves the client credentials grant. The client names itself in
// the Authorization header or in the form (RFC 6749, section 2.3.1).
func (t *Target) issueToken(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	refuse := func(status int, code string) {
		writeJSON(w, status, "application/json", map[string]any{"error": code})
	}
	if err := r.ParseForm(); err != nil {
		refuse(http.StatusBadRequest, "invalid_request")
		return
	}
	id, secret, basic := r.BasicAuth()
	if basic {
		// Both are form-encoded inside of it.
		id, secret = unescape(id), unescape(secret)
	} else {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	if r.PostForm.Get("grant_type") != "client_credentials" {
		refuse(http.StatusBadRequest, "unsupported_grant_type")
		return
	}
	token, lifetime, ok := t.issue(id, secret)
	if !ok {
		refuse(http.StatusUnauthorized, "invalid_client")
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, http.StatusOK, "application/json", map[string]any{
		"access_token": token, "token_type": "Bearer", "expires_in": int(lifetime / time.Second),
	})
}

func unescape(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// issue makes a token for a client that proves itself.
func (t *Target) issue(id, secret string) (token string, lifetime time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	client, known := t.clients[id]
	if !known || subtle.ConstantTimeCompare([]byte(secret), []byte(client.secret)) != 1 {
		return "", 0, false
	}
	token = rand.Text()
	t.issued[token] = t.now().Add(client.lifetime)
	return token, client.lifetime, true
}
