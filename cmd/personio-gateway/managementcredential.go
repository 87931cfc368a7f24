package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/managementcredential"
)

func newManagementCredentialCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "management-credential",
		Short: "Make, list, rotate and revoke the credentials that manage the gateway",
	}
	cmd.AddCommand(newCreateCommand(), newListCommand(), newRotateCommand(), newRevokeCommand())
	return cmd
}

func newCreateCommand() *cobra.Command {
	var (
		store  storeFlags
		name   string
		scopes []string
	)
	cmd := &cobra.Command{
		Use:   "create",
		Short: "Make a management credential and print it, secret included, as one line of JSON",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withManagementCredentials(cmd.Context(), store, func(service *managementcredential.Service) error {
				credential, err := service.Create(cmd.Context(), name, scopes)
				if err != nil {
					return err
				}
				return printJSON(cmd.OutOrStdout(), credential)
			})
		},
	}
	store.register(cmd.Flags())
	cmd.Flags().StringVar(&name, "name", "", "name of the credential")
	cmd.Flags().StringSliceVar(&scopes, "scope", append(attribute.ManagementScopes(), attribute.ScopePersonsRead), "scopes: gateway:... to manage, Personio's to pass through")
	return cmd
}

func newListCommand() *cobra.Command {
	var store storeFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the management credentials as JSON, one a line, without secrets",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withManagementCredentials(cmd.Context(), store, func(service *managementcredential.Service) error {
				list, err := service.List(cmd.Context())
				if err != nil {
					return err
				}
				for _, credential := range list {
					if err := printJSON(cmd.OutOrStdout(), credential); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	store.register(cmd.Flags())
	return cmd
}

func newRotateCommand() *cobra.Command {
	var (
		store   storeFlags
		overlap time.Duration
	)
	cmd := &cobra.Command{
		Use:   "rotate CLIENT_ID",
		Short: "Give a management credential a new secret and print it as one line of JSON",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withManagementCredentials(cmd.Context(), store, func(service *managementcredential.Service) error {
				credential, err := service.Rotate(cmd.Context(), args[0], overlap)
				if err != nil {
					return err
				}
				return printJSON(cmd.OutOrStdout(), credential)
			})
		},
	}
	store.register(cmd.Flags())
	cmd.Flags().DurationVar(&overlap, "rotation-overlap", 24*time.Hour, "how long the old secret stays valid")
	return cmd
}

func newRevokeCommand() *cobra.Command {
	var store storeFlags
	cmd := &cobra.Command{
		Use:   "revoke CLIENT_ID",
		Short: "End a management credential and its tokens",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withManagementCredentials(cmd.Context(), store, func(service *managementcredential.Service) error {
				if err := service.Revoke(cmd.Context(), args[0]); err != nil {
					return err
				}
				_, err := fmt.Fprintf(cmd.ErrOrStderr(), "Revoked %s and its tokens.\n", args[0])
				return err
			})
		},
	}
	store.register(cmd.Flags())
	return cmd
}
