package synctarget_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/gatewayfake"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const (
	targetType     = "personio_sync_target"
	collectionPath = gatewayapi.PathSyncTargets
	secret         = "PLANTED-bearer-token"
	clientSecret   = "PLANTED-client-secret"
)

// learning is a configuration with a bearer token; scim and oauth make others.
var learning = tfproto.Values{"name": "Learning", "scim": scim(nil)}

// scim is scim with a token, changed.
func scim(change tfproto.Values) tfproto.Values {
	return tfproto.Values{"url": "https://scim.example.com/v2", "token_wo": secret, "token_wo_version": int64(1)}.With(change)
}

// oauth is scim with an OAuth client, changed.
func oauth(change tfproto.Values) tfproto.Values {
	client := tfproto.Values{
		"token_url": "https://login.example.com/token", "client_id": "gateway", "client_secret_wo": clientSecret, "client_secret_wo_version": int64(1),
	}.With(change)
	return tfproto.Values{"url": "https://scim.example.com/v2", "oauth": client}
}

func with(scim tfproto.Values) tfproto.Values { return learning.With(tfproto.Values{"scim": scim}) }

func plan(t *testing.T, p *tfproto.Provider, prior *tfproto.Object, config tfproto.Values) tfproto.Planned {
	t.Helper()
	if config != nil {
		wantNoErrors(t, "validate", p.Validate(targetType, config))
	}
	planned, diags := p.Plan(targetType, prior, config)
	wantNoErrors(t, "plan", diags)
	return planned
}

func apply(t *testing.T, p *tfproto.Provider, prior *tfproto.Object, config tfproto.Values) *tfproto.Object {
	t.Helper()
	object, diags := p.Apply(targetType, plan(t, p, prior, config))
	wantNoErrors(t, "apply", diags)
	return object
}

func wantNoErrors(t *testing.T, step string, diags tfproto.Diagnostics) {
	t.Helper()
	if text := diags.Errors(); text != "" {
		t.Fatalf("%s: %s", step, text)
	}
}

func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
	if strings.Contains(text, "PLANTED") {
		t.Errorf("a secret is in:\n%s", text)
	}
}

// wantConverged wants that a refresh and a plan leave the object as it is.
func wantConverged(t *testing.T, fake *gatewayfake.Server, object *tfproto.Object, config tfproto.Values) *tfproto.Object {
	t.Helper()
	p := acctest.Reconnect(t, fake)
	read, diags := p.Read(targetType, object)
	wantNoErrors(t, "read", diags)
	if diff := cmp.Diff(read.Values, plan(t, p, read, config).Values); diff != "" {
		t.Errorf("the plan is not empty:\n%s", diff)
	}
	return read
}

func id(object *tfproto.Object) string {
	id, _ := object.Values["id"].(string)
	return id
}

// nested is an attribute of scim, or of what is below it.
func nested(t *testing.T, values tfproto.Values, names ...string) any {
	t.Helper()
	at := values["scim"]
	for _, name := range names {
		object, ok := at.(map[string]any)
		if !ok {
			t.Fatalf("%s in %v", name, at)
		}
		at = object[name]
	}
	return at
}

