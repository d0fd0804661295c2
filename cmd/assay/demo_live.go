package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	"assay/domain"
	"assay/domain/account"
	"assay/domain/administration"
	"assay/domain/declaration"
	"assay/domain/intake"
	"assay/domain/sample"
)

// What a working day of the demo is made of.
const (
	liveDeclarations = 12_000 // of two generated months, some 270 a working day
	liveStep         = 3 * time.Second
	liveSerial       = "L" // apart from the serials of what is loaded already
	livePushLimit    = time.Minute
)

// livePlay is what --live and --speed ask for; no administration means nothing is played.
type livePlay struct {
	administration string
	speed          float64
}

func (p livePlay) check() error {
	if p.administration == "" {
		return nil
	}
	if p.speed < 1 || p.speed > 20_000 {
		return domain.Errorf(domain.KindInvalid, "--speed must be between 1 and 20,000")
	}
	for _, a := range demoAdministrations() {
		if a.tenant.Code == p.administration {
			return nil
		}
	}
	return domain.Errorf(domain.KindInvalid, "--live knows no administration %q: sahelia, wadi or coral", p.administration)
}

// play plays what was asked for, and says when it cannot; the demo goes on in any case.
func (d *demonstration) play(ctx context.Context, p livePlay, address string) {
	for _, a := range demoAdministrations() {
		if a.tenant.Code != p.administration {
			continue
		}
		tenant, err := d.administrations.ByCode(ctx, a.tenant.Code)
		if err == nil {
			err = d.playDay(ctx, tenant, a.sample, address, p.speed)
		}
		if err != nil && ctx.Err() == nil {
			d.say("the working day cannot be played: %v", err)
		}
	}
}

// playDay plays a working day of an administration: it generates the declarations of two
// months, takes the last day of them that has passed, and pushes what has happened to each
// through the import API, as a clearance system would, speed times as fast as it happened.
func (d *demonstration) playDay(ctx context.Context, tenant *administration.Tenant, parameters sample.Parameters, address string, speed float64) error {
	day, err := d.generateDay(ctx, tenant, parameters)
	if err != nil {
		return fmt.Errorf("generate a working day: %w", err)
	}
	push, err := d.pusher(ctx, tenant, address)
	if err != nil {
		return err
	}
	took := time.Duration(float64(day.closes.Sub(day.opens)) / speed).Round(time.Second)
	d.say("%s: a working day begins, %s with %d declarations, over in %s", tenant.Name("en"), day.opens.In(tenant.Location()).Format("2 January 2006"), len(day.declarations), took)
	fmt.Fprintf(d.out, "          watch it on http://%s/in/%s/board?period=%s\n", address, tenant.Code, day.opens.In(tenant.Location()).Format("2006-01"))
	tick := time.NewTicker(liveStep)
	defer tick.Stop()
	pushed, changes := day.opens, 0
	for now := day.opens; now.Before(day.closes); {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now = now.Add(time.Duration(float64(liveStep) * speed))
		if now.After(day.closes) {
			now = day.closes
		}
		batch, count := day.between(pushed, now)
		pushed = now
		if count == 0 {
			continue
		}
		if err := push(ctx, now, batch); err != nil {
			return err
		}
		changes += count
	}
	d.say("%s: the working day is over, %d changes were pushed", tenant.Name("en"), changes)
	return nil
}

// workingDay is the declarations registered on one day with all that will happen to them.
type workingDay struct {
	opens, closes time.Time
	declarations  []*declaration.Declaration
}

// generateDay makes the day. Its declarations get a serial of their own, so that they replace
// nothing that is loaded.
func (d *demonstration) generateDay(ctx context.Context, tenant *administration.Tenant, p sample.Parameters) (*workingDay, error) {
	now := time.Now()
	p.Declarations, p.Months, p.End = liveDeclarations, 2, now.In(tenant.Location()).Format("2006-01")
	directory := filepath.Join(d.work, "live-"+tenant.Code)
	if _, err := sample.Write(ctx, directory, p, nil); err != nil {
		return nil, err
	}
	zone, minor := tenant.Location(), tenant.MinorDigits()
	collect := &dayCollector{today: now.In(zone).Format(time.DateOnly), byDay: map[string][]*declaration.Declaration{}}
	if _, err := intake.Read(ctx, intake.Source{Paths: []string{directory}}, intake.Options{Format: intake.FormatWorld, Zone: zone, MinorDigits: &minor}, collect); err != nil {
		return nil, err
	}
	return collect.latest(zone)
}

// dayCollector keeps the declarations of days that have come.
type dayCollector struct {
	today string
	byDay map[string][]*declaration.Declaration
}

func (c *dayCollector) Document(document intake.Document) error {
	if found := document.Declaration; found != nil {
		if day := found.Header.RegisteredOn.Format(time.DateOnly); day <= c.today {
			c.byDay[day] = append(c.byDay[day], found)
		}
	}
	return nil
}

func (c *dayCollector) Reject(intake.Reject) error { return nil }

