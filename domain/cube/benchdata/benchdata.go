// Package benchdata makes declarations for benchmarks of the cube, and the
// questions that are asked of them. They resemble what an administration
// records in number of columns and values, in skew and in nulls; nothing in them
// is real. It is for benchmarks only.
package benchdata

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"assay/domain/cube"
)

// Grain is a grain of 45 columns.
var Grain = func() *cube.Grain {
	g := &cube.Grain{Name: "declaration", Version: 1, Date: "registered", Derived: []cube.Derived{{Name: "hs_chapter", From: "hs_heading", Prefix: 2}}}
	for _, name := range []string{"registered", "assessed", "paid", "released", "exited", "arrived"} {
		g.Columns = append(g.Columns, cube.Column{Name: name, Type: cube.Day})
	}
	for _, name := range []string{"office", "section", "lane", "regime", "flow", "transport", "broker", "importer", "officer", "examiner",
		"assessor", "hs_heading", "origin", "currency", "status", "release_officer"} {
		g.Columns = append(g.Columns, cube.Column{Name: name, Type: cube.Code})
	}
	for _, name := range []string{"declaration_id", "processing_s", "office_processing_s", "inspection_s", "payment_s", "removal_s", "manifest_s",
		"dwell_s", "value", "duty", "vat", "excise", "total", "extra", "fine", "gross", "net", "items", "amendments", "reroutes", "containers"} {
		g.Columns = append(g.Columns, cube.Column{Name: name, Type: cube.Integer})
	}
	for _, name := range []string{"marks", "checks"} {
		g.Columns = append(g.Columns, cube.Column{Name: name, Type: cube.Flags})
	}
	return g
}()

// First is the first of the Months.
var First = cube.MonthOf(2024, 11)

// Months is how many months the data cover.
const Months = 24

// Segment makes the declarations of one month, sorted by office as their
// numbers are. It is the same for the same month and number of rows.
func Segment(m cube.Month, rows int) (*cube.Segment, error) {
	random := rand.New(rand.NewPCG(7, uint64(m)))
	skewed := func(n int, power float64) int { return int(float64(n) * math.Pow(random.Float64(), power)) }
	seconds := func(median float64) int64 { return int64(median * math.Exp(random.NormFloat64()*1.1)) }
	offices := make([]int, rows)
	for i := range offices {
		offices[i] = skewed(24, 2)
	}
	slices.Sort(offices)
	at := Grain.Index
	days := int((m + 1).First() - m.First())
	builder, r := cube.NewBuilder(Grain, m), Grain.NewRow()
	for i, office := range offices {
		registered := m.First() + cube.Date(random.IntN(days))
		processing, payment := seconds(30000), seconds(60000)
		assessed := registered + cube.Date(processing/86400)
		paid := assessed + cube.Date(payment/86400)
		r.Day(at("registered"), registered)
		r.Day(at("arrived"), registered-cube.Date(random.IntN(15)))
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
				r.Day(at("exited"), paid+cube.Date(random.IntN(9)))
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
		if err := builder.Append(&r); err != nil {
			return nil, err
		}
	}
	return builder.Segment()
}

// Segments makes or reads all segments of so many rows together. With a
// directory, they are kept there as files and found again.
func Segments(rows int, directory string) ([]*cube.Segment, error) {
	segments := make([]*cube.Segment, Months)
	var group errgroup.Group
	group.SetLimit(cube.DefaultWorkers())
	for i := range segments {
		group.Go(func() (err error) {
			segments[i], err = kept(First+cube.Month(i), rows/Months, directory)
			return err
		})
	}
	return segments, group.Wait()
}

func kept(m cube.Month, rows int, directory string) (*cube.Segment, error) {
	path := filepath.Join(directory, fmt.Sprintf("%s-%d.parquet", m, rows))
	if directory != "" {
		if content, err := os.ReadFile(path); err == nil { //nolint:gosec // the directory that the benchmark was given
			return cube.Open(content)
		}
	}
	s, err := Segment(m, rows)
	if err == nil && directory != "" {
		err = os.WriteFile(path, s.Content(), 0o600)
	}
	return s, err
}