// A secret goes to the gateway when the target is made and when its version
// moves, and nowhere else.
func TestWhenTheTokenIsSent(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	config := learning
	object := apply(t, p, nil, config)
	sent := `"token":"PLANTED-bearer-token"`
	if calls := fake.Writes(); len(calls) != 1 || calls[0].Body != `{"name":"Learning","scim":{"url":"https://scim.example.com/v2",`+sent+`}}` {
		t.Fatalf("calls: %v", calls)
	}
	if object.Identity != id(object) {
		t.Errorf("identity %q", object.Identity)
	}
	for _, step := range []struct {
		name string
		next tfproto.Values
		body string // of the one call, "" for none
	}{
		{"name", config.With(tfproto.Values{"name": "Learning 2"}), `{"name":"Learning 2"}`},
		{"url", with(scim(tfproto.Values{"url": "https://scim.example.com/v3"})), `{"name":"Learning","scim":{"url":"https://scim.example.com/v3"}}`},
		{"headers", with(scim(tfproto.Values{"headers": tfproto.Values{"X-Tenant": "acme"}})), `{"scim":{"url":"https://scim.example.com/v2","headers":{"X-Tenant":"acme"}}}`},
		{"headers removed", with(scim(nil)), `{"scim":{"url":"https://scim.example.com/v2"}}`},
		{"version", with(scim(tfproto.Values{"token_wo_version": int64(2)})), `{"scim":{"url":"https://scim.example.com/v2",` + sent + `}}`},
		{"value alone", with(scim(tfproto.Values{"token_wo_version": int64(2), "token_wo": "PLANTED-other"})), ""},
		{"value removed", with(scim(tfproto.Values{"token_wo_version": int64(2), "token_wo": nil})), ""},
		{"version removed", with(scim(tfproto.Values{"token_wo_version": nil, "token_wo": nil})), ""},
		{"version down", with(scim(nil)), `{"scim":{"url":"https://scim.example.com/v2",` + sent + `}}`},
		{
			"to oauth",
			with(oauth(tfproto.Values{"scopes": []any{"scim.write", "scim.read"}})),
			`{"scim":{"url":"https://scim.example.com/v2","oauth":{"token_url":"https://login.example.com/token","client_id":"gateway",` +
				`"scopes":["scim.read","scim.write"]},"oauth_client_secret":"PLANTED-client-secret"}}`,
		},
		{
			"client id",
			with(oauth(tfproto.Values{"client_id": "gateway-2"})),
			`{"scim":{"url":"https://scim.example.com/v2","oauth":{"token_url":"https://login.example.com/token","client_id":"gateway-2"}}}`,
		},
		{
			"client secret version",
			with(oauth(tfproto.Values{"client_id": "gateway-2", "client_secret_wo_version": int64(5)})),
			`{"scim":{"url":"https://scim.example.com/v2","oauth":{"token_url":"https://login.example.com/token","client_id":"gateway-2"},` +
				`"oauth_client_secret":"PLANTED-client-secret"}}`,
		},
		{"back, no version", with(scim(tfproto.Values{"token_wo_version": nil})), `{"scim":{"url":"https://scim.example.com/v2",` + sent + `}}`},
	} {
		fake.Calls()
		object = apply(t, p, object, step.next)
		var bodies []string
		for _, call := range fake.Writes() {
			if call.Route != "PATCH "+collectionPath+"/"+id(object) || call.IfMatch == "" {
				t.Errorf("%s: %s, If-Match %q", step.name, call.Route, call.IfMatch)
			}
			bodies = append(bodies, call.Body)
		}
		if got := strings.Join(bodies, "\n"); got != step.body {
			t.Errorf("%s: sent %s\nwant %s", step.name, got, step.body)
		}
		object = wantConverged(t, fake, object, step.next)
		for _, name := range []string{"token_wo"} {
			if value := nested(t, object.Values, name); value != nil {
				t.Errorf("%s: %s is in the state", step.name, name)
			}
		}
	}
}

func TestSecretsAreNeeded(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	token, client := apply(t, p, nil, learning), apply(t, p, nil, with(oauth(nil)).With(tfproto.Values{"name": "OAuth"}))
	bare := tfproto.Values{"url": "https://scim.example.com/v2"}
	fake.Calls()
	for name, test := range map[string]struct {
		prior  *tfproto.Object
		config tfproto.Values
		want   []string // parts of the errors; none: planned
	}{
		"new, nothing":               {nil, with(bare), []string{`AttributeName("token_wo")`, "give oauth instead"}},
		"new, client without secret": {nil, with(oauth(tfproto.Values{"client_secret_wo": nil})), []string{`AttributeName("client_secret_wo")`}},
		"new, unknown token":         {nil, with(scim(tfproto.Values{"token_wo": tfproto.Unknown})), nil},
		"new, unknown scim":          {nil, learning.With(tfproto.Values{"scim": tfproto.Unknown}), nil},
		"new, unknown oauth":         {nil, with(bare.With(tfproto.Values{"oauth": tfproto.Unknown})), nil},
		"token stays":                {token, with(bare.With(tfproto.Values{"token_wo_version": int64(1)})), nil},
		"token moves":                {token, with(bare.With(tfproto.Values{"token_wo_version": int64(2)})), []string{"token_wo is missing", "version moves"}},
		"token, version unknown":     {token, with(bare.With(tfproto.Values{"token_wo_version": tfproto.Unknown})), []string{"token_wo is missing"}},
		"to a client without secret": {token, with(oauth(tfproto.Values{"client_secret_wo": nil})), []string{"client_secret_wo is missing"}},
		"client stays":               {client, with(oauth(tfproto.Values{"client_secret_wo": nil})), nil},
		"client moves": {
			client, with(oauth(tfproto.Values{"client_secret_wo": nil, "client_secret_wo_version": int64(2)})), []string{"client_secret_wo is missing"},
		},
		"to no token": {client, with(bare), []string{"token_wo is missing"}},
		"destroy":     {token, nil, nil},
	} {
		_, diags := p.Plan(targetType, test.prior, test.config)
		text := diags.Errors()
		if (text == "") != (test.want == nil) {
			t.Errorf("%s: errors: %q", name, text)
			continue
		}
		wantParts(t, text, test.want...)
	}
	if calls := fake.Calls(); len(calls) > 0 {
		t.Errorf("a plan called the gateway: %v", calls)
	}
}

