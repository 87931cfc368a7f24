package scim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/scim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	token         = "the-token"
)

type object = map[string]any

// server is a target under test with a client that knows only HTTP and JSON.
type server struct {
	t      *testing.T
	target *scim.Target
	url    string
	client *http.Client
	token  string
}

func start(t *testing.T, options scim.Options) *server {
	t.Helper()
	if options.Token == "" {
		options.Token = token
	}
	target := scim.New(options)
	s := httptest.NewServer(target.Handler())
	t.Cleanup(s.Close)
	return &server{t: t, target: target, url: s.URL + options.BasePath, client: s.Client(), token: options.Token}
}

// answer is a response with its decoded body.
type answer struct {
	status int
	header http.Header
	body   object
}

func (s *server) do(method, path string, body any, headers ...string) answer {
	s.t.Helper()
	got, err := s.try(method, path, body, headers...)
	if err != nil {
		s.t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

func (s *server) try(method, path string, body any, headers ...string) (answer, error) {
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return answer{}, err
		}
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, reader)
	if err != nil {
		return answer{}, err
	}
	req.Header.Set("Content-Type", "application/scim+json")
	req.Header.Set("Authorization", "Bearer "+s.token)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	got := answer{status: resp.StatusCode, header: resp.Header}
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, err
	}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &got.body); err != nil {
			return answer{}, fmt.Errorf("%w: %s", err, data)
		}
		if kind := resp.Header.Get("Content-Type"); kind != "application/scim+json" && !strings.HasPrefix(path, "/oauth") {
			return answer{}, fmt.Errorf("content type %q", kind)
		}
	}
	return got, nil
}

// refused asserts an error body of RFC 7644, section 3.12.
func (a answer) refused(t *testing.T, status int, scimType string) {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %v", a.status, status, a.body)
	}
	if got, _ := a.body["scimType"].(string); got != scimType {
		t.Errorf("scimType %q, want %q: %v", got, scimType, a.body)
	}
	if a.body["status"] != strconv.Itoa(status) || a.body["detail"] == "" {
		t.Errorf("error body %v", a.body)
	}
	if diff := cmp.Diff([]any{"urn:ietf:params:scim:api:messages:2.0:Error"}, a.body["schemas"]); diff != "" {
		t.Error(diff)
	}
}

func (a answer) ok(t *testing.T, status int) object {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %v", a.status, status, a.body)
	}
	return a.body
}

func user(name string, more ...any) object {
	u := object{"schemas": []any{userURN}, "userName": name}
	for i := 0; i < len(more); i += 2 {
		u[more[i].(string)] = more[i+1]
	}
	return u
}

func (s *server) user(name string, more ...any) string {
	s.t.Helper()
	return s.do("POST", "/Users", user(name, more...)).ok(s.t, 201)["id"].(string)
}

func patch(operations ...object) object {
	return object{"schemas": []any{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}, "Operations": operations}
}

func op(name, path string, value any) object {
	o := object{"op": name}
	if path != "" {
		o["path"] = path
	}
	if value != nil {
		o["value"] = value
	}
	return o
}

