package acctest_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/testdb"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// The same with a gateway on PostgreSQL.
func TestAccOnPostgreSQL(t *testing.T) {
	t.Parallel()
	testdb.SomeOnPostgreSQL(t, "^TestAccSecrets")
}

// tap notes every access token that is used, by whom and where ever.
type tap struct {
	mu     sync.Mutex
	tokens map[string]bool
}

func (p *tap) listen(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, token, ok := strings.Cut(r.Header.Get("Authorization"), " "); ok {
			p.mu.Lock()
			p.tokens[token] = true
			p.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

// planted is something that may only be in certain places.
type planted struct {
	name, value string
	allowed     []string
}

// forms are the spellings in which a text is looked for.
func forms(text string) map[string]string {
	found := map[string]string{
		"plain": text, "hexadecimal": hex.EncodeToString([]byte(text)), "HEXADECIMAL": strings.ToUpper(hex.EncodeToString([]byte(text))),
		"URL query": url.QueryEscape(text), "URL path": url.PathEscape(text),
	}
	for n, once := range escaped(text) {
		found[fmt.Sprint("JSON ", n)] = once
		for m, twice := range escaped(once) {
			found[fmt.Sprint("JSON in JSON ", n, m)] = twice
		}
	}
	// Where a text begins within three bytes changes all of its base64.
	for before := range 3 {
		padded := append(make([]byte, before), text...)
		from, to := (before*8+5)/6, len(padded)*8/6
		found[fmt.Sprint("base64 +", before)] = base64.RawStdEncoding.EncodeToString(padded)[from:to]
		found[fmt.Sprint("base64url +", before)] = base64.RawURLEncoding.EncodeToString(padded)[from:to]
	}
	return found
}

// escaped is a text as it stands in a JSON string, with HTML escaped and without.
func escaped(text string) (forms [2]string) {
	for n := range forms {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(n == 0)
		_ = encoder.Encode(text) // To memory.
		forms[n] = strings.TrimSuffix(strings.TrimPrefix(b.String(), `"`), "\"\n")
	}
	return forms
}

// found names the form in which a text is in a place, "" if it is not there.
func found(place, text string) string {
	for form, spelled := range forms(text) {
		if strings.Contains(place, spelled) {
			return form
		}
	}
	return ""
}

// The search finds what it looks for, however it is wrapped.
func TestSearchFindsSecrets(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{"papi-abcdef0123456789", `own "quoted" <secret> & more/ü?`} {
		quoted, err := json.Marshal(map[string]string{"x": secret})
		if err != nil {
			t.Fatal(err)
		}
		again, err := json.Marshal(string(quoted))
		if err != nil {
			t.Fatal(err)
		}
		places := []string{
			"x" + secret, string(quoted), string(again), "?a=" + url.QueryEscape(secret) + "&b", "/" + url.PathEscape(secret) + "/x", fmt.Sprintf("%x", "ab"+secret), fmt.Sprintf("%X", secret+"c"),
		}
		for _, before := range []string{"", "i", "id", "id:", "papi:"} {
			places = append(places, base64.StdEncoding.EncodeToString([]byte(before+secret+"rest")), base64.URLEncoding.EncodeToString([]byte(before+secret)))
		}
		for _, place := range places {
			if found(place, secret) == "" {
				t.Errorf("%q is not found in %s", secret, place)
			}
		}
		if form := found(strings.Join(places, " "), secret+"?"); form != "" {
			t.Errorf("%q is found as %s where it is not", secret+"?", form)
		}
	}
}

const secretsConfiguration = `
variable "version_of_secrets" {
  type = number
}

variable "own_secrets" {
  type      = list(string)
  ephemeral = true
  sensitive = true
}

variable "scim_token" {
  type      = string
  ephemeral = true
  sensitive = true
}

resource "personio_custom_integration" "bi" {
  name                = "Reporting"
  scopes              = ["personio:persons:read", "personio:persons:write"]
  readable_attributes = ["first_name", "last_name", "email", "status", "position", "fix_salary"]
  writable_attributes = ["position"]
  force_destroy       = true
}

resource "personio_api_credential" "stored" {
  custom_integration_id = personio_custom_integration.bi.id
  name                  = "in the state"
  secret_version        = var.version_of_secrets
  rotation_overlap      = "24h"
}

resource "personio_api_credential" "sealed" {
  custom_integration_id = personio_custom_integration.bi.id
  name                  = "encrypted"
  secret_version        = var.version_of_secrets
  secret_recipient      = %q
}

resource "personio_api_credential" "own" {
  custom_integration_id    = personio_custom_integration.bi.id
  name                     = "the user's own"
  client_secret_wo         = var.own_secrets[var.version_of_secrets - 1]
  client_secret_wo_version = var.version_of_secrets
}

resource "personio_sync_target" "learning" {
  name = "Learning"
  scim = {
    url              = %q
    token_wo         = var.scim_token
    token_wo_version = var.version_of_secrets
  }
}

resource "personio_sync_rule" "learning" {
  name                  = "Everybody"
  custom_integration_id = personio_custom_integration.bi.id
  sync_target_id        = personio_sync_target.learning.id
  active                = true
  filter                = "status != 'inactive' && email != null"
  match                 = { employee = "email", account = "userName" }
  attribute_mapping     = { "name.givenName" = "first_name", "name.familyName" = "last_name", "title" = "position" }
  wait_for_run          = true
  triggers              = { version = tostring(var.version_of_secrets) }
}

output "ids" {
  value = [personio_api_credential.stored.client_id, personio_api_credential.sealed.client_id, personio_api_credential.own.client_id]
}

output "encrypted" {
  value = personio_api_credential.sealed.encrypted_client_secret
}

output "stored" {
  value     = personio_api_credential.stored.client_secret
  sensitive = true
}
`

// plant gives an employee values that nobody else has.
func plant(t *testing.T, w *acctest.World) (values []planted, email string) {
	t.Helper()
	people := w.Sandbox.Company().People()
	at := slices.IndexFunc(people, func(p company.Person) bool { return p.Active() && p.Email != "" })
	email = "planted.person+secret@example.com"
	if err := w.Sandbox.Company().Update(people[at].ID, func(p *company.Person) {
		p.Email, p.FirstName, p.LastName, p.FixSalary, p.Employment.Position = email, "Plantée-Given", "Plänted-Surname", 98765432.5, "Planted <Posïtion>"
	}); err != nil {
		t.Fatal(err)
	}
	return []planted{
		{name: "an e-mail address", value: email},
		{name: "a first name", value: "Plantée-Given"},
		{name: "a surname", value: "Plänted-Surname"},
		{name: "a salary", value: "98765432.5"},
		{name: "a position", value: "Planted <Posïtion>"},
	}, email
}

// use signs in with a credential in both ways, reads people, and tries a write
// and a sign-in that are refused.
func use(t *testing.T, w *acctest.World, clientID, clientSecret, email string) {
	t.Helper()
	say := func(method, path, contentType, token, body string, want int) string {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, w.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", contentType)
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		data, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != want {
			t.Fatalf("%s %s: status %d, want %d, error %v", method, path, resp.StatusCode, want, err)
		}
		return string(data)
	}
	const form = "application/x-www-form-urlencoded"
	fields := url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {clientSecret}}
	var v2 struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(say(http.MethodPost, "/v2/auth/token", form, "", fields.Encode(), http.StatusOK)), &v2); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(map[string]string{"client_id": clientID, "client_secret": clientSecret})
	if err != nil {
		t.Fatal(err)
	}
	say(http.MethodPost, "/v1/auth", "application/json", "", string(body), http.StatusOK)
	if got := say(http.MethodGet, "/v1/company/employees?email="+url.QueryEscape(email), "", v2.AccessToken, "", http.StatusOK); !strings.Contains(got, "98765432.5") {
		t.Fatal("the salary does not come through, so it proves nothing")
	}
	say(http.MethodGet, "/v2/persons?email="+url.QueryEscape(email), "", v2.AccessToken, "", http.StatusOK)
	say(http.MethodPost, "/v2/persons", "application/json", v2.AccessToken, `{"first_name":"Plantée-Given","email":"`+email+`"}`, http.StatusForbidden)
	fields.Set("client_secret", clientSecret+clientSecret)
	say(http.MethodPost, "/v2/auth/token", form, "", fields.Encode(), http.StatusBadRequest)
	fields.Set("client_secret", clientSecret)
	fields.Set("scope", clientSecret)
	say(http.MethodPost, "/v2/auth/token", form, "", fields.Encode(), http.StatusBadRequest)
}

