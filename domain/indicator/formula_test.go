package indicator_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/domain"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
)

func own(rows, counted, formula string, unit indicator.Unit) indicator.Own {
	return indicator.Own{Names: map[string]string{"en": "Tried"}, Formula: indicator.Formula{Rows: rows, Counted: counted, Text: formula}, Unit: unit, Direction: indicator.Higher}
}

// Formulas of one world are held against the catalogue and against a count row by row.
func TestFormulas(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	b.load(t, newWorld(5, 250))
	b.rebuild(t, fact.RebuildInput{})
	from, to := cube.DateOf(2024, 1, 1), cube.DateOf(2025, 3, 1)
	t.Run("say what the catalogue says", func(t *testing.T) { b.formulasOfTheCatalogue(t, from, to) })
	t.Run("count what a look at every row counts", func(t *testing.T) { b.randomConditions(t, from, to) })
	t.Run("calculate", func(t *testing.T) { b.calculates(t, from, to) })
	t.Run("are found by their code", func(t *testing.T) { b.ownIsKept(t, from, to) })
}

func (b *bundle) formulasOfTheCatalogue(t *testing.T, from, to cube.Date) {
	for _, c := range []struct {
		code, by string
		own      indicator.Own
		mature   int
	}{
		{"CLR01", "officer", own("declaration", "not state.cancelled and state.events_given", "share(state.same_day)", indicator.Percent), 1},
		{"CLR05", "office", own("declaration", `!state.cancelled && state.events_given && state.hours_known && lane == "yellow"`, "count(processing <= hours(24)) / count()", indicator.Percent), 2},
		{"REV02", "broker", own("declaration", "not (state.cancelled or not state.items_given)", "sum(duties) / count()", indicator.Money), 0},
		{"REV03", "office", own("declaration", "not state.cancelled and state.items_given", "sum(duties, containers >= 1) / sum(containers)", indicator.Money), 0},
		{"CTL02", "examiner", own("act", "role.inspected and state.outcome_known and not state.cancelled", "share(state.hit)", indicator.Percent), 0},
	} {
		d, err := indicator.Find(c.code)
		if err != nil {
			t.Fatal(err)
		}
		c.own.MatureDays = c.mature
		if d.Mature.Days != c.mature || d.Mature.Month || d.Mature.Setting != "" {
			continue // a formula cannot say this maturity
		}
		_, got, err := b.indicators.TryOwn(t.Context(), b.tenant, c.own, from, to, []string{c.by})
		if err != nil {
			t.Fatalf("%s: %v", c.code, err)
		}
		wanted, err := b.indicators.Compute(t.Context(), b.tenant, indicator.Request{Codes: []string{c.code}, From: from, To: to, By: []string{c.by}, Limit: 20,
			Order: indicator.Order{By: indicator.OrderByN, Descending: true}})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(plainRows(wanted[0]), plainRows(got)); diff != "" || len(got.Rows) < 2 {
			t.Errorf("%s and the formula differ (-catalogue +formula):\n%s", c.code, diff)
		}
	}
}

// plainRows are the own figures of a result, companions and office hours left out.
func plainRows(r *indicator.Result) []string {
	var all []string
	for _, row := range append([]indicator.Row{r.Total}, r.Rows...) {
		value := "-"
		if row.Value != nil {
			value = fmt.Sprint(*row.Value)
		}
		all = append(all, fmt.Sprintf("%q %s/%s=%s n%d", row.Keys, integer(row.Numerator), integer(row.Denominator), value, row.N))
	}
	return all
}

// truth is true, false or not known.
type truth int

const (
	no truth = iota
	unknown
	yes
)

func truthOf(holds bool) truth {
	if holds {
		return yes
	}
	return no
}

// written is a condition as text, and what it says of a row.
type written struct {
	text string
	of   func(row map[string]cube.Cell) truth
}