func TestLifecycleOfUser(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := start(t, scim.Options{BasePath: "/scim/v2", Now: func() time.Time { return now }})
	created := s.do("POST", "/Users", object{
		"schemas": []any{userURN, enterpriseURN}, "USERNAME": "Anna@example.com", "externalId": "7", "active": true, "password": "secret",
		"name": object{"givenName": "Anna", "familyName": nil}, "emails": []any{object{"value": "a@x", "type": "work", "primary": true}},
		"id": "mine", "meta": object{"x": 1}, "groups": []any{object{"value": "g"}}, "phoneNumbers": []any{},
		enterpriseURN: object{"department": "Produkt", "manager": object{"value": "1", "displayName": "ignored"}},
	})
	body := created.ok(t, 201)
	id := body["id"].(string)
	want := object{
		"schemas": []any{userURN, enterpriseURN}, "id": id, "userName": "Anna@example.com", "externalId": "7", "active": true,
		"name": object{"givenName": "Anna"}, "emails": []any{object{"value": "a@x", "type": "work", "primary": true}},
		enterpriseURN: object{"department": "Produkt", "manager": object{"value": "1"}},
		"meta": object{
			"resourceType": "User", "created": "2026-03-01T12:00:00Z", "lastModified": "2026-03-01T12:00:00Z",
			"location": s.url + "/Users/" + id, "version": `W/"1"`,
		},
	}
	if diff := cmp.Diff(want, body); diff != "" {
		t.Fatal(diff)
	}
	if created.header.Get("Location") != s.url+"/Users/"+id || created.header.Get("ETag") != `W/"1"` {
		t.Errorf("headers %v", created.header)
	}
	if diff := cmp.Diff(want, s.do("GET", "/Users/"+id, nil).ok(t, 200)); diff != "" {
		t.Error(diff)
	}
	if got := s.do("GET", "/Users/"+id, nil, "If-None-Match", `W/"1"`); got.status != 304 {
		t.Errorf("If-None-Match: %d", got.status)
	}

	now = now.Add(time.Hour)
	s.do("PUT", "/Users/"+id, user("anna"), "If-Match", `W/"9"`).refused(t, 412, "")
	replaced := s.do("PUT", "/Users/"+id, user("anna"), "If-Match", `W/"1"`).ok(t, 200)
	wantMeta := object{
		"resourceType": "User", "created": "2026-03-01T12:00:00Z", "lastModified": "2026-03-01T13:00:00Z",
		"location": s.url + "/Users/" + id, "version": `W/"2"`,
	}
	if diff := cmp.Diff(object{"schemas": []any{userURN}, "id": id, "userName": "anna", "meta": wantMeta}, replaced); diff != "" {
		t.Error(diff)
	}
	now = now.Add(time.Hour)
	if diff := cmp.Diff(replaced, s.do("PUT", "/Users/"+id, user("anna")).ok(t, 200)); diff != "" {
		t.Errorf("a change that changes nothing: %s", diff)
	}

	if got := s.do("DELETE", "/Users/"+id, nil); got.status != 204 || got.body != nil {
		t.Errorf("DELETE: %+v", got)
	}
	for _, method := range []string{"GET", "DELETE"} {
		s.do(method, "/Users/"+id, nil).refused(t, 404, "")
	}
	s.do("PUT", "/Users/"+id, user("anna")).refused(t, 404, "")
	s.do("PATCH", "/Users/"+id, patch(op("replace", "active", false))).refused(t, 404, "")
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	s := start(t, scim.Options{})
	s.user("taken@example.com")
	for name, c := range map[string]struct {
		body     any
		status   int
		scimType string
	}{
		"no JSON":               {`{"userName":`, 400, "invalidSyntax"},
		"null":                  {`null`, 400, "invalidSyntax"},
		"no schemas":            {object{"userName": "x"}, 400, "invalidSyntax"},
		"other schema":          {object{"schemas": []any{groupURN}, "userName": "x"}, 400, "invalidSyntax"},
		"no userName":           {object{"schemas": []any{userURN}}, 400, "invalidValue"},
		"empty userName":        {user(""), 400, "invalidValue"},
		"taken in another case": {user("TAKEN@example.com"), 409, "uniqueness"},
		"unknown attribute":     {user("x", "shoeSize", "46"), 400, "invalidSyntax"},
		"unknown sub-attribute": {user("x", "name", object{"nick": "y"}), 400, "invalidSyntax"},
		"unknown extension":     {user("x", "urn:example:ext", object{}), 400, "invalidSyntax"},
		"boolean as a string":   {user("x", "active", "true"), 400, "invalidValue"},
		"number for a string":   {user("x", "title", 7), 400, "invalidValue"},
		"object for an array":   {user("x", "emails", object{"value": "y"}), 400, "invalidValue"},
		"string for an object":  {user("x", "name", "Anna"), 400, "invalidValue"},
		"two primaries":         {user("x", "emails", []any{object{"value": "a", "primary": true}, object{"value": "b", "primary": true}}), 400, "invalidValue"},
		"twice":                 {`{"schemas":["` + userURN + `"],"userName":"x","username":"y"}`, 400, "invalidSyntax"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s.do("POST", "/Users", c.body).refused(t, c.status, c.scimType)
		})
	}
	s.do("POST", "/Users", "{}", "Content-Type", "text/plain").refused(t, 415, "")
	s.do("DELETE", "/Users", nil).refused(t, 405, "")
	s.do("GET", "/Elsewhere", nil).refused(t, 404, "")
	lenient := start(t, scim.Options{IgnoreUnknown: true})
	got := lenient.do("POST", "/Users", user("x", "shoeSize", "46", "urn:example:ext", object{"a": 1})).ok(t, 201)
	if got["shoeSize"] != nil || got["urn:example:ext"] != nil {
		t.Errorf("unknown attributes were stored: %v", got)
	}
}

