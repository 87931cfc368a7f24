package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// personio answers the four calls as Personio's public specification has them.
func personio(t *testing.T, employees, persons string) *httptest.Server {
	t.Helper()

	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/auth", func(w http.ResponseWriter, r *http.Request) {
		var body map[string]string
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body["client_id"] != "papi-id" || body["client_secret"] != "papi-secret" {
			http.Error(w, `{"success":false}`, http.StatusForbidden)
			return
		}
		fmt.Fprint(w, `{"success":true,"data":{"token":"papi-one"}}`)
	})
	mux.HandleFunc("POST /v2/auth/token", func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("grant_type") != "client_credentials" || r.FormValue("client_secret") != "papi-secret" {
			http.Error(w, `{"error":"invalid_client"}`, http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, `{"access_token":"papi-two","token_type":"Bearer"}`)
	})
	mux.HandleFunc("GET /v1/company/employees", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer papi-one" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"success":true,"data":`+employees+`}`)
	})
	mux.HandleFunc("GET /v2/persons", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer papi-two" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"_data":`+persons+`,"_meta":{"links":{}}}`)
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server
}

func TestRun(t *testing.T) {
	t.Parallel()

	const (
		employees = `[
			{"type":"Employee","attributes":{"id":{"value":1},"first_name":{"value":"Änne"}}},
			{"type":"Employee","attributes":{"id":{"value":2},"first_name":{"value":"Bo"},"dynamic_7":{"value":"x"}}}]`
		persons = `[
			{"id":"1","first_name":"Änne","employments":[{"id":"9"}],"_meta":{}},
			{"id":"2","first_name":"Bo","custom_attributes":[{"id":"dynamic_7","value":"x"}]}]`
	)
	tests := map[string]struct {
		employees, persons, want, secret, wantErr string
	}{
		"exactly what was granted": {employees, persons, "first_name,dynamic_7", "papi-secret", ""},
		"more than was granted":    {employees, persons, "first_name", "papi-secret", "[dynamic_7 first_name], but [first_name]"},
		"less than was granted":    {employees, persons, "first_name,dynamic_7,email", "papi-secret", "but [dynamic_7 email first_name]"},
		"nobody came back":         {"[]", "[]", "first_name", "papi-secret", "no employees"},
		"wrong secret":             {employees, persons, "first_name,dynamic_7", "papi-wrong", "403 Forbidden"},
		"too much over v2 alone": {
			`[{"attributes":{"first_name":{}}}]`, `[{"first_name":"A","email":"a@example.com"}]`,
			"first_name", "papi-secret", "GET /v2/persons: got the attributes [email first_name]",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()

			c := client{baseURL: personio(t, tt.employees, tt.persons).URL, id: "papi-id", secret: tt.secret}
			var out bytes.Buffer
			err := c.run(t.Context(), &out, list(tt.want), list(tt.want))
			if tt.wantErr == "" && err != nil {
				t.Errorf("error = %v", err)
			}
			if tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr)) {
				t.Errorf("error = %v, want one with %q", err, tt.wantErr)
			}
			if strings.Contains(out.String(), "Änne") {
				t.Errorf("a value was printed: %s", out.String())
			}
		})
	}
}
