package tfx

import (
	"context"
	"encoding/json"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Keys of private state. It is part of the state file and not encrypted, so no
// secret, nor anything derived from one, may stand there.
const (
	// PrivateRevision is the revision of the object that the state shows.
	PrivateRevision = "revision"
	// PrivateSecretID is the id of the secret that the state belongs to.
	PrivateSecretID = "secret_id"
	// PrivateImported is there from the import until the first managed secret.
	PrivateImported = "imported"
)

// PrivateReader is the private state of a request.
type PrivateReader interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// PrivateWriter is the private state of a response.
type PrivateWriter interface {
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// GetPrivate reads a string from private state, "" if it is not there.
func GetPrivate(ctx context.Context, private PrivateReader, key string, diags *diag.Diagnostics) string {
	raw, d := private.GetKey(ctx, key)
	diags.Append(d...)
	var value string
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &value); err != nil {
			diags.AddError("Unreadable private state",
				"The entry "+key+" of the resource's private state is not a JSON string. Remove the resource from the state and import it again.")
		}
	}
	return value
}

// SetPrivate writes a string to private state; "" removes it.
func SetPrivate(ctx context.Context, private PrivateWriter, key, value string, diags *diag.Diagnostics) {
	var raw []byte
	if value != "" {
		// A string always has a JSON form.
		raw, _ = json.Marshal(value)
	}
	diags.Append(private.SetKey(ctx, key, raw)...)
}