func TestPatch(t *testing.T) {
	t.Parallel()
	s := start(t, scim.Options{})
	work, home := object{"value": "w@x", "type": "work", "primary": true}, object{"value": "h@x", "type": "home"}
	base := user("anna", "externalId", "7", "title", "Chef", "name", object{"givenName": "Anna", "familyName": "Ä"},
		"emails", []any{work, home}, enterpriseURN, object{"department": "Produkt"}, "schemas", []any{userURN, enterpriseURN})
	type change struct {
		operations []object
		want       object // what changes; nil values are gone
		scimType   string // of a 400
	}
	for name, c := range map[string]change{
		"replace attribute":            {operations: []object{op("replace", "title", "CEO")}, want: object{"title": "CEO"}},
		"names ignore case":            {operations: []object{op("Replace", "TITLE", "CEO")}, want: object{"title": "CEO"}},
		"sub-attribute":                {operations: []object{op("Add", "name.givenName", "Änne")}, want: object{"name": object{"givenName": "Änne", "familyName": "Ä"}}},
		"complex merges":               {operations: []object{op("replace", "name", object{"middleName": "M"})}, want: object{"name": object{"givenName": "Anna", "familyName": "Ä", "middleName": "M"}}},
		"remove attribute":             {operations: []object{op("remove", "title", nil)}, want: object{"title": nil}},
		"remove sub-attribute":         {operations: []object{op("Remove", "name.familyName", nil)}, want: object{"name": object{"givenName": "Anna"}}},
		"null unsets":                  {operations: []object{{"op": "replace", "path": "title", "value": nil}}, want: object{"title": nil}},
		"without path":                 {operations: []object{op("replace", "", object{"active": false, "name": object{"givenName": "B"}, "schemas": []any{userURN}})}, want: object{"active": false, "name": object{"givenName": "B", "familyName": "Ä"}}},
		"extension":                    {operations: []object{op("replace", enterpriseURN+":department", "Vertrieb")}, want: object{enterpriseURN: object{"department": "Vertrieb"}}},
		"sub-attribute of extension":   {operations: []object{op("add", enterpriseURN+":manager.value", "9")}, want: object{enterpriseURN: object{"department": "Produkt", "manager": object{"value": "9"}}}},
		"extension without path":       {operations: []object{op("add", "", object{enterpriseURN: object{"costCenter": "1"}})}, want: object{enterpriseURN: object{"department": "Produkt", "costCenter": "1"}}},
		"core attribute with URN":      {operations: []object{op("replace", userURN+":title", "X")}, want: object{"title": "X"}},
		"whole extension":              {operations: []object{op("remove", enterpriseURN, nil)}, want: object{enterpriseURN: nil, "schemas": []any{userURN}}},
		"last of extension":            {operations: []object{op("remove", enterpriseURN+":department", nil)}, want: object{enterpriseURN: nil, "schemas": []any{userURN}}},
		"selected value":               {operations: []object{op("replace", `emails[type eq "work"].value`, "new@x")}, want: object{"emails": []any{object{"value": "new@x", "type": "work", "primary": true}, home}}},
		"two conditions":               {operations: []object{op("replace", `emails[type eq "HOME" and value eq "h@x"].display`, "d")}, want: object{"emails": []any{work, object{"value": "h@x", "type": "home", "display": "d"}}}},
		"add makes the value":          {operations: []object{op("add", `emails[type eq "other"].value`, "o@x")}, want: object{"emails": []any{work, home, object{"value": "o@x", "type": "other"}}}},
		"remove selected":              {operations: []object{op("remove", `emails[type eq "home"]`, nil)}, want: object{"emails": []any{work}}},
		"remove named":                 {operations: []object{op("remove", "emails", []any{object{"value": "h@x"}})}, want: object{"emails": []any{work}}},
		"replace all":                  {operations: []object{op("replace", "emails", []any{home})}, want: object{"emails": []any{home}}},
		"add takes primary over":       {operations: []object{op("add", "emails", object{"value": "n@x", "primary": true})}, want: object{"emails": []any{object{"value": "w@x", "type": "work"}, home, object{"value": "n@x", "primary": true}}}},
		"add what is there":            {operations: []object{op("add", "emails", []any{home})}, want: object{}},
		"several, one after the other": {operations: []object{op("replace", "title", "A"), op("remove", "title", nil), op("add", "title", "C")}, want: object{"title": "C"}},

		"unknown path":            {operations: []object{op("replace", "shoeSize", "46")}, scimType: "invalidPath"},
		"unknown sub":             {operations: []object{op("replace", "name.nick", "x")}, scimType: "invalidPath"},
		"broken path":             {operations: []object{op("replace", "emails[type eq", "x")}, scimType: "invalidPath"},
		"broken filter":           {operations: []object{op("replace", `emails[type zz "x"].value`, "x")}, scimType: "invalidFilter"},
		"unfiltered plural":       {operations: []object{op("replace", "emails.value", "x")}, scimType: "invalidPath"},
		"filter on a singular":    {operations: []object{op("replace", `name[givenName eq "x"]`, "x")}, scimType: "invalidPath"},
		"nothing selected":        {operations: []object{op("replace", `emails[type eq "x"].value`, "x")}, scimType: "noTarget"},
		"nothing to remove":       {operations: []object{op("remove", `emails[type eq "x"]`, nil)}, scimType: "noTarget"},
		"remove without path":     {operations: []object{op("remove", "", nil)}, scimType: "noTarget"},
		"required":                {operations: []object{op("remove", "userName", nil)}, scimType: "mutability"},
		"required, by null":       {operations: []object{op("replace", "", object{"userName": nil})}, scimType: "invalidValue"},
		"read-only":               {operations: []object{op("replace", "groups", []any{})}, scimType: "mutability"},
		"the id":                  {operations: []object{op("replace", "id", "7")}, scimType: "mutability"},
		"of meta":                 {operations: []object{op("remove", "meta.version", nil)}, scimType: "mutability"},
		"wrong type":              {operations: []object{op("replace", "active", "True")}, scimType: "invalidValue"},
		"unknown operation":       {operations: []object{op("move", "title", "x")}, scimType: "invalidSyntax"},
		"none":                    {scimType: "invalidSyntax"},
		"second fails, none done": {operations: []object{op("replace", "title", "A"), op("replace", "shoeSize", "x")}, scimType: "invalidPath"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, scim.Options{})
			before := s.do("POST", "/Users", base).ok(t, 201)
			path := "/Users/" + before["id"].(string)
			got := s.do("PATCH", path, patch(c.operations...))
			want := before
			if c.scimType != "" {
				got.refused(t, 400, c.scimType)
			} else {
				for k, v := range c.want {
					if want[k] = v; v == nil {
						delete(want, k)
					}
				}
				delete(want, "meta")
				after := got.ok(t, 200)
				delete(after, "meta")
				if diff := cmp.Diff(want, after); diff != "" {
					t.Error(diff)
				}
			}
			stored := s.do("GET", path, nil).ok(t, 200)
			if c.scimType == "" {
				delete(stored, "meta")
			}
			if diff := cmp.Diff(want, stored); diff != "" {
				t.Error(diff)
			}
		})
	}
	id := s.user("x")
	s.do("PATCH", "/Users/"+id, object{"Operations": []any{op("add", "title", "x")}}).refused(t, 400, "invalidSyntax")
	without := start(t, scim.Options{WithoutPatch: true})
	without.do("PATCH", "/Users/"+without.user("x"), patch(op("replace", "title", "y"))).refused(t, 501, "")
}

