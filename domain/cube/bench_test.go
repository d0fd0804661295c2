package cube

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"
)

var benchRows = flag.Int("cube.rows", 240_000, "declarations that the benchmarks ask about, over 24 months")

var benchData = flag.String("cube.data", "", "directory that keeps the generated data for the next run")

// benchGrain resembles the declaration grain: 45 columns.
var benchGrain = func() *Grain {
	g := &Grain{Name: "declaration", Version: 1, Date: "registered", Derived: []Derived{{Name: "hs_chapter", From: "hs_heading", Prefix: 2}}}
	for _, name := range []string{"registered", "assessed", "paid", "released", "exited", "arrived"} {
		g.Columns = append(g.Columns, Column{Name: name, Type: Day})
	}
	for _, name := range []string{"office", "section", "lane", "regime", "flow", "transport", "broker", "importer", "officer", "examiner",
		"assessor", "hs_heading", "origin", "currency", "status", "release_officer"} {
		g.Columns = append(g.Columns, Column{Name: name, Type: Code})
	}
	for _, name := range []string{"declaration_id", "processing_s", "office_processing_s", "inspection_s", "payment_s", "removal_s", "manifest_s",
		"dwell_s", "value", "duty", "vat", "excise", "total", "extra", "fine", "gross", "net", "items", "amendments", "reroutes", "containers"} {
		g.Columns = append(g.Columns, Column{Name: name, Type: Integer})
	}
	for _, name := range []string{"marks", "checks"} {
		g.Columns = append(g.Columns, Column{Name: name, Type: Flags})
	}
	return g
}()

var benchFirst = MonthOf(2024, 11)

// benchSegment makes the declarations of one month, sorted by office as their
// numbers are.
func benchSegment(tb testing.TB, m Month, rows int) *Segment {
	random := rand.New(rand.NewPCG(7, uint64(m)))
	skewed := func(n int, power float64) int { return int(float64(n) * math.Pow(random.Float64(), power)) }
	seconds := func(median float64) int64 { return int64(median * math.Exp(random.NormFloat64()*1.1)) }
	offices := make([]int, rows)
	for i := range offices {
		offices[i] = skewed(24, 2)
	}
	slices.Sort(offices)
	at := benchGrain.Index
	return build(tb, benchGrain, m, func(r *Row, i int) {
		office := offices[i]
		days := int((m + 1).First() - m.First())
		registered := m.First() + Date(random.IntN(days))
		processing, payment := seconds(30000), seconds(60000)
		assessed := registered + Date(processing/86400)
		paid := assessed + Date(payment/86400)
		r.Day(at("registered"), registered)
		r.Day(at("arrived"), registered-Date(random.IntN(15)))
		r.Code(at("office"), fmt.Sprintf("OFF%02d", office))
		r.Code(at("section"), fmt.Sprintf("OFF%02d-%d", office, random.IntN(4)))
		lane := []string{"blue", "green", "red", "red", "yellow", "yellow", "green", "green"}[random.IntN(8)]
		r.Code(at("lane"), lane)
		r.Code(at("regime"), fmt.Sprintf("IM%d", 4+skewed(12, 3)))
		r.Code(at("flow"), []string{"import", "import", "export", "transit"}[random.IntN(4)])
		r.Code(at("transport"), fmt.Sprint(1+random.IntN(4)))
		r.Code(at("broker"), fmt.Sprintf("BRK%04d", skewed(500, 2.5)))
		r.Code(at("importer"), fmt.Sprintf("M%011d", skewed(40000, 2.5)))
		officer := fmt.Sprintf("officer%03d", office*12+random.IntN(12))
		r.Code(at("officer"), officer)
		r.Code(at("assessor"), officer)
		r.Code(at("release_officer"), fmt.Sprintf("officer%03d", office*12+random.IntN(12)))
		r.Code(at("hs_heading"), fmt.Sprintf("%04d", 101+skewed(1200, 2)*8))
		r.Code(at("origin"), fmt.Sprintf("C%02d", skewed(150, 3)))
		r.Code(at("currency"), fmt.Sprintf("X%02d", skewed(20, 3)))
		r.Code(at("status"), []string{"exited", "exited", "exited", "released", "cancelled"}[random.IntN(5)])
		r.Integer(at("declaration_id"), int64(m)*1_000_000+int64(i))
		r.Integer(at("processing_s"), processing)
		r.Integer(at("office_processing_s"), processing/4)
		r.Day(at("assessed"), assessed)
		if random.IntN(20) > 0 {
			r.Integer(at("payment_s"), payment)
			r.Day(at("paid"), paid)
			r.Day(at("released"), paid+1)
			r.Integer(at("dwell_s"), seconds(700000))
			if random.IntN(10) > 0 {
				r.Integer(at("removal_s"), seconds(100000))
				r.Day(at("exited"), paid+Date(random.IntN(9)))
			}
		}
		if lane == "red" {
			r.Integer(at("inspection_s"), seconds(20000))
			r.Code(at("examiner"), fmt.Sprintf("officer%03d", office*12+random.IntN(5)))
		}
		r.Integer(at("manifest_s"), seconds(900000))
		value := seconds(900_000_00)
		duty := value / 100 * int64(5*random.IntN(5))
		r.Integer(at("value"), value)
		r.Integer(at("duty"), duty)
		r.Integer(at("vat"), value/1000*193)
		r.Integer(at("total"), duty+value/1000*193)
		if random.IntN(10) == 0 {
			r.Integer(at("excise"), value/8)
		}
		if random.IntN(15) == 0 {
			r.Integer(at("extra"), value/50)
			r.Integer(at("fine"), value/200)
		}
		r.Integer(at("gross"), seconds(15000))
		r.Integer(at("net"), seconds(13000))
		r.Integer(at("items"), int64(1+skewed(40, 4)))
		r.Integer(at("amendments"), int64(skewed(5, 5)))
		r.Integer(at("reroutes"), int64(skewed(3, 6)))
		r.Integer(at("containers"), int64(skewed(12, 3)))
		r.Flags(at("marks"), random.Uint64N(64)&random.Uint64N(1<<12))
		r.Flags(at("checks"), random.Uint64N(1<<14)&random.Uint64N(1<<14)&random.Uint64N(1<<14))
	}, rows)
}

