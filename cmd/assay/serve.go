package main

import (
	"context"
	"errors"
	"log/slog"
	"os"

	"github.com/redis/go-redis/v9"
	"github.com/spf13/cobra"

	"assay/deploy/local"
	"assay/domain"
	"assay/web"
)

// The settings of servers.
const (
	redisURLVariable = "ASSAY_REDIS_URL"
	listenVariable   = "ASSAY_LISTEN"
	// internal networks in which identity providers of administrations may stand
	identityNetworksVariable = "ASSAY_IDENTITY_NETWORKS"
	proxiesVariable          = "ASSAY_TRUSTED_PROXIES"
	defaultListen            = "127.0.0.1:8080"
)

func newServeCommand() *cobra.Command {
	var address string
	var secure bool
	serve := &cobra.Command{
		Use:   "serve",
		Short: "Serve the pages and the API",
		Long: `Serves the pages and the API. Jobs that follow from loads are run by assay worker
processes. On a private PostgreSQL (ASSAY_DATABASE_URL is not set) this process runs
them itself, on a Redis of its own in memory.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			if !cmd.Flags().Changed("listen") && os.Getenv(listenVariable) != "" {
				address = os.Getenv(listenVariable)
			}
			listener, err := listen(ctx, address)
			if err != nil {
				return err
			}
			defer func() { _ = listener.Close() }()
			s, closeServices, err := openServices(ctx, cmd)
			if err != nil {
				return err
			}
			defer closeServices()
			log := newLog(cmd)
			if s.keys == nil {
				log.Warn("no secret key is set: second factors, invitations and single sign-on are refused", "setting", secretKeyVariable)
			}
			if os.Getenv(databaseURLVariable) == "" {
				stop, err := startOwnJobs(ctx, s, log)
				if err != nil {
					return err
				}
				defer stop()
			}
			handler, err := newHandler(s, log, web.Options{Secure: secure, Stopping: ctx.Done()})
			if err != nil {
				return err
			}
			go func() { _ = s.engine.Run(ctx) }() // both come back after a lost connection, and end with the context
			go func() { _ = s.access.Run(ctx) }()
			log.Info("serving", "address", listener.Addr().String())
			return untilStopped(ctx, serveHTTP(ctx, listener, handler))
		},
	}
	serve.Flags().StringVar(&address, "listen", defaultListen, "address to listen on; "+listenVariable+" when it is not given")
	serve.Flags().BoolVar(&secure, "secure", true, "browsers come over HTTPS, by way of a proxy; --secure=false for plain HTTP on a closed network")
	return serve
}

func newWorkerCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "worker",
		Short: "Run the jobs that follow from loads",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			options, err := redisFromEnvironment()
			if err != nil {
				return err
			}
			s, closeServices, err := openServices(ctx, cmd)
			if err != nil {
				return err
			}
			defer closeServices()
			log := newLog(cmd)
			jobs, err := newWorker(ctx, s, options, log)
			if err != nil {
				return err
			}
			if err := jobs.Start(ctx); err != nil {
				return err
			}
			defer jobs.Stop()
			log.Info("working")
			<-ctx.Done()
			return nil
		},
	}
}

// redisFromEnvironment reads the address of Redis. The parser's error may carry
// the password: it is not shown.
func redisFromEnvironment() (redisOptions, error) {
	url := os.Getenv(redisURLVariable)
	if url == "" {
		return redisOptions{}, domain.Errorf(domain.KindInvalid, "set %s, for example redis://127.0.0.1:6379/0", redisURLVariable)
	}
	options, err := redis.ParseURL(url)
	if err != nil {
		return redisOptions{}, domain.Errorf(domain.KindInvalid, "%s cannot be read; it looks like redis://:password@host:6379/0", redisURLVariable)
	}
	return redisOptions{address: options.Addr, password: options.Password, database: options.DB}, nil
}

// newLog writes what operators read, as text, to standard error.
func newLog(cmd *cobra.Command) *slog.Logger {
	return slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), nil))
}

// untilStopped makes an orderly stop a success.
func untilStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && (err == nil || errors.Is(err, context.Canceled)) {
		return nil
	}
	return err
}

// startOwnJobs runs jobs in this process, on a Redis in memory: the outbox is the
// truth, so nothing is lost with it.
func startOwnJobs(ctx context.Context, s *services, log *slog.Logger) (stop func(), err error) {
	redis, err := local.StartRedis(ctx)
	if err != nil {
		return nil, err
	}
	jobs, err := newWorker(ctx, s, redisOptions{address: redis.Addr()}, log)
	if err != nil {
		redis.Close()
		return nil, err
	}
	if err := jobs.Start(ctx); err != nil {
		redis.Close()
		return nil, err
	}
	return func() { jobs.Stop(); redis.Close() }, nil
}
