package apicredential

import (
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// recipientExpected is how a good secret_recipient looks, and where it is from.
const recipientExpected = "Give the public key of an age key pair, age1 and 58 more characters, as age-keygen prints it."

// recipientProblem says what is wrong with a secret_recipient, "" if nothing is.
// It never repeats the value: what is there by mistake may be the private key.
func recipientProblem(value string) string {
	if strings.HasPrefix(strings.ToUpper(strings.TrimSpace(value)), "AGE-SECRET-KEY-") {
		return "The value is the private key, which only the reader of the secret may have. Treat it as leaked if this configuration was " +
			"shared. " + recipientExpected
	}
	if _, err := parseRecipient(value); err != nil {
		return "The value is not the public key of an age X25519 key pair. " + recipientExpected
	}
	return ""
}

// parseRecipient reads a recipient and tries it. A well-formed key may still be a
// point that nothing can be encrypted to, and to learn that after the gateway
// made a secret would lose the secret.
func parseRecipient(value string) (*age.X25519Recipient, error) {
	recipient, err := age.ParseX25519Recipient(value)
	if err != nil {
		return nil, fmt.Errorf("parse the recipient: %w", err)
	}
	if _, err := seal(recipient, ""); err != nil {
		return nil, err
	}
	return recipient, nil
}

// seal encrypts a secret to a recipient, in age's armored form.
func seal(recipient age.Recipient, secret string) (string, error) {
	var sealed strings.Builder
	armored := armor.NewWriter(&sealed)
	plain, err := age.Encrypt(armored, recipient)
	if err != nil {
		return "", fmt.Errorf("encrypt to the recipient: %w", err)
	}
	if _, err := io.WriteString(plain, secret); err != nil {
		return "", fmt.Errorf("encrypt to the recipient: %w", err)
	}
	if err := plain.Close(); err != nil {
		return "", fmt.Errorf("encrypt to the recipient: %w", err)
	}
	if err := armored.Close(); err != nil {
		return "", fmt.Errorf("encrypt to the recipient: %w", err)
	}
	return sealed.String(), nil
}

// checkRecipient is the check of the schema for a value that only a later plan
// knows; before a call that makes a secret it must have passed.
func checkRecipient(recipient types.String, diags *diag.Diagnostics) {
	if recipient.IsNull() || recipient.IsUnknown() {
		return
	}
	if problem := recipientProblem(recipient.ValueString()); problem != "" {
		diags.AddAttributeError(path.Root("secret_recipient"), recipientSummary, problem)
	}
}

// recipientSummary is the summary of every refused secret_recipient.
const recipientSummary = "Invalid secret_recipient"

// addRecipientNeedsRotation refuses another recipient for a secret that the
// provider no longer has in clear, or never had.
func addRecipientNeedsRotation(m *model, diags *diag.Diagnostics) {
	diags.AddAttributeError(path.Root("secret_recipient"), "A change of secret_recipient needs a new secret",
		"The secret of "+object(m.Name.ValueString()).String()+" was shown once, when it was made, and cannot be encrypted anew or "+
			"decrypted now. Change secret_version too, so that the same apply makes a new secret for the new place; the old one stays "+
			"valid for rotation_overlap. Or leave secret_recipient as it was.")
}
