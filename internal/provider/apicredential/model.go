package apicredential

import (
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// model is the resource as Terraform holds it. ClientSecretWO is there in the
// configuration only, and null in plan and state.
type model struct {
	ID                      types.String         `tfsdk:"id"`
	CustomIntegrationID     types.String         `tfsdk:"custom_integration_id"`
	Name                    types.String         `tfsdk:"name"`
	Kind                    types.String         `tfsdk:"kind"`
	Enabled                 types.Bool           `tfsdk:"enabled"`
	ExpiresAt               timetypes.RFC3339    `tfsdk:"expires_at"`
	SecretVersion           types.Int64          `tfsdk:"secret_version"`
	ClientIDVersion         types.Int64          `tfsdk:"client_id_version"`
	RotationOverlap         timetypes.GoDuration `tfsdk:"rotation_overlap"`
	RotateAfter             timetypes.GoDuration `tfsdk:"rotate_after"`
	EarlyRotationWindow     timetypes.GoDuration `tfsdk:"early_rotation_window"`
	SecretRecipient         types.String         `tfsdk:"secret_recipient"`
	ClientSecretWO          types.String         `tfsdk:"client_secret_wo"`
	ClientSecretWOVersion   types.Int64          `tfsdk:"client_secret_wo_version"`
	ClientID                types.String         `tfsdk:"client_id"`
	CompanyID               types.String         `tfsdk:"company_id"`
	ClientSecret            types.String         `tfsdk:"client_secret"`
	EncryptedClientSecret   types.String         `tfsdk:"encrypted_client_secret"`
	SecretCreatedAt         timetypes.RFC3339    `tfsdk:"secret_created_at"`
	ReadyForRotation        types.Bool           `tfsdk:"ready_for_rotation"`
	PreviousSecretExpiresAt timetypes.RFC3339    `tfsdk:"previous_secret_expires_at"`
	Status                  types.String         `tfsdk:"status"`
	LastUsedAt              timetypes.RFC3339    `tfsdk:"last_used_at"`
	RequestsLast24Hours     types.Int64          `tfsdk:"requests_last_24_hours"`
	CreatedAt               timetypes.RFC3339    `tfsdk:"created_at"`
	UpdatedAt               timetypes.RFC3339    `tfsdk:"updated_at"`
}

// fill takes over what the gateway answered. It leaves the secret and its
// triggers alone: which call brought which secret is the caller's to know.
func (m *model) fill(got gatewayapi.APICredential) {
	m.ID = types.StringValue(got.ID)
	m.CustomIntegrationID = types.StringValue(got.CustomIntegrationID)
	m.Name = types.StringValue(got.Name)
	m.Kind = types.StringValue(string(got.Kind))
	m.Enabled = types.BoolValue(got.Enabled)
	m.ExpiresAt = tfx.KeepTime(m.ExpiresAt, got.ExpiresAt)
	m.ClientID = types.StringNull()
	if got.ClientID != "" {
		m.ClientID = types.StringValue(got.ClientID)
	}
	m.CompanyID = types.StringPointerValue(got.CompanyID)
	m.SecretCreatedAt = tfx.KeepTime(m.SecretCreatedAt, &got.SecretCreatedAt)
	m.PreviousSecretExpiresAt = tfx.TimePointer(got.PreviousSecretExpiresAt)
	m.Status = types.StringValue(string(got.Status))
	m.LastUsedAt = tfx.TimePointer(got.LastUsedAt)
	m.RequestsLast24Hours = types.Int64Value(got.RequestsLast24Hours)
	m.CreatedAt = tfx.Time(got.CreatedAt)
	m.UpdatedAt = tfx.Time(got.UpdatedAt)
	if m.RotationOverlap.IsNull() {
		m.RotationOverlap = timetypes.NewGoDurationValueFromStringMust(defaultRotationOverlap)
	}
}

// fillSecret takes over the secret of a create or a rotation: in clear, or as
// ciphertext if there is a recipient. A secret that the user brought is not kept
// anywhere.
func (m *model) fillSecret(got gatewayapi.APICredential, own types.String, diags *diag.Diagnostics) {
	m.ClientSecret, m.EncryptedClientSecret = types.StringNull(), types.StringNull()
	if !own.IsNull() {
		return
	}
	if got.ClientSecret == "" {
		diags.AddAttributeError(path.Root("client_secret"), "The gateway made no secret for "+object(m.Name.ValueString()).String(),
			"The call succeeded, but its answer holds no client_secret. The credential exists; change secret_version to get a secret. "+
				"If this happens again, please report it.")
		return
	}
	if m.SecretRecipient.IsNull() {
		m.ClientSecret = types.StringValue(got.ClientSecret)
		return
	}
	recipient, err := parseRecipient(m.SecretRecipient.ValueString())
	if err == nil {
		var sealed string
		if sealed, err = seal(recipient, got.ClientSecret); err == nil {
			m.EncryptedClientSecret = types.StringValue(sealed)
			return
		}
	}
	// The recipient was tried before the call, so nothing but a fault leads here.
	diags.AddAttributeError(path.Root("encrypted_client_secret"), "Could not encrypt the secret of "+object(m.Name.ValueString()).String(),
		"The credential has a new secret, which is kept nowhere, because it must not be stored in clear. Check secret_recipient, "+
			"change secret_version and apply to get another.")
}

// keepSecret takes the secret, its place and its triggers from the prior state:
// they have not changed yet.
func (m *model) keepSecret(prior *model, now time.Time) {
	m.ClientSecret, m.EncryptedClientSecret = prior.ClientSecret, prior.EncryptedClientSecret
	m.SecretRecipient = prior.SecretRecipient
	m.SecretVersion, m.ClientIDVersion = prior.SecretVersion, prior.ClientIDVersion
	m.ClientSecretWOVersion = prior.ClientSecretWOVersion
	m.setReady(now)
}

// createRequest is the body that makes the planned credential.
func (m *model) createRequest(own types.String) gatewayapi.APICredentialCreate {
	return gatewayapi.APICredentialCreate{
		CustomIntegrationID: m.CustomIntegrationID.ValueString(),
		Name:                m.Name.ValueString(),
		Kind:                gatewayapi.CredentialKind(m.Kind.ValueString()),
		Enabled:             m.Enabled.ValueBoolPointer(),
		ExpiresAt:           instant(m.ExpiresAt),
		ClientSecret:        own.ValueString(),
	}
}

// updateRequest is the body that turns prior into m: only the members that
// differ. changed is false if none does.
func (m *model) updateRequest(prior *model) (body gatewayapi.APICredentialUpdate, changed bool) {
	if !m.Name.Equal(prior.Name) {
		body.Name, changed = m.Name.ValueStringPointer(), true
	}
	if !m.Enabled.Equal(prior.Enabled) {
		body.Enabled, changed = m.Enabled.ValueBoolPointer(), true
	}
	if !tfx.SameTime(m.ExpiresAt, prior.ExpiresAt) {
		body.ExpiresAt, changed = gatewayapi.Null[time.Time](), true
		if t := instant(m.ExpiresAt); t != nil {
			body.ExpiresAt = gatewayapi.Value(*t)
		}
	}
	return body, changed
}

// replaces reports whether turning prior into m makes a new credential.
func (m *model) replaces(prior *model) bool {
	return !m.CustomIntegrationID.Equal(prior.CustomIntegrationID) || !m.Kind.Equal(prior.Kind)
}

// triggered reports whether the triggers in the configuration ask for a new
// secret; one whose value is not known yet counts as moved. adopt is set from an
// import to the first secret_version or client_id_version.
func (m *model) triggered(prior *model, adopt bool) bool {
	if m.ownSecretMoves(prior) || m.clientIDMoves(prior, adopt) {
		return true
	}
	return !adopt && !m.SecretVersion.Equal(prior.SecretVersion)
}

// clientIDMoves reports whether the configuration asks for a new client id.
func (m *model) clientIDMoves(prior *model, adopt bool) bool {
	return !adopt && !m.ClientIDVersion.Equal(prior.ClientIDVersion)
}

// rotates reports whether the plan promised a new secret. The decision is the
// plan's: time has passed since.
func (m *model) rotates(prior *model) bool {
	return m.ClientSecret.IsUnknown() || m.EncryptedClientSecret.IsUnknown() || m.ownSecretMoves(prior)
}

// ownSecretMoves reports whether client_secret_wo is to be sent again.
func (m *model) ownSecretMoves(prior *model) bool {
	return !m.ClientSecretWOVersion.Equal(prior.ClientSecretWOVersion) && !m.ClientSecretWOVersion.IsNull()
}

// rotationRequest is the body of the rotation, of the client id too if the plan
// promised a new one.
func (m *model) rotationRequest(own types.String) gatewayapi.APICredentialRotation {
	return gatewayapi.APICredentialRotation{
		RotationOverlap: m.RotationOverlap.ValueString(),
		ClientSecret:    own.ValueString(),
		ResetClientID:   m.ClientID.IsUnknown(),
	}
}

// checkKept reports every attribute that the gateway accepted and then did not
// keep, each as an error of its own.
func (m *model) checkKept(planned *model, diags *diag.Diagnostics) {
	tfx.CheckKept(diags, object(planned.Name.ValueString()), map[string]bool{
		"custom_integration_id": m.CustomIntegrationID.Equal(planned.CustomIntegrationID),
		"name":                  m.Name.Equal(planned.Name),
		"kind":                  m.Kind.Equal(planned.Kind),
		"enabled":               m.Enabled.Equal(planned.Enabled),
		"expires_at":            tfx.SameTime(m.ExpiresAt, planned.ExpiresAt),
	})
}

// instant is the time that a value names, nil if it is null or unknown.
func instant(value timetypes.RFC3339) *time.Time {
	if value.IsNull() || value.IsUnknown() {
		return nil
	}
	t, err := time.Parse(time.RFC3339, value.ValueString())
	if err != nil {
		return nil
	}
	return &t
}
