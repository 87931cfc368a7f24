package tfx_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var object = tfx.Object{Declaration: tfx.Declaration{Type: "personio_thing", Reads: []string{"gateway:things:read"}, Writes: []string{"gateway:things:write"}}, Kind: "thing", Name: "Bücher", InUse: "Empty it first"}

// problem is the error of a call that was answered with these findings.
func problem(status int, findings ...gatewayapi.ProblemError) *personio.Error {
	return &personio.Error{
		Method: http.MethodPatch, Path: "/gateway/v1/things/1", BaseURL: "https://gateway.example.com", Status: status,
		RequestID: "request-1", TraceID: "trace-1", Attempts: 1, Problem: &gatewayapi.Problem{Errors: findings, Status: status},
	}
}

func finding(kind, title, detail string, meta map[string]string) gatewayapi.ProblemError {
	return gatewayapi.ProblemError{Type: gatewayapi.TypeBase + kind, Title: title, Detail: detail, Meta: meta}
}

// render shows a diagnostic with its path.
func render(d diag.Diagnostic) string {
	where := ""
	if at, ok := d.(diag.DiagnosticWithPath); ok {
		where = at.Path().String()
	}
	return where + "|" + d.Summary() + "|" + d.Detail()
}

func TestAddError(t *testing.T) {
	t.Parallel()
	pointer := func(p string) map[string]string { return map[string]string{gatewayapi.MetaPointer: p} }
	for name, test := range map[string]struct {
		verb string
		err  error
		want [][]string // for each diagnostic: parts of it
	}{
		"finding at an attribute": {
			"update",
			problem(422, finding(gatewayapi.KindInvalid, "Invalid value", "There is no scope x.", pointer("/scopes/3"))),
			[][]string{{
				`scopes|Could not update thing "Bücher"|Invalid value: There is no scope x.`, "HTTP status 422",
				"request id request-1", "trace id trace-1", "PATCH https://gateway.example.com/gateway/v1/things/1",
			}},
		},
		"one diagnostic a finding": {
			"create",
			problem(422,
				finding(gatewayapi.KindInvalid, "Invalid value", "Too short.", pointer("/client_secret")),
				finding(gatewayapi.KindInvalid, "Invalid value", "Wrong as a whole.", pointer("")),
				finding(gatewayapi.KindInvalid, "Invalid value", "Not in the body.", pointer("#query/limit"))),
			[][]string{{"client_secret_wo|", "Too short."}, {"|Could not create", "Wrong as a whole."}, {"|Could not create", "Not in the body."}},
		},
		"exists": {
			"create",
			problem(409, finding(gatewayapi.KindConflict, "Exists already", "The name is taken.", map[string]string{
				gatewayapi.MetaPointer: "/name", gatewayapi.MetaExistingID: "4711",
			})),
			[][]string{{"name|", "The name is taken.", "terraform import personio_thing.<name> 4711"}},
		},
		"in use": {
			"delete",
			problem(409, finding(gatewayapi.KindInUse, "Still in use", "It has 3 parts.", nil)),
			[][]string{{"It has 3 parts.", "Empty it first."}},
		},
		"changed meanwhile": {
			"update", problem(412, finding(gatewayapi.KindRevisionMismatch, "Changed by someone else", "", nil)),
			[][]string{{"Somebody else changed it", "nothing was overwritten", "plan again"}},
		},
		"gone before the update": {
			"update", problem(404, finding(gatewayapi.KindNotFound, "Resource not found", "", nil)),
			[][]string{{"deleted outside Terraform", "plan again"}},
		},
		"a scope is missing to read": {
			"read", problem(403, finding(gatewayapi.KindForbidden, "Insufficient access scope", "No.", nil)),
			[][]string{{"No.", "management credential made by personio-gateway. To read it, personio_thing needs the scope gateway:things:read."}},
		},
		"a scope is missing to write": {
			"update", problem(403, finding(gatewayapi.KindForbidden, "Insufficient access scope", "No.", nil)),
			[][]string{{"To update it, personio_thing needs the scopes gateway:things:read, gateway:things:write."}},
		},
		"no gateway": {
			"read", problem(404, finding(gatewayapi.KindRouteNotFound, "Not Found", "", map[string]string{gatewayapi.MetaPath: "/gateway/v1/things/1"})),
			[][]string{{"personio_thing needs a gateway", "base_url"}},
		},
		"no answer": {
			"read", &personio.Error{Method: http.MethodGet, Path: "/x", BaseURL: "https://gateway.example.com", Attempts: 5, Err: errors.New("connection refused")},
			[][]string{{`Could not read thing "Bücher"`, "connection refused.", "5 attempts", "base_url"}},
		},
		"not even a call": {
			"read", personio.ErrNoCredential, [][]string{{"no API credential is configured."}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var diags diag.Diagnostics
			tfx.AddError(&diags, test.verb, object, tfx.Members{"client_secret": "client_secret_wo"}, test.err)
			if len(diags) != len(test.want) {
				t.Fatalf("%d diagnostics, want %d: %v", len(diags), len(test.want), diags)
			}
			for i, parts := range test.want {
				text := render(diags[i])
				for _, part := range parts {
					if !strings.Contains(text, part) {
						t.Errorf("%q is missing in:\n%s", part, text)
					}
				}
				if strings.Contains(text, "..") || strings.Contains(text, "  ") {
					t.Errorf("untidy text:\n%s", text)
				}
			}
		})
	}
}

func TestWarningsAndErrorsNameTheObject(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	tfx.AddVanished(&diags, object, "4711")
	tfx.AddImportNotFound(&diags, object, "4711")
	tfx.AddNotKept(&diags, object, path.Root("scopes"))
	for i, want := range []string{`Thing "Bücher" is gone|The thing with id 4711`, `no thing with id "4711"`, `scopes|The server did not keep scopes of thing "Bücher"`} {
		if text := render(diags[i]); !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}
	if diags[0].Severity() != diag.SeverityWarning || diags.ErrorsCount() != 2 {
		t.Errorf("severities: %v", diags)
	}
}
