package apicredential_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/gatewayfake"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
)

// clock is a time that a test moves.
type clock struct{ seconds atomic.Int64 }

func (c *clock) now() time.Time { return today.Add(time.Duration(c.seconds.Load()) * time.Second) }

func (c *clock) advance(d time.Duration) { c.seconds.Add(int64(d / time.Second)) }

// live is the provider in front of a whole gateway, both with one clock. Each
// call is the next run of Terraform.
func live(t *testing.T, c *clock) (*acctest.World, func() *tfproto.Provider) {
	t.Helper()
	w := acctest.Start(t, acctest.WithClock(c.now))
	return w, func() *tfproto.Provider {
		return tfproto.Configured(t, acctest.NewProvider(provider.WithClock(c.now)), tfproto.Values{
			"base_url": w.URL, "client_id": w.Management.ClientID, "client_secret": w.Management.ClientSecret,
			"max_retries": int64(0), "max_requests_per_second": float64(10000),
		})
	}
}

// integration makes a custom integration behind Terraform's back.
func integration(t *testing.T, w *acctest.World) string {
	t.Helper()
	made, err := w.Client.CustomIntegrations().Create(t.Context(), gatewayapi.CustomIntegrationCreate{
		Name: "Reporting", Scopes: []string{"personio:persons:read"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

func TestRotationByAge(t *testing.T) {
	t.Parallel()
	var c clock
	w, run := live(t, &c)
	reader := newReader(t)
	config := tfproto.Values{
		"custom_integration_id": integration(t, w), "name": "reporting-prod", "secret_recipient": reader.Recipient().String(),
		"rotate_after": "2160h", "early_rotation_window": "168h", "rotation_overlap": "48h",
	}
	object := apply(t, run(), nil, config)
	id, first := text(t, object, "client_id"), decrypt(t, reader, text(t, object, "encrypted_client_secret"))
	works(t, w, &id, &first, true)()

	// quiet is a run that changes nothing.
	quiet := func(step string) {
		t.Helper()
		p := run()
		read, diags := p.Read(credentialType, object)
		wantNoErrors(t, step, diags)
		planned, diags := p.Plan(credentialType, read, config)
		wantNoErrors(t, step, diags)
		if diff := cmp.Diff(read.Values, planned.Values); diff != "" || diags.Warnings() != "" {
			t.Errorf("%s: the plan is not empty:\n%s%s", step, diff, diags.Warnings())
		}
		if read.Values["ready_for_rotation"] != false {
			t.Errorf("%s: ready", step)
		}
		object = read
	}
	quiet("at once")
	c.advance(83*24*time.Hour - time.Second)
	quiet("a second before the window")

	c.advance(time.Second)
	p := run()
	// Until the refresh sees it, nothing is due: a plan and its apply agree.
	if diff := cmp.Diff(object.Values, plan(t, p, object, config).Values); diff != "" {
		t.Errorf("due without a refresh:\n%s", diff)
	}
	read, diags := p.Read(credentialType, object)
	wantNoErrors(t, "read", diags)
	if read.Values["ready_for_rotation"] != true || diags.Warnings() != "" {
		t.Errorf("in the window: ready is %v, warnings %q", read.Values["ready_for_rotation"], diags.Warnings())
	}
	planned, diags := p.Plan(credentialType, read, config)
	wantNoErrors(t, "plan", diags)
	wantParts(t, diags.Warnings(), `The secret of API credential "reporting-prod" is due for rotation`, "2160h", "48h")
	for _, attribute := range []string{"encrypted_client_secret", "secret_created_at", "ready_for_rotation", "previous_secret_expires_at", "updated_at"} {
		if planned.Values[attribute] != any(tfproto.Unknown) {
			t.Errorf("planned %s: %v", attribute, planned.Values[attribute])
		}
	}
	if planned.Values["client_secret"] != nil || planned.Values["client_id"] != any(id) {
		t.Errorf("planned secret and id: %v, %v", planned.Values["client_secret"], planned.Values["client_id"])
	}
	object, diags = p.Apply(credentialType, planned)
	wantNoErrors(t, "apply", diags)
	second := decrypt(t, reader, text(t, object, "encrypted_client_secret"))
	if second == first || object.Values["secret_created_at"] != c.now().Format(time.RFC3339) ||
		object.Values["previous_secret_expires_at"] != c.now().Add(48*time.Hour).Format(time.RFC3339) {
		t.Errorf("after the rotation: %v", object.Values)
	}
	works(t, w, &id, &first, true)()
	works(t, w, &id, &second, true)()
	quiet("after the rotation")
	c.advance(49 * time.Hour)
	works(t, w, &id, &first, false)()
	works(t, w, &id, &second, true)()

	// A longer life does not rotate, and a shorter one may do so at once.
	config = config.With(tfproto.Values{"rotate_after": "4000h", "early_rotation_window": nil})
	object = apply(t, run(), object, config)
	quiet("a longer life")
	config = config.With(tfproto.Values{"rotate_after": "48h"})
	object = apply(t, run(), object, config)
	third := decrypt(t, reader, text(t, object, "encrypted_client_secret"))
	if third == second {
		t.Error("a life that is over does not rotate")
	}
	quiet("a shorter life")
	c.advance(1000 * time.Hour)
	config = config.With(tfproto.Values{"rotate_after": nil})
	object, _ = run().Read(credentialType, object)
	object = apply(t, run(), object, config)
	quiet("no end")
	if decrypt(t, reader, text(t, object, "encrypted_client_secret")) != third {
		t.Error("removing rotate_after rotates")
	}
}

// The clock of these is not the gateway's: the fake's secrets are 20 hours old.
func TestDue(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	object := apply(t, p, nil, production)
	for name, test := range map[string]struct {
		life, window any
		due          bool
	}{
		"not yet":                {"20h0m1s", nil, false},
		"now":                    {"20h", nil, true},
		"long ago":               {"1h", nil, true},
		"before the window":      {"30h", "9h59m59s", false},
		"in the window":          {"30h", "10h", true},
		"life known after apply": {tfproto.Unknown, nil, true},
		"window known later":     {"30h", tfproto.Unknown, true},
	} {
		config := production.With(tfproto.Values{"rotate_after": test.life, "early_rotation_window": test.window})
		planned := plan(t, p, object, config)
		if due := planned.Values["client_secret"] == any(tfproto.Unknown); due != test.due {
			t.Errorf("%s: due is %v", name, due)
		}
		if !test.due && planned.Values["ready_for_rotation"] != false {
			t.Errorf("%s: planned ready_for_rotation: %v", name, planned.Values["ready_for_rotation"])
		}
	}
	// A rotation that was asked for is no surprise, and is one rotation.
	fake.Calls()
	_, diags := p.Plan(credentialType, object, production.With(tfproto.Values{"rotate_after": "1h", "secret_version": int64(1)}))
	if diags.Warnings() != "" {
		t.Errorf("warnings: %s", diags.Warnings())
	}
	apply(t, p, object, production.With(tfproto.Values{"rotate_after": "1h", "secret_version": int64(1)}))
	if writes := fake.Writes(); len(writes) != 1 {
		t.Errorf("calls: %v", writes)
	}
	// An apply keeps to its plan, although time passes.
	config := production.With(tfproto.Values{"rotate_after": "21h", "name": "renamed"})
	planned := plan(t, p, object, config)
	fake.Calls()
	later := acctest.Reconnect(t, fake, provider.WithClock(acctest.At(today.Add(2*time.Hour))))
	if _, diags := later.Apply(credentialType, planned); strings.Contains(diags.Errors(), "rotate") {
		t.Error(diags.Errors())
	}
	for _, call := range fake.Writes() {
		if strings.HasSuffix(call.Route, "/rotate") {
			t.Error("the apply rotates what its plan keeps")
		}
	}
}

func TestRefusedRotationStaysDue(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	object := apply(t, p, nil, production)
	rotate := "POST " + collectionPath + "/" + text(t, object, "id") + "/rotate"
	config := production.With(tfproto.Values{"rotate_after": "10h", "name": "renamed"})
	fake.Script(rotate, gatewayfake.Finding(http.StatusServiceUnavailable, gatewayapi.KindUnavailable, "Unavailable", "Try later.", nil))
	half, diags := p.Apply(credentialType, plan(t, p, object, config))
	wantParts(t, diags.Errors(), "Could not rotate the secret")
	if half.Values["ready_for_rotation"] != true || half.Values["client_secret"] != object.Values["client_secret"] {
		t.Errorf("after a refused rotation: %v", half.Values)
	}
	fake.Calls()
	apply(t, p, half, config)
	wantWrites(t, fake, gatewayfake.Call{Route: rotate, Body: `{"rotation_overlap":"24h"}`})
}

func TestImportOfAnOldSecret(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	id := fake.AddCredential(gatewayapi.APICredential{CustomIntegrationID: integrationID, Name: "reporting-prod", Enabled: true})
	object, _ := p.Import(credentialType, id, "")
	p, object, _ = refresh(t, fake, object)
	config := production.With(tfproto.Values{"rotate_after": "19h", "secret_version": int64(1)})
	planned, diags := p.Plan(credentialType, object, config)
	wantNoErrors(t, "plan", diags)
	wantParts(t, diags.Warnings(), "is due for rotation")
	if planned.Values["client_secret"] != any(tfproto.Unknown) {
		t.Error("a secret that is older than rotate_after stays")
	}
}
