package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// BenchmarkPageOfEmployees is what a page of 100 employees costs the sandbox
// itself: the floor under every figure that is measured through it.
func BenchmarkPageOfEmployees(b *testing.B) {
	s := sandbox.New(sandbox.Options{})
	credential := s.AddCredential(sandbox.Credential{})
	login := httptest.NewRecorder()
	request := httptest.NewRequest(http.MethodPost, "/v1/auth", http.NoBody)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.PostForm = map[string][]string{"client_id": {credential.ClientID}, "client_secret": {credential.ClientSecret}}
	request.Form = request.PostForm
	s.Handler().ServeHTTP(login, request)
	authorization := login.Header().Get("Authorization")
	b.ReportAllocs()
	for b.Loop() {
		request := httptest.NewRequest(http.MethodGet, "/v1/company/employees?limit=100", http.NoBody)
		request.Header.Set("Authorization", authorization)
		response := httptest.NewRecorder()
		s.Handler().ServeHTTP(response, request)
		if response.Code != http.StatusOK {
			b.Fatal(response.Code)
		}
		b.SetBytes(int64(response.Body.Len()))
	}
}