// latest is the last day with a working day's declarations: at least half as many as the busiest has.
func (c *dayCollector) latest(zone *time.Location) (*workingDay, error) {
	busiest, chosen := 0, ""
	for _, declarations := range c.byDay {
		busiest = max(busiest, len(declarations))
	}
	for day, declarations := range c.byDay {
		if 2*len(declarations) >= busiest && day > chosen {
			chosen = day
		}
	}
	if chosen == "" {
		return nil, domain.Errorf(domain.KindInternal, "the sample has no working day")
	}
	begins, err := time.ParseInLocation(time.DateOnly, chosen, zone)
	if err != nil {
		return nil, fmt.Errorf("read the day %s: %w", chosen, err)
	}
	day := &workingDay{opens: begins.Add(7 * time.Hour), closes: begins.Add(19 * time.Hour), declarations: c.byDay[chosen]}
	for _, each := range day.declarations {
		each.Reference.Serial = liveSerial
	}
	return day, nil
}

// between writes, one a line, the state at the later time of every declaration to which something
// happened since the earlier one.
func (w *workingDay) between(earlier, later time.Time) (batch []byte, count int) {
	var lines bytes.Buffer
	for _, whole := range w.declarations {
		if !slices.ContainsFunc(whole.Events, func(e declaration.Event) bool {
			return e.At.After(earlier) && !e.At.After(later) || earlier.Equal(w.opens) && !e.At.After(later)
		}) {
			continue
		}
		content, err := json.Marshal(intake.Document{Declaration: asOf(whole, later)})
		if err != nil {
			continue // a declaration that was read can be written
		}
		lines.Write(content)
		lines.WriteByte('\n')
		count++
	}
	return lines.Bytes(), count
}

// asOf is a declaration as its clearance system would show it at a time.
func asOf(whole *declaration.Declaration, at time.Time) *declaration.Declaration {
	then := *whole
	then.Events = until(whole.Events, at, func(e declaration.Event) time.Time { return e.At })
	then.Assignments = until(whole.Assignments, at, func(a declaration.Assignment) time.Time { return a.At })
	then.Inspections = until(whole.Inspections, at, func(i declaration.Inspection) time.Time { return i.At })
	then.Offences = until(whole.Offences, at, func(o declaration.Offence) time.Time { return o.At })
	then.Payments = until(whole.Payments, at, func(p declaration.Payment) time.Time { return p.At })
	then.Versions = until(whole.Versions, at, func(v declaration.Version) time.Time { return v.At })
	has := func(kind declaration.EventKind) bool {
		return slices.ContainsFunc(then.Events, func(e declaration.Event) bool { return e.Kind == kind })
	}
	if !has(declaration.Selected) {
		then.Header.LaneSelected, then.Header.LaneCurrent = "", ""
	} else if !has(declaration.Rerouted) {
		then.Header.LaneCurrent = then.Header.LaneSelected
	}
	if !has(declaration.Assessed) {
		then.Header.AssessedTotal, then.Header.TopUp = nil, 0
	}
	if finished := then.Header.PaperFinishedAt; finished != nil && finished.At.After(at) {
		then.Header.PaperFinishedAt = nil
	}
	then.Header.Cancelled = then.Header.Cancelled && has(declaration.Cancelled)
	return &then
}

// until keeps what had happened; the result is never nil, which would mean that nothing is known.
func until[T any](all []T, at time.Time, when func(T) time.Time) []T {
	kept := make([]T, 0, len(all))
	for _, each := range all {
		if !when(each).After(at) {
			kept = append(kept, each)
		}
	}
	return kept
}

// pusher signs in as the data officer with an API token and gives what sends a batch.
func (d *demonstration) pusher(ctx context.Context, tenant *administration.Tenant, address string) (func(context.Context, time.Time, []byte) error, error) {
	officer, err := d.accounts.ByName(ctx, "data@"+tenant.Code)
	if err != nil {
		return nil, err
	}
	token, _, err := d.accounts.IssueToken(ctx, account.By{Account: officer.ID, SignInName: officer.SignInName, Capacity: "data_officer", Tenant: tenant.ID, Origin: "assay demo"}, account.NewToken{Name: "assay demo --live"})
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, now time.Time, batch []byte) error {
		return pushBatch(ctx, "http://"+address+"/api/v1/imports", token, now, batch)
	}, nil
}

// pushBatch sends one file of canonical documents to the import API.
func pushBatch(ctx context.Context, address, token string, now time.Time, batch []byte) error {
	var form bytes.Buffer
	writer := multipart.NewWriter(&form)
	if err := writer.WriteField("format", intake.FormatNDJSON); err != nil {
		return fmt.Errorf("write the form: %w", err)
	}
	file, err := writer.CreateFormFile("files", now.UTC().Format("2006-01-02T1504")+".ndjson")
	if err != nil {
		return fmt.Errorf("write the form: %w", err)
	}
	if _, err := file.Write(batch); err != nil {
		return fmt.Errorf("write the form: %w", err)
	}
	if err := writer.Close(); err != nil {
		return fmt.Errorf("write the form: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, livePushLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, &form)
	if err != nil {
		return fmt.Errorf("push a batch: %w", err)
	}
	request.Header.Set("Content-Type", writer.FormDataContentType())
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("push a batch: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusAccepted {
		said, _ := io.ReadAll(io.LimitReader(answer.Body, 2000)) // only to say what went wrong
		return domain.Errorf(domain.KindInternal, "the import API answered %d: %s", answer.StatusCode, said)
	}
	return nil
}
