package indicator_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/deploy/local/dbtest/racing"
	"assay/domain"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
)

// What is asked of one world in several ways must be the same.
func TestOneWorldSeenInSeveralWays(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	b := open(t, nil)
	b.load(t, newWorld(3, 300))
	b.rebuild(t, fact.RebuildInput{})
	period := indicator.Request{From: cube.DateOf(2024, 1, 1), To: cube.DateOf(2025, 3, 1)}
	t.Run("parts sum to the whole", func(t *testing.T) { b.partsSum(t, period) })
	t.Run("lines are what is counted", func(t *testing.T) { b.linesCount(t, period) })
	t.Run("the board is what is computed", func(t *testing.T) { b.boardAgrees(t) })
	t.Run("a prepared board is the same", func(t *testing.T) { b.preparedBoardAgrees(t) })
	t.Run("a series is a computation a stretch", func(t *testing.T) { b.seriesAgrees(t) })
	t.Run("pages are parts of the whole list", func(t *testing.T) { b.pagesAgree(t, period) })
	t.Run("wrong questions are explained", func(t *testing.T) { b.refuses(t, period) })
}

// partsSum holds the groups by every dimension against the whole.
func (b *bundle) partsSum(t *testing.T, in indicator.Request) {
	checked := 0
	for _, d := range indicator.All() {
		if !d.Available() || d.Numerator == nil {
			continue
		}
		for _, dimension := range d.AllDimensions() {
			if dimension == "rule" || d.Unit == indicator.Points && dimension != "examiner" {
				continue // a declaration breaks several rules; an officer works on several goods
			}
			in.Codes, in.By = []string{d.Code}, []string{dimension}
			results, err := b.indicators.Compute(t.Context(), b.tenant, in)
			if err != nil {
				t.Fatal(err)
			}
			r := results[0]
			var numerator, denominator int64
			for _, row := range r.Rows {
				numerator += value(row.Numerator)
				denominator += value(row.Denominator)
			}
			if numerator != value(r.Total.Numerator) {
				t.Errorf("%s by %s: the numerators sum to %d, the whole is %d", d.Code, dimension, numerator, value(r.Total.Numerator))
			}
			detail := slices.Contains([]string{"tax", "relief"}, dimension) && d.Detail != nil
			if !detail && denominator != value(r.Total.Denominator) && d.Unit != indicator.Points {
				t.Errorf("%s by %s: the denominators sum to %d, the whole is %d", d.Code, dimension, denominator, value(r.Total.Denominator))
			}
			checked++
		}
	}
	if checked < 500 {
		t.Errorf("only %d sums were checked", checked)
	}
}

