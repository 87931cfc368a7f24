package token

import (
	"encoding/json"
	"errors"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// maxBody bounds the body of a token request.
const maxBody = 64 << 10

// Handler answers POST /v1/auth, /v2/auth/token and /v2/auth/revoke exactly as
// Personio does, for API credentials and management credentials alike.
type Handler struct {
	Service *Service
	Log     *slog.Logger
	// CompanyID is told with each token of v2, "" if it is not known.
	CompanyID string
}

// Register adds the three routes.
func (h *Handler) Register(mux *http.ServeMux) {
	mux.HandleFunc("POST /v1/auth", h.authV1)
	mux.HandleFunc("POST /v2/auth/token", h.tokenV2)
	mux.HandleFunc("POST /v2/auth/revoke", h.revokeV2)
}

// authV1 takes JSON or a form and answers as Personio's authentication API v1:
// {success, data: {token, expires_in, scope}}; the token is echoed in the
// authorization header.
func (h *Handler) authV1(w http.ResponseWriter, r *http.Request) {
	clientID, clientSecret, ok := credentialsV1(w, r)
	if !ok {
		writeV1(w, http.StatusBadRequest, v1Error(http.StatusBadRequest, "Send client_id and client_secret as JSON or as a form."))
		return
	}
	issued, err := h.Service.Issue(r.Context(), Request{ClientID: clientID, ClientSecret: clientSecret, Endpoint: EndpointV1, From: r.RemoteAddr})
	if throttled, ok := errors.AsType[throttledError](err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(throttled.seconds()))
		writeV1(w, http.StatusTooManyRequests, v1Error(http.StatusTooManyRequests, "Too many requests."))
		return
	}
	if err != nil {
		oauth := h.oauthError(r, err)
		status := oauth.status
		if status == http.StatusBadRequest {
			status = http.StatusUnauthorized
		}
		writeV1(w, status, v1Error(status, oauth.ErrorDescription))
		return
	}
	w.Header().Set("Authorization", "Bearer "+issued.AccessToken)
	writeV1(w, http.StatusOK, map[string]any{"success": true, "data": map[string]any{
		"token":      issued.AccessToken,
		"expires_in": int(issued.Life.Seconds()),
		"scope":      strings.Join(issued.Scopes, " "),
	}})
}

func credentialsV1(w http.ResponseWriter, r *http.Request) (clientID, clientSecret string, ok bool) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if mediaType(r) == "application/json" {
		var body struct {
			ClientID     string `json:"client_id"`
			ClientSecret string `json:"client_secret"`
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			return "", "", false
		}
		return body.ClientID, body.ClientSecret, body.ClientID != "" && body.ClientSecret != ""
	}
	form, err := postForm(r)
	if err != nil {
		return "", "", false
	}
	return form.Get("client_id"), form.Get("client_secret"), form.Get("client_id") != "" && form.Get("client_secret") != ""
}

func mediaType(r *http.Request) string {
	t, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return t
}

// postForm reads a form from the body only: credentials in a URL end up in logs.
func postForm(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	return r.PostForm, nil
}

func v1Error(code int, message string) map[string]any {
	return map[string]any{"success": false, "error": map[string]any{"code": code, "message": message}}
}

func writeV1(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // A client that went away reads no answer.
}

// oauthError is the error body of Personio's credentials service (RFC 6749,
// section 5.2, with additions); it is not the body of its other v2 endpoints.
type oauthError struct {
	ErrorCode        string         `json:"error"`
	ErrorDescription string         `json:"error_description"`
	ErrorURI         string         `json:"error_uri,omitempty"`
	Type             string         `json:"type,omitempty"`
	Timestamp        time.Time      `json:"timestamp"`
	TraceID          string         `json:"trace_id"`
	Meta             map[string]any `json:"meta"`
	status           int
}

func newOAuthError(code, description string, meta map[string]any) oauthError {
	if meta == nil {
		meta = map[string]any{}
	}
	return oauthError{
		ErrorCode:        code,
		ErrorDescription: description,
		ErrorURI:         "https://developer.personio.de/reference/errors#credentials.oauth2." + code,
		Timestamp:        time.Now().UTC().Truncate(time.Millisecond),
		TraceID:          uuid.NewString(),
		Meta:             meta,
		status:           http.StatusBadRequest,
	}
}

