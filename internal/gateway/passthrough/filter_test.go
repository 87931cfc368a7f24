package passthrough

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/token"
)

// FuzzFilter lets any body through every filter with one attribute allowed. The
// values of all other attributes bear a mark that may not come out, whatever the
// body looks like; what comes out of a body that was taken is one JSON value.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		`{"success":true,"data":[{"type":"Employee","attributes":{"first_name":{"label":"L","value":"A"},"email":{"value":"SECRET"},"supervisor":{"value":{"type":"Employee","attributes":{"email":{"value":"SECRET"}}}}}}]}`,
		`{"success":true,"data":{"attributes":{"email":{"value":"SECRET"}},"type":"Employee"}}`,
		`{"_data":[{"id":"1","first_name":"A","email":"SECRET","custom_attributes":[{"id":"dynamic_1","value":"SECRET"},{"value":"SECRET"}]}],"_meta":{"links":{"next":{"href":"x"}}}}`,
		`{"id":"1","supervisor":{"id":"2","email":"SECRET"},"org_units":[{"type":"team","id":"SECRET"}],"termination":{"reason":"SECRET"}}`,
		`{"success":true,"data":[{"key":"email","label":"SECRET"}]}`,
		`{"\u0065mail":"SECRET","_data":[{"\u0065mail":"SECRET"}]}`,
		`{"_data":[{"id":"1","person":{"id":"2","email":"SECRET"},"created_by":"SECRET SECRET","amount":{"value":1},"_meta":{"links":{"self":"x"}}}],"_meta":{"links":{"next":"x"}}}`,
		`{"success":true,"data":[{"type":"TimeOffPeriod","attributes":{"id":1,"employee":{"type":"Employee","attributes":{"email":{"value":"SECRET"}}},"author_email":"SECRET"}}]}`,
		`{"_data":[{"id":"7","category":{"id":"5"},"owner":{"email":"SECRET","id":"1"}},{"id":"8","email":"SECRET","hiring_team":[{"person":{"email":"SECRET"},"role":"x"}]}]}`,
		`{"_data":[{"id":1e999,"first_name":[{"email":"x"}]}]}`, `[]`, `{}`, ``, `{"_data":`, "{\"a\":\"\xff\"}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for name, run := range map[string]func(*filter) error{
			"employees": (*filter).employeeList, "employee": (*filter).employeeOne, "attributes": (*filter).attributeList,
			"persons": (*filter).personList, "person": (*filter).person, "employments": (*filter).employmentList, "employment": (*filter).employment,
			"records": records, "webhook": recordsWithout("token"), "documents": documentList, "document": documentOne, "reports": reportList,
		} {
			var out bytes.Buffer
			fl := newFilter(&out, strings.NewReader(body))
			fl.allow = func(key string) bool { return key == "id" || key == "first_name" }
			fl.principal, fl.documents = &token.Principal{Management: true}, &documents{}
			fl.keyOfUniversalID = func(string) string { return "" }
			fl.link = func(url string) string { return url }
			if run(fl) != nil || atEnd(fl.dec) != nil {
				continue
			}
			if !json.Valid(out.Bytes()) {
				t.Errorf("%s: %q came out as %q", name, body, out.String())
			}
			if leaks(out.Bytes(), body) {
				t.Errorf("%s: %q came out as %q", name, body, out.String())
			}
		}
	})
}

// leaks reports whether a member that is only ever an attribute came out under a
// name that may not be read.
func leaks(out []byte, body string) bool {
	if !strings.Contains(body, "email") {
		return false
	}
	var value any
	if json.Unmarshal(out, &value) != nil {
		return false // Numbers beyond float64.
	}
	return holds(value, "email", 0)
}

// holds looks for a member outside of values that may be read: those are the
// employee's own business.
func holds(value any, name string, depth int) bool {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if key == name {
				return true
			}
			// What is allowed is kept whole, as are the envelope's own members.
			switch key {
			case "first_name", "id", "metadata", "error", "success", "label", "type", "universal_id", "currency", "offset", "limit":
				continue
			}
			if holds(inner, name, depth+1) {
				return true
			}
		}
	case []any:
		for _, inner := range v {
			if holds(inner, name, depth+1) {
				return true
			}
		}
	}
	return false
}
