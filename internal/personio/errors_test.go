package personio

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const typeBase = "https://developer.personio.de/reference/errors#"

// TestErrorBodies shows every shape of error body to the client.
func TestErrorBodies(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status      int
		contentType string
		body        string
		path        string
		message     string
		is          string
	}{
		"problem": {
			422, "application/problem+json",
			`{"personio_trace_id":"tr-1","timestamp":"2026-01-02T03:04:05+00:00","errors":[{"title":"Invalid","detail":"is unknown","type":"` + typeBase + `gateway.invalid","_meta":{"pointer":"/scopes/0"}},{"title":"Second"}]}`,
			integrations, "Invalid: is unknown (/scopes/0); Second", "",
		},
		"problem with odd members": {
			400, "application/problem+json",
			`{"personio_trace_id":"tr-1","timestamp":17,"errors":[{"title":"Bad","detail":"","_meta":{"n":3,"list":["a","b"],"o":{"k":null}}}]}`,
			"/v2/persons", "Bad", "",
		},
		"gone":                {404, "application/problem+json", `{"personio_trace_id":"tr-1","errors":[{"title":"Not Found","detail":"no such object","type":"` + typeBase + `common.requested_resource_not_found"}]}`, integrationOne, "Not Found: no such object", "not found"},
		"no such route":       {404, "application/problem+json", `{"personio_trace_id":"tr-1","errors":[{"title":"Not Found","_meta":{"path":"/gateway/v1/custom-integrations/one"},"type":"https://developer.personio.de/v2.0/page/x"}]}`, integrationOne, "Not Found", "gateway missing"},
		"no such route, kind": {404, "application/problem+json", `{"errors":[{"title":"","type":"` + typeBase + `apinot_found"}]}`, integrationOne, "", "gateway missing"},
		"no such v2 route":    {404, "application/problem+json", `{"errors":[{"title":"Not Found","_meta":{"path":"/v2/x"},"type":"` + typeBase + `apinot_found"}]}`, "/v2/x", "Not Found", ""},
		"proxy's 404":         {404, "text/html", "<html><head></head>\n\n<body>  nothing here</body></html>", integrationOne, "<html><head></head> <body> nothing here</body></html>", ""},
		"proxy's JSON 404":    {404, "application/json", `{"message":"no Route matched with those values"}`, integrationOne, "no Route matched with those values", ""},
		"empty 404":           {404, "", "", integrationOne, "", ""},
		"conflict":            {409, "application/problem+json", `{"errors":[{"title":"Conflict","type":"` + typeBase + `gateway.conflict","_meta":{"existing_id":"e"}}]}`, integrations, "Conflict", "conflict"},
		"empty conflict":      {409, "", "", integrations, "", "conflict"},
		"revision":            {412, "application/problem+json", `{"errors":[{"title":"Revision"}]}`, integrationOne, "Revision", "revision"},
		"forbidden":           {403, "application/problem+json", `{"errors":[{"title":"Insufficient access scope"}]}`, integrationOne, "Insufficient access scope", "forbidden"},
		"v1":                  {404, "application/json", `{"success":false,"error":{"code":404,"message":"Employee not found"}}`, "/v1/company/employees/1", "Employee not found (code 404)", "not found"},
		"v1 with success 200": {200, "application/json", `{"success":false,"error":{"code":"E7","message":"Something went wrong"}}`, pathEmployeeAttributes, "Something went wrong (code E7)", ""},
		"v1 word":             {400, "application/json", `{"success":false,"error":"Wrong"}`, "/v1/company/employees", "Wrong", ""},
		"v1 fields":           {400, "application/json", `{"success":false,"message":"Validation","error":{"name":["is required","is short"],"active":"no boolean","code":0}}`, "/v1/company/x", "Validation; active: no boolean; name: is required, is short (code 0)", ""},
		"v1 message":          {404, "application/json", `{"success":false,"message":"No such project","error":null}`, "/v1/company/attendances/projects/1", "No such project", "not found"},
		"plain":               {500, "text/plain", "boom\n", "/v2/persons", "boom", ""},
		"JSON of no kind":     {500, "application/json", `[1,2]`, "/v2/persons", "[1,2]", ""},
		"JSON null":           {500, "application/json", `null`, "/v2/persons", "null", ""},
		"other errors member": {422, "application/json", `{"errors":{"name":["x"]}}`, "/v2/persons", `{"errors":{"name":["x"]}}`, ""},
		"OAuth elsewhere":     {400, "application/json", `{"error":"invalid_scope","error_description":"not granted","trace_id":"tr-1"}`, "/v2/auth/revoke", "invalid_scope: not granted", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(map[string]http.HandlerFunc{"GET " + test.path: raw(test.status, test.contentType, test.body)})
			var answer v1Answer[json.RawMessage]
			err := f.client(t, func(c *Config) { c.MaxRetries = -1 }).do(t.Context(), request{method: "GET", path: test.path}, &answer)
			e, ok := asError(err)
			if !ok {
				t.Fatalf("got %v", err)
			}
			if e.Message() != test.message {
				t.Errorf("message %q, want %q", e.Message(), test.message)
			}
			if e.Status != test.status || e.RequestID == "" || e.Path != test.path {
				t.Errorf("got %+v", e)
			}
			wantContains(t, err.Error(), "GET "+test.path, fmt.Sprint("HTTP ", test.status), e.RequestID, test.message)
			if strings.Contains(test.body, "tr-1") {
				wantContains(t, err.Error(), "trace id tr-1")
			}
			wrapped := fmt.Errorf("doing something: %w", err)
			for kind, is := range map[string]func(error) bool{
				"not found": IsNotFound, "gateway missing": IsGatewayMissing, "conflict": IsConflict,
				"revision": IsRevisionMismatch, "forbidden": IsForbidden, "unauthorized": IsUnauthorized,
			} {
				if is(wrapped) != (kind == test.is) {
					t.Errorf("%s: %v", kind, is(wrapped))
				}
				if is(nil) || is(errors.New("x")) {
					t.Errorf("%s holds for an error that is none of ours", kind)
				}
			}
		})
	}
}

