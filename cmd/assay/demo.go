package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/identity"
	"assay/domain/intake"
	"assay/domain/refresh"
	"assay/domain/sample"
	"assay/domain/warehouse"
	"assay/web"
)

func newDemoCommand() *cobra.Command {
	var address string
	var scale float64
	var play livePlay
	demo := &cobra.Command{
		Use:   "demo",
		Short: "Start three sample administrations with everything computed",
		Long: `Starts a private PostgreSQL and an in-process Redis, loads three sample
administrations on the first start, computes everything, and serves pages and API
on this machine only. Ctrl-C stops it; the next start takes seconds.

With --live it also plays a working day: what happens to a generated day's declarations
is pushed through the import API, as a clearance system would, so that the figures of an
open page can be watched as they move. --speed says how many times faster than it happened.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return untilStopped(cmd.Context(), runDemo(cmd.Context(), cmd, address, scale, play)) // Ctrl-C is how a demo ends
		},
	}
	demo.Flags().StringVar(&address, "listen", "127.0.0.1:8080", "address of the pages and the API")
	demo.Flags().Float64Var(&scale, "scale", 1, "size of the sample administrations on the first start, 1 is 325,000 declarations")
	demo.Flags().StringVar(&play.administration, "live", "", "play a working day of this administration: sahelia, wadi or coral")
	demo.Flags().Lookup("live").NoOptDefVal = "sahelia"
	demo.Flags().Float64Var(&play.speed, "speed", 150, "with --live: seconds of the day played in one second; 150 plays twelve hours in five minutes")
	return demo
}

// demonstration is a demo that starts.
type demonstration struct {
	*services
	out     io.Writer
	started time.Time
	scale   float64
	work    string // directory for extracts while they are loaded
}

func runDemo(ctx context.Context, cmd *cobra.Command, address string, scale float64, play livePlay) error {
	if os.Getenv(databaseURLVariable) != "" {
		return errors.New("assay demo uses a PostgreSQL of its own: unset " + databaseURLVariable + " or use assay serve")
	}
	if scale <= 0 || scale > 40 {
		return domain.Errorf(domain.KindInvalid, "--scale must be above 0 and at most 40")
	}
	if err := play.check(); err != nil {
		return err
	}
	started := time.Now()
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
	s.identity = identity.New(s.db, s.keys, time.Now, identity.Options{Loopback: true}) // a provider on this machine can be tried
	work, err := os.MkdirTemp("", "assay-demo-")
	if err != nil {
		return fmt.Errorf("make a directory for the samples: %w", err)
	}
	defer func() { _ = os.RemoveAll(work) }()
	d := &demonstration{services: s, out: cmd.OutOrStdout(), started: started, scale: scale, work: work}
	d.say("the database is up")

	var people []web.DemoAdministration
	for _, a := range demoAdministrations() {
		shown, err := d.prepare(ctx, a)
		if err != nil {
			return err
		}
		people = append(people, shown)
	}
	beside, err := d.beside(ctx)
	if err != nil {
		return fmt.Errorf("add the people of the installation: %w", err)
	}
	people = append(people, beside)
	log := slog.New(slog.NewTextHandler(cmd.ErrOrStderr(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	stopJobs, err := startOwnJobs(ctx, s, log)
	if err != nil {
		return err
	}
	defer stopJobs()
	handler, err := newHandler(s, log, web.Options{Demo: people, Stopping: ctx.Done()})
	if err != nil {
		return err
	}
	go func() { _ = s.engine.Run(ctx) }() // both come back after a lost connection, and end with the context
	go func() { _ = s.access.Run(ctx) }()
	d.announce(listener.Addr().String(), people)
	go d.play(ctx, play, listener.Addr().String())
	return serveHTTP(ctx, listener, handler)
}

// say prints a step with the time since the start.
func (d *demonstration) say(format string, arguments ...any) {
	fmt.Fprintf(d.out, "%6.1f s  %s\n", time.Since(d.started).Seconds(), fmt.Sprintf(format, arguments...))
}

// prepare makes one administration ready. Every step is done only where it is
// not done yet, so that a start after a crash goes on where the last one ended.
func (d *demonstration) prepare(ctx context.Context, a demoAdministration) (web.DemoAdministration, error) {
	tenant, err := d.administrations.ByCode(ctx, a.tenant.Code)
	if domain.Is(err, domain.KindNotFound) {
		tenant = &a.tenant
		err = d.administrations.Create(ctx, tenant)
	}
	if err != nil {
		return web.DemoAdministration{}, err
	}
	name := tenant.Name("en")
	if err := d.load(ctx, tenant, a.sample, name); err != nil {
		return web.DemoAdministration{}, fmt.Errorf("load %s: %w", name, err)
	}
	if err := d.compute(ctx, tenant, name); err != nil {
		return web.DemoAdministration{}, fmt.Errorf("compute %s: %w", name, err)
	}
	people, err := d.people(ctx, tenant)
	if err != nil {
		return web.DemoAdministration{}, fmt.Errorf("add the people of %s: %w", name, err)
	}
	if err := d.contracts(ctx, tenant); err != nil {
		return web.DemoAdministration{}, fmt.Errorf("write the contracts of %s: %w", name, err)
	}
	return web.DemoAdministration{Code: tenant.Code, People: people}, nil
}

// load writes the administration's extract and imports it as a site's extract would be.
func (d *demonstration) load(ctx context.Context, tenant *administration.Tenant, p sample.Parameters, name string) error {
	offices, err := d.administrations.Offices(ctx, tenant.ID)
	if err != nil {
		return err
	}
	if len(offices) > 0 { // they came with the extract, which is loaded as a whole or not at all
		d.say("%s: its data are there already", name)
		return nil
	}
	p.Declarations = max(100, int(float64(p.Declarations)*d.scale))
	p.End = time.Now().AddDate(0, 0, 1-time.Now().Day()).AddDate(0, 0, -1).Format("2006-01")
	directory := filepath.Join(d.work, tenant.Code)
	d.say("%s: writing the extract of %d declarations", name, p.Declarations)
	if _, err := sample.Write(ctx, directory, p, nil); err != nil {
		return err
	}
	d.say("%s: loading", name)
	batch, err := d.warehouse.Import(ctx, tenant, warehouse.ImportInput{Format: "asycuda-world", Delivery: intake.Source{Paths: []string{directory}}, Source: "sample extract", By: "assay demo", NoRefresh: true})
	if err != nil {
		return err
	}
	d.say("%s: loaded %d documents of %d rows, %d rejected", name, batch.Loaded, batch.Read, batch.Rejected)
	return os.RemoveAll(directory)
}

// compute brings findings and cube up to date where months are dirty.
func (d *demonstration) compute(ctx context.Context, tenant *administration.Tenant, name string) error {
	result, err := d.refresh.Run(ctx, tenant.ID, refresh.Input{})
	if err != nil {
		return err
	}
	if result.Months > 0 {
		d.say("%s: computed %d months from %d declarations, %d findings", name, result.Months, result.Declarations, result.Findings.New)
	}
	return nil
}
