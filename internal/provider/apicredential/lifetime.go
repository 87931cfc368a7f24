package apicredential

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// The bounds of rotate_after. The lower one keeps a plan from rotating what the
// plan before has just made.
const (
	minRotateAfter = time.Hour
	maxRotateAfter = 10 * 365 * 24 * time.Hour
)

// ValidateConfig checks what spans attributes.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	config.checkLifetime(&resp.Diagnostics)
	config.checkKind(&resp.Diagnostics)
}

// checkLifetime refuses a window that would make each new secret due at once.
func (m *model) checkLifetime(diags *diag.Diagnostics) {
	life, ok := duration(m.RotateAfter)
	window, given := duration(m.EarlyRotationWindow)
	if !ok || !given || window < life {
		return
	}
	diags.AddAttributeError(path.Root("early_rotation_window"), "early_rotation_window is not shorter than rotate_after",
		fmt.Sprintf("A secret may be rotated from early_rotation_window before its end on, and it ends rotate_after after it was made. "+
			"With %s and %s every new secret would be due at once. Give a shorter window.",
			m.EarlyRotationWindow.ValueString(), m.RotateAfter.ValueString()))
}

// lifetimeKnown is false while a duration is known only after apply.
func (m *model) lifetimeKnown() bool {
	return !m.RotateAfter.IsUnknown() && !m.EarlyRotationWindow.IsUnknown()
}

// sameLifetime reports whether both say the same of when to rotate.
func (m *model) sameLifetime(other *model) bool {
	return m.RotateAfter.Equal(other.RotateAfter) && m.EarlyRotationWindow.Equal(other.EarlyRotationWindow)
}

// readyAt is when the secret may be rotated: early_rotation_window before
// rotate_after is over. ok is false if it never is, or if that is not known.
func (m *model) readyAt() (at time.Time, ok bool) {
	made := instant(m.SecretCreatedAt)
	life, limited := duration(m.RotateAfter)
	if made == nil || !limited || !m.lifetimeKnown() {
		return time.Time{}, false
	}
	window, _ := duration(m.EarlyRotationWindow)
	return made.Add(life - window), true
}

// setReady notes whether the secret may be rotated now.
func (m *model) setReady(now time.Time) {
	at, ok := m.readyAt()
	m.ReadyForRotation = types.BoolValue(ok && !now.Before(at))
}

// due reports whether the planned lifetime of prior's secret asks for a rotation.
//
// With the lifetime of the state it is what the last refresh found. Terraform
// plans every change once more while it applies it, and wants the same plan: a
// look at the clock could say otherwise by then.
func (m *model) due(prior *model, now time.Time) bool {
	if !m.lifetimeKnown() {
		return true
	}
	if m.sameLifetime(prior) {
		return prior.ReadyForRotation.ValueBool()
	}
	with := *prior
	with.RotateAfter, with.EarlyRotationWindow = m.RotateAfter, m.EarlyRotationWindow
	with.setReady(now)
	return with.ReadyForRotation.ValueBool()
}

// addDue says why a plan rotates although nobody changed the configuration.
func (m *model) addDue(prior *model, diags *diag.Diagnostics) {
	diags.AddWarning("The secret of "+object(m.Name.ValueString()).String()+" is due for rotation",
		fmt.Sprintf("It was made at %s, and rotate_after is %s. This apply gives the credential a new secret; the old one stays valid "+
			"for rotation_overlap, %s.", prior.SecretCreatedAt.ValueString(), m.RotateAfter.ValueString(), m.RotationOverlap.ValueString()))
}

// duration is the length of a value, ok false if it is null or unknown.
func duration(value timetypes.GoDuration) (d time.Duration, ok bool) {
	if value.IsNull() || value.IsUnknown() {
		return 0, false
	}
	d, err := time.ParseDuration(value.ValueString())
	return d, err == nil
}