func value(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// linesCount lists what is behind every figure, in pages, and counts it.
func (b *bundle) linesCount(t *testing.T, in indicator.Request) {
	for _, d := range indicator.All() {
		if !d.Available() {
			continue
		}
		for _, where := range []string{"", "office=ATH"} {
			filters, err := indicator.ParseFilters(where)
			if err != nil {
				t.Fatal(err)
			}
			results, err := b.indicators.Compute(t.Context(), b.tenant, indicator.Request{Codes: []string{d.Code}, From: in.From, To: in.To, Where: filters})
			if err != nil {
				t.Fatal(err)
			}
			total := &results[0].Total
			lines := b.allLines(t, indicator.LinesRequest{Code: d.Code, From: in.From, To: in.To, Where: filters})
			wanted := total.N
			if d.Numerator != nil && d.Denominator != nil && d.Denominator.Plus != "" {
				wanted = total.N
			}
			if int64(len(lines)) != wanted {
				t.Errorf("%s %s: %d lines, %d counted", d.Code, where, len(lines), wanted)
			}
			counted := int64(0)
			for _, line := range lines {
				if line.Reference == "" && line.Kind != "target" && d.Code != "INT01" {
					t.Fatalf("%s: a line says not what it is of: %+v", d.Code, line)
				}
				if line.Counted {
					counted++
				}
			}
			if d.Interval && counted != value(total.Numerator) {
				t.Errorf("%s %s: %d lines are marked, the numerator is %d", d.Code, where, counted, value(total.Numerator))
			}
			if d.Interval && d.Numerator != nil {
				part := b.allLines(t, indicator.LinesRequest{Code: d.Code, From: in.From, To: in.To, Where: filters, Part: indicator.NumeratorPart})
				if int64(len(part)) != value(total.Numerator) {
					t.Errorf("%s %s: %d lines of the numerator, which is %d", d.Code, where, len(part), value(total.Numerator))
				}
			}
		}
	}
}

func (b *bundle) allLines(t *testing.T, in indicator.LinesRequest) (all []indicator.Line) {
	in.Limit = 700
	for {
		in.Offset = len(all)
		page, err := b.indicators.Lines(t.Context(), b.tenant, in)
		if err != nil {
			t.Fatalf("lines of %s: %v", in.Code, err)
		}
		all = append(all, page.Lines...)
		if int64(len(all)) >= page.Total || len(page.Lines) == 0 {
			return all
		}
	}
}

// boardAgrees holds the board against single computations.
func (b *bundle) boardAgrees(t *testing.T) {
	from, to := cube.DateOf(2024, 10, 1), cube.DateOf(2025, 1, 1)
	board, err := b.indicators.Board(t.Context(), b.tenant, from, to)
	if err != nil {
		t.Fatal(err)
	}
	if len(board.Entries) != 43 {
		t.Fatalf("the board has %d entries", len(board.Entries))
	}
	compute := func(code string, from, to cube.Date) indicator.Row {
		results, err := b.indicators.Compute(t.Context(), b.tenant, indicator.Request{Codes: []string{code}, From: from, To: to})
		if err != nil {
			t.Fatal(err)
		}
		return results[0].Total
	}
	for _, entry := range board.Entries {
		if entry.Missing != "" {
			if entry.Code != "INT03" {
				t.Errorf("%s is missing: %s", entry.Code, entry.Missing)
			}
			continue
		}
		for _, each := range []struct {
			name     string
			found    indicator.Row
			from, to cube.Date
		}{
			{"value", entry.Row, from, to},
			{"previous", entry.Previous, cube.DateOf(2024, 7, 1), from},
			{"last year", entry.LastYear, cube.DateOf(2023, 10, 1), cube.DateOf(2024, 1, 1)},
		} {
			if diff := cmp.Diff(compute(entry.Code, each.from, each.to), each.found); diff != "" {
				t.Errorf("%s, %s (-computed +board):\n%s", entry.Code, each.name, diff)
			}
		}
		if len(entry.Months) != 24 || entry.Months[23].Key != "2024-12" {
			t.Fatalf("%s has %d months, the last is %s", entry.Code, len(entry.Months), entry.Months[len(entry.Months)-1].Key)
		}
		point := entry.Months[20] // September 2024
		want := compute(entry.Code, cube.Date(point.From), cube.Date(point.To))
		want.Keys = nil
		if diff := cmp.Diff(want, point.Row); diff != "" {
			t.Errorf("%s, %s (-computed +board):\n%s", entry.Code, point.Key, diff)
		}
	}
	again, err := b.indicators.Board(t.Context(), b.tenant, from, to)
	if err != nil || again != board {
		t.Errorf("the board was computed twice (%v)", err)
	}
}

// preparedBoardAgrees asks a process that has just started for the board that was
// prepared: it is the same, and hardly anything had to be decoded for it.
func (b *bundle) preparedBoardAgrees(t *testing.T) {
	if err := b.indicators.PrepareBoard(t.Context(), b.tenant); err != nil {
		t.Fatal(err)
	}
	last := (cube.DateIn(b.watermark, b.tenant.Location()) + 1).Month() - 1
	b.preparedMonthAgrees(t, last)
	b.preparedMonthAgrees(t, last-7)
}

func (b *bundle) preparedMonthAgrees(t *testing.T, last cube.Month) {
	want, err := b.indicators.Board(t.Context(), b.tenant, last.First(), (last + 1).First())
	if err != nil {
		t.Fatal(err)
	}
	engine, err := cube.NewEngine(cube.NewStore(b.db), fact.Grains(), cube.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := indicator.New(b.db, engine, nil).Board(t.Context(), b.tenant, last.First(), (last + 1).First())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("the prepared board (-first +new process):\n%s", diff)
	}
	snapshot, err := engine.Snapshot(t.Context(), b.tenant.ID)
	if err != nil {
		t.Fatal(err)
	}
	if decoded := snapshot.Decoded(); decoded > 0 {
		t.Errorf("%d columns were decoded for the board of %s, which was prepared", decoded, last)
	}
}

// seriesAgrees holds every point of series against single computations.
func (b *bundle) seriesAgrees(t *testing.T) {
	from, to := cube.DateOf(2024, 5, 20), cube.DateOf(2024, 9, 10)
	for _, granularity := range []string{"week", "month", "quarter", "year"} {
		series, err := b.indicators.Series(t.Context(), b.tenant, indicator.SeriesRequest{Codes: []string{"CLR02", "CLR10", "REV04", "CTL06"}, From: from, To: to, Granularity: granularity})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range series {
			for _, point := range s.Points {
				results, err := b.indicators.Compute(t.Context(), b.tenant, indicator.Request{Codes: []string{s.Code}, From: cube.Date(point.From), To: cube.Date(point.To)})
				if err != nil {
					t.Fatal(err)
				}
				want := results[0].Total
				want.Keys = nil
				if diff := cmp.Diff(want, point.Row); diff != "" {
					t.Errorf("%s, %s (-computed +series):\n%s", s.Code, point.Key, diff)
				}
			}
		}
	}
}

// pagesAgree puts pages together again, in every order.
func (b *bundle) pagesAgree(t *testing.T, in indicator.Request) {
	in.Codes, in.By = []string{"CLR01"}, []string{"importer", "broker"}
	for _, by := range []indicator.OrderBy{indicator.OrderByKey, indicator.OrderByValue, indicator.OrderByN, indicator.OrderByNumerator, indicator.OrderByDenominator, indicator.OrderByP90} {
		for _, descending := range []bool{false, true} {
			in.Order, in.Limit, in.Offset = indicator.Order{By: by, Descending: descending}, 0, 0
			whole := b.computeOne(t, in)
			in.Limit = 3
			var rows []indicator.Row
			for in.Offset = 0; in.Offset < whole.Groups; in.Offset += in.Limit {
				page := b.computeOne(t, in)
				rows = append(rows, page.Rows...)
				var sum int64
				for _, row := range page.Rows {
					sum += value(row.Denominator)
				}
				if page.Other == nil || sum+value(page.Other.Denominator) != value(page.Total.Denominator) {
					t.Errorf("page at %d by %s: rows and others do not make the whole", in.Offset, by)
				}
			}
			if diff := cmp.Diff(whole.Rows, rows); diff != "" {
				t.Errorf("pages by %s, descending %v: %s", by, descending, diff)
			}
		}
	}
}

func (b *bundle) computeOne(t *testing.T, in indicator.Request) *indicator.Result {
	results, err := b.indicators.Compute(t.Context(), b.tenant, in)
	if err != nil {
		t.Fatal(err)
	}
	return results[0]
}

// refuses asks what cannot be answered.
func (b *bundle) refuses(t *testing.T, period indicator.Request) {
	for name, change := range map[string]func(*indicator.Request){
		"unknown code":         func(in *indicator.Request) { in.Codes = []string{"CLR99"} },
		"not available":        func(in *indicator.Request) { in.Codes = []string{"INT03"} },
		"unknown dimension":    func(in *indicator.Request) { in.By = []string{"colour"} },
		"dimension of another": func(in *indicator.Request) { in.Codes, in.By = []string{"TRN04"}, []string{"broker"} },
		"unknown filter": func(in *indicator.Request) {
			in.Where = []indicator.Filter{{Dimension: "colour", Values: []string{"red"}}}
		},
		"twice": func(in *indicator.Request) { in.By = []string{"office", "office"} },
		"unknown case": func(in *indicator.Request) {
			in.Codes, in.Where = []string{"DQ01"}, []indicator.Filter{{Dimension: "rule", Values: []string{"P15"}}}
		},
		"empty period":  func(in *indicator.Request) { in.To = in.From },
		"unknown order": func(in *indicator.Request) { in.Order.By = "colour" },
		"order by missing key": func(in *indicator.Request) {
			in.By, in.Order = []string{"office"}, indicator.Order{By: indicator.OrderByKey, Key: 1}
		},
		"negative offset":           func(in *indicator.Request) { in.Offset = -1 },
		"dimension of the calendar": func(in *indicator.Request) { in.By = []string{"decade"} },
	} {
		in := period
		in.Codes = []string{"CLR01"}
		change(&in)
		_, err := b.indicators.Compute(t.Context(), b.tenant, in)
		if kind := domain.KindOf(err); kind != domain.KindInvalid && kind != domain.KindNotFound && kind != domain.KindNotReady {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"lane", "=red", "lane=red,,"} {
		if _, err := indicator.ParseFilters(text); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("the filter %q was taken (%v)", text, err)
		}
	}
	filters, err := indicator.ParseFilters("lane=red|yellow,office!=A B")
	if err != nil || fmt.Sprint(filters) != "[lane=red|yellow office!=A B]" {
		t.Errorf("filters are %v (%v)", filters, err)
	}
}