func TestGroups(t *testing.T) {
	t.Parallel()
	s := start(t, scim.Options{})
	anna, ben := s.user("anna", "displayName", "Anna Ä"), s.user("ben")
	post := func(name string, members ...any) answer {
		return s.do("POST", "/Groups", object{"schemas": []any{groupURN}, "displayName": name, "members": members})
	}
	group := post("Team", object{"value": anna, "display": "nonsense"}, object{"value": anna}).ok(t, 201)
	id := group["id"].(string)
	ref := func(id, kind, display string) object {
		return object{"value": id, "type": kind, "display": display, "$ref": s.url + "/" + kind + "s/" + id}
	}
	members := func(want ...any) {
		t.Helper()
		if want == nil {
			want = []any(nil)
		}
		got, _ := s.do("GET", "/Groups/"+id, nil).ok(t, 200)["members"].([]any)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	members(ref(anna, "User", "Anna Ä"))
	post("Team").ok(t, 201) // the same name again
	post("Other", object{"value": "nobody"}).refused(t, 400, "invalidValue")
	post("").refused(t, 400, "invalidValue")

	path := "/Groups/" + id
	s.do("PATCH", path, patch(op("add", "members", []any{object{"value": ben}, object{"value": anna}}))).ok(t, 200)
	members(ref(anna, "User", "Anna Ä"), ref(ben, "User", "ben"))
	s.do("PATCH", path, patch(op("remove", fmt.Sprintf(`members[value eq %q]`, anna), nil))).ok(t, 200)
	members(ref(ben, "User", "ben"))
	s.do("PATCH", path, patch(op("add", "members", []any{object{"value": "nobody"}}))).refused(t, 400, "invalidValue")
	s.do("PATCH", path, patch(op("remove", "displayName", nil))).refused(t, 400, "mutability")
	outer := post("Outer", object{"value": id}).ok(t, 201)["id"].(string)
	if diff := cmp.Diff([]any{ref(id, "Group", "Team")}, s.do("GET", "/Groups/"+outer, nil).ok(t, 200)["members"]); diff != "" {
		t.Error(diff)
	}
	wantGroups := []any{object{"value": id, "display": "Team", "type": "direct", "$ref": s.url + "/Groups/" + id}}
	if diff := cmp.Diff(wantGroups, s.do("GET", "/Users/"+ben, nil).ok(t, 200)["groups"]); diff != "" {
		t.Error(diff)
	}

	before := s.do("GET", path, nil).header.Get("ETag")
	if got := s.do("DELETE", "/Users/"+ben, nil); got.status != 204 {
		t.Fatal(got)
	}
	members()
	if after := s.do("GET", path, nil).header.Get("ETag"); after == before {
		t.Error("the group lost a member and kept its version")
	}
	s.do("DELETE", path, nil)
	if got := s.do("GET", "/Groups/"+outer, nil).ok(t, 200)["members"]; got != nil {
		t.Errorf("members of the outer group: %v", got)
	}
	unique := start(t, scim.Options{UniqueGroupNames: true})
	unique.do("POST", "/Groups", object{"schemas": []any{groupURN}, "displayName": "A"}).ok(t, 201)
	unique.do("POST", "/Groups", object{"schemas": []any{groupURN}, "displayName": "a"}).refused(t, 409, "uniqueness")
}

func TestLists(t *testing.T) {
	t.Parallel()
	s := start(t, scim.Options{})
	for i := range 450 {
		_, err := s.target.SetUser(object{
			"userName": fmt.Sprintf("User%03d@example.com", i), "externalId": fmt.Sprintf("E%d", i), "active": i%2 == 0,
			"displayName": "Person", "emails": []any{object{"value": fmt.Sprintf("mail%d@example.com", i)}},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for query, want := range map[string]struct{ total, first, length int }{
		"":                          {450, 0, 100},
		"startIndex=1&count=2":      {450, 0, 2},
		"startIndex=201&count=1000": {450, 200, 200},
		"startIndex=401&count=200":  {450, 400, 50},
		"startIndex=451":            {450, 0, 0},
		"startIndex=-3&count=1":     {450, 0, 1},
		"count=0":                   {450, 0, 0},
		"count=-1":                  {450, 0, 0},
		`filter=userName eq "user007@EXAMPLE.com"`:                         {1, 7, 1},
		`filter=externalId eq "E7"`:                                        {1, 7, 1},
		`filter=externalId eq "e7"`:                                        {0, 0, 0},
		`filter=EMAILS.value EQ "mail9@example.com" AND active eq false`:   {1, 9, 1},
		`filter=emails.value eq "mail9@example.com" and active eq true`:    {0, 0, 0},
		`filter=active eq true&count=3&startIndex=2`:                       {225, 2, 3},
		`filter=displayName eq "person"&count=1`:                           {450, 0, 1},
		`filter=` + userURN + `:userName eq "user449@example.com"&count=9`: {1, 449, 1},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			got := s.do("GET", "/Users?"+escape(query), nil).ok(t, 200)
			resources := got["Resources"].([]any)
			if got["totalResults"] != float64(want.total) || len(resources) != want.length || got["itemsPerPage"] != float64(want.length) {
				t.Fatalf("total %v, %d resources, want %+v", got["totalResults"], len(resources), want)
			}
			if want.length > 0 {
				if name := resources[0].(object)["userName"]; name != fmt.Sprintf("User%03d@example.com", want.first) {
					t.Errorf("first is %v", name)
				}
			}
		})
	}
	for _, filter := range []string{
		`userName co "x"`, `userName pr`, `not (userName eq "x")`, `userName eq "x" or userName eq "y"`, `(userName eq "x")`, `title eq "x"`,
		`userName eq x`, `userName eq "x" and`, `emails[type eq "work"]`, `userName eq`, `eq`, `"`, `userName eq "x"and active eq true`,
	} {
		s.do("GET", "/Users?"+escape("filter="+filter), nil).refused(t, 400, "invalidFilter")
	}
	s.do("GET", "/Users?count=many", nil).refused(t, 400, "invalidValue")
	one := func(query string) object {
		return s.do("GET", "/Users?count=1&"+query, nil).ok(t, 200)["Resources"].([]any)[0].(object)
	}
	got := one("attributes=userName,emails.value")
	delete(got, "id")
	want := object{"schemas": []any{userURN}, "userName": "User000@example.com", "emails": []any{object{"value": "mail0@example.com"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	got = one("excludedAttributes=emails,meta,ID,displayname")
	if got["id"] == nil || got["emails"] != nil || got["meta"] != nil || got["displayName"] != nil || got["active"] != true {
		t.Errorf("excludedAttributes: %v", got)
	}
	if id, err := s.target.SetGroup(object{"displayName": "All", "members": []any{object{"value": got["id"]}}}); err != nil {
		t.Fatal(err)
	} else if group := s.do("GET", "/Groups/"+id+"?excludedAttributes=members", nil).ok(t, 200); group["members"] != nil {
		t.Errorf("members were to be left out: %v", group)
	}
}

// escape encodes a query that was written plainly.
func escape(query string) string {
	values := url.Values{}
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		values.Set(key, value)
	}
	return values.Encode()
}

func TestTokens(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := start(t, scim.Options{Now: func() time.Time { return now }})
	s.do("GET", "/ServiceProviderConfig", nil, "Authorization", "").ok(t, 200)
	for _, header := range []string{"", "Bearer", "Bearer ", "Bearer wrong", "Basic " + token} {
		s.do("GET", "/Users", nil, "Authorization", header).refused(t, 401, "")
		s.do("POST", "/Users", user("x"), "Authorization", header).refused(t, 401, "")
	}
	s.target.SetToken("next")
	s.do("GET", "/Users", nil).refused(t, 401, "")
	s.do("GET", "/Users", nil, "Authorization", "bearer next").ok(t, 200)
	s.target.SetToken("")
	s.do("GET", "/Users", nil, "Authorization", "Bearer next").refused(t, 401, "")

	s.target.AddOAuthClient("id", "secret", time.Hour)
	form := func(body string, headers ...string) answer {
		return s.do("POST", "/oauth/token", body, append([]string{"Content-Type", "application/x-www-form-urlencoded", "Authorization", ""}, headers...)...)
	}
	if got := form("grant_type=client_credentials&client_id=id&client_secret=wrong"); got.status != 401 || got.body["error"] != "invalid_client" {
		t.Errorf("wrong secret: %+v", got)
	}
	if got := form("grant_type=password&client_id=id&client_secret=secret"); got.status != 400 || got.body["error"] != "unsupported_grant_type" {
		t.Errorf("wrong grant: %+v", got)
	}
	form("grant_type=client_credentials", "Authorization", "Basic aWQ6c2VjcmV0").ok(t, 200)
	got := form("grant_type=client_credentials&client_id=id&client_secret=secret").ok(t, 200)
	if got["token_type"] != "Bearer" || got["expires_in"] != 3600.0 {
		t.Errorf("token answer %v", got)
	}
	s.token = got["access_token"].(string)
	s.do("GET", "/Users", nil).ok(t, 200)
	now = now.Add(time.Hour)
	s.do("GET", "/Users", nil).refused(t, 401, "")
}

func TestDiscovery(t *testing.T) {
	t.Parallel()
	s := start(t, scim.Options{BasePath: "/v2"})
	config := s.do("GET", "/ServiceProviderConfig", nil).ok(t, 200)
	if config["patch"].(object)["supported"] != true || config["filter"].(object)["maxResults"] != 200.0 {
		t.Errorf("ServiceProviderConfig %v", config)
	}
	for path, ids := range map[string][]string{"/ResourceTypes": {"User", "Group"}, "/Schemas": {userURN, groupURN, enterpriseURN}} {
		list := s.do("GET", path, nil).ok(t, 200)
		for i, id := range ids {
			listed := list["Resources"].([]any)[i]
			if diff := cmp.Diff(listed, any(s.do("GET", path+"/"+id, nil).ok(t, 200))); diff != "" || listed.(object)["id"] != id {
				t.Errorf("%s/%s: %s", path, id, diff)
			}
		}
		s.do("GET", path+"/nothing", nil).refused(t, 404, "")
	}
}

func TestFaultsAndRecords(t *testing.T) {
	t.Parallel()
	s := start(t, scim.Options{BasePath: "/scim"})
	s.target.Fail(scim.Fault{Method: "POST", PathPrefix: "/Users", Times: 1, Status: 429, Header: http.Header{"Retry-After": {"3"}}})
	if got := s.do("POST", "/Users", user("a")); got.status != 429 || got.header.Get("Retry-After") != "3" {
		t.Errorf("fault: %+v", got)
	}
	s.target.Fail(scim.Fault{Method: "POST", Times: 1, DropAnswer: true})
	s.target.Fail(scim.Fault{Method: "POST", Times: 1, Disconnect: true})
	for _, name := range []string{"kept", "lost"} {
		if _, err := s.try("POST", "/Users", user(name)); err == nil {
			t.Errorf("%s: the connection was to be cut", name)
		}
	}
	s.user("b")
	var stored []string
	for _, u := range s.target.Users() {
		stored = append(stored, u["userName"].(string))
	}
	if diff := cmp.Diff([]string{"kept", "b"}, stored); diff != "" {
		t.Error(diff)
	}

	hold := s.target.Fail(scim.Fault{PathPrefix: "/Groups", Hold: true})
	var wg sync.WaitGroup
	wg.Go(func() {
		if got, err := s.try("GET", "/Groups", nil); err != nil || got.status != 200 {
			t.Errorf("held request: %v %v", got, err)
		}
	})
	for deadline := time.Now().Add(5 * time.Second); hold.Hits() == 0; {
		if time.Now().After(deadline) {
			t.Fatal("the request was not held")
		}
	}
	hold.Release()
	wg.Wait()
	s.target.ClearFaults()

	if got := s.target.CountRequests("POST", "/Users"); got != 4 {
		t.Errorf("%d requests", got)
	}
	if got := s.target.Requests()[0]; got.Method != "POST" || got.Path != "/Users" || got.Status != 429 {
		t.Errorf("first request %+v", got)
	}
	s.target.ResetRequests()
	if got := s.target.CountRequests("", ""); got != 0 {
		t.Errorf("%d requests after the reset", got)
	}
}

func TestBehindTheBack(t *testing.T) {
	t.Parallel()
	target := scim.New(scim.Options{})
	id, err := target.SetUser(object{"id": "u1", "userName": "anna"})
	if err != nil || id != "u1" {
		t.Fatal(id, err)
	}
	u, _ := target.User(id)
	u["title"] = "CEO"
	if _, err := target.SetUser(u); err != nil {
		t.Fatal(err)
	}
	u["title"] = "not stored"
	if got := target.Users()[0]["title"]; got != "CEO" {
		t.Errorf("title %v", got)
	}
	if _, err := target.SetUser(object{"userName": "ANNA"}); err == nil {
		t.Error("a userName was taken twice")
	}
	group, err := target.SetGroup(object{"displayName": "G", "members": []any{object{"value": "u1"}}})
	if err != nil {
		t.Fatal(err)
	}
	if !target.DeleteUser("u1") || target.DeleteUser("u1") {
		t.Error("DeleteUser")
	}
	if g, ok := target.Group(group); !ok || g["members"] != nil {
		t.Errorf("group %v", g)
	}
	if !target.DeleteGroup(group) || len(target.Groups()) != 0 {
		t.Error("DeleteGroup")
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	s := start(t, scim.Options{})
	id, err := s.target.SetGroup(object{"displayName": "All"})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			got, err := s.try("POST", "/Users", user(fmt.Sprintf("u%d", i)))
			if err != nil || got.status != 201 {
				t.Errorf("create: %v %v", got, err)
				return
			}
			for _, c := range []struct {
				method, path string
				body         any
			}{
				{"PATCH", "/Groups/" + id, patch(op("add", "members", []any{object{"value": got.body["id"]}}))},
				{"GET", "/Users?count=5", nil},
				{"GET", "/Groups", nil},
			} {
				if got, err := s.try(c.method, c.path, c.body); err != nil || got.status != 200 {
					t.Errorf("%s %s: %v %v", c.method, c.path, got, err)
				}
			}
			s.target.Users()
		})
	}
	wg.Wait()
	g, _ := s.target.Group(id)
	if got := len(g["members"].([]any)); got != 20 {
		t.Errorf("%d members", got)
	}
}
