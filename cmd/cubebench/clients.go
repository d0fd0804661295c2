package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"assay/domain"
	"assay/domain/cube"
	"assay/domain/cube/benchdata"
)

// drills are the dimensions that people go down by, from each depth.
var drills = [][]string{
	{"office", "lane", "month", "regime", "hs_chapter"},
	{"officer", "lane", "broker", "month", "hs_heading"},
	{"month", "lane", "importer", "day"},
}

// drill makes a random drill-down: the last month, quarter, year or two, of the
// nation, an office, or an officer of it.
func drill(random *rand.Rand) cube.Query {
	end := benchdata.First + benchdata.Months
	q := cube.Query{Grain: "declaration", From: (end - []cube.Month{1, 3, 12, 24}[random.IntN(4)]).First(), To: end.First(), Limit: 50,
		Order: []cube.Order{{Aggregate: "n", Descending: true}}, Aggregates: []cube.Aggregate{
			{Name: "n", Func: cube.Count},
			{Name: "red", Func: cube.Count, Where: []cube.Condition{{Column: "lane", In: []string{"red"}}}},
			{Name: "found", Func: cube.Count, Where: []cube.Condition{{Column: "lane", In: []string{"red"}}, {Column: "marks", AllOf: 2}}},
			{Name: "total", Func: cube.Sum, Column: "total"},
			{Name: "value", Func: cube.Sum, Column: "value"},
			{Name: "processing", Func: cube.Quantiles, Column: "processing_s", P: []float64{0.25, 0.5, 0.75, 0.9}},
		}}
	depth := random.IntN(3)
	office := random.IntN(24)
	if depth > 0 {
		q.Where = append(q.Where, cube.Condition{Column: "office", In: []string{fmt.Sprintf("OFF%02d", office)}})
	}
	if depth > 1 {
		q.Where = append(q.Where, cube.Condition{Column: "officer", In: []string{fmt.Sprintf("officer%03d", office*12+random.IntN(12))}})
	}
	q.By = []string{drills[depth][random.IntN(len(drills[depth]))]}
	return q
}

// hostedTenant is one of the administrations that the clients ask about.
type hostedTenant struct {
	name  string
	id    domain.TenantID
	mutex sync.Mutex
	times []time.Duration
}

// clients lets many clients ask random drill-downs over three administrations.
func clients(ctx context.Context, s settings) error {
	dir := filepath.Join(s.dir, "clients")
	if err := os.MkdirAll(dir, 0o755); err != nil { //nolint:gosec // generated data, nothing secret
		return err
	}
	h, err := openHosted(ctx, dir)
	defer h.close()
	if err != nil {
		return err
	}
	var tenants []*hostedTenant
	for _, rows := range []int{s.largest, s.largest / 10, s.largest / 100} {
		data := filepath.Join(s.dir, strconv.Itoa(rows))
		if err := os.MkdirAll(data, 0o755); err != nil { //nolint:gosec // generated data, nothing secret
			return err
		}
		segments, err := benchdata.Segments(rows, data)
		if err != nil {
			return err
		}
		t, err := h.tenant(ctx, "rows-"+strconv.Itoa(rows))
		if err != nil {
			return err
		}
		for _, segment := range segments {
			if err := h.publish(ctx, t, time.Time{}, segment); err != nil {
				return err
			}
		}
		tenants = append(tenants, &hostedTenant{name: strconv.Itoa(rows), id: t.ID})
	}
	for _, think := range []time.Duration{s.think, 0} {
		engine, err := cube.NewEngine(h.segments, []*cube.Grain{benchdata.Grain}, cube.Options{MemoryBytes: s.memory})
		if err != nil {
			return err
		}
		if err := load(ctx, s, engine, tenants, think); err != nil {
			return err
		}
	}
	return nil
}

// load runs the clients once: decode first, so that what is measured is asking.
func load(ctx context.Context, s settings, engine *cube.Engine, tenants []*hostedTenant, think time.Duration) error {
	listening, stop := context.WithCancel(ctx)
	defer stop()
	go func() { _ = engine.Run(listening) }()
	for _, t := range tenants {
		snapshot, err := engine.Snapshot(ctx, t.id)
		if err != nil {
			return err
		}
		if _, err := snapshot.Load(ctx); err != nil {
			return err
		}
		t.times = nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.duration)
	defer cancel()
	var highest atomic.Int64
	var group sync.WaitGroup
	failures := make(chan error, s.clients)
	for c := range s.clients {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(c), 3))
			for ctx.Err() == nil {
				if think > 0 {
					select {
					case <-time.After(time.Duration(random.ExpFloat64() * float64(think))):
					case <-ctx.Done():
						return
					}
				}
				t := tenants[random.IntN(len(tenants))]
				began := time.Now()
				err := askOnce(ctx, engine, t.id, drill(random))
				if ctx.Err() != nil {
					return
				}
				if err != nil {
					failures <- err
					return
				}
				t.mutex.Lock()
				t.times = append(t.times, time.Since(began))
				t.mutex.Unlock()
				highest.Store(max(highest.Load(), engine.Usage().Bytes))
			}
		})
	}
	group.Wait()
	close(failures)
	if err := <-failures; err != nil {
		return err
	}
	report(s, tenants, think, highest.Load())
	return nil
}

func askOnce(ctx context.Context, engine *cube.Engine, tenant domain.TenantID, q cube.Query) error {
	snapshot, err := engine.Snapshot(ctx, tenant)
	if err != nil {
		return err
	}
	_, err = snapshot.Query(ctx, q)
	return err
}

func report(s settings, tenants []*hostedTenant, think time.Duration, memory int64) {
	fmt.Printf("\n## %d clients for %s, thinking %s between questions on average; decoded columns and remembered figures at most %d of %d MB\n\n",
		s.clients, s.duration, think, memory>>20, s.memory>>20)
	fmt.Println("| declarations | questions | a second | median ms | 95 % ms | 99 % ms | longest ms |\n|---|---:|---:|---:|---:|---:|---:|")
	var all []time.Duration
	line := func(name string, times []time.Duration) {
		if len(times) == 0 {
			fmt.Printf("| %s | 0 | | | | | |\n", name)
			return
		}
		slices.Sort(times)
		at := func(p float64) float64 { return times[int(p*float64(len(times)-1))].Seconds() * 1000 }
		fmt.Printf("| %s | %d | %.0f | %.1f | %.1f | %.1f | %.1f |\n", name, len(times), float64(len(times))/s.duration.Seconds(), at(0.5), at(0.95), at(0.99), at(1))
	}
	for _, t := range tenants {
		line(t.name, t.times)
		all = append(all, t.times...)
	}
	line("all", all)
}
