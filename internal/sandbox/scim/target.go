package scim

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/recorder"
)

// Options say which service provider to make.
type Options struct {
	// Token is the bearer token that opens everything. Without one, only tokens
	// of the OAuth endpoint do; see [Target.AddOAuthClient].
	Token string
	// BasePath stands before every path, for example /scim/v2. Paths of
	// [Target.Requests] and of [Fault] are without it.
	BasePath string
	// UniqueGroupNames makes a second group of the same displayName a 409.
	UniqueGroupNames bool
	// WithoutPatch makes PATCH a 501, and says so in ServiceProviderConfig.
	WithoutPatch bool
	// IgnoreUnknown drops unknown attributes instead of refusing them.
	IgnoreUnknown bool
	// Now is the clock of meta, tokens and records; nil means [time.Now].
	Now func() time.Time
}

// Resource is a user or group as JSON has it: strings, booleans, maps and slices.
type Resource = map[string]any

// Target is a SCIM service provider. It holds no goroutine and no file, and
// needs no closing. It is safe for concurrent use.
type Target struct {
	// Recorder remembers every request, also those that a fault answers.
	*recorder.Recorder

	options Options
	now     func() time.Time
	handler http.Handler

	mu            sync.Mutex
	users, groups *collection
	token         string
	clients       map[string]oauthClient
	issued        map[string]time.Time // OAuth tokens and when they end
	faults        []*FaultSwitch
}

// New makes a service provider without users and groups.
func New(options Options) *Target {
	options.BasePath = strings.TrimRight(options.BasePath, "/")
	t := &Target{
		options: options,
		now:     options.Now,
		users:   newCollection(&userType),
		groups:  newCollection(&groupType),
		token:   options.Token,
		clients: make(map[string]oauthClient),
		issued:  make(map[string]time.Time),
	}
	if t.now == nil {
		t.now = time.Now
	}
	t.Recorder = recorder.New(t.now)
	t.handler = t.mounted(t.Record(t.inject(t.routes())))
	return t
}

// Handler returns the API, mounted at Options.BasePath.
func (t *Target) Handler() http.Handler { return t.handler }

// mounted takes the base path off.
func (t *Target) mounted(next http.Handler) http.Handler {
	if t.options.BasePath == "" {
		return next
	}
	mux := http.NewServeMux()
	mux.Handle(t.options.BasePath+"/", http.StripPrefix(t.options.BasePath, next))
	mux.HandleFunc("/", notFound)
	return mux
}

// routes are the endpoints.
func (t *Target) routes() http.Handler {
	mux := http.NewServeMux()
	guarded := func(pattern string, serve http.HandlerFunc) {
		mux.Handle(pattern, t.authenticated(serve))
	}
	mux.HandleFunc("POST /oauth/token", t.issueToken)
	mux.HandleFunc("GET /ServiceProviderConfig", t.serviceProviderConfig)
	guarded("GET /ResourceTypes", t.listResourceTypes)
	guarded("GET /ResourceTypes/{id}", t.getResourceType)
	guarded("GET /Schemas", t.listSchemas)
	guarded("GET /Schemas/{id}", t.getSchema)
	for _, c := range []*collection{t.users, t.groups} {
		path := c.kind.endpoint
		guarded("GET "+path, t.list(c))
		guarded("POST "+path, t.create(c))
		guarded("GET "+path+"/{id}", t.get(c))
		guarded("PUT "+path+"/{id}", t.replace(c))
		guarded("PATCH "+path+"/{id}", t.patch(c))
		guarded("DELETE "+path+"/{id}", t.remove(c))
		// Whatever the mux would refuse in plain text.
		mux.HandleFunc(path, methodNotAllowed)
		mux.HandleFunc(path+"/{id}", methodNotAllowed)
	}
	mux.HandleFunc("/", notFound)
	return mux
}

func notFound(w http.ResponseWriter, _ *http.Request) {
	writeError(w, &scimError{status: http.StatusNotFound, detail: "There is no such endpoint."})
}

func methodNotAllowed(w http.ResponseWriter, r *http.Request) {
	writeError(w, &scimError{status: http.StatusMethodNotAllowed, detail: "The endpoint does not take " + r.Method + "."})
}

// baseURL is where the request found the API.
func (t *Target) baseURL(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host + t.options.BasePath
}
