package token_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/testdb"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/token"
)

// BenchmarkCheck checks the token of a credential whose integration may read ten
// attributes.
func BenchmarkCheck(b *testing.B) {
	db, err := store.Open(b.Context(), testdb.URL(b))
	if err != nil {
		b.Fatal(err)
	}
	key, err := secretbox.NewKey()
	if err != nil {
		b.Fatal(err)
	}
	service := token.New(db, key, time.Now)
	b.Cleanup(func() {
		_ = service.Close()
		_ = db.Close()
	})
	now, secret := time.Now(), secretbox.NewSecret()
	integration := store.CustomIntegration{
		ID: uuid.NewString(), Name: "bench", Enabled: true, Scopes: []string{"personio:persons:read"}, CreatedAt: now,
		ReadableAttributes: []string{"first_name", "last_name", "email", "status", "position", "department", "team", "office", "hire_date", "supervisor"},
	}
	credential := store.APICredential{
		ID: uuid.NewString(), CustomIntegrationID: integration.ID, Name: "bench", Kind: "personnel", Enabled: true, ClientID: "papi-bench", CreatedAt: now,
		Secret: store.Secret{ID: uuid.NewString(), Hash: secretbox.HashGenerated(secret)},
	}
	if err := db.Update(b.Context(), func(tx *store.Tx) error {
		if err := tx.InsertCustomIntegration(b.Context(), integration); err != nil {
			return err
		}
		return tx.InsertAPICredential(b.Context(), credential)
	}); err != nil {
		b.Fatal(err)
	}
	issued, err := service.Issue(b.Context(), token.Request{ClientID: credential.ClientID, ClientSecret: secret, Endpoint: token.EndpointV2})
	if err != nil {
		b.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.Context(), http.MethodGet, "/v2/persons", nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+issued.AccessToken)
	for b.Loop() {
		if _, err := service.Authenticate(r); err != nil {
			b.Fatal(err)
		}
	}
}
