package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/managementcredential"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
)

func newInitCommand() *cobra.Command {
	var (
		store    storeFlags
		upstream upstreamFlags
		name     string
		scopes   []string
		skip     bool
	)
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make the encryption key, the database and the first management credential",
		Long:  "init makes the key file and the database where they do not exist, checks the credential at\nPersonio, and prints a management credential for the Terraform provider as one line of JSON.\nThe client secret is shown this once.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := ensureKey(store.keyFile, cmd.ErrOrStderr()); err != nil {
				return err
			}
			if !skip {
				if err := checkUpstream(cmd.Context(), store, upstream, cmd.ErrOrStderr()); err != nil {
					return err
				}
			}
			return withManagementCredentials(cmd.Context(), store, func(service *managementcredential.Service) error {
				credential, err := service.Create(cmd.Context(), name, append(attribute.ManagementScopes(), scopes...))
				if err != nil {
					return err
				}
				return printJSON(cmd.OutOrStdout(), credential)
			})
		},
	}
	store.register(cmd.Flags())
	upstream.register(cmd.Flags())
	cmd.Flags().StringVar(&name, "name", "terraform", "name of the management credential")
	cmd.Flags().StringSliceVar(&scopes, "scope", []string{attribute.ScopePersonsRead}, "scopes of Personio that the management credential may pass through, unfiltered")
	cmd.Flags().BoolVar(&skip, "skip-upstream-check", false, "do not ask Personio whether its credential works")
	return cmd
}

// ensureKey makes the key file if there is none.
func ensureKey(path string, told io.Writer) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	key, err := secretbox.NewKey()
	if err != nil {
		return err
	}
	if err := key.WriteFile(path); err != nil {
		return err
	}
	_, err = fmt.Fprintf(told, "Made the encryption key %s. Keep a copy in a safe place: without it the database cannot be used.\n", path)
	return err
}

// checkUpstream asks Personio what the upstream credential may do, through a
// gateway that is not served.
func checkUpstream(ctx context.Context, store storeFlags, flags upstreamFlags, told io.Writer) (err error) {
	config, err := flags.config(store, nil)
	if err != nil {
		return err
	}
	server, err := gateway.New(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	rights, err := server.Upstream().Rights(ctx)
	if err != nil {
		return fmt.Errorf("checking the credential at Personio: %w", err)
	}
	names := make([]string, 0, len(rights.Scopes))
	for _, scope := range attribute.Scopes() {
		if rights.Scopes.Has(scope.Name) {
			names = append(names, scope.Name)
		}
	}
	_, err = fmt.Fprintf(told, "The credential at Personio works. Scopes: %s. Readable employee attributes: %d.\n", strings.Join(names, " "), len(rights.Attributes))
	return err
}

// withManagementCredentials opens the database for a command.
func withManagementCredentials(ctx context.Context, flags storeFlags, fn func(*managementcredential.Service) error) (err error) {
	key, err := secretbox.ReadKeyFile(flags.keyFile)
	if err != nil {
		return err
	}
	db, err := gateway.OpenStore(ctx, flags.database, key)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return fn(&managementcredential.Service{Store: db, Now: time.Now})
}