func TestUpdatePlanMarksOnlyWhatMoves(t *testing.T) {
	t.Parallel()
	p, _ := acctest.FakeProvider(t)
	object := apply(t, p, nil, learning)
	for name, test := range map[string]struct {
		config tfproto.Values
		moves  bool
	}{
		"nothing":         {learning, false},
		"name":            {learning.With(tfproto.Values{"name": "x"}), true},
		"token version":   {with(scim(tfproto.Values{"token_wo_version": int64(2)})), true},
		"version removed": {with(scim(tfproto.Values{"token_wo_version": nil})), false},
		"unknown url":     {with(scim(tfproto.Values{"url": tfproto.Unknown})), true},
		"unknown headers": {with(scim(tfproto.Values{"headers": tfproto.Unknown})), true},
	} {
		planned := plan(t, p, object, test.config)
		if got := planned.Values["updated_at"] == any(tfproto.Unknown); got != test.moves {
			t.Errorf("%s: updated_at moves: %v", name, got)
		}
		if planned.Values["id"] != object.Values["id"] || planned.Values["created_at"] != object.Values["created_at"] || len(planned.Replaces) > 0 {
			t.Errorf("%s: %v, replaces %v", name, planned.Values, planned.Replaces)
		}
	}
}

const certificate = `-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIUUSdHbTO1FVEXGgNrA/jm/G6rFZwwCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGZGVtb2NhMB4XDTI2MTEyMjAwMDAwMFoXDTM2MTExOTAwMDAw
MFowETEPMA0GA1UEAwwGZGVtb2NhMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
-----END CERTIFICATE-----
`