func (b *bundle) declarationRows(t *testing.T, from, to cube.Date) []map[string]cube.Cell {
	columns := []string{"registered_on", "assessed_on", "lane", "final_lane", "hs_heading", "hs_chapter", "office", "processing", "duties", "relieved", "items", "containers", "state"}
	snapshot, err := b.indicators.Snapshot(t.Context(), b.tenant)
	if err != nil {
		t.Fatal(err)
	}
	found, err := snapshot.Rows(t.Context(), cube.RowsQuery{Grain: fact.Declaration, From: from, To: to, Columns: columns, Limit: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]map[string]cube.Cell, len(found.Rows))
	for i, cells := range found.Rows {
		rows[i] = map[string]cube.Cell{}
		for c, name := range columns {
			rows[i][name] = cells[c]
		}
	}
	if len(rows) < 200 {
		t.Fatalf("there are only %d rows", len(rows))
	}
	return rows
}

func drawWritten(t *rapid.T, from, to cube.Date, depth int) written {
	kind := rapid.IntRange(0, 9).Draw(t, "kind")
	if depth == 0 && kind > 6 {
		kind -= 7
	}
	number := func(column string, v int64, operator string, holds func(a, b int64) bool) written {
		return written{fmt.Sprintf("%s %s %d", column, operator, v), func(row map[string]cube.Cell) truth {
			if row[column].Null {
				return unknown
			}
			return truthOf(holds(row[column].Int, v))
		}}
	}
	compare := map[string]func(a, b int64) bool{"<": func(a, b int64) bool { return a < b }, "<=": func(a, b int64) bool { return a <= b }, ">": func(a, b int64) bool { return a > b },
		">=": func(a, b int64) bool { return a >= b }, "==": func(a, b int64) bool { return a == b }, "!=": func(a, b int64) bool { return a != b }}
	operator := rapid.SampledFrom([]string{"<", "<=", ">", ">=", "==", "!="}).Draw(t, "operator")
	switch kind {
	case 0:
		lane := rapid.SampledFrom([]string{"red", "yellow", "green", ""}).Draw(t, "lane")
		return written{fmt.Sprintf("lane == %q", lane), func(row map[string]cube.Cell) truth { return truthOf(row["lane"].Text == lane) }}
	case 1:
		return written{`hs_chapter in ["87", "85"]`, func(row map[string]cube.Cell) truth {
			return truthOf(row["hs_chapter"].Text == "87" || row["hs_chapter"].Text == "85")
		}}
	case 2:
		return number("items", int64(rapid.IntRange(0, 4).Draw(t, "items")), operator, compare[operator])
	case 3:
		hours := int64(rapid.SampledFrom([]int{0, 1, 24, 100}).Draw(t, "hours"))
		w := number("processing", hours*3600, operator, compare[operator])
		w.text = fmt.Sprintf("processing %s hours(%d)", operator, hours)
		return w
	case 4:
		days := rapid.IntRange(0, 400).Draw(t, "days")
		w := number("assessed_on", int64(from)+int64(days), operator, compare[operator])
		w.text = fmt.Sprintf("assessed_on %s period_start + days(%d)", operator, days)
		if rapid.Bool().Draw(t, "from the end") {
			w = number("assessed_on", int64(to)-1-int64(days), operator, compare[operator])
			w.text = fmt.Sprintf("period_end - days(%d) %s assessed_on", days, map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}[operator])
		}
		return w
	case 5:
		flag := rapid.SampledFrom([]string{"cancelled", "events_given", "assessed", "same_day", "offence"}).Draw(t, "flag")
		mask, _ := fact.Grain(fact.Declaration).Column("state").Flag(flag)
		return written{"state." + flag, func(row map[string]cube.Cell) truth { return truthOf(uint64(row["state"].Int)&mask != 0) }}
	case 6:
		if rapid.Bool().Draw(t, "known") {
			return written{"known(processing)", func(row map[string]cube.Cell) truth { return truthOf(!row["processing"].Null) }}
		}
		return written{`hs_heading startsWith "8"`, func(row map[string]cube.Cell) truth { return truthOf(strings.HasPrefix(row["hs_heading"].Text, "8")) }}
	case 7:
		w := drawWritten(t, from, to, depth-1)
		return written{"not (" + w.text + ")", func(row map[string]cube.Cell) truth { return yes - w.of(row) }}
	}
	left, right := drawWritten(t, from, to, depth-1), drawWritten(t, from, to, depth-1)
	if kind == 8 {
		return written{"(" + left.text + " and " + right.text + ")", func(row map[string]cube.Cell) truth { return min(left.of(row), right.of(row)) }}
	}
	return written{"(" + left.text + " or " + right.text + ")", func(row map[string]cube.Cell) truth { return max(left.of(row), right.of(row)) }}
}

