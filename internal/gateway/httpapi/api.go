package httpapi

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/token"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// installErrors replaces huma's error body once for the process; it is the same
// function every time, so tests with many servers do not disturb each other.
var installErrors = sync.OnceFunc(func() { huma.NewError = fromHuma })

// API is the management API: huma on a mux, with the gateway's conventions.
type API struct {
	huma.API
	tokens *token.Service
	log    *slog.Logger
	// observe is told of every call that came with a good token.
	observe func(credentialID string, status int)
}

// New makes the management API on a mux. Its OpenAPI 3.1 document is at
// /gateway/v1/openapi.json. observe is told whose each call was, and how it was
// answered.
func New(mux *http.ServeMux, version string, tokens *token.Service, log *slog.Logger, observe func(credentialID string, status int)) *API {
	installErrors()
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	registry.RegisterTypeAlias(reflect.TypeFor[gatewayapi.Nullable[time.Time]](), reflect.TypeFor[time.Time]())
	registry.RegisterTypeAlias(reflect.TypeFor[gatewayapi.Nullable[gatewayapi.SyncSchedule]](), reflect.TypeFor[gatewayapi.SyncSchedule]())
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:       "personio-gateway management API",
				Version:     version,
				Description: "Custom integrations and API credentials for Personio's public API, with rights that the gateway enforces.",
			},
			OnAddOperation: []huma.AddOpFunc{documentRefusals},
			Components: &huma.Components{
				Schemas:         registry,
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: "An access token from /v2/auth/token."}},
			},
		},
		OpenAPIPath:   strings.TrimSuffix(gatewayapi.PathOpenAPI, ".json"),
		Formats:       huma.DefaultFormats,
		DefaultFormat: "application/json",
	}
	registry.RegisterTypeAlias(reflect.TypeFor[map[string]string](), reflect.TypeFor[texts]())
	a := &API{API: humago.New(mux, config), tokens: tokens, log: log, observe: observe}
	a.UseMiddleware(a.authorize)
	return a
}

// texts stands for map[string]string in schemas. Its members are left to the JSON
// decoder: huma takes a dot in a key for a step of the path, and would name the
// wrong member in every error after one.
type texts struct{}

// Schema implements [huma.SchemaProvider].
func (texts) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Description: "Texts by name."}
}

// Operation describes a route; scope is the management scope it needs. refusals are
// the statuses of its own, beyond those that follow from what it takes.
func Operation(id, method, path, scope, summary string, successStatus int, refusals ...int) huma.Operation {
	return huma.Operation{
		OperationID:   id,
		Method:        method,
		Path:          path,
		Summary:       summary,
		DefaultStatus: successStatus,
		Security:      []map[string][]string{{"token": {scope}}},
		MaxBodyBytes:  1 << 20,
		Errors:        append([]int{http.StatusUnauthorized, http.StatusForbidden}, refusals...),
	}
}

// documentRefusals adds the refusals that follow from what an operation takes, in
// the shape that they all have, so that clients made from the document expect them.
func documentRefusals(_ *huma.OpenAPI, o *huma.Operation) {
	shape := o.Responses[strconv.Itoa(http.StatusUnauthorized)]
	if shape == nil {
		return
	}
	add := func(status int) {
		o.Responses[strconv.Itoa(status)] = &huma.Response{Description: http.StatusText(status), Content: shape.Content, Headers: shape.Headers}
	}
	for _, p := range o.Parameters {
		switch p.In + " " + p.Name {
		case "query cursor":
			add(http.StatusBadRequest)
		case "path id":
			add(http.StatusNotFound)
		case "header If-Match":
			add(http.StatusPreconditionFailed)
		}
	}
	if o.RequestBody != nil {
		add(http.StatusBadRequest)
	}
}

// callerKey is where the context of a management call keeps its caller.
type callerKey struct{}

// Caller is the id of the management credential that makes the call.
func Caller(ctx context.Context) string {
	id, _ := ctx.Value(callerKey{}).(string)
	return id
}

// authorize lets a call through whose token has the operation's scope.
func (a *API) authorize(ctx huma.Context, next func(huma.Context)) {
	security := ctx.Operation().Security
	if len(security) == 0 {
		next(ctx)
		return
	}
	r, w := humago.Unwrap(ctx)
	principal, err := a.tokens.Authenticate(r)
	if err != nil {
		WriteProblem(w, AuthProblem(ctx.Context(), a.log, err))
		return
	}
	for _, scope := range security[0]["token"] {
		if !principal.Management || !principal.Scopes.Has(scope) {
			a.observe(principal.CredentialID, http.StatusForbidden)
			WriteProblem(w, Problem(http.StatusForbidden, gatewayapi.KindForbidden, fmt.Sprintf(
				"This call needs the scope %s, which only a management credential can hold. Management credentials are made with personio-gateway management-credential create.", scope), nil))
			return
		}
	}
	defer func() { a.observe(principal.CredentialID, ctx.Status()) }()
	next(huma.WithValue(ctx, callerKey{}, principal.CredentialID))
}

// AuthProblem is the answer to a call whose token was refused.
func AuthProblem(ctx context.Context, log *slog.Logger, err error) *gatewayapi.Problem {
	if errors.Is(err, token.ErrInvalid) {
		return Problem(http.StatusUnauthorized, gatewayapi.KindUnauthorized,
			"The access token is missing, unknown, expired or revoked, or its credential is disabled. Get a new one from /v2/auth/token.", nil)
	}
	p := Problem(http.StatusServiceUnavailable, gatewayapi.KindUnavailable, "The gateway cannot check access tokens now. Try again later.", nil)
	log.ErrorContext(ctx, "checking an access token failed", "trace_id", p.TraceID, "error", err)
	return p
}

// Fail turns an error of a handler into its answer: problems as they are, what
// the store tells apart as its status, the rest logged and answered with 500.
func (a *API) Fail(ctx context.Context, err error, object, id string) error {
	var p *gatewayapi.Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, store.ErrNotFound):
		return Problem(http.StatusNotFound, gatewayapi.KindNotFound, fmt.Sprintf("There is no %s with the id %s.", object, id), nil)
	case errors.Is(err, store.ErrRevisionMismatch):
		return Problem(http.StatusPreconditionFailed, gatewayapi.KindRevisionMismatch,
			fmt.Sprintf("The %s %s has been changed since it was read. Read it again and repeat the change.", object, id), nil)
	case store.IsLocked(err):
		a.log.WarnContext(ctx, "the database is locked by another process", "object", object, "id", id, "error", err)
		return Problem(http.StatusServiceUnavailable, gatewayapi.KindUnavailable,
			"Another process keeps the gateway's database locked, so nothing was changed. Try again when it is done.", nil)
	}
	p = Problem(http.StatusInternalServerError, gatewayapi.KindInternal, "Something went wrong inside the gateway. Its log has the reason under this trace id.", nil)
	a.log.ErrorContext(ctx, "management call failed", "object", object, "id", id, "trace_id", p.TraceID, "error", err)
	return p
}
