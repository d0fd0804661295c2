package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"assay/api"
	"assay/domain"
	"assay/domain/audit"
	"assay/domain/firstrun"
	"assay/web"
	"assay/web/locales"
)

// Bounds in time of one request.
const (
	headerLimit   = 10 * time.Second
	idleLimit     = 2 * time.Minute
	shutdownLimit = 10 * time.Second
)

// listen takes the address at once, so that a busy port is one clear sentence
// before anything long begins.
func listen(ctx context.Context, address string) (net.Listener, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, domain.Wrap(domain.KindConflict, err, "the address %s cannot be listened on; give another with --listen", address)
	}
	return listener, nil
}

// newHandler puts pages, API and health checks on one HTTP handler.
func newHandler(s *services, log *slog.Logger, options web.Options) (http.Handler, error) {
	options.Public = s.letters.public
	options.Version = programVersion()
	pages, err := web.New(web.Services{Sessions: s.sessions, Accounts: s.accounts, Notices: s.notices, Administrations: s.administrations, Access: s.access, Confidentiality: s.confidentiality,
		Indicators: s.indicators, Warehouse: s.warehouse, Crosschecks: s.crosschecks, News: s.engine, Installation: s.installation, Forget: forgetQueue,
		Contracts: s.contracts, Papers: s.papers(), Seals: s.seals, Scorecards: s.cards(), Meetings: s.meetings(), Engagements: s.engagements, Identity: s.identity, Comparisons: s.comparisons, FirstRun: firstrun.New(s.db, s.accounts, time.Now), Audit: audit.New(s.db), Log: log, Clock: time.Now}, options)
	if err != nil {
		return nil, err
	}
	ready := func(ctx context.Context) error {
		_, err := s.administrations.List(ctx)
		return err
	}
	return web.NewHandler(log, ready, s.proxies, pages.Mount, api.Part(api.Services{Accounts: s.accounts, Administrations: s.administrations, Access: s.access, Confidentiality: s.confidentiality,
		Indicators: s.indicators, Warehouse: s.warehouse, Crosschecks: s.crosschecks, Contracts: s.contracts, Papers: s.papers(), Scorecards: s.cards(), Meetings: s.meetings(),
		Engagements: s.engagements, Audit: audit.New(s.db), Notices: s.notices, Installation: s.installation, Comparisons: s.comparisons,
		FirstRun: firstrun.New(s.db, s.accounts, time.Now), Languages: locales.Languages, Speak: speakers(pages), Log: log, Clock: time.Now}))
}

// speakers lets the API tell its refusals as the pages tell theirs.
func speakers(pages *web.Server) api.Speak {
	return func(accept string) (api.Speaker, string) {
		locale := pages.LocaleFor(accept)
		if locale.Language == locales.Languages[0] {
			return nil, ""
		}
		return locale, locale.Language
	}
}

// serveHTTP answers on the listener until the context ends, then lets requests finish for a while.
func serveHTTP(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headerLimit, IdleTimeout: idleLimit, MaxHeaderBytes: 64 << 10}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	final, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownLimit)
	defer cancel()
	if err := server.Shutdown(final); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("stop serving: %w", err)
	}
	return server.Close()
}