func (b *bundle) randomConditions(t *testing.T, from, to cube.Date) {
	rows := b.declarationRows(t, from, to)
	counted, entangled := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		w, of := drawWritten(t, from, to, 4), drawWritten(t, from, to, 2)
		_, result, err := b.indicators.TryOwn(t.Context(), b.tenant, own("declaration", of.text, "count("+w.text+") + 2 * count(not ("+w.text+"))", indicator.Count), from, to, nil)
		if err != nil {
			if strings.Contains(err.Error(), "too many conditions") {
				entangled++
				return
			}
			t.Fatalf("%s: %v", w.text, err)
		}
		want := int64(0)
		for _, row := range rows {
			if of.of(row) != yes {
				continue
			}
			switch w.of(row) {
			case yes:
				want++
			case no:
				want += 2
			case unknown:
			}
		}
		if *result.Total.Numerator != want {
			t.Fatalf("of %s: %s gives %d, a look at every row %d", of.text, w.text, *result.Total.Numerator, want)
		}
		counted++
	})
	if counted < 4*entangled {
		t.Errorf("only %d of %d conditions could be counted", counted, counted+entangled)
	}
}

func (b *bundle) calculates(t *testing.T, from, to cube.Date) {
	rows := b.declarationRows(t, from, to)
	total := func(of func(row map[string]cube.Cell) int64) (sum int64) {
		for _, row := range rows {
			sum += of(row)
		}
		return sum
	}
	both := func(row map[string]cube.Cell) bool { return !row["duties"].Null && !row["relieved"].Null }
	chapters := map[string]bool{}
	for _, row := range rows {
		if row["hs_heading"].Text != "" && row["lane"].Text == "red" {
			chapters[row["hs_heading"].Text] = true
		}
	}
	for _, c := range []struct {
		formula string
		unit    indicator.Unit
		want    int64
	}{
		{"sum(duties + relieved)", indicator.Money, total(func(row map[string]cube.Cell) int64 {
			if !both(row) {
				return 0
			}
			return row["duties"].Int + row["relieved"].Int
		})},
		{"3 * sum(duties - relieved) - -sum(duties) * 2", indicator.Money, total(func(row map[string]cube.Cell) (sum int64) {
			if both(row) {
				sum += 3 * (row["duties"].Int - row["relieved"].Int)
			}
			if !row["duties"].Null {
				sum += 2 * row["duties"].Int
			}
			return sum
		})},
		{"sum(duties, duties > money(10.50))", indicator.Money, total(func(row map[string]cube.Cell) int64 {
			if row["duties"].Null || row["duties"].Int <= 1050 {
				return 0
			}
			return row["duties"].Int
		})},
		{`distinct(hs_heading, lane == "red")`, indicator.Count, int64(len(chapters))},
		{"count(items in 1..2) + count(items in [3, 4])", indicator.Count, total(func(row map[string]cube.Cell) int64 {
			if n := row["items"]; !n.Null && n.Int >= 1 && n.Int <= 4 {
				return 1
			}
			return 0
		})},
	} {
		_, result, err := b.indicators.TryOwn(t.Context(), b.tenant, own("declaration", "", c.formula, c.unit), from, to, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.formula, err)
		}
		if got := result.Total.Numerator; got == nil || *got != c.want {
			t.Errorf("%s = %s, want %d", c.formula, integer(got), c.want)
		}
	}
	b.ranks(t, rows, from, to)
}

// ranks holds a median against that of the catalogue's definition of the same durations, and of some rows only.
func (b *bundle) ranks(t *testing.T, rows []map[string]cube.Cell, from, to cube.Date) {
	_, result, err := b.indicators.TryOwn(t.Context(), b.tenant, own("declaration", "", `median(processing, lane != "green")`, indicator.Hours), from, to, nil)
	if err != nil {
		t.Fatal(err)
	}
	var durations []int64
	for _, row := range rows {
		if !row["processing"].Null && row["lane"].Text != "green" {
			durations = append(durations, row["processing"].Int)
		}
	}
	slices.Sort(durations)
	if n := len(durations); int64(n) != result.Total.N || n < 20 {
		t.Fatalf("%d durations are ranked, there are %d", result.Total.N, n)
	}
	middle := (float64(durations[(len(durations)-1)/2]) + float64(durations[len(durations)/2])) / 2 / 3600
	if got := *result.Total.Value; got != middle {
		t.Errorf("the median is %v hours, not %v", got, middle)
	}
}

