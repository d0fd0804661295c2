package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/benchdata"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
)

// ratios are the rows of an administration that gives everything: two items and
// four acts for each declaration.
func ratios() []benchdata.Ratio {
	thousand := map[string]int{fact.Declaration: 1000, fact.Item: 2000, fact.Tax: 300, fact.Act: 4000, fact.Arrival: 700, fact.OfficerDay: 15, fact.Hour: 15,
		fact.Offence: 30, fact.Payment: 1000, fact.Manifest: 20, fact.Bill: 500, fact.Transit: 50, fact.Suspense: 30}
	var all []benchdata.Ratio
	for _, g := range fact.Grains() {
		all = append(all, benchdata.Ratio{Grain: g, PerThousand: thousand[g.Name]})
	}
	return all
}

// generate makes the files of the board's segments, which takes minutes, and
// goes on where it was interrupted.
func generate(s settings) error {
	dir := boardDirectory(s, s.largest)
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // generated data, nothing secret
		return err
	}
	return benchdata.GrainSegments(ratios(), s.largest, dir, nil)
}

func boardDirectory(s settings, declarations int) string {
	return filepath.Join(s.dir, "board-"+strconv.Itoa(declarations))
}

// board measures every indicator with previous periods and 24 months.
func board(ctx context.Context, s settings, declarations int) error {
	dir := boardDirectory(s, declarations)
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // generated data, nothing secret
		return err
	}
	h, err := openHosted(ctx, dir)
	defer h.close()
	if err != nil {
		return err
	}
	tenant, err := h.tenant(ctx, "whole")
	if err != nil {
		return err
	}
	end := benchdata.First + benchdata.Months
	watermark := end.First().Time()
	last := map[string]*cube.Segment{}
	rows, bytes := 0, int64(0)
	began := time.Now()
	segments := make(chan *cube.Segment)
	generated := make(chan error, 1)
	go func() {
		defer close(segments)
		generated <- benchdata.GrainSegments(ratios(), declarations, dir, func(segment *cube.Segment) error {
			segments <- segment
			return nil
		})
	}()
	for segment := range segments {
		rows, bytes = rows+segment.Rows(), bytes+segment.Size()
		if segment.Month() == end-1 {
			last[segment.Grain().Name] = segment
		}
		if err == nil {
			err = h.publish(ctx, tenant, watermark, segment)
		}
	}
	if generated := <-generated; generated != nil {
		err = generated
	}
	if err != nil {
		return fmt.Errorf("publish segments: %w", err)
	}
	fmt.Printf("\n## The board of %d declarations: %d rows in 12 grains, %d MB of segments, made and published in %s\n\n", declarations, rows, bytes>>20, time.Since(began).Round(time.Second))
	return measureBoard(ctx, s, h, tenant, end, last)
}

func measureBoard(ctx context.Context, s settings, h *hosted, tenant *administration.Tenant, end cube.Month, last map[string]*cube.Segment) error {
	process := func() (*cube.Engine, error) {
		return cube.NewEngine(h.segments, fact.Grains(), cube.Options{MemoryBytes: s.memory})
	}
	ask := func(e *cube.Engine, month cube.Month) (time.Duration, error) {
		began := time.Now()
		b, err := indicator.New(h.db, e, nil).Board(ctx, tenant, month.First(), (month + 1).First())
		if err == nil && len(b.Entries) < 40 {
			err = fmt.Errorf("the board has %d indicators only", len(b.Entries))
		}
		return time.Since(began), err
	}
	fmt.Println("| the board | ms | decoded MB afterwards |\n|---|---:|---:|")
	step := func(name string, e *cube.Engine, month cube.Month) error {
		took, err := ask(e, month)
		if err == nil {
			fmt.Printf("| %s | %.1f | %d |\n", name, took.Seconds()*1000, e.Usage().Bytes>>20)
		}
		return err
	}
	e, err := process()
	if err != nil {
		return err
	}
	steps := []struct {
		name    string
		month   cube.Month
		fresh   bool
		prepare bool // as the worker does it after a refresh, in a process of its own
	}{
		{"never computed, nothing kept", end - 1, false, false},
		{"warm: the same again", end - 1, false, false},
		{"warm: another month for the first time, nothing kept of it", end - 3, false, false},
		{"prepare the boards of 24 months, as the worker does", 0, true, true},
		{"cold: a process that has just started, figures kept", end - 1, true, false},
		{"cold: another month", end - 5, true, false},
		{"cold: a month of the year before", end - 14, true, false},
	}
	for _, each := range steps {
		if each.fresh {
			if e, err = process(); err != nil {
				return err
			}
		}
		if each.prepare {
			began := time.Now()
			if err := indicator.New(h.db, e, nil).PrepareBoard(ctx, tenant); err != nil {
				return err
			}
			fmt.Printf("| %s | %.1f | %d |\n", each.name, time.Since(began).Seconds()*1000, e.Usage().Bytes>>20)
			continue
		}
		if err := step(each.name, e, each.month); err != nil {
			return err
		}
	}
	began := time.Now()
	var again []*cube.Segment
	for _, segment := range last {
		changed, err := benchdata.GrainSegment(segment.Grain(), segment.Month(), segment.Rows()+1)
		if err != nil {
			return err
		}
		again = append(again, changed)
	}
	made := time.Since(began)
	began = time.Now()
	if err := h.publish(ctx, tenant, time.Time{}, again...); err != nil {
		return err
	}
	published := time.Since(began)
	if err := step("after all segments of the last month were made again", e, end-1); err != nil {
		return err
	}
	fmt.Printf("\nMaking the rows and segments of one month took %s, publishing them %s.\n", made.Round(time.Millisecond), published.Round(time.Millisecond))
	return nil
}