// Aggregates are 28 measures with four sets of quantiles.
func Aggregates() []cube.Aggregate {
	one := int64(1)
	in := func(column string, values ...string) cube.Condition {
		return cube.Condition{Column: column, In: values}
	}
	some := cube.Condition{Column: "reroutes", Min: &one}
	flag := func(bit uint) cube.Condition { return cube.Condition{Column: "marks", AllOf: 1 << bit} }
	median := []float64{0.5, 0.9}
	days := int64(86400)
	return []cube.Aggregate{
		{Name: "n", Func: cube.Count},
		{Name: "red", Func: cube.Count, Where: []cube.Condition{in("lane", "red")}},
		{Name: "yellow", Func: cube.Count, Where: []cube.Condition{in("lane", "yellow")}},
		{Name: "green", Func: cube.Count, Where: []cube.Condition{in("lane", "green", "blue")}},
		{Name: "cancelled", Func: cube.Count, Where: []cube.Condition{in("status", "cancelled")}},
		{Name: "imports", Func: cube.Count, Where: []cube.Condition{in("flow", "import")}},
		{Name: "inspected", Func: cube.Count, Where: []cube.Condition{in("lane", "red"), flag(0)}},
		{Name: "offences", Func: cube.Count, Where: []cube.Condition{flag(1)}},
		{Name: "red_offences", Func: cube.Count, Where: []cube.Condition{in("lane", "red"), flag(1)}},
		{Name: "rerouted", Func: cube.Count, Where: []cube.Condition{some}},
		{Name: "amended", Func: cube.Count, Where: []cube.Condition{{Column: "amendments", Min: &one}}},
		{Name: "same_day", Func: cube.Count, Where: []cube.Condition{{Column: "processing_s", Max: &days}}},
		{Name: "broken_rules", Func: cube.Count, Where: []cube.Condition{{Column: "checks", AnyOf: 1<<14 - 1}}},
		{Name: "paid", Func: cube.Count, Column: "paid"},
		{Name: "value", Func: cube.Sum, Column: "value"},
		{Name: "duty", Func: cube.Sum, Column: "duty"},
		{Name: "vat", Func: cube.Sum, Column: "vat"},
		{Name: "excise", Func: cube.Sum, Column: "excise"},
		{Name: "total", Func: cube.Sum, Column: "total"},
		{Name: "extra", Func: cube.Sum, Column: "extra"},
		{Name: "fine", Func: cube.Sum, Column: "fine", Where: []cube.Condition{flag(1)}},
		{Name: "items", Func: cube.Sum, Column: "items"},
		{Name: "red_value", Func: cube.Sum, Column: "value", Where: []cube.Condition{in("lane", "red")}},
		{Name: "amendments", Func: cube.Sum, Column: "amendments"},
		{Name: "processing", Func: cube.Quantiles, Column: "processing_s", P: median},
		{Name: "payment", Func: cube.Quantiles, Column: "payment_s", P: median},
		{Name: "removal", Func: cube.Quantiles, Column: "removal_s", P: median},
		{Name: "inspection", Func: cube.Quantiles, Column: "inspection_s", P: median, Where: []cube.Condition{in("lane", "red")}},
	}
}

// Question is a query of all aggregates, largest groups first.
func Question(by ...string) cube.Query {
	return cube.Query{Grain: "declaration", From: First.First(), To: (First + Months).First(), By: by, Aggregates: Aggregates(),
		Order: []cube.Order{{Aggregate: "n", Descending: true}}, Limit: 100}
}

// WithoutQuantiles leaves the quantiles out of a query.
func WithoutQuantiles(q cube.Query) cube.Query {
	q.Aggregates = slices.DeleteFunc(slices.Clone(q.Aggregates), func(a cube.Aggregate) bool { return a.Func == cube.Quantiles })
	return q
}

// Named is a question with a name for people.
type Named struct {
	Name  string
	Query cube.Query
}

// Questions are those that the benchmarks ask.
func Questions() []Named {
	filtered := Question("officer", "day")
	filtered.Where = []cube.Condition{{Column: "office", In: []string{"OFF03"}}}
	filtered.From = cube.DateOf(2025, 6, 10)
	filtered.To = filtered.From + 70
	red := Question("office")
	red.Where = []cube.Condition{{Column: "lane", In: []string{"red"}}, {Column: "flow", In: []string{"import"}}}
	var all []Named
	for _, by := range [][]string{{"office", "month"}, {"officer", "month"}, {"officer"}, {"broker", "month"}, {"importer", "month"},
		{"hs_heading", "origin"}, {"lane", "regime"}, {}} {
		name := strings.ReplaceAll(strings.Join(by, " × "), "hs_heading", "HS heading")
		if name == "" {
			name = "the nation"
		}
		all = append(all, Named{name, Question(by...)}, Named{name + ", no quantiles", WithoutQuantiles(Question(by...))})
	}
	return append(all, Named{"one office, 70 days, officer × day", filtered}, Named{"red imports, office", red},
		Named{"red imports, office, no quantiles", WithoutQuantiles(red)})
}