// Wrong formulas are explained, with the letter at which they are wrong.
func TestWrongFormulas(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	var tangle []string
	for range 12 {
		tangle = append(tangle, `(lane == "red" and items > 2)`)
	}
	for _, c := range []struct {
		own   indicator.Own
		field string
		key   string
		at    int
	}{
		{own("nothing", "", "count()", indicator.Count), "rows", "formula.rows", 1},
		{own("declaration", "", "", indicator.Count), "formula", "formula.empty", 1},
		{own("declaration", "", strings.Repeat("1+", 1200)+"count()", indicator.Count), "formula", "formula.long", 1},
		{own("declaration", "", "count(", indicator.Count), "formula", "formula.syntax", 6},
		{own("declaration", "lane = 'red'", "count()", indicator.Count), "counted", "formula.syntax", 6},
		{own("declaration", "", "count(lan == 'red')", indicator.Count), "formula", "formula.name", 7},
		{own("declaration", "", "count(state.canceled)", indicator.Count), "formula", "formula.name", 13},
		{own("declaration", "", "count(lane == 3)", indicator.Count), "formula", "formula.types", 12},
		{own("declaration", "lane", "count()", indicator.Count), "counted", "formula.condition", 1},
		{own("declaration", "", "count(lane < 'red')", indicator.Count), "formula", "formula.order", 7},
		{own("declaration", "", "count(assessed_on == registered_on)", indicator.Count), "formula", "formula.fields_compared", 7},
		{own("declaration", "", "sum(processing)", indicator.Hours), "formula", "formula.durations", 5},
		{own("declaration", "", "sum(duties * items)", indicator.Money), "formula", "formula.fields", 5},
		{own("declaration", "", "sum(duties) * sum(items)", indicator.Money), "formula", "formula.product", 1},
		{own("declaration", "", "sum(duties) + count()", indicator.Money), "formula", "formula.units", 1},
		{own("declaration", "", "sum(duties + items)", indicator.Money), "formula", "formula.units", 5},
		{own("declaration", "", "count() / count() / count()", indicator.Percent), "formula", "formula.division", 1},
		{own("declaration", "", "duties", indicator.Money), "formula", "formula.bare", 1},
		{own("declaration", "", "1 + 1", indicator.Count), "formula", "formula.measure", 1},
		{own("declaration", "", "count(true)", indicator.Count), "formula", "formula.constant", 7},
		{own("declaration", "", "count(assessed_on > day('tomorrow'))", indicator.Count), "formula", "formula.date", 25},
		{own("declaration", "", "count(duties > money(1.005))", indicator.Count), "formula", "formula.money", 16},
		{own("declaration", "", "count(processing > hours(1000000000000000))", indicator.Count), "formula", "formula.large", 20},
		{own("declaration", "", "99999999 * count()", indicator.Count), "formula", "formula.factor", 1},
		{own("declaration", strings.Join(tangle, " or "), "count()", indicator.Count), "counted", "formula.entangled", 2},
		{own("declaration", "", "let x = 1; count()", indicator.Count), "formula", "", 0},
		{own("declaration", "", "filter([1], # > 0)", indicator.Count), "formula", "", 0},
		{own("declaration", "", "count(lane matches '(a+)+$')", indicator.Count), "formula", "formula.operator", 7},
		{own("declaration", "", "share(state.offence)", indicator.Money), "unit", "formula.unit", 0},
		{own("declaration", "", "count()", indicator.Percent), "unit", "formula.unit", 0},
		{own("declaration", "", "median(duties)", indicator.Hours), "unit", "formula.unit", 0},
	} {
		_, err := b.indicators.SaveOwn(t.Context(), b.tenant, indicator.Author{SignInName: "ana", At: now()}, c.own)
		var failure *domain.Error
		if !errors.As(err, &failure) || failure.Kind != domain.KindInvalid || len(failure.Fields) != 1 {
			t.Errorf("%q of %q: %v", c.own.Formula.Text, c.own.Formula.Counted, err)
			continue
		}
		f := failure.Fields[0]
		if f.Field != c.field || c.key != "" && f.Key != c.key {
			t.Errorf("%q of %q: the fault is %s in %s, not %s in %s", c.own.Formula.Text, c.own.Formula.Counted, f.Key, f.Field, c.key, c.field)
		}
		if c.at > 0 && f.Blanks[1] != c.at {
			t.Errorf("%q of %q: the fault is at letter %v, not %d (%s)", c.own.Formula.Text, c.own.Formula.Counted, f.Blanks[1], c.at, f.Message)
		}
	}
}

