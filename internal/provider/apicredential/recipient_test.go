package apicredential_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/gatewayfake"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// newReader makes an age key pair.
func newReader(t *testing.T) *age.X25519Identity {
	t.Helper()
	reader, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return reader
}

// decrypt reads a ciphertext as the holder of the private key does.
func decrypt(t *testing.T, reader age.Identity, sealed string) string {
	t.Helper()
	if !strings.HasPrefix(sealed, "-----BEGIN AGE ENCRYPTED FILE-----\n") {
		t.Fatalf("not armored: %q", sealed)
	}
	plain, err := age.Decrypt(armor.NewReader(strings.NewReader(sealed)), reader)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	return string(secret)
}

// smallOrder is a well-formed recipient, 32 zero bytes, that nothing can be
// encrypted to.
const smallOrder = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z"

// generated is how every secret of the fake begins.
const generated = "papi-generated-secret"

func TestRecipient(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	first, second := newReader(t), newReader(t)
	config := production.With(tfproto.Values{"secret_recipient": first.Recipient().String(), "secret_version": int64(1)})
	planned := plan(t, p, nil, config)
	if planned.Values["client_secret"] != nil || planned.Values["encrypted_client_secret"] != any(tfproto.Unknown) {
		t.Errorf("planned: %v and %v", planned.Values["client_secret"], planned.Values["encrypted_client_secret"])
	}
	object := apply(t, p, nil, config)
	secrets := map[string]bool{}
	ciphertextOnly := func(step string, reader age.Identity) {
		t.Helper()
		if object.Values["client_secret"] != nil {
			t.Errorf("%s: the state holds the secret in clear", step)
		}
		secret := decrypt(t, reader, text(t, object, "encrypted_client_secret"))
		if !strings.HasPrefix(secret, generated) || secrets[secret] {
			t.Errorf("%s: the ciphertext is of %q", step, secret)
		}
		secrets[secret] = true
		for attribute, value := range object.Values {
			if s, ok := value.(string); ok && strings.Contains(s, generated) {
				t.Errorf("%s: %s holds the secret in clear", step, attribute)
			}
		}
		if strings.Contains(string(object.Private), generated) {
			t.Errorf("%s: private state holds the secret in clear", step)
		}
		wantConverged(t, fake, object, config)
	}
	ciphertextOnly("create", first)

	config = config.With(tfproto.Values{"secret_version": int64(2)})
	object = apply(t, p, object, config)
	ciphertextOnly("rotate", first)

	// What is no secret leaves the ciphertext as it is.
	before := text(t, object, "encrypted_client_secret")
	config = config.With(tfproto.Values{"name": "renamed"})
	if object = apply(t, p, object, config); object.Values["encrypted_client_secret"] != any(before) {
		t.Error("a new name encrypts anew")
	}
	wantConverged(t, fake, object, config)

	// Another recipient, or none, needs a new secret.
	for name, recipient := range map[string]any{"changed": second.Recipient().String(), "removed": nil} {
		_, diags := p.Plan(credentialType, object, config.With(tfproto.Values{"secret_recipient": recipient}))
		wantParts(t, diags.Errors(), `AttributeName("secret_recipient")`, "needs a new secret", "secret_version", `"renamed"`)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	config = config.With(tfproto.Values{"secret_recipient": second.Recipient().String(), "secret_version": int64(3)})
	object = apply(t, p, object, config)
	ciphertextOnly("another recipient", second)

	config = config.With(tfproto.Values{"secret_recipient": nil, "secret_version": int64(4)})
	planned = plan(t, p, object, config)
	if planned.Values["client_secret"] != any(tfproto.Unknown) || planned.Values["encrypted_client_secret"] != nil {
		t.Errorf("planned: %v and %v", planned.Values["client_secret"], planned.Values["encrypted_client_secret"])
	}
	object = apply(t, p, object, config)
	if text(t, object, "client_secret") == "" || object.Values["encrypted_client_secret"] != nil {
		t.Errorf("without a recipient: %v", object.Values["encrypted_client_secret"])
	}
	wantConverged(t, fake, object, config)

	// And back: the clear secret leaves the state.
	_, diags := p.Plan(credentialType, object, config.With(tfproto.Values{"secret_recipient": first.Recipient().String()}))
	wantParts(t, diags.Errors(), "needs a new secret")
	config = config.With(tfproto.Values{"secret_recipient": first.Recipient().String(), "secret_version": int64(5)})
	object = apply(t, p, object, config)
	ciphertextOnly("a recipient again", first)
}

func TestRecipientOfAReplacement(t *testing.T) {
	t.Parallel()
	p, _ := start(t)
	object := apply(t, p, nil, production)
	reader := newReader(t)
	config := production.With(tfproto.Values{"custom_integration_id": "00000000-0000-4000-8000-00000000ffff", "secret_recipient": reader.Recipient().String()})
	planned := plan(t, p, object, config)
	if len(planned.Replaces) != 1 {
		t.Errorf("replaces: %v", planned.Replaces)
	}
	object, diags := p.Apply(credentialType, planned)
	wantNoErrors(t, "apply", diags)
	decrypt(t, reader, text(t, object, "encrypted_client_secret"))
}

func TestRecipientKnownAfterApply(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	reader := newReader(t)
	later := production.With(tfproto.Values{"secret_recipient": tfproto.Unknown})
	planned := plan(t, p, nil, later)
	if planned.Values["client_secret"] != any(tfproto.Unknown) || planned.Values["encrypted_client_secret"] != any(tfproto.Unknown) {
		t.Errorf("planned: %v and %v", planned.Values["client_secret"], planned.Values["encrypted_client_secret"])
	}
	object := apply(t, p, nil, production.With(tfproto.Values{"secret_recipient": reader.Recipient().String()}))
	if planned := plan(t, p, object, later); planned.Values["encrypted_client_secret"] != object.Values["encrypted_client_secret"] {
		t.Error("a recipient that may be the same moves the secret")
	}
	// What turns out to be no recipient is refused before a secret is made.
	fake.Calls()
	_, diags := p.Plan(credentialType, nil, production.With(tfproto.Values{"secret_recipient": "age1wrong"}))
	wantParts(t, diags.Errors(), "Invalid secret_recipient")
	if writes := fake.Writes(); len(writes) != 0 {
		t.Errorf("calls: %v", writes)
	}
}

func TestRefusedRotationKeepsTheCiphertext(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	first, second := newReader(t), newReader(t)
	before := production.With(tfproto.Values{"secret_recipient": first.Recipient().String(), "secret_version": int64(1)})
	after := before.With(tfproto.Values{"secret_recipient": second.Recipient().String(), "secret_version": int64(2), "name": "renamed"})
	object := apply(t, p, nil, before)
	rotate := "POST " + collectionPath + "/" + text(t, object, "id") + "/rotate"
	fake.Script(rotate, gatewayfake.Finding(http.StatusServiceUnavailable, gatewayapi.KindUnavailable, "Unavailable", "Try later.", nil))
	half, diags := p.Apply(credentialType, plan(t, p, object, after))
	wantParts(t, diags.Errors(), "Could not rotate the secret", "Try later.")
	for _, attribute := range []string{"encrypted_client_secret", "secret_recipient", "secret_version", "secret_created_at", "ready_for_rotation"} {
		if half.Values[attribute] != object.Values[attribute] {
			t.Errorf("%s after a refused rotation: %v", attribute, half.Values[attribute])
		}
	}
	whole := apply(t, p, half, after)
	decrypt(t, second, text(t, whole, "encrypted_client_secret"))
	wantConverged(t, fake, whole, after)
}

func TestCiphertextRotatedBySomebodyElse(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	config := production.With(tfproto.Values{"secret_recipient": newReader(t).Recipient().String()})
	object := apply(t, p, nil, config)
	fake.ChangeCredential(text(t, object, "id"), func(o *gatewayapi.APICredential) { o.SecretID = "rotated-in-the-shell" })
	_, object, diags := refresh(t, fake, object)
	wantParts(t, diags.Warnings(), "rotated outside Terraform", "encrypted_client_secret is null")
	if object.Values["encrypted_client_secret"] != nil {
		t.Error("the ciphertext of a dead secret stays in the state")
	}
	wantConverged(t, fake, object, config)
}

func TestImportWithRecipient(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	id := fake.AddCredential(gatewayapi.APICredential{CustomIntegrationID: integrationID, Name: "reporting-prod", Enabled: true})
	object, _ := p.Import(credentialType, id, "")
	p, object, _ = refresh(t, fake, object)
	fake.Calls()
	reader := newReader(t)
	config := production.With(tfproto.Values{"secret_recipient": reader.Recipient().String(), "secret_version": int64(1), "rotate_after": "2160h"})
	object = apply(t, p, object, config)
	wantWrites(t, fake)
	if object.Values["encrypted_client_secret"] != nil || object.Values["client_secret"] != nil {
		t.Errorf("adopted: %v", object.Values)
	}
	wantConverged(t, fake, object, config)
	config = config.With(tfproto.Values{"secret_version": int64(2)})
	object = apply(t, p, object, config)
	decrypt(t, reader, text(t, object, "encrypted_client_secret"))
	wantConverged(t, fake, object, config)
}

func TestBetweenRecipientAndOwnSecret(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	reader := newReader(t)
	sealed := production.With(tfproto.Values{"secret_recipient": reader.Recipient().String()})
	object := apply(t, p, nil, sealed)
	_, diags := p.Plan(credentialType, object, production.With(tfproto.Values{"client_secret_wo": ownSecret}))
	wantParts(t, diags.Errors(), "client_secret_wo is not sent without its version")
	own := production.With(tfproto.Values{"client_secret_wo": ownSecret, "client_secret_wo_version": int64(1)})
	object = apply(t, p, object, own)
	if object.Values["encrypted_client_secret"] != nil || object.Values["client_secret"] != nil {
		t.Errorf("with an own secret: %v", object.Values)
	}
	wantConverged(t, fake, object, own)
	_, diags = p.Plan(credentialType, object, sealed)
	wantParts(t, diags.Errors(), "needs a new secret", "secret_version")
	sealed = sealed.With(tfproto.Values{"secret_version": int64(1)})
	object = apply(t, p, object, sealed)
	decrypt(t, reader, text(t, object, "encrypted_client_secret"))
	wantConverged(t, fake, object, sealed)
}

func TestValidateLifecycle(t *testing.T) {
	t.Parallel()
	p, _ := start(t)
	reader := newReader(t)
	recipient := reader.Recipient().String()
	own := tfproto.Values{"client_secret_wo": ownSecret, "client_secret_wo_version": int64(1)}
	for name, test := range map[string]struct {
		change tfproto.Values
		want   []string
	}{
		"recipient":            {tfproto.Values{"secret_recipient": recipient}, nil},
		"everything unknown":   {tfproto.Values{"secret_recipient": tfproto.Unknown, "rotate_after": tfproto.Unknown, "early_rotation_window": tfproto.Unknown}, nil},
		"one unknown":          {tfproto.Values{"rotate_after": tfproto.Unknown, "early_rotation_window": "5h"}, nil},
		"shortest":             {tfproto.Values{"rotate_after": "1h", "early_rotation_window": "59m59s"}, nil},
		"no recipient":         {tfproto.Values{"secret_recipient": "age1wrong"}, []string{"secret_recipient", "not the public key of an age X25519 key pair"}},
		"empty recipient":      {tfproto.Values{"secret_recipient": ""}, []string{"secret_recipient", "age-keygen"}},
		"ssh key":              {tfproto.Values{"secret_recipient": "ssh-ed25519 AAAA"}, []string{"secret_recipient", "age-keygen"}},
		"private key":          {tfproto.Values{"secret_recipient": reader.String()}, []string{"secret_recipient", "private key", "leaked"}},
		"point of small order": {tfproto.Values{"secret_recipient": smallOrder}, []string{"secret_recipient", "not the public key"}},
		"recipient and own":    {own.With(tfproto.Values{"secret_recipient": recipient}), []string{"secret_recipient", "client_secret_wo"}},
		"lifetime and own":     {own.With(tfproto.Values{"rotate_after": "24h"}), []string{"rotate_after", "client_secret_wo"}},
		"lifetime and version": {tfproto.Values{"rotate_after": "24h", "client_secret_wo_version": int64(1)}, []string{"client_secret_wo_version"}},
		"too short":            {tfproto.Values{"rotate_after": "59m"}, []string{"rotate_after", "from 1h to 87600h"}},
		"no duration":          {tfproto.Values{"rotate_after": "90 days"}, []string{"rotate_after", "uration"}},
		"negative window":      {tfproto.Values{"rotate_after": "2h", "early_rotation_window": "-1h"}, []string{"from 0s to 87600h"}},
		"window as long":       {tfproto.Values{"rotate_after": "2h", "early_rotation_window": "120m"}, []string{"early_rotation_window", "not shorter than rotate_after"}},
		"window alone":         {tfproto.Values{"early_rotation_window": "1h"}, []string{"early_rotation_window", "rotate_after"}},
	} {
		text := p.Validate(credentialType, production.With(test.change)).Errors()
		if (text == "") != (test.want == nil) {
			t.Errorf("%s: errors: %q", name, text)
			continue
		}
		wantParts(t, text, test.want...)
		if strings.Contains(text, reader.String()) {
			t.Errorf("%s: the error repeats the private key", name)
		}
	}
	// What only the plan knows is checked there.
	_, diags := p.Plan(credentialType, nil, production.With(tfproto.Values{"rotate_after": "2h", "early_rotation_window": "3h"}))
	wantParts(t, diags.Errors(), "not shorter than rotate_after")
}
