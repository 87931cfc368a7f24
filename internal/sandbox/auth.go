package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

const formType = "application/x-www-form-urlencoded"

// authV1 is POST /v1/auth: JSON or form, one stable token per credential and day.
func (s *Sandbox) authV1(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	id, secret, err := v1Login(r)
	if err != nil {
		writeV1Error(w, http.StatusBadRequest, http.StatusBadRequest, err.Error())
		return
	}
	c, _ := s.login(id, secret)
	if c == nil {
		writeV1Error(w, http.StatusUnauthorized, 0, "Wrong credentials")
		return
	}
	value, t := s.issueStable(c)
	w.Header().Set("Authorization", "Bearer "+value)
	writeV1(w, http.StatusOK, map[string]any{
		"success": true,
		"data": map[string]any{
			"token":      value,
			"expires_in": int(t.expires.Sub(s.now()) / time.Second),
			"scope":      t.scope,
		},
	})
}

// v1Login reads id and secret, wherever v1 takes them from.
func v1Login(r *http.Request) (id, secret string, err error) {
	switch contentType(r) {
	case formType:
		if err := r.ParseForm(); err != nil {
			return "", "", errors.New("the form cannot be read")
		}
		id, secret = r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	default:
		var body struct {
			ClientID     string `json:"client_id"`
			ClientSecret string `json:"client_secret"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil && !errors.Is(err, io.EOF) {
			return "", "", errors.New("the JSON body cannot be read")
		}
		id, secret = body.ClientID, body.ClientSecret
	}
	if id == "" || secret == "" {
		return "", "", errors.New("client_id and client_secret are required")
	}
	return id, secret, nil
}

// oauthProblem is the error body of the token endpoint, which is not the
// general one. A wrong content type is told with type instead of error_uri.
type oauthProblem struct {
	Error       string         `json:"error"`
	Description string         `json:"error_description"`
	URI         string         `json:"error_uri,omitempty"`
	Type        string         `json:"type,omitempty"`
	Timestamp   string         `json:"timestamp"`
	TraceID     string         `json:"trace_id"`
	Meta        map[string]any `json:"meta"`
}

func writeOAuthProblem(w http.ResponseWriter, p oauthProblem) {
	p.Timestamp = time.Now().UTC().Format(time.RFC3339)
	p.TraceID = uuid.NewString()
	if p.Meta == nil {
		p.Meta = map[string]any{}
	}
	if p.URI == "" && p.Type == "" {
		p.URI = errorsPage + "credentials.oauth2." + p.Error
	}
	writeJSON(w, http.StatusBadRequest, "application/problem+json", p)
}

// authToken is POST /v2/auth/token.
func (s *Sandbox) authToken(w http.ResponseWriter, r *http.Request) {
	if !readForm(w, r, "grant_type", "client_id", "client_secret") {
		return
	}
	if grant := r.PostForm.Get("grant_type"); grant != "client_credentials" {
		writeOAuthProblem(w, oauthProblem{
			Error:       "unsupported_grant_type",
			Description: "Only client_credentials is supported.",
			Meta:        map[string]any{"grant_type": grant},
		})
		return
	}
	c, known := s.login(r.PostForm.Get("client_id"), r.PostForm.Get("client_secret"))
	if !known {
		writeOAuthProblem(w, oauthProblem{Error: "invalid_client", Description: "The client is not known."})
		return
	}
	if c == nil {
		writeOAuthProblem(w, oauthProblem{Error: "unauthorized_client", Description: "The client_id and client_secret do not belong together."})
		return
	}
	var scopes []string
	if requested := strings.Fields(r.PostForm.Get("scope")); len(requested) > 0 {
		scopes = requested
	}
	value, t, ok := s.issue(c, scopes)
	if !ok {
		writeOAuthProblem(w, oauthProblem{Error: "invalid_scope", Description: "One of the scopes is not granted or does not exist."})
		return
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]any{
		"access_token": value,
		"token_type":   "Bearer",
		"expires_in":   int(tokenLife / time.Second),
		"scope":        t.scope,
	})
}

// authRevoke is POST /v2/auth/revoke. Like RFC 7009 it does not tell whether
// the token existed.
func (s *Sandbox) authRevoke(w http.ResponseWriter, r *http.Request) {
	if !readForm(w, r, "token") {
		return
	}
	s.revoke(r.PostForm.Get("token"))
	w.WriteHeader(http.StatusOK)
}

// readForm reads a form with the required fields, or answers why it cannot.
func readForm(w http.ResponseWriter, r *http.Request, required ...string) bool {
	if contentType(r) != formType {
		writeOAuthProblem(w, oauthProblem{
			Error:       "invalid_request",
			Description: "The content type has to be " + formType + ".",
			Type:        errorsPage + "credentials.oauth2.invalid_request.invalid_request_content_type",
		})
		return false
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		writeOAuthProblem(w, oauthProblem{Error: "invalid_request", Description: "The form cannot be read."})
		return false
	}
	var missing []string
	for _, field := range required {
		if r.PostForm.Get(field) == "" {
			missing = append(missing, field)
		}
	}
	if len(missing) > 0 {
		writeOAuthProblem(w, oauthProblem{
			Error:       "invalid_request",
			Description: "Required fields are missing.",
			URI:         errorsPage + "credentials.oauth2.invalid_request.required_parameters_missing",
			Meta:        map[string]any{"missing_parameters": missing},
		})
		return false
	}
	return true
}

func contentType(r *http.Request) string {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return ""
	}
	return media
}