// ownIsKept saves, changes and retires an indicator, and finds it on the board.
func (b *bundle) ownIsKept(t *testing.T, from, to cube.Date) {
	ctx, author := t.Context(), indicator.Author{SignInName: "ana", Capacity: "analyst", Origin: "test", At: now()}
	first, err := b.indicators.SaveOwn(ctx, b.tenant, author, own("declaration", "not state.cancelled", `share(lane == "red" or state.offence)`, indicator.Percent))
	if err != nil {
		t.Fatal(err)
	}
	if first.Code != "OWN01" || first.Version != 1 || first.SavedBy != "ana" {
		t.Fatalf("saved as %s version %d by %s", first.Code, first.Version, first.SavedBy)
	}
	board, err := b.indicators.Board(ctx, b.tenant, from, to)
	if err != nil {
		t.Fatal(err)
	}
	entry := board.Entries[len(board.Entries)-1]
	results, err := b.indicators.Compute(ctx, b.tenant, indicator.Request{Codes: []string{"own01"}, From: from, To: to, By: []string{"office"}})
	if err != nil {
		t.Fatal(err)
	}
	if entry.Code != "OWN01" || entry.Value == nil || *entry.Value != *results[0].Total.Value || len(results[0].Rows) < 2 || entry.Low == nil {
		t.Errorf("the board says %+v, computed is %+v", entry.Row, results[0].Total)
	}
	lines, err := b.indicators.Lines(ctx, b.tenant, indicator.LinesRequest{Code: "OWN01", From: from, To: to, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	counted := int64(0)
	for _, line := range lines.Lines {
		if line.Counted {
			counted++
		}
	}
	if lines.Total != *entry.Denominator || counted != *entry.Numerator {
		t.Errorf("%d lines, %d of them counted; the figure is %d of %d", lines.Total, counted, *entry.Numerator, *entry.Denominator)
	}
	if _, err := b.indicators.SQL(ctx, b.tenant, "OWN01", indicator.Request{From: from, To: to}); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("its query: %v", err)
	}
	change := *first
	change.Formula.Text = `share(lane == "red")`
	second, err := b.indicators.SaveOwn(ctx, b.tenant, author, change)
	if err != nil || second.Version != 2 {
		t.Fatalf("the second version: %v %v", second, err)
	}
	if _, err := b.indicators.SaveOwn(ctx, b.tenant, author, change); !domain.Is(err, domain.KindConflict) {
		t.Errorf("the first version saved again: %v", err)
	}
	if versions, err := b.indicators.OwnVersions(ctx, b.tenant.ID, "OWN01"); err != nil || len(versions) != 2 || versions[1].Formula != first.Formula {
		t.Errorf("versions: %v %v", versions, err)
	}
	if board, err = b.indicators.Board(ctx, b.tenant, from, to); err != nil || *board.Entries[len(board.Entries)-1].Numerator == *entry.Numerator {
		t.Errorf("the board still has the first version: %v", err)
	}
	if _, err := b.indicators.RetireOwn(ctx, b.tenant, author, "OWN01", 2, true); err != nil {
		t.Fatal(err)
	}
	if _, err := b.indicators.Find(ctx, b.tenant, "OWN01"); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("a retired indicator is still there: %v", err)
	}
	if third, err := b.indicators.SaveOwn(ctx, b.tenant, author, own("declaration", "", "count()", indicator.Count)); err != nil || third.Code != "OWN02" {
		t.Errorf("the next is %v: %v", third, err)
	}
}
