package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/go-json-experiment/json/jsontext"
)

// badWrite is a write that must not reach Personio.
type badWrite struct {
	path, body string
	// header are header lines; none: the content type of JSON.
	header []string
	status int
}

// send writes a request for a write down, with its length.
func (b badWrite) send(w *wire, token string) (reply, string, error) {
	header := b.header
	if header == nil {
		header = []string{"Content-Type: application/json"}
	}
	return w.raw(request(http.MethodPatch, b.path, token, slices.Concat(header, []string{fmt.Sprintf("Content-Length: %d", len(b.body))})...) + b.body)
}

// refuse sends writes that must fail and touch nothing.
func (w *wire) refuse(token string, writes map[string]badWrite) {
	w.t.Helper()
	before := w.box.Company().People()
	w.asked()
	for name, b := range writes {
		resp, body, err := b.send(w, token)
		if err != nil || resp.status != b.status || strings.Contains(body, hidden) {
			w.t.Errorf("%s: status %d, want %d; error %v; %.300s", name, resp.status, b.status, err, body)
		}
		w.wantUnasked(name)
	}
	if fmt.Sprint(before) != fmt.Sprint(w.box.Company().People()) {
		w.t.Error("somebody was changed")
	}
}

// Bodies that two readers could read in two ways are refused, whatever they
// write.
func TestBypassWriteBodies(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.writer("first_name", "dynamic_4714", "position", "supervisor")
	p := w.box.Company().People()[0]
	v1, v2 := fmt.Sprintf("/v1/company/employees/%d", p.ID), fmt.Sprintf("/v2/persons/%d", p.ID)
	employment := v2 + "/employments/" + p.Employment.ID
	good := map[string]string{
		v1: `{"employee":{"first_name":"A","custom_attributes":{"dynamic_4714":"1"}}}`, v2: `{"first_name":"A","custom_attributes":[{"id":"dynamic_4714","value":"1"}]}`,
		employment: `{"position":{"title":"x"},"supervisor":{"id":"1"}}`,
	}
	writes := map[string]badWrite{}
	for path, body := range good {
		for name, broken := range map[string]string{
			"empty": "", "cut off": body[:len(body)-1], "two values": body + body, "two lines": body + "\n" + body, "trailing": body + ",", "a word after": body + "x", "NUL after": body + "\x00",
			"BOM": "\xef\xbb\xbf" + body, "UTF-16": utf16Of(body, true), "UTF-16, little-endian": utf16Of(body, false), "invalid UTF-8": strings.Replace(body, `":"`, "\":\"\xff", 1),
			"overlong": strings.Replace(body, "first_name", "\xc1\xa6irst_name", 1) + "\xc0", "half a surrogate": strings.Replace(body, `":"`, `":"\ud800`, 1),
			"comment": "/* */" + body, "comma at the end": strings.Replace(body, `"}`, `",}`, 1), "single quotes": strings.ReplaceAll(body, `"`, `'`), "no quotes": strings.ReplaceAll(body, `"`, ``),
			"NaN": strings.Replace(body, `:"`, `:NaN,"x":"`, 1), "hexadecimal": `{"first_name":0x1}`, "a list": "[" + body + "]", "null": "null", "a string": `"x"`, "a number": "1",
			"deep lists":   `{"first_name":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}",
			"deep objects": strings.Repeat(`{"employee":`, 10_001) + "1" + strings.Repeat("}", 10_001),
			"compressed":   squeezed(body),
		} {
			writes[path+" "+name] = badWrite{path, broken, nil, http.StatusBadRequest}
		}
		for spelling, spell := range map[string]func(string) string{"plain": func(name string) string { return name }, "escaped": escapedName} {
			for place, broken := range duplicates(t, []byte(body), spell) {
				writes[path+" "+spelling+" duplicate at "+place] = badWrite{path, broken, nil, http.StatusBadRequest}
			}
		}
	}
	w.refuse(token, writes)
}

// Names are told apart exactly, however they are spelled; what stands for
// nothing known is refused by its own name.
func TestBypassWriteNames(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.writer("first_name", "dynamic_4714", "position", "supervisor")
	p := w.box.Company().People()[0]
	v1, v2 := fmt.Sprintf("/v1/company/employees/%d", p.ID), fmt.Sprintf("/v2/persons/%d", p.ID)
	employment := v2 + "/employments/" + p.Employment.ID
	writes := map[string]badWrite{}
	for _, b := range []badWrite{
		{v1, `{"employee":{"` + escapedName("email") + `":"` + hidden + `"}}`, nil, 403},
		{v1, `{"` + escapedName("employee") + `":{"last\u005Fname":"B"}}`, nil, 403},
		{v1, `{"employee":{"custom_attributes":{"` + escapedName("dynamic_4712") + `":"x"}}}`, nil, 403},
		{v1, `{"employee":{"First_Name":"B"}}`, nil, 403},
		{v1, `{"Employee":{"last_name":"B"}}`, nil, 403},
		{v1, `{"employee":{"first_name ":"B"}}`, nil, 403},
		{v1, `{"employee":{"first_name\u0000":"B"}}`, nil, 403},
		{v1, `{"employee":{"ﬁrst_name":"B"}}`, nil, 403},
		{v1, `{"employee":{"custom_attributes":null}}`, nil, 400},
		{v1, `{"employee":{"custom_attributes":[{"dynamic_4714":"x"}]}}`, nil, 400},
		{v1, `{"employee":null}`, nil, 400},
		{v1, `{"employee":[{"last_name":"B"}]}`, nil, 400},
		{v1, `{"employee":{"first_name":"A"},"data":{"last_name":"B"}}`, nil, 403},
		{v1, `{"employee[last_name]":"B"}`, nil, 403},
		{v2, `{"` + escapedName("gender") + `":"MALE"}`, nil, 403},
		{v2, `{"GENDER":"MALE"}`, nil, 403},
		{v2, `{"custom_attributes":[{"` + escapedName("id") + `":"dynamic_4712","value":"x"}]}`, nil, 403},
		{v2, `{"custom_attributes":[{"id":"dynamic_4714","global_id":"5c0a3ad2-2d0c-4a4e-9e4c-b1a6d1a0f7aa","value":"x"}]}`, nil, 403},
		{v2, `{"custom_attributes":[{"id":"dynamic_4714","Id":"dynamic_4712","value":"x"}]}`, nil, 403},
		{v2, `{"custom_attributes":[{"id":4714,"value":"x"}]}`, nil, 400},
		{v2, `{"custom_attributes":[null]}`, nil, 400},
		{v2, `{"custom_attributes":null}`, nil, 400},
		{v2, `{"custom_attributes":{"id":"dynamic_4714","value":"x"}}`, nil, 400},
		{v2, `{"employments":null}`, nil, 400},
		{v2, `{"employments":[null]}`, nil, 400},
		{v2, `{"employments":{"position":{"title":"x"}}}`, nil, 400},
		{v2, `{"employments":[{"` + escapedName("office") + `":{"id":"1"}}]}`, nil, 403},
		{v2, `{"id":"1","first_name":"A"}`, nil, 403},
		{v2, `{"first_name":"A","_meta":{}}`, nil, 403},
		{employment, `{"termination":null}`, nil, 400},
		{employment, `{"termination":{"` + escapedName("reason") + `":"x"}}`, nil, 403},
		{employment, `{"termination":{"x":"x"}}`, nil, 403},
		{employment, `{"org_units":null}`, nil, 403},
		{employment, `{"person":{"id":"1"}}`, nil, 403},
	} {
		writes[b.body] = b
	}
	w.refuse(token, writes)
}

// Content types: only what the guard reads as Personio does.
func TestBypassWriteTypes(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.writer("first_name")
	p := w.box.Company().People()[0]
	v1, v2 := fmt.Sprintf("/v1/company/employees/%d", p.ID), fmt.Sprintf("/v2/persons/%d", p.ID)
	writes := map[string]badWrite{}
	for path, body := range map[string]string{v1: `{"employee":{"first_name":"A"}}`, v2: `{"first_name":"A"}`} {
		for header, status := range map[string]int{
			"X-None: 1":                                                                            400,
			"Content-Type: ":                                                                       415,
			"Content-Type: text/json":                                                              400,
			"Content-Type: text/plain":                                                             400,
			"Content-Type: application/xml":                                                        400,
			"Content-Type: application/merge-patch+json":                                           400,
			"Content-Type: multipart/form-data; boundary=x":                                        400,
			"Content-Type: application/json; charset=utf-16":                                       415,
			"Content-Type: application/json; charset=UTF-7":                                        415,
			"Content-Type: application/json; charset=iso-8859-1":                                   415,
			"Content-Type: application/json; charset=":                                             415,
			"Content-Type: application/json; charset":                                              415,
			"Content-Type: application/json; charset=utf-8; charset=utf-16":                        415,
			"Content-Type: application/json, application/x-www-form-urlencoded":                    415,
			"Content-Type: application/json\r\nContent-Type: application/x-www-form-urlencoded":    415,
			"Content-Type: application/json\r\nContent-Encoding: gzip":                             415,
			"Content-Type: application/json\r\nContent-Encoding: identity\r\nContent-Encoding: br": 415,
			"Content-Type: application/json\r\nContent-Encoding: identity, deflate":                415,
			"Content-Type: application/json\r\ncontent-encoding: x-secret":                         415,
			"Content-Type: application/x-www-form-urlencoded; charset=utf-16":                      415,
		} {
			writes[path+" "+header] = badWrite{path, body, []string{header}, status}
		}
		writes[path+" gzip"] = badWrite{path, squeezed(body), []string{"Content-Type: application/json", "Content-Encoding: gzip"}, 415}
	}
	form := []string{"Content-Type: application/x-www-form-urlencoded"}
	for body, status := range map[string]int{
		"employee[first_name]=A&employee[first_name]=B":     400,
		"employee[first_name]=A&employee%5Bfirst_name%5D=B": 400,
		"employee[first_name]=A&employee[last_name]=B":      403,
		"employee[first_name]=A;employee[last_name]=B":      400,
		"employee[first_name]=A&%65mployee[%6cast_name]=B":  403,
		"employee[first_name]=%zz":                          400,
		"employee[first_name][]=A":                          403,
		"employee[first_name]x[last_name]=A":                403,
		"employee[ last_name]=A":                            403,
		"employee[first_name%00]=A":                         403,
		"employee.last_name=A":                              403,
		"employee=A":                                        403,
		" employee[first_name]=A":                           403,
		"employee[custom_attributes][dynamic_4712]=A":       403,
		"employee[custom_attributes]=A":                     403,
		`{"employee":{"first_name":"A"}}`:                   403,
		"employee[custom_attributes][first_name][x]=A":      403,
		"employee[first_name]=A&employee[supervisor_id]=1":  403,
		squeezed("employee[first_name]=A"):                  403,
	} {
		if strings.HasPrefix(body, "\x1f\x8b") && strings.ContainsAny(body, ";%") {
			status = 400
		}
		writes["form "+body] = badWrite{v1, body, form, status}
	}
	writes["form, gzip"] = badWrite{v1, squeezed("employee[first_name]=A"), append(form, "Content-Encoding: gzip"), 415}
	w.refuse(token, writes)
}

// A body above 20 MB is refused before all of it is read, with and without its
// length; one of exactly 20 MB is taken.
func TestBypassWriteSizes(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.writer("first_name")
	const limit = 20 << 20
	path := fmt.Sprintf("/v2/persons/%d", w.box.Company().People()[0].ID)
	body := func(size int) string {
		const frame = len(`{"first_name":""}`)
		return `{"first_name":"` + strings.Repeat("a", size-frame) + `"}`
	}
	w.respond(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNoContent) })
	for _, chunked := range []bool{false, true} {
		for size, status := range map[int]int{limit: http.StatusNoContent, limit + 1: http.StatusRequestEntityTooLarge} {
			var reader io.Reader = strings.NewReader(body(size))
			if chunked {
				reader = struct{ io.Reader }{reader} // Of no known length.
			}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, w.gatewayURL+path, reader)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Authorization", "Bearer "+token)
			req.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			_, bodies := w.asked()
			if resp.StatusCode != status || (len(bodies) == 1) != (status == http.StatusNoContent) || len(bodies) == 1 && len(bodies[0]) != size {
				t.Errorf("%d bytes, chunked %v: status %d, want %d; Personio was asked %d times", size, chunked, resp.StatusCode, status, len(bodies))
			}
		}
	}
}

// What is passed on is what was sent, byte for byte, with its plain type.
func TestBypassWritesPassUnchanged(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.writer("first_name", "dynamic_4714", "supervisor")
	w.respond(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNoContent) })
	for _, c := range [][3]string{
		{"/v2/persons/1", "application/json", `{ "first_name" : "\u0041\/Ä", "custom_attributes":[{"value":123456789012345678901234567890.10, "id":"dynamic_4714"}] }` + "\n"},
		{"/v2/persons/1", "Application/JSON;charset=\"UTF-8\"", `{"first_name":1e999}`},
		{"/v2/persons/1", "application/json; x=y", `{}`},
		{"/v1/company/employees/1", "application/json", `{"employee":{"first_name":-0,"supervisor_id":12345678901234567890}}`},
		{"/v1/company/employees/1", "application/x-www-form-urlencoded; charset=utf-8", `employee[first_name]=%C3%84+b&employee%5Bcustom_attributes%5D[dynamic_4714]=2`},
	} {
		resp, body, err := badWrite{path: c[0], body: c[2], header: []string{"Content-Type: " + c[1]}}.send(w, token)
		requests, bodies := w.asked()
		if err != nil || resp.status != http.StatusNoContent || len(requests) != 1 {
			t.Fatalf("%s: status %d, %d requests; %.300s", c[2], resp.status, len(requests), body)
		}
		mediaType, _, _ := strings.Cut(strings.ToLower(c[1]), ";")
		if bodies[0] != c[2] || requests[0].Header.Get("Content-Type") != mediaType {
			t.Errorf("sent %q as %q, Personio got %q as %q", c[2], c[1], bodies[0], requests[0].Header.Get("Content-Type"))
		}
		if strings.HasSuffix(mediaType, "json") && !jsontext.Value(bodies[0]).IsValid() {
			t.Errorf("Personio got %q", bodies[0])
		}
	}
}

// utf16Of is a text in UTF-16.
func utf16Of(text string, bigEndian bool) string {
	var encoded []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		high, low := byte(unit>>8), byte(unit&0xff) //nolint:gosec // Two bytes are what a unit is cut into.
		if bigEndian {
			high, low = low, high
		}
		encoded = append(encoded, low, high)
	}
	return string(encoded)
}
