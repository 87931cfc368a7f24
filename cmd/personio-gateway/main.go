// Command personio-gateway runs the gateway: init makes its key and first
// management credential, serve runs it, sandbox runs it in front of a demo
// company, management-credential manages who may manage it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	_ "time/tzdata" // Schedules name zones, wherever the gateway runs.
)

// version is set by the linker.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRootCommand()
	if err := root.ExecuteContext(ctx); err != nil {
		fmt.Fprintln(root.ErrOrStderr(), "Error:", err)
		os.Exit(1) //nolint:gocritic // The signal handler goes with the process.
	}
}

func newRootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "personio-gateway",
		Short:         "Scoped, auditable access to Personio's API",
		Long:          "personio-gateway stands in front of Personio's public API with one credential and gives\nout its own, whose scopes and employee attributes it enforces.\n\nEvery flag can be given as an environment variable: --key-file is PERSONIO_GATEWAY_KEY_FILE.",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			return flagsFromEnvironment(cmd.Flags())
		},
	}
	root.AddCommand(newInitCommand(), newServeCommand(), newSandboxCommand(), newManagementCredentialCommand())
	return root
}

// flagsFromEnvironment sets each flag that was not given from its variable.
func flagsFromEnvironment(flags *pflag.FlagSet) error {
	var err error
	flags.VisitAll(func(f *pflag.Flag) {
		name := "PERSONIO_GATEWAY_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		value, set := os.LookupEnv(name)
		if !set || f.Changed || err != nil {
			return
		}
		if setErr := flags.Set(f.Name, value); setErr != nil {
			// The value may be a secret: the error names the variable only.
			err = fmt.Errorf("the environment variable %s has a value that --%s does not take", name, f.Name)
		}
	})
	return err
}

// printJSON writes one line of JSON.
func printJSON(w io.Writer, value any) error {
	line, err := json.Marshal(value)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(w, string(line))
	return err
}
