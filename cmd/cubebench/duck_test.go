package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"assay/domain/cube"
	"assay/domain/cube/benchdata"
)

// TestDuckDBSaysTheSame asks random questions of the cube and of DuckDB over the
// same Parquet segments.
func TestDuckDBSaysTheSame(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var segments []*cube.Segment
	for i, rows := range []int{700, 1, 1500} {
		segment, err := benchdata.Segment(benchdata.First+cube.Month(i), rows)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, segment.Hash()+".parquet"), segment.Content(), 0o600); err != nil {
			t.Fatal(err)
		}
		segments = append(segments, segment)
	}
	snapshot, err := cube.NewSnapshot(segments...)
	if err != nil {
		t.Fatal(err)
	}
	db, err := openDuck(t.Context(), filepath.Join(dir, "*.parquet"), false)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	duck := duckDialect
	duck.table = "declaration"
	rapid.Check(t, func(t *rapid.T) {
		q := drawQuestion(t)
		result, err := snapshot.Query(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		statement := duck.sql(benchdata.Grain, q)
		got, err := sqlRows(t.Context(), db, statement)
		if err != nil {
			t.Fatal(err)
		}
		if d := difference(cubeRows(result, q.Aggregates), got, true); d != "" {
			t.Fatalf("the cube and DuckDB differ over %s: %s", statement, d)
		}
	})
}

func drawQuestion(t *rapid.T) cube.Query {
	first := benchdata.First.First()
	q := cube.Query{Grain: "declaration", From: first + cube.Date(rapid.IntRange(-5, 60).Draw(t, "from"))}
	q.To = q.From + cube.Date(rapid.IntRange(1, 100).Draw(t, "days"))
	q.By = rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"office", "officer", "examiner", "lane", "importer", "hs_heading", "hs_chapter", "origin", "month", "day"}),
		0, 3, rapid.ID).Draw(t, "by")
	q.Where = drawConditions(t, "where")
	q.Aggregates = []cube.Aggregate{{Name: "n", Func: cube.Count}, {Name: "value", Func: cube.Sum, Column: "value"}}
	for i := range rapid.IntRange(0, 8).Draw(t, "aggregates") {
		a := cube.Aggregate{Name: string(rune('a' + i)), Where: drawConditions(t, "of")}
		column := rapid.SampledFrom([]string{"processing_s", "payment_s", "inspection_s", "excise", "value", "items"}).Draw(t, "column")
		switch a.Func = rapid.SampledFrom([]cube.Func{cube.Count, cube.Sum, cube.Min, cube.Max, cube.Distinct, cube.Quantiles}).Draw(t, "function"); a.Func {
		case cube.Count, cube.Distinct:
			column = rapid.SampledFrom([]string{"examiner", "inspection_s", "importer", "paid"}).Draw(t, "counted")
		case cube.Quantiles:
			a.P = rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0.1, 0.25, 0.5, 0.9, 1}), 1, 3).Draw(t, "p")
		}
		a.Column = column
		q.Aggregates = append(q.Aggregates, a)
	}
	if rapid.Bool().Draw(t, "having") {
		low := float64(rapid.IntRange(0, 5).Draw(t, "least"))
		q.Having = append(q.Having, cube.Having{Aggregate: rapid.SampledFrom([]string{"n", "value"}).Draw(t, "kept by"), Min: &low})
	}
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"n", "value"}), 0, 2, rapid.ID).Draw(t, "order") {
		q.Order = append(q.Order, cube.Order{Aggregate: name, Descending: rapid.Bool().Draw(t, "down")})
	}
	if len(q.By) > 0 && rapid.Bool().Draw(t, "by key") {
		q.Order = append(q.Order, cube.Order{By: q.By[len(q.By)-1], Descending: rapid.Bool().Draw(t, "down")})
	}
	if rapid.Bool().Draw(t, "page") {
		q.Limit, q.Offset = rapid.IntRange(1, 40).Draw(t, "limit"), rapid.IntRange(0, 20).Draw(t, "offset")
	}
	return q
}

func drawConditions(t *rapid.T, name string) []cube.Condition {
	one, day := int64(50_000), int64(benchdata.First.First())+15
	null, given := true, false
	all := []cube.Condition{
		{Column: "lane", In: []string{"red", "green"}},
		{Column: "examiner", Null: &null},
		{Column: "office", Prefix: "OFF0"},
		{Column: "hs_chapter", In: []string{"01", "02", "05", "22"}},
		{Column: "payment_s", Min: &one},
		{Column: "inspection_s", Max: &one},
		{Column: "excise", Null: &given},
		{Column: "paid", Max: &day},
		{Column: "marks", AllOf: 3},
		{Column: "marks", AnyOf: 6},
		{Column: "checks", NoneOf: 5},
		{Column: "month", In: []string{strings.TrimSpace(benchdata.First.String())}},
	}
	chosen := rapid.SliceOfN(rapid.SampledFrom(all), 0, 2).Draw(t, name)
	for i := range chosen {
		chosen[i].Not = rapid.Bool().Draw(t, name+" not")
	}
	return chosen
}