// oauthError maps a reason of [Service.Issue] to its error body. An error of the
// gateway itself is logged, not told.
func (h *Handler) oauthError(r *http.Request, err error) oauthError {
	var scope invalidScopeError
	switch {
	case errors.As(err, &scope):
		return newOAuthError("invalid_scope", err.Error(), nil)
	case errors.Is(err, errUnknownClient):
		return newOAuthError("invalid_client", err.Error(), nil)
	case errors.Is(err, errWrongSecret), errors.Is(err, errRecruiting), isUnusable(err):
		return newOAuthError("unauthorized_client", err.Error(), nil)
	}
	e := newOAuthError("server_error", "The gateway cannot issue a token now. Its log has the reason under this trace id.", nil)
	e.status = http.StatusInternalServerError
	h.Log.ErrorContext(r.Context(), "issuing an access token failed", "trace_id", e.TraceID, "error", err)
	return e
}

func writeOAuthError(w http.ResponseWriter, e oauthError) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(e.status)
	_ = json.NewEncoder(w).Encode(e) // A client that went away reads no error.
}

// writeThrottled answers with the general error body of v2, as Personio's rate
// limits do in front of every endpoint.
func writeThrottled(w http.ResponseWriter, e throttledError) {
	w.Header().Set("Retry-After", strconv.Itoa(e.seconds()))
	w.Header().Set("Content-Type", gatewayapi.ContentTypeProblem)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusTooManyRequests)
	_ = json.NewEncoder(w).Encode(gatewayapi.Problem{ // A client that went away reads no error.
		TraceID:   uuid.NewString(),
		Timestamp: time.Now().UTC().Truncate(time.Millisecond),
		Errors: []gatewayapi.ProblemError{{
			Title:  gatewayapi.TitleTooManyRequests,
			Detail: "Too many access tokens were asked for. A token lives for a day: keep it and use it again.",
			Type:   gatewayapi.TypeBase + gatewayapi.KindTooManyRequests,
		}},
	})
}

// tokenV2 takes a form only, with grant_type client_credentials.
func (h *Handler) tokenV2(w http.ResponseWriter, r *http.Request) {
	form, oauthErr := formV2(w, r, "grant_type", "client_id", "client_secret")
	if oauthErr != nil {
		writeOAuthError(w, *oauthErr)
		return
	}
	if grant := form.Get("grant_type"); grant != "client_credentials" {
		writeOAuthError(w, newOAuthError("unsupported_grant_type", "The only grant type is client_credentials.", map[string]any{"grant_type": grant}))
		return
	}
	issued, err := h.Service.Issue(r.Context(), Request{
		ClientID: form.Get("client_id"), ClientSecret: form.Get("client_secret"), Scopes: strings.Fields(form.Get("scope")),
		Endpoint: EndpointV2, From: r.RemoteAddr,
	})
	if throttled, ok := errors.AsType[throttledError](err); ok {
		writeThrottled(w, throttled)
		return
	}
	if err != nil {
		writeOAuthError(w, h.oauthError(r, err))
		return
	}
	if h.CompanyID != "" {
		w.Header().Set(gatewayapi.HeaderCompanyID, h.CompanyID)
	}
	writeV1(w, http.StatusOK, map[string]any{
		"access_token": issued.AccessToken,
		"token_type":   "Bearer",
		"expires_in":   int(issued.Life.Seconds()),
		"scope":        strings.Join(issued.Scopes, " "),
	})
}

// formV2 reads a form that must have certain fields.
func formV2(w http.ResponseWriter, r *http.Request, required ...string) (url.Values, *oauthError) {
	if mediaType(r) != "application/x-www-form-urlencoded" {
		e := newOAuthError("invalid_request", "The content type must be application/x-www-form-urlencoded.", nil)
		// For this one error Personio names the page in type.
		e.ErrorURI, e.Type = "", e.ErrorURI+".invalid_request_content_type"
		return nil, &e
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	form, err := postForm(r)
	if err != nil {
		e := newOAuthError("invalid_request", "The body is not a well-formed form.", nil)
		return nil, &e
	}
	var missing []string
	for _, name := range required {
		if form.Get(name) == "" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		e := newOAuthError("invalid_request", "Required parameters are missing: "+strings.Join(missing, ", ")+".", map[string]any{"missing_parameters": missing})
		return nil, &e
	}
	return form, nil
}

func (h *Handler) revokeV2(w http.ResponseWriter, r *http.Request) {
	form, oauthErr := formV2(w, r, "token")
	if oauthErr != nil {
		writeOAuthError(w, *oauthErr)
		return
	}
	if err := h.Service.Revoke(r.Context(), form.Get("token")); err != nil {
		writeOAuthError(w, h.oauthError(r, err))
		return
	}
	w.WriteHeader(http.StatusOK)
}