// opened is a text encrypted to an identity.
func opened(t *testing.T, identity age.Identity, sealed string) string {
	t.Helper()
	reader, err := age.Decrypt(armor.NewReader(strings.NewReader(sealed)), identity)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

// Every secret of every kind, in one run of everything: each is in the places
// that its owner chose and in no other, in no spelling.
func TestAccSecretsAreWhereTheyWereChosenToBe(t *testing.T) {
	t.Parallel()
	listener := &tap{tokens: map[string]bool{}}
	w := acctest.Start(t, acctest.WithTap(listener.listen))
	secrets, email := plant(t, w)
	reader, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	own := []string{`own/first+secret "quoted" & <spitz> ünd-0123456789`, `own\second=secret 'quoted' % #hash ünd-9876543210`}
	variable, err := json.Marshal(own)
	if err != nil {
		t.Fatal(err)
	}
	cli := acctest.NewCLI(t, w, fmt.Sprintf(secretsConfiguration, reader.Recipient(), w.SCIMURL), "TF_VAR_own_secrets="+string(variable), "TF_VAR_scim_token="+w.SCIMToken)
	var stored []string
	for n, version := range []string{"1", "2"} {
		cli.Must("plan", "-var=version_of_secrets="+version, "-out="+version+".tfplan")
		cli.Must("apply", version+".tfplan")
		ids, sealed, secret := []string{}, "", ""
		before := cli.Output.Len()
		for name, into := range map[string]any{"ids": &ids, "encrypted": &sealed, "stored": &secret} {
			if err := json.Unmarshal([]byte(cli.Must("output", "-json", name)), into); err != nil {
				t.Fatal(err)
			}
		}
		stored = append(stored, secret)
		cut(cli, before) // What was asked for by name was said.
		encrypted := opened(t, reader, sealed)
		secrets = append(secrets, planted{name: "the encrypted secret " + version, value: encrypted}, planted{name: "the user's own secret " + version, value: own[n]})
		for i, s := range []string{secret, encrypted, own[n]} {
			use(t, w, ids[i], s, email)
		}
		if n == 1 {
			use(t, w, ids[0], stored[0], email) // Valid for another day.
		}
	}
	if !slices.ContainsFunc(w.SCIM.Users(), func(user map[string]any) bool { return user["userName"] == email }) {
		t.Error("the employee was not synced, so the search proves little")
	}
	cli.Must("plan", "-var=version_of_secrets=2", "-detailed-exitcode", "-out=empty.tfplan")
	secrets = append(
		secrets,
		planted{"the stored secret", stored[1], []string{acctest.State, "empty.tfplan", "empty.tfplan as JSON"}},
		planted{"the stored secret before", stored[0], []string{acctest.StateBackup, "2.tfplan", "2.tfplan as JSON"}},
		planted{name: "the management secret", value: w.Management.ClientSecret},
		planted{name: "the upstream secret", value: w.Upstream.ClientSecret},
		planted{name: "the SCIM token", value: w.SCIMToken},
		planted{name: "the recipient's key", value: reader.String()},
	)
	for token := range listener.tokens {
		secrets = append(secrets, planted{name: "an access token", value: token})
	}
	if len(listener.tokens) < 8 {
		t.Errorf("only %d tokens were seen", len(listener.tokens))
	}
	search(t, placesOf(t, cli, w), secrets)
}

// cut takes away what a CLI said since it had said n bytes.
func cut(cli *acctest.CLI, n int) {
	said := cli.Output.String()[:n]
	cli.Output.Reset()
	cli.Output.WriteString(said)
}

// placesOf is all that Terraform and the gateway left behind.
func placesOf(t *testing.T, cli *acctest.CLI, w *acctest.World) map[string]string {
	t.Helper()
	places := map[string]string{"output": cli.Output.String(), "gateway's log": w.Log.String(), "gateway's database": testdb.Dump(t, w.DatabaseURL)}
	for _, name := range []string{"1.tfplan", "2.tfplan", "empty.tfplan"} {
		places[name], places[name+" as JSON"] = cli.Unzip(name), cli.Must("show", "-json", name)
	}
	for _, name := range []string{acctest.State, acctest.StateBackup, acctest.TraceLog} {
		places[name] = cli.Read(name)
	}
	for place, sign := range map[string]string{
		"output": "Apply complete!", "gateway's log": "/v2/persons", "gateway's database": "the user's own", acctest.TraceLog: "/rotate", acctest.State: "the user's own", acctest.StateBackup: "AGE ENCRYPTED FILE",
		"1.tfplan as JSON": "planned_values", "2.tfplan as JSON": "the user's own", "empty.tfplan as JSON": "prior_state", "1.tfplan": "personio", "2.tfplan": "personio", "empty.tfplan": "the user's own",
	} {
		if !strings.Contains(places[place], sign) {
			t.Errorf("%s shows nothing of %q, so it proves nothing", place, sign)
		}
	}
	return places
}

// search wants every secret in all the places allowed, and in no other.
func search(t *testing.T, places map[string]string, secrets []planted) {
	t.Helper()
	for _, secret := range secrets {
		for place, text := range places {
			form := found(text, secret.value)
			switch allowed := slices.Contains(secret.allowed, place); {
			case allowed && form == "":
				t.Errorf("%s is not in %s, so the search proves nothing", secret.name, place)
			case !allowed && form != "":
				t.Errorf("%s is in %s, as %s", secret.name, place, form)
			}
		}
		// What people think of themselves is kept under a keyed hash only.
		sum := sha256.Sum256([]byte(secret.value))
		if strings.HasPrefix(secret.name, "the user's own") && (strings.Contains(places["gateway's database"], string(sum[:])) || found(places["gateway's database"], string(sum[:])) != "" || found(places["gateway's database"], hex.EncodeToString(sum[:])) != "") {
			t.Errorf("%s is in the gateway's database, as a hash without key", secret.name)
		}
	}
}
