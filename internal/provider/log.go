package provider

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-log/tflog"
)

// subsystem is the name of the client's log: TF_LOG_PROVIDER_PERSONIO.
const subsystem = "personio"

var (
	// secretFields are masked whatever they hold.
	secretFields = []string{
		"access_token", "authorization", "client_secret", "client_secret_wo", "password", "secret", "token",
	}
	// secretValue finds secrets and tokens by their form. A client id has 36
	// characters after the prefix, a secret or a token more.
	secretValue = regexp.MustCompile(`papi-[A-Za-z0-9_.~+/-]{37,}={0,2}|(?i:bearer)\s+\S+`)
)

// newLog returns the client's log: a tflog subsystem whose entries can show
// neither the configured secret nor anything that looks like one. The client
// logs no bodies and no secrets to begin with; this is the second lock.
func newLog(clientSecret string) func(ctx context.Context, message string, fields map[string]any) {
	return func(ctx context.Context, message string, fields map[string]any) {
		ctx = tflog.NewSubsystem(ctx, subsystem, tflog.WithRootFields(), tflog.WithLevelFromEnv("TF_LOG_PROVIDER", subsystem))
		ctx = tflog.SubsystemMaskFieldValuesWithFieldKeys(ctx, subsystem, secretFields...)
		ctx = tflog.SubsystemMaskLogRegexes(ctx, subsystem, secretValue)
		if clientSecret != "" {
			ctx = tflog.SubsystemMaskLogStrings(ctx, subsystem, clientSecret)
		}
		tflog.SubsystemDebug(ctx, subsystem, message, fields)
	}
}
