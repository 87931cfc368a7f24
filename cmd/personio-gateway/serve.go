package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/personio-community/terraform-provider-personio/internal/gateway"
)

func newServeCommand() *cobra.Command {
	var (
		store    storeFlags
		upstream upstreamFlags
		listen   listenFlags
		mail     mailFlags
		logging  logFlags
	)
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Run the gateway",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			log, err := logging.logger()
			if err != nil {
				return err
			}
			public, err := listen.check()
			if err != nil {
				return err
			}
			config, err := upstream.config(store, log)
			if err != nil {
				return err
			}
			config.PublicURL, config.AccessLogKept = public, logging.accessLogKept
			if config.Mailer, err = mail.mailer(); err != nil {
				return err
			}
			// First of all: a gateway that cannot be called must not begin to sync.
			listener, err := (&net.ListenConfig{}).Listen(cmd.Context(), "tcp", listen.listen)
			if err != nil {
				return fmt.Errorf("--listen %s: %w", listen.listen, err)
			}
			defer func() { _ = listener.Close() }() // An error says that serve has closed it.
			server, err := gateway.New(cmd.Context(), config)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, server.Close()) }()
			log.InfoContext(cmd.Context(), "listening", "address", listener.Addr().String(), "tls", listen.tlsCert != "", "version", version)
			return serve(cmd.Context(), listener, server.Handler(), listen.tlsCert, listen.tlsKey)
		},
	}
	store.register(cmd.Flags())
	upstream.register(cmd.Flags())
	listen.register(cmd.Flags())
	mail.register(cmd.Flags())
	logging.register(cmd.Flags())
	return cmd
}

// shutdownTimeout bounds how long calls under way may take after a signal.
const shutdownTimeout = 15 * time.Second

// serve answers until the context ends, then lets calls under way finish.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, tlsCert, tlsKey string) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
	failed := make(chan error, 1)
	go func() {
		if tlsCert != "" {
			failed <- server.ServeTLS(listener, tlsCert, tlsKey)
			return
		}
		failed <- server.Serve(listener)
	}()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	return server.Shutdown(ctx)
}
