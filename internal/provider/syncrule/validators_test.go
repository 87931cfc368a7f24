package syncrule

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/expression"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncer"
)

// problem is what a validator says of a value, "" if it is fine.
func problem(t *testing.T, v validator.String, value types.String) string {
	t.Helper()
	var resp validator.StringResponse
	v.ValidateString(t.Context(), validator.StringRequest{Path: path.Root("x"), ConfigValue: value}, &resp)
	var lines []string
	for _, d := range resp.Diagnostics {
		lines = append(lines, d.Summary()+": "+d.Detail())
	}
	return strings.Join(lines, "\n")
}

func TestValidators(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		validator validator.String
		good      []string
		bad       map[string]string // value to a part of what is said
	}{
		"filter": {
			validExpression(expression.Filter),
			[]string{"true", "status in ['active', 'leave'] && employment_type == 'internal'", "dynamic_4711 == 'Yes'", "hire_date <= today"},
			map[string]string{
				"":                            "empty",
				"statu == 'active'":           "line 1, column 1",
				"true &&\n  first_nam == 'x'": "line 2, column 3",
				"department":                  "must give true or false",
				"status ==":                   "syntax error",
			},
		},
		"value": {
			validExpression(expression.Value),
			[]string{"'de'", "first_name", "null", "weekly_working_hours", "cost_centers"},
			map[string]string{"de": "line 1, column 1", "first_name +": "\n  first_name +"},
		},
		"group name": {
			validExpression(expression.GroupName),
			[]string{"'Team ' + team", "supervisor.last_name + 's Team'"},
			map[string]string{"weekly_working_hours": "must be a string"},
		},
		"scim path": {
			scimPath(),
			[]string{
				"title", "name.givenName", "userName", "externalId", "$ref", "emails.value", `emails[type eq "work"].value`,
				`emails[type eq "work" and primary eq true].value`, `phoneNumbers[type EQ "a \"b\" ] and c"]`,
				"urn:ietf:params:scim:schemas:core:2.0:User:title",
				"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
				"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
				"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:active",
			},
			map[string]string{
				"": "not the path", " title": "not the path", "name.": "not the path", ".name": "not the path", "a.b.c": "not the path",
				"2nd": "not the path", "first name": "not the path", "emails[": "not the path", "emails[type]": "not the path",
				`emails[type ne "work"]`: "not the path", `emails[type eq work].value`: "not the path", `emails.value[type eq "work"]`: "not the path",
				"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": "not the path", "urn:x": "not the path",
				"active": "deprovision_mode", "Active": "deprovision_mode", "groups": "group_mapping", `groups[type eq "x"].value`: "group_mapping",
				"password": "never written", "meta.created": "the target sets it", "id": "the target sets it", "schemas": "the gateway sets it",
				"urn:ietf:params:scim:schemas:core:2.0:User:active": "deprovision_mode",
			},
		},
		"cron": {
			cronExpression(),
			[]string{"0 4 * * *", "*/15 8-18 * * MON-FRI", "0 0 29 2 *", " 0 4 * * * "},
			map[string]string{
				"": "five fields", "@daily": "five fields", "@every 1h": "five fields", "0 4 * *": "five fields", "0 0 4 * * *": "five fields",
				"TZ=UTC 0 4 * * *": "time_zone", "CRON_TZ=UTC 0 4 * *": "time_zone", "60 4 * * *": "not a cron expression", "x 4 * * *": "not a cron expression",
				"0 0 30 2 *": "never fires", "0/0 4 * * *": "not a cron expression",
			},
		},
		"time zone": {
			timeZone(),
			[]string{"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"},
			map[string]string{"": "IANA", "Local": "IANA", "Europe/Berlijn": "IANA", "../../etc/passwd": "IANA", "+02:00": "IANA"},
		},
		"e-mail": {
			emailAddress(),
			[]string{"it@example.com", "jörg.müller+sync@bücher.example"},
			map[string]string{
				"": "not an e-mail", "it": "not an e-mail", "it@": "not an e-mail", "IT <it@example.com>": "not an e-mail",
				"it@example.com, hr@example.com": "not an e-mail", "it@example.com\r\nBcc: x@example.com": "not an e-mail",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, value := range []types.String{types.StringNull(), types.StringUnknown()} {
				if text := problem(t, test.validator, value); text != "" {
					t.Errorf("%s: %s", value, text)
				}
			}
			for _, value := range test.good {
				if text := problem(t, test.validator, types.StringValue(value)); text != "" {
					t.Errorf("%q: %s", value, text)
				}
			}
			for value, part := range test.bad {
				text := problem(t, test.validator, types.StringValue(value))
				if !strings.Contains(text, part) {
					t.Errorf("%q: %q is missing in %q", value, part, text)
				}
			}
			if test.validator.Description(t.Context()) == "" || test.validator.MarkdownDescription(t.Context()) == "" {
				t.Error("no description")
			}
		})
	}
}

// The provider and the gateway agree on what a path is; neither shares code with
// the other.
func TestPathsAreTheGateways(t *testing.T) {
	t.Parallel()
	parts := []string{
		"", "title", "name", "active", "Groups", "id", "$ref", "urn:ietf:params:scim:schemas:core:2.0:User:", "urn:a:b:",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User", ":", ".", ".givenName", ".x.y", `[type eq "work"]`, `[type eq "a]b"]`,
		`[a eq true and b eq "c"]`, `[type eq work]`, "[", "]", " ", `[type ne "work"]`, "ü",
	}
	for _, a := range parts {
		for _, b := range parts {
			for _, c := range parts {
				value := a + b + c
				_, err := scim.ParsePath(value)
				want := err == nil && !syncer.ReservedPath(value)
				if got := problem(t, scimPath(), types.StringValue(value)) == ""; got != want {
					t.Errorf("%q: the provider says %v, the gateway %v (%v)", value, got, want, err)
				}
			}
		}
	}
}

func TestCanonicalPath(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"title", "Title"}, {"urn:ietf:params:scim:schemas:core:2.0:User:title", "title"}, {`emails[type eq "work"].value`, `Emails[Type eq "work"].Value`},
	} {
		if canonicalPath(pair[0]) != canonicalPath(pair[1]) {
			t.Errorf("%q and %q are one path", pair[0], pair[1])
		}
	}
}
