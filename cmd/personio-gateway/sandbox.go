package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// sandboxFlags say which demo company there is and where it listens.
type sandboxFlags struct {
	listen, personioListen, envFile, dataDir string
	persons                                  int
	seed                                     uint64
	rateLimits                               bool
	logging                                  logFlags
}

// sandboxReady is the line that the sandbox prints when it answers.
type sandboxReady struct {
	GatewayURL   string `json:"gateway_url"`
	PersonioURL  string `json:"personio_url"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

func newSandboxCommand() *cobra.Command {
	var flags sandboxFlags
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Run a demo company, a copy of Personio's API in front of it, and a gateway",
		Long:  "sandbox runs everything needed to try the Terraform provider in one process: a demo company,\na look-alike of Personio's public API, and a gateway in front of it. It prints one line of JSON\nwhen it is ready, and forgets everything when it ends.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runSandbox(cmd, flags)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.listen, "listen", "127.0.0.1:0", "address of the gateway; loopback only")
	f.StringVar(&flags.personioListen, "personio-listen", "127.0.0.1:0", "address of the copy of Personio's API; loopback only")
	f.IntVar(&flags.persons, "persons", 250, "number of employees")
	f.Uint64Var(&flags.seed, "seed", 1, "which company: the same seed makes the same people")
	f.BoolVar(&flags.rateLimits, "rate-limits", false, "limit requests as Personio does")
	f.StringVar(&flags.envFile, "env-file", "", "write export lines for the Terraform provider to this file when ready; it is removed at the end")
	f.StringVar(&flags.dataDir, "data-dir", "", "folder for the gateway's database; default: a temporary one")
	flags.logging.level = "warn"
	f.StringVar(&flags.logging.level, "log-level", "warn", "debug, info, warn or error")
	return cmd
}

func runSandbox(cmd *cobra.Command, flags sandboxFlags) (err error) {
	ctx := cmd.Context()
	log, err := flags.logging.logger()
	if err != nil {
		return err
	}
	personioListener, err := listenLoopback(ctx, flags.personioListen)
	if err != nil {
		return err
	}
	gatewayListener, err := listenLoopback(ctx, flags.listen)
	if err != nil {
		return errors.Join(err, personioListener.Close())
	}
	dir, err := os.MkdirTemp(flags.dataDir, "personio-gateway-sandbox-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	box := sandbox.New(sandbox.Options{Persons: flags.persons, Seed: flags.seed, RateLimits: flags.rateLimits})
	personioURL := "http://" + personioListener.Addr().String()
	server, err := newSandboxGateway(ctx, box, dir, personioURL, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	credential, err := server.ManagementCredentials().Create(ctx, "sandbox", append(attribute.ManagementScopes(), attribute.ScopePersonsRead))
	if err != nil {
		return err
	}
	ready := sandboxReady{"http://" + gatewayListener.Addr().String(), personioURL, credential.ClientID, credential.ClientSecret}

	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return serve(ctx, personioListener, box.Handler(), "", "") })
	group.Go(func() error { return serve(ctx, gatewayListener, server.Handler(), "", "") })
	group.Go(func() error {
		// Both listeners take connections since before they were served.
		if err := writeEnvFile(flags.envFile, ready); err != nil {
			return err
		}
		return printJSON(cmd.OutOrStdout(), ready)
	})
	err = group.Wait()
	if flags.envFile != "" {
		err = errors.Join(err, os.Remove(flags.envFile))
	}
	return err
}

func newSandboxGateway(ctx context.Context, box *sandbox.Sandbox, dir, personioURL string, log *slog.Logger) (*gateway.Server, error) {
	key, err := secretbox.NewKey()
	if err != nil {
		return nil, err
	}
	upstream := box.AddCredential(sandbox.Credential{})
	return gateway.New(ctx, gateway.Config{
		DatabaseURL: "sqlite://" + filepath.Join(dir, "gateway.db"), Key: key,
		UpstreamURL: personioURL, UpstreamClientID: upstream.ClientID, UpstreamClientSecret: upstream.ClientSecret,
		UpstreamRequestsPerSecond: -1,
		Version:                   version, Log: log,
	})
}

func listenLoopback(ctx context.Context, address string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		return nil, errors.Join(fmt.Errorf("the sandbox listens on loopback only, not on %s: its data is made up, but its secrets are in the clear", address), listener.Close())
	}
	return listener, nil
}

// writeEnvFile writes what the Terraform provider reads from its environment.
func writeEnvFile(path string, ready sandboxReady) error {
	if path == "" {
		return nil
	}
	lines := fmt.Sprintf("export PERSONIO_BASE_URL=%q\nexport PERSONIO_CLIENT_ID=%q\nexport PERSONIO_CLIENT_SECRET=%q\n", ready.GatewayURL, ready.ClientID, ready.ClientSecret)
	return os.WriteFile(path, []byte(lines), 0o600)
}
