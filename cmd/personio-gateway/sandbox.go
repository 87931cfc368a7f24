package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/scim"
)

// sandboxFlags say which demo company there is and where it listens.
type sandboxFlags struct {
	listen, personioListen, scimListen, envFile, dataDir, database string
	persons                                                        int
	seed                                                           uint64
	rateLimits                                                     bool
	logging                                                        logFlags
}

// sandboxReady is the line that the sandbox prints when it answers.
type sandboxReady struct {
	GatewayURL  string `json:"gateway_url"`
	PersonioURL string `json:"personio_url"`
	// The credential at Personio's copy that may do everything there, as an
	// administrator has one.
	PersonioClientID     string `json:"personio_client_id"`
	PersonioClientSecret string `json:"personio_client_secret"`

	SCIMURL      string `json:"scim_url"`
	SCIMToken    string `json:"scim_token"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
}

// scimBasePath is where the SCIM target is mounted, as most real ones are.
const scimBasePath = "/scim/v2"

func newSandboxCommand() *cobra.Command {
	var flags sandboxFlags
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Run a demo company, a copy of Personio's API, a SCIM target and a gateway",
		Long:  "sandbox runs everything needed to try the Terraform provider in one process: a demo company,\na look-alike of Personio's public API, a SCIM 2.0 service provider to sync to, and a gateway.\nIt prints one line of JSON when it is ready, and forgets everything when it ends.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runSandbox(cmd, flags)
		},
	}
	f := cmd.Flags()
	f.StringVar(&flags.listen, "listen", "127.0.0.1:0", "address of the gateway; loopback only")
	f.StringVar(&flags.personioListen, "personio-listen", "127.0.0.1:0", "address of the copy of Personio's API; loopback only")
	f.StringVar(&flags.scimListen, "scim-listen", "127.0.0.1:0", "address of the SCIM target; loopback only")
	f.IntVar(&flags.persons, "persons", 250, "number of employees")
	f.Uint64Var(&flags.seed, "seed", 1, "which company: the same seed makes the same people")
	f.BoolVar(&flags.rateLimits, "rate-limits", false, "limit requests as Personio does")
	f.StringVar(&flags.envFile, "env-file", "", "write export lines for the Terraform provider to this file when ready; it is removed at the end")
	f.StringVar(&flags.database, "database", "", "database of the gateway, empty before; default: SQLite in a temporary folder")
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
	if flags.persons < 1 {
		return fmt.Errorf("--persons %d is no head count: a company has at least one employee", flags.persons)
	}
	listeners, err := listenLoopback(ctx, flags.personioListen, flags.scimListen, flags.listen)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(flags.dataDir, "personio-gateway-sandbox-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()

	ready := sandboxReady{
		PersonioURL: "http://" + listeners[0].Addr().String(),
		SCIMURL:     "http://" + listeners[1].Addr().String() + scimBasePath,
		SCIMToken:   secretbox.NewSecret(),
		GatewayURL:  "http://" + listeners[2].Addr().String(),
	}
	box := sandbox.New(sandbox.Options{Persons: flags.persons, Seed: flags.seed, RateLimits: flags.rateLimits})
	defer box.Close()
	administrator := box.AddCredential(sandbox.Credential{})
	ready.PersonioClientID, ready.PersonioClientSecret = administrator.ClientID, administrator.ClientSecret
	target := scim.New(scim.Options{Token: ready.SCIMToken, BasePath: scimBasePath})
	database := cmp.Or(flags.database, "sqlite://"+filepath.Join(dir, "gateway.db"))
	server, err := newSandboxGateway(ctx, box, database, ready.PersonioURL, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	credential, err := server.ManagementCredentials().Create(ctx, "sandbox", append(attribute.ManagementScopes(),
		attribute.ScopePersonsRead, attribute.ScopeWebhooksRead, attribute.ScopeWebhooksWrite,
		attribute.ScopeAttendancesRead, attribute.ScopeAttendancesWrite))
	if err != nil {
		return err
	}
	ready.ClientID, ready.ClientSecret = credential.ClientID, credential.ClientSecret

	group, ctx := errgroup.WithContext(ctx)
	for n, handler := range []http.Handler{box.Handler(), target.Handler(), server.Handler()} {
		group.Go(func() error { return serve(ctx, listeners[n], handler, "", "") })
	}
	group.Go(func() error {
		// The listeners take connections since before they were served.
		if err := writeEnvFile(flags.envFile, ready); err != nil {
			return fmt.Errorf("writing --env-file: %w", err)
		}
		return printJSON(cmd.OutOrStdout(), ready)
	})
	err = group.Wait()
	if flags.envFile != "" {
		if gone := os.Remove(flags.envFile); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

func newSandboxGateway(ctx context.Context, box *sandbox.Sandbox, database, personioURL string, log *slog.Logger) (*gateway.Server, error) {
	key, err := secretbox.NewKey()
	if err != nil {
		return nil, err
	}
	upstream, recruiting := box.AddCredential(sandbox.Credential{}), box.AddRecruitingCredential(sandbox.RecruitingCredential{})
	return gateway.New(ctx, gateway.Config{
		DatabaseURL: database, Key: key,
		UpstreamURL: personioURL, UpstreamClientID: upstream.ClientID, UpstreamClientSecret: upstream.ClientSecret,
		UpstreamRecruitingCompanyID: strconv.Itoa(recruiting.CompanyID), UpstreamRecruitingToken: recruiting.Token,
		UpstreamRequestsPerSecond: -1,
		Version:                   version, Log: log,
	})
}

// listenLoopback listens on every address, or on none.
func listenLoopback(ctx context.Context, addresses ...string) (listeners []net.Listener, err error) {
	defer func() {
		if err != nil {
			for _, listener := range listeners {
				err = errors.Join(err, listener.Close())
			}
		}
	}()
	for _, address := range addresses {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			return listeners, err
		}
		listeners = append(listeners, listener)
		if tcp, ok := listener.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
			return listeners, fmt.Errorf("the sandbox listens on loopback only, not on %s: its data is made up, but its secrets are in the clear", address)
		}
	}
	return listeners, nil
}

// writeEnvFile writes what the Terraform provider reads from its environment,
// the variables of the examples that sync to the SCIM target, and what opens
// Personio's copy.
func writeEnvFile(path string, ready sandboxReady) error {
	if path == "" {
		return nil
	}
	var lines strings.Builder
	for _, v := range [][2]string{
		{"PERSONIO_BASE_URL", ready.GatewayURL},
		{"PERSONIO_CLIENT_ID", ready.ClientID},
		{"PERSONIO_CLIENT_SECRET", ready.ClientSecret},
		{"TF_VAR_scim_url", ready.SCIMURL},
		{"TF_VAR_scim_token", ready.SCIMToken},
		{"SANDBOX_PERSONIO_URL", ready.PersonioURL},
		{"SANDBOX_PERSONIO_CLIENT_ID", ready.PersonioClientID},
		{"SANDBOX_PERSONIO_CLIENT_SECRET", ready.PersonioClientSecret},
	} {
		fmt.Fprintf(&lines, "export %s=%q\n", v[0], v[1])
	}
	return os.WriteFile(path, []byte(lines.String()), 0o600)
}
