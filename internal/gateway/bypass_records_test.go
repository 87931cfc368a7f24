package gateway_test

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// startRecords is a wired gateway, a token that may read every record, and the
// calls of them all.
func startRecords(t *testing.T) (w *wire, token string, calls []readable) {
	t.Helper()
	w = startWired(t)
	reports := w.box.Records().Reports.All()
	open := reports[slices.IndexFunc(reports, func(r records.Report) bool { return !r.Grouped })].ID
	w.box.OpenReport(open, true)
	category := strconv.Itoa(w.box.Records().Documents.All()[0].CategoryID)
	calls = w.reads(open, category)
	scopes := []string{"personio:persons:read"}
	for _, c := range calls {
		scopes = append(scopes, c.endpoint.Scopes...)
	}
	slices.Sort(scopes)
	return w, w.granted("Records", slices.Compact(scopes), []string{"first_name"}, open, category), calls
}

// A name that stands twice in a record is a fault of the whole answer, too.
func TestBypassDuplicateNamesInRecords(t *testing.T) {
	t.Parallel()
	w, token, calls := startRecords(t)
	full, count := w.fullToken(), 0
	for _, c := range calls {
		w.respond(nil)
		body := call(t, http.MethodGet, w.personioURL+c.path, full, nil, "Beta", "true").want(http.StatusOK).body
		if strings.HasSuffix(c.path, "/download") {
			continue // A file.
		}
		tried := 0
		for place, broken := range duplicates(t, body, escapedName) {
			// What is further back cuts the answer off; it would show nothing new.
			if at := strings.Index(broken, hidden); at > 20<<10 || tried > 20 {
				continue
			}
			w.respondJSON(broken)
			a := w.call(http.MethodGet, c.path, token, nil, "Beta", "true")
			if a.status != http.StatusBadGateway || strings.Contains(string(a.body), hidden) {
				t.Errorf("GET %s, duplicate at %s: status %d; %.200s", c.path, place, a.status, a.body)
			}
			tried++
		}
		count += tried
	}
	if count < 200 {
		t.Errorf("%d objects were tried, which is hardly all", count)
	}
}

// Where every parameter is passed on, those that steer servers are not.
func TestBypassRecordParameters(t *testing.T) {
	t.Parallel()
	w, token, calls := startRecords(t)
	for _, c := range calls {
		path, query, _ := strings.Cut(c.path, "?")
		w.asked()
		plain := w.call(http.MethodGet, c.path, token, nil, "Beta", "true").want(http.StatusOK)
		want, _ := w.asked()
		steered := w.call(http.MethodGet, path+"?"+query+"&_method=DELETE&_METHOD=DELETE&%5Fmethod=PUT&access_token=x&Token=x&client_secret=x", token, nil, "Beta", "true").want(http.StatusOK)
		got, _ := w.asked()
		if len(got) != 1 || len(want) != 1 || got[0].Method != http.MethodGet {
			t.Fatalf("GET %s: asked %d times, then %d", c.path, len(want), len(got))
		}
		if diff := cmp.Diff(want[0].RequestURI, got[0].RequestURI); diff != "" {
			t.Errorf("GET %s was asked as (-plain +steered):\n%s", c.path, diff)
		}
		if plain.status != steered.status {
			t.Errorf("GET %s: status %d, then %d", c.path, plain.status, steered.status)
		}
	}
}

// A file passes as it is, so it must be what it says: not encoded, and kept
// elsewhere only behind https, without the gateway following there.
func TestBypassFiles(t *testing.T) {
	t.Parallel()
	w, token, calls := startRecords(t)
	download := calls[slices.IndexFunc(calls, func(c readable) bool { return strings.HasSuffix(c.path, "/download") })].path
	listing := calls[slices.IndexFunc(calls, func(c readable) bool { return strings.HasPrefix(c.path, "/v2/document-management/documents?") })].path
	w.call(http.MethodGet, listing, token, nil).want(http.StatusOK)
	for name, c := range map[string]struct {
		header http.Header
		status int
		want   int
	}{
		"a file":                {http.Header{"Content-Type": {"application/pdf"}, "Set-Cookie": {hidden}, "X-Secret": {hidden}}, http.StatusOK, http.StatusOK},
		"an encoding":           {http.Header{"Content-Encoding": {"br"}}, http.StatusOK, http.StatusBadGateway},
		"kept elsewhere":        {http.Header{"Location": {"https://files.example.com/x"}}, http.StatusFound, http.StatusFound},
		"kept in the open":      {http.Header{"Location": {"http://files.example.com/x"}}, http.StatusFound, http.StatusBadGateway},
		"kept at a script":      {http.Header{"Location": {"javascript:alert(1)"}}, http.StatusFound, http.StatusBadGateway},
		"kept somewhere at all": {http.Header{}, http.StatusFound, http.StatusBadGateway},
	} {
		w.respond(func(rw http.ResponseWriter, _ *http.Request) {
			maps.Copy(rw.Header(), c.header)
			rw.WriteHeader(c.status)
			_, _ = io.WriteString(rw, "content")
		})
		resp, body, err := w.raw(request(http.MethodGet, download, token))
		if err != nil || resp.status != c.want || resp.header.Get("Set-Cookie")+resp.header.Get("X-Secret") != "" || (body == "content") != (c.want == http.StatusOK) {
			t.Errorf("%s: status %d, want %d; header %v; error %v; %.200s", name, resp.status, c.want, resp.header, err, body)
		}
		if location := resp.header.Get("Location"); (location != "") != (c.want == http.StatusFound) {
			t.Errorf("%s: Location %q", name, location)
		}
		if requests, _ := w.asked(); len(requests) != 1 {
			t.Errorf("%s: Personio was asked %d times", name, len(requests))
		}
	}
}