// keptSegment takes the segment from the directory of generated data, if one is
// given and has it.
func keptSegment(m Month, rows int) *Segment {
	path := filepath.Join(*benchData, fmt.Sprintf("%s-%d.parquet", m, rows))
	if content, err := os.ReadFile(path); err == nil {
		if s, err := Open(content); err == nil {
			return s
		}
	}
	s := benchSegment(&testing.B{}, m, rows)
	if *benchData != "" {
		if err := os.WriteFile(path, s.Content(), 0o600); err != nil {
			panic(err)
		}
	}
	return s
}

var benchSnapshot = sync.OnceValue(func() *Snapshot {
	const months = 24
	segments := make([]*Segment, months)
	var group sync.WaitGroup
	for i := range segments {
		group.Go(func() { segments[i] = keptSegment(benchFirst+Month(i), *benchRows/months) })
	}
	group.Wait()
	s, err := NewSnapshot(segments...)
	if err != nil {
		panic(err)
	}
	return s
})

// benchAggregates are 28 measures with four sets of quantiles.
func benchAggregates() []Aggregate {
	one := int64(1)
	in := func(column string, values ...string) Condition { return Condition{Column: column, In: values} }
	some := Condition{Column: "reroutes", Min: &one}
	flag := func(bit uint) Condition { return Condition{Column: "marks", AllOf: 1 << bit} }
	median := []float64{0.5, 0.9}
	days := int64(86400)
	return []Aggregate{
		{Name: "n", Func: Count},
		{Name: "red", Func: Count, Where: []Condition{in("lane", "red")}},
		{Name: "yellow", Func: Count, Where: []Condition{in("lane", "yellow")}},
		{Name: "green", Func: Count, Where: []Condition{in("lane", "green", "blue")}},
		{Name: "cancelled", Func: Count, Where: []Condition{in("status", "cancelled")}},
		{Name: "imports", Func: Count, Where: []Condition{in("flow", "import")}},
		{Name: "inspected", Func: Count, Where: []Condition{in("lane", "red"), flag(0)}},
		{Name: "offences", Func: Count, Where: []Condition{flag(1)}},
		{Name: "red_offences", Func: Count, Where: []Condition{in("lane", "red"), flag(1)}},
		{Name: "rerouted", Func: Count, Where: []Condition{some}},
		{Name: "amended", Func: Count, Where: []Condition{{Column: "amendments", Min: &one}}},
		{Name: "same_day", Func: Count, Where: []Condition{{Column: "processing_s", Max: &days}}},
		{Name: "broken_rules", Func: Count, Where: []Condition{{Column: "checks", AnyOf: 1<<14 - 1}}},
		{Name: "paid", Func: Count, Column: "paid"},
		{Name: "value", Func: Sum, Column: "value"},
		{Name: "duty", Func: Sum, Column: "duty"},
		{Name: "vat", Func: Sum, Column: "vat"},
		{Name: "excise", Func: Sum, Column: "excise"},
		{Name: "total", Func: Sum, Column: "total"},
		{Name: "extra", Func: Sum, Column: "extra"},
		{Name: "fine", Func: Sum, Column: "fine", Where: []Condition{flag(1)}},
		{Name: "items", Func: Sum, Column: "items"},
		{Name: "red_value", Func: Sum, Column: "value", Where: []Condition{in("lane", "red")}},
		{Name: "amendments", Func: Sum, Column: "amendments"},
		{Name: "processing", Func: Quantiles, Column: "processing_s", P: median},
		{Name: "payment", Func: Quantiles, Column: "payment_s", P: median},
		{Name: "removal", Func: Quantiles, Column: "removal_s", P: median},
		{Name: "inspection", Func: Quantiles, Column: "inspection_s", P: median, Where: []Condition{in("lane", "red")}},
	}
}