func TestAnswerThatIsNotTheAPI(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"page":       raw(200, "text/html; charset=utf-8", "<title>Sign in</title>"),
		"empty":      raw(200, "application/json", ""),
		"object":     raw(200, "application/json", "{}"),
		"wrong type": raw(200, "application/json", `{"_data":7,"success":"PLANTED"}`),
		"cut off":    raw(200, "application/json", `{"_data":["PLANTED`),
		"secret":     raw(200, "text/plain", `papi-PLANTED`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(map[string]http.HandlerFunc{getAttributes: answer, "GET " + integrations: answer, "GET " + integrationOne: answer})
			c := f.client(t)
			_, ofAttributes := c.EmployeeAttributes(t.Context())
			_, ofGet := c.CustomIntegrations().Get(t.Context(), "one")
			var ofList error
			for _, err := range c.CustomIntegrations().List(t.Context(), CustomIntegrationFilter{}) {
				ofList = err
			}
			for _, err := range []error{ofAttributes, ofGet, ofList} {
				if err == nil || IsNotFound(err) {
					t.Fatalf("got %v", err)
				}
				wantContains(t, err.Error(), "HTTP 200", "base_url")
				wantNoSecret(t, err.Error())
			}
		})
	}
}

func TestErrorsHoldNoSecret(t *testing.T) {
	t.Parallel()
	own := `papi-PLANTED "own" secret of the user/caller`
	for _, answer := range []func(w http.ResponseWriter, text string){
		func(w http.ResponseWriter, text string) {
			writeProblem(w, 422, text, text, typeBase+text, map[string]string{"value": text})
		},
		func(w http.ResponseWriter, text string) {
			writeJSON(w, 422, map[string]any{"success": false, "error": map[string]any{"code": text, "message": text, "field": []string{text}}})
		},
		func(w http.ResponseWriter, text string) {
			writeJSON(w, 422, map[string]any{"error": text, "error_description": text})
		},
		func(w http.ResponseWriter, text string) { raw(422, "text/plain", text)(w, nil) },
		// The secret stands where the text is cut.
		func(w http.ResponseWriter, text string) {
			raw(422, "text/plain", strings.Repeat("x", 480)+text)(w, nil)
		},
		func(w http.ResponseWriter, text string) { raw(200, "text/html", text)(w, nil) },
	} {
		f := newFake(map[string]http.HandlerFunc{"POST " + credentials: func(w http.ResponseWriter, r *http.Request) {
			answer(w, fmt.Sprintf("%s %q %s %s", own, own, r.Header.Get("Authorization"), testSecret))
		}})
		_, err := f.client(t).APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{ClientSecret: own})
		if err == nil {
			t.Fatal("no error")
		}
		e, _ := asError(err)
		wantNoSecret(t, fmt.Sprintf("%v %+v %#v %#v %#v %#v", err, e.Problem, e.Problem, e.V1, e.OAuth, *e))
		wantContains(t, err.Error(), "(redacted)")
	}
}

func TestErrorTextIsBounded(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{getAttributes: raw(500, "text/html", strings.Repeat("äöü<p> \n", 100_000))})
	_, err := f.client(t).EmployeeAttributes(t.Context())
	e, ok := asError(err)
	if !ok || utf8.RuneCountInString(e.Text) != maxErrorText+3 || !utf8.ValidString(e.Text) {
		t.Errorf("%d characters: %q", utf8.RuneCountInString(e.Text), e.Text)
	}
}

// TestParseErrorTakesAnything feeds bodies of JSON that nobody promised.
func TestParseErrorTakesAnything(t *testing.T) {
	t.Parallel()
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		return rapid.Custom(func(t *rapid.T) any {
			kind := rapid.IntRange(0, 5).Draw(t, "kind")
			switch {
			case kind == 0:
				return nil
			case kind == 1:
				return rapid.Bool().Draw(t, "bool")
			case kind == 2:
				return rapid.Float64Range(-1e9, 1e9).Draw(t, "number")
			case kind == 3 || depth == 0:
				return rapid.String().Draw(t, "string")
			case kind == 4:
				return rapid.SliceOfN(value(depth-1), 0, 3).Draw(t, "list")
			default:
				keys := rapid.SampledFrom([]string{"errors", "error", "success", "message", "code", "title", "_meta", "trace_id", "error_description", "personio_trace_id", "timestamp", "x"})
				return rapid.MapOfN(keys, value(depth-1), 0, 5).Draw(t, "object")
			}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		body, err := json.Marshal(value(4).Draw(t, "body"))
		if err != nil {
			t.Fatal(err)
		}
		body = body[:rapid.IntRange(0, len(body)).Draw(t, "cut")]
		path := rapid.SampledFrom([]string{pathToken, integrationOne, "/v1/x"}).Draw(t, "path")
		e := &Error{Status: rapid.SampledFrom([]int{200, 400, 404, 500}).Draw(t, "status"), Path: path}
		parseError(e, body, func(s string) string { return s })
		filled := 0
		for _, set := range []bool{e.Problem != nil, e.V1 != nil, e.OAuth != nil, e.Text != ""} {
			if set {
				filled++
			}
		}
		if filled > 1 || filled == 0 && len(body) > 0 {
			t.Fatalf("%d members are filled from %s", filled, body)
		}
		_ = e.Error() + e.Hint()
	})
}
