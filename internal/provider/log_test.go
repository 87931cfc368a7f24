package provider

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-log/tflogtest"
)

func TestLogHidesSecrets(t *testing.T) {
	t.Parallel()
	const configured, generated = "the-secret-of-the-provider", "papi-0123456789abcdefghijklmnopqrstuvwxyz0123456789"
	const clientID = "papi-00000000-0000-4000-8000-000000000001"
	var output bytes.Buffer
	log := newLog(configured)
	ctx := tflogtest.RootLogger(context.Background(), &output)
	log(ctx, "sent "+configured+" and "+generated, map[string]any{
		"path": "/x?secret=" + configured, "header": "Bearer abc.def", "client_secret": "anything", "token": "anything",
		"status": 200, "client_id": clientID,
	})
	text := output.String()
	for _, secret := range []string{configured, generated, "abc.def", "anything"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log shows %q:\n%s", secret, text)
		}
	}
	if !strings.Contains(text, clientID) || !strings.Contains(text, "200") {
		t.Errorf("the log hides what it should show:\n%s", text)
	}
	// Without a logger, as in tests, nothing happens.
	log(context.Background(), "x", nil)
}