func benchQuery(by ...string) Query {
	return Query{Grain: "declaration", From: benchFirst.First(), To: (benchFirst + 24).First(), By: by, Aggregates: benchAggregates(),
		Order: []Order{{Aggregate: "n", Descending: true}}, Limit: 100}
}

func withoutQuantiles(q Query) Query {
	q.Aggregates = slices.DeleteFunc(q.Aggregates, func(a Aggregate) bool { return a.Func == Quantiles })
	return q
}

// processorTime is what this process has used of all processors, which other
// processes on the machine disturb less than the time on the wall.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func BenchmarkQuery(b *testing.B) {
	filtered := benchQuery("officer", "day")
	filtered.Where = []Condition{{Column: "office", In: []string{"OFF03"}}}
	filtered.From = DateOf(2025, 6, 10)
	filtered.To = filtered.From + 70
	for _, bench := range []struct {
		name  string
		query Query
	}{
		{"officer×month", benchQuery("officer", "month")},
		{"officer×month without quantiles", withoutQuantiles(benchQuery("officer", "month"))},
		{"officer", benchQuery("officer")},
		{"importer×month", benchQuery("importer", "month")},
		{"importer×month without quantiles", withoutQuantiles(benchQuery("importer", "month"))},
		{"importer", benchQuery("importer")},
		{"heading×origin", benchQuery("hs_heading", "origin")},
		{"lane×regime", benchQuery("lane", "regime")},
		{"nation", benchQuery()},
		{"one office, 70 days", filtered},
	} {
		b.Run(bench.name, func(b *testing.B) {
			s := benchSnapshot()
			if _, err := s.Query(context.Background(), bench.query); err != nil { // decodes the columns
				b.Fatal(err)
			}
			b.ResetTimer()
			before := processorTime()
			for b.Loop() {
				if _, err := s.Query(context.Background(), bench.query); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processorTime()-before)/1e6/float64(b.N), "cpu-ms/op")
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	s := benchSegment(b, benchFirst, 100_000)
	b.Run("100000 rows, 45 columns", func(b *testing.B) {
		var bytes int64
		for b.Loop() {
			bytes = 0
			for i := range s.grain.Columns {
				c, err := s.decode(context.Background(), i)
				if err != nil {
					b.Fatal(err)
				}
				bytes += c.bytes()
			}
		}
		b.ReportMetric(float64(bytes)/100_000, "bytes/row")
		b.ReportMetric(float64(s.size)/100_000, "stored/row")
	})
}