func TestValidateConfig(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	header := func(name, value any) tfproto.Values {
		key, _ := name.(string)
		return scim(tfproto.Values{"headers": tfproto.Values{key: value}})
	}
	for name, test := range map[string]struct {
		scim any
		want []string // parts of the errors; none: valid
	}{
		"token":                 {scim(nil), nil},
		"client":                {oauth(nil), nil},
		"neither":               {tfproto.Values{"url": "https://scim.example.com"}, nil},
		"unknown":               {tfproto.Unknown, nil},
		"unknown oauth":         {scim(tfproto.Values{"oauth": tfproto.Unknown}), nil},
		"all unknown":           {tfproto.Values{"url": tfproto.Unknown, "token_wo": tfproto.Unknown, "headers": tfproto.Unknown, "ca_cert_pem": tfproto.Unknown}, nil},
		"loopback":              {scim(tfproto.Values{"url": "http://127.0.0.1:8080/scim/v2/"}), nil},
		"localhost":             {scim(tfproto.Values{"url": "http://LocalHost/scim"}), nil},
		"IPv6 loopback":         {scim(tfproto.Values{"url": "http://[::1]:1/scim"}), nil},
		"plain http":            {scim(tfproto.Values{"url": "http://scim.example.com"}), []string{`AttributeName("url")`, "plain http"}},
		"no scheme":             {scim(tfproto.Values{"url": "scim.example.com"}), []string{"not an absolute URL"}},
		"another scheme":        {scim(tfproto.Values{"url": "ftp://scim.example.com"}), []string{"not an absolute URL"}},
		"empty url":             {scim(tfproto.Values{"url": ""}), []string{"not an absolute URL"}},
		"space":                 {scim(tfproto.Values{"url": "https://scim.example.com\n"}), []string{"not a URL"}},
		"password":              {scim(tfproto.Values{"url": "https://u:PLANTED@scim.example.com"}), []string{"user name or password"}},
		"broken with password":  {scim(tfproto.Values{"url": "https://u:PLANTED@scim.example.com:port"}), []string{"not a URL"}},
		"query":                 {scim(tfproto.Values{"url": "https://scim.example.com?x=PLANTED"}), []string{"query"}},
		"fragment":              {scim(tfproto.Values{"url": "https://scim.example.com#x"}), []string{"fragment"}},
		"endpoint":              {scim(tfproto.Values{"url": "https://scim.example.com/v2/Users/"}), []string{"leave /Users/ off"}},
		"both":                  {oauth(nil).With(tfproto.Values{"token_wo": secret}), []string{`AttributeName("token_wo")`, "conflicts with oauth"}},
		"both, by version":      {oauth(nil).With(tfproto.Values{"token_wo_version": int64(1)}), []string{`AttributeName("token_wo_version")`}},
		"empty token":           {scim(tfproto.Values{"token_wo": ""}), []string{`AttributeName("token_wo")`}},
		"line break":            {scim(tfproto.Values{"token_wo": secret + "\n"}), []string{"trimspace()"}},
		"line break inside":     {scim(tfproto.Values{"token_wo": "PLANTED\nPLANTED"}), []string{"line break"}},
		"token with its scheme": {scim(tfproto.Values{"token_wo": "Bearer PLANTED"}), []string{"word Bearer"}},
		"long token":            {scim(tfproto.Values{"token_wo": strings.Repeat("x", 8193)}), []string{`AttributeName("token_wo")`}},
		"token url":             {oauth(tfproto.Values{"token_url": "http://login.example.com"}), []string{`AttributeName("token_url")`, "plain http"}},
		"token url with query":  {oauth(tfproto.Values{"token_url": "https://login.example.com/token?tenant=1"}), nil},
		"two scopes in one":     {oauth(tfproto.Values{"scopes": []any{"a b"}}), []string{"not one scope"}},
		"null scope":            {oauth(tfproto.Values{"scopes": []any{nil}}), []string{`AttributeName("scopes")`}},
		"no client id":          {oauth(tfproto.Values{"client_id": ""}), []string{`AttributeName("client_id")`}},
		"header":                {header("X-Tenant", "acme"), nil},
		"unknown header":        {header("X-Tenant", tfproto.Unknown), nil},
		"null header":           {header("X-Tenant", nil), []string{`AttributeName("headers")`}},
		"authorization":         {header("authorization", "x"), []string{"authorization must not be set here"}},
		"host":                  {header("Host", "x"), []string{"Host must not be set here"}},
		"no header name":        {header("X Tenant", "x"), []string{"not the name of a header"}},
		"header injection":      {header("X-Tenant", "x\r\nX-Evil: 1"), []string{"line break"}},
		"a path":                {scim(tfproto.Values{"ca_cert_pem": "/etc/ssl/ca.pem"}), []string{`AttributeName("ca_cert_pem")`, "not a path"}},
		"broken certificate":    {scim(tfproto.Values{"ca_cert_pem": certificate}), []string{"Certificate 1 cannot be read"}},
		"private key": {
			scim(tfproto.Values{"ca_cert_pem": "-----BEGIN PRIVATE KEY-----\nUExBTlRFRA==\n-----END PRIVATE KEY-----\n"}), []string{"holds a private key"},
		},
		"another block": {
			scim(tfproto.Values{"ca_cert_pem": "-----BEGIN X509 CRL-----\nUExBTlRFRA==\n-----END X509 CRL-----\n"}), []string{`"X509 CRL"`},
		},
	} {
		text := p.Validate(targetType, learning.With(tfproto.Values{"scim": test.scim})).Errors()
		if (text == "") != (test.want == nil) {
			t.Errorf("%s: errors: %q", name, text)
			continue
		}
		wantParts(t, text, test.want...)
	}
	if calls := fake.Calls(); len(calls) > 0 || fake.Tokens() > 0 {
		t.Errorf("validation called the gateway: %v", calls)
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	token := fake.AddTarget(gatewayapi.SyncTarget{Name: "Learning", SCIM: gatewayapi.SCIMTarget{URL: "https://scim.example.com/v2/"}})
	client := fake.AddTarget(gatewayapi.SyncTarget{Name: "Learning", SCIM: gatewayapi.SCIMTarget{
		URL: "https://scim.example.com/v2", Headers: map[string]string{"X-Tenant": "acme"},
		OAuth: &gatewayapi.SCIMOAuth{TokenURL: "https://login.example.com/token", ClientID: "gateway", Scopes: []string{"scim"}},
	}})
	noVersion := scim(tfproto.Values{"url": "https://scim.example.com/v2/", "token_wo_version": nil})
	for name, test := range map[string]struct {
		id, identity string
		config       tfproto.Values
	}{
		"by id":       {token, "", with(noVersion)},
		"by identity": {"", token, with(noVersion)},
		"client": {client, "", with(oauth(tfproto.Values{"client_secret_wo_version": nil, "scopes": []any{"scim"}}).
			With(tfproto.Values{"headers": tfproto.Values{"X-Tenant": "acme"}}))},
	} {
		imported, diags := p.Import(targetType, test.id, test.identity)
		wantNoErrors(t, name, diags)
		read, diags := p.Read(targetType, imported)
		wantNoErrors(t, name, diags)
		if read.Identity != test.id+test.identity {
			t.Errorf("%s: identity %q", name, read.Identity)
		}
		wantConverged(t, fake, read, test.config)
		fake.Calls()
		// The first version sends the secret.
		if test.id == token {
			apply(t, p, read, with(scim(tfproto.Values{"url": "https://scim.example.com/v2/"})))
			if calls := fake.Writes(); len(calls) != 1 || !strings.Contains(calls[0].Body, secret) {
				t.Errorf("%s: first version: %v", name, calls)
			}
		}
	}
	imported, diags := p.Import(targetType, "no-such-id", "")
	wantNoErrors(t, "import", diags)
	_, diags = p.Read(targetType, imported)
	wantParts(t, diags.Errors(), "Could not import sync target", `"no-such-id"`, "base_url")
}

// What somebody else changed is planned back, without the secret.
func TestDrift(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	object := apply(t, p, nil, learning)
	fake.ChangeTarget(id(object), func(o *gatewayapi.SyncTarget) { o.SCIM.URL, o.Name = "https://elsewhere.example.com", "Other" })
	p = acctest.Reconnect(t, fake)
	read, diags := p.Read(targetType, object)
	wantNoErrors(t, "read", diags)
	fake.Calls()
	object = apply(t, p, read, learning)
	if calls := fake.Writes(); len(calls) != 1 || calls[0].Body != `{"name":"Learning","scim":{"url":"https://scim.example.com/v2"}}` {
		t.Errorf("calls: %v", calls)
	}
	wantConverged(t, fake, object, learning)
}

func TestErrorsPointToTheAttribute(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	for pointer, want := range map[string]string{
		"/scim/url":                 `AttributeName("scim").AttributeName("url"): `,
		"/scim/token":               `AttributeName("scim").AttributeName("token_wo"): `,
		"/scim/oauth_client_secret": `AttributeName("scim").AttributeName("oauth").AttributeName("client_secret_wo"): `,
		"/scim/headers/X-a~1b~0c":   `AttributeName("scim").AttributeName("headers").ElementKeyString("X-a/b~c"): `,
		"/scim":                     `AttributeName("scim"): `,
		"/name":                     `AttributeName("name"): `,
	} {
		fake.Script("POST "+collectionPath, gatewayfake.Finding(http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "Invalid value",
			"The target said no.", map[string]string{gatewayapi.MetaPointer: pointer}))
		object, diags := p.Apply(targetType, plan(t, p, nil, learning))
		wantParts(t, diags.Errors(), want, `Could not create sync target "Learning"`, "The target said no.", "HTTP status 422")
		if object != nil {
			t.Errorf("%s: a target that was refused is in the state", pointer)
		}
	}
}

// A server that repeats the secret in its words does not get it into Terraform's.
func TestSecretsAreMaskedInErrors(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	for name, test := range map[string]struct {
		config tfproto.Values
		secret string
	}{"token": {learning, secret}, "client": {with(oauth(nil)), clientSecret}} {
		refusal := gatewayfake.Finding(http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "Invalid value", "I was given "+test.secret+".", nil)
		fake.Script("POST "+collectionPath, refusal)
		_, diags := p.Apply(targetType, plan(t, p, nil, test.config))
		wantParts(t, diags.Errors(), "Could not create", "I was given ")

		object := apply(t, p, nil, test.config)
		fake.Script("PATCH "+collectionPath+"/"+id(object), refusal)
		next := with(scim(tfproto.Values{"token_wo_version": int64(2)}))
		if name == "client" {
			next = with(oauth(tfproto.Values{"client_secret_wo_version": int64(2)}))
		}
		_, diags = p.Apply(targetType, plan(t, p, object, next))
		wantParts(t, diags.Errors(), "Could not update", "I was given ")
	}
}

func TestReadOfWhatIsGone(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	object := apply(t, p, nil, learning)
	fake.RemoveAll()
	object.Identity = ""
	p = acctest.Reconnect(t, fake)
	read, diags := p.Read(targetType, object)
	wantNoErrors(t, "read", diags)
	if read != nil {
		t.Errorf("still there: %v", read)
	}
	wantParts(t, diags.Warnings(), `Sync target "Learning" is gone`, id(object))
	_, diags = p.Apply(targetType, plan(t, p, object, nil))
	wantNoErrors(t, "delete of what is gone", diags)
}

func TestRefusedUpdateKeepsTheState(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	object := apply(t, p, nil, learning)
	next := with(scim(tfproto.Values{"token_wo_version": int64(2)}))
	planned := plan(t, p, object, next)
	fake.ChangeTarget(id(object), func(o *gatewayapi.SyncTarget) { o.Name = "by somebody else" })
	after, diags := p.Apply(targetType, planned)
	wantParts(t, diags.Errors(), "Somebody else changed it", "HTTP status 412")
	if diff := cmp.Diff(object.Values, after.Values); diff != "" {
		t.Errorf("state after a refused update:\n%s", diff)
	}
	// The version has not moved in the state, so the next apply sends the token.
	p = acctest.Reconnect(t, fake)
	read, diags := p.Read(targetType, after)
	wantNoErrors(t, "read", diags)
	fake.Calls()
	apply(t, p, read, next)
	if calls := fake.Writes(); len(calls) != 1 || !strings.Contains(calls[0].Body, secret) {
		t.Errorf("calls: %v", calls)
	}
}

func TestDroppedAttributeIsItsOwnError(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	fake.DropDescriptions()
	object, diags := p.Apply(targetType, plan(t, p, nil, with(scim(tfproto.Values{"headers": tfproto.Values{"X-Tenant": "acme"}}))))
	wantParts(t, diags.Errors(), "The server did not keep scim.headers", "Learning")
	if object == nil || id(object) == "" {
		t.Error("what was made must reach the state")
	}
}

func TestDeleteInUse(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	object := apply(t, p, nil, learning)
	fake.Script("DELETE "+collectionPath+"/"+id(object), gatewayfake.Finding(http.StatusConflict, gatewayapi.KindInUse, "Still in use",
		"2 sync rule(s) still write to this target.", nil))
	after, diags := p.Apply(targetType, plan(t, p, object, nil))
	wantParts(t, diags.Errors(), "2 sync rule(s)", "neither touches an account", "create_before_destroy")
	if after == nil {
		t.Fatal("a refused destroy must keep the state")
	}
	gone, diags := p.Apply(targetType, plan(t, p, object, nil))
	wantNoErrors(t, "destroy", diags)
	if gone != nil || len(fake.Targets()) > 0 {
		t.Errorf("still there: %v", fake.Targets())
	}
}
