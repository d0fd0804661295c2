package indicator_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"assay/deploy/local/dbtest/racing"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
)

// figures are exact values by name and group: what both ways must agree on.
type figures map[string]map[string]string

func (f figures) set(keys []string, name string, value string) {
	if value == "" {
		return
	}
	group := strings.Join(keys, "|")
	if f[group] == nil {
		f[group] = map[string]string{}
	}
	f[group][name] = value
}

func integer(n *int64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

// exactly writes floats by their bits, so that not the last digit may differ.
func exactly(values []float64) string {
	if len(values) == 0 {
		return ""
	}
	text := make([]string, len(values))
	for i, v := range values {
		text[i] = fmt.Sprintf("%v/%x", v, math.Float64bits(v))
	}
	return strings.Join(text, " ")
}

// byCube takes the figures of a result.
func byCube(r *indicator.Result) figures {
	found := figures{}
	put := func(keys []string, at int, n *indicator.Number) {
		name := func(what string) string { return fmt.Sprintf("f%d_%s", at, what) }
		found.set(keys, name("numerator"), integer(n.Numerator))
		found.set(keys, name("denominator"), integer(n.Denominator))
		if n.Numerator != nil || n.Denominator != nil {
			found.set(keys, name("n"), fmt.Sprint(n.N))
		}
		if n.Spread != nil {
			found.set(keys, name("spread_n"), fmt.Sprint(n.Spread.N))
			found.set(keys, name("quantiles"), exactly(n.Spread.Exact))
			if n.Spread.Unit != indicator.Money {
				found.set(keys, name("spread_office_n"), fmt.Sprint(n.Spread.OfficeN))
				found.set(keys, name("quantiles_office"), exactly(n.Spread.OfficeExact))
			}
		}
	}
	rows := r.Rows
	if len(r.By) == 0 {
		rows = []indicator.Row{r.Total}
	}
	for i := range rows {
		put(rows[i].Keys, 0, &rows[i].Number)
		for c := range rows[i].Companions {
			put(rows[i].Keys, c+1, &rows[i].Companions[c])
		}
	}
	return found.tidied()
}

// bySQL runs reference SQL in the transaction of the context.
func bySQL(ctx context.Context, tb testing.TB, statement *indicator.Statement, by int) figures {
	tb.Helper()
	found := figures{}
	query(ctx, tb, statement, func(rows pgx.Rows) error {
		values, err := rows.Values()
		if err != nil {
			return err
		}
		var keys []string
		for i, field := range rows.FieldDescriptions() {
			if i < by {
				keys = append(keys, values[i].(string))
				continue
			}
			switch v := values[i].(type) {
			case nil:
			case int64:
				found.set(keys, field.Name, fmt.Sprint(v))
			case int32:
				found.set(keys, field.Name, fmt.Sprint(v))
			case []any:
				floats := make([]float64, len(v))
				for n := range v {
					f, is := v[n].(float64)
					if !is {
						return fmt.Errorf("column %s holds %T", field.Name, v[n])
					}
					floats[n] = f
				}
				found.set(keys, field.Name, exactly(floats))
			default:
				return fmt.Errorf("column %s is %T", field.Name, v)
			}
		}
		return nil
	})
	return found.tidied()
}

// tidied leaves out groups in which nothing was counted, and zeros that say only that.
func (f figures) tidied() figures {
	for group, values := range f {
		for name, value := range values {
			if value == "0" {
				delete(values, name)
			}
		}
		if len(values) == 0 {
			delete(f, group)
		}
	}
	return f
}

// question is a group-by with filters over a period.
type question struct {
	by    []string
	where string
}

var questions = []question{
	{}, {by: []string{"office"}}, {by: []string{"officer"}}, {by: []string{"month"}}, {by: []string{"lane"}}, {by: []string{"hs_chapter"}},
	{by: []string{"examiner", "final_lane"}}, {by: []string{"chief", "section", "quarter"}}, {by: []string{"importer", "week"}}, {by: []string{"day"}},
	{by: []string{"cause", "mode", "cargo"}}, {by: []string{"origin", "procedure", "model", "flow"}}, {by: []string{"broker", "hs_heading", "year"}},
	{where: "lane=red"}, {by: []string{"officer"}, where: "office=ATH|NYC"}, {by: []string{"office"}, where: "lane!=green,importer=I1|I2"},
	{by: []string{"carrier"}}, {by: []string{"tax"}}, {by: []string{"relief", "office"}}, {by: []string{"office"}, where: "tax=DUTY|VAT"}, {by: []string{"head", "month"}},
	{by: []string{"reason"}}, {by: []string{"change_reason"}}, {by: []string{"type", "officer"}}, {by: []string{"route", "principal"}}, {by: []string{"regime"}}, {by: []string{"nature", "broker"}},
	{by: []string{"age"}}, {by: []string{"office", "age"}}, {by: []string{"rule"}}, {by: []string{"office", "rule"}}, {where: "rule=P2"}, {where: "age=31-90"},
	{by: []string{"day"}, where: "month=2024-10"}, {by: []string{"office"}, where: "broker="}, {by: []string{"hs_subheading"}},
}

func TestCubeAndSQLAgree(t *testing.T) {
	t.Parallel()
	b := open(t, nil)
	b.load(t, newWorld(1, 600))
	b.rebuild(t, fact.RebuildInput{})
	whole := indicator.Request{From: cube.DateOf(2024, 1, 1), To: cube.DateOf(2025, 3, 1)}
	part := indicator.Request{From: cube.DateOf(2024, 3, 15), To: cube.DateOf(2024, 11, 4)}
	b.views(t, func(ctx context.Context) {
		b.agree(ctx, t, whole, questions)
		b.agree(ctx, t, part, questions[1:8])
		b.weeks(ctx, t)
	})
	b.somethingCounts(t, whole)
}

// The same where selectivity fires after payment, the currency has no decimals,
// the year begins in July and other settings are not the default.
func TestCubeAndSQLAgreeUnderOtherSettings(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	b := open(t, func(tenant *administration.Tenant) {
		tenant.Currency, tenant.Zone = "XAF", "Africa/Cairo"
		s := administration.DefaultSettings(0)
		s.SelectionTiming, s.FiscalYearStart, s.SmallDenominator = administration.AfterPayment, 7, 0
		s.MachineUsers = []string{"SYS", "otto", ""}
		s.MoneyEpsilon, s.PackageTolerance, s.WriteOffDays, s.LateManifestDays = 500, 3, 4, 1
		s.OutlierMinimum, s.OutlierDeviations, s.BurstAssessments, s.BurstMinutes = 3, 0.7, 2, 60
		s.WeightDeclaration, s.WeightItem, s.ClockToleranceSeconds = 3, 2, 0
		tenant.Settings = s
	})
	b.load(t, newWorld(2, 300))
	b.calendars(t)
	b.rebuild(t, fact.RebuildInput{})
	b.views(t, func(ctx context.Context) {
		b.agree(ctx, t, indicator.Request{From: cube.DateOf(2024, 1, 1), To: cube.DateOf(2025, 3, 1)}, questions)
	})
}

// calendars sets working hours that change in the year, holidays moved and taken out, and closures.
func (b *bundle) calendars(t *testing.T) {
	t.Helper()
	ctx, by, id := t.Context(), administration.Actor{Name: "test"}, b.tenant.ID
	s := administration.New(b.db, time.Now)
	day := func(month, d int) int32 {
		return administration.DayNumber(time.Date(2024, time.Month(month), d, 0, 0, 0, 0, time.UTC))
	}
	var noon, night administration.Week
	for i := range 5 {
		noon[i] = []administration.Shift{{Opens: 7*60 + 30, Closes: 12 * 60}, {Opens: 13 * 60, Closes: 16 * 60}}
		night[i+1] = []administration.Shift{{Opens: 0, Closes: 6 * 60}, {Opens: 22 * 60, Closes: 24 * 60}}
	}
	_, closed := s.Close(ctx, id, by, administration.Closure{Office: "ATH", First: day(6, 10), Last: day(6, 21), Reason: "strike"})
	_, all := s.Close(ctx, id, by, administration.Closure{First: day(9, 2), Last: day(9, 6), Reason: "storm"})
	err := errors.Join(closed, all, s.KeepWeek(ctx, id, by, "ATH", administration.DatedWeek{From: day(4, 1), Week: noon}), s.KeepWeek(ctx, id, by, "ATH", administration.DatedWeek{From: day(8, 5), Week: night}),
		s.KeepWeek(ctx, id, by, "KTM", administration.DatedWeek{From: day(1, 1), Week: noon}),
		s.MoveHoliday(ctx, id, by, "", day(5, 1), day(5, 2)), s.RemoveHoliday(ctx, id, by, "ATH", day(6, 3)))
	if err != nil {
		t.Fatal(err)
	}
}

// somethingCounts makes sure that every indicator of the world counts something.
func (b *bundle) somethingCounts(t *testing.T, in indicator.Request) {
	t.Helper()
	results, err := b.indicators.Compute(t.Context(), b.tenant, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range results {
		total := &r.Total.Number
		if total.N == 0 || total.Numerator != nil && *total.Numerator == 0 || total.Denominator != nil && *total.Denominator == 0 || total.Value == nil {
			t.Errorf("%s counts nothing: %+v", r.Code, *total)
		}
	}
}

// agree compares every indicator both ways over the questions that it can
// answer: once with the whole reference SQL, else with its views made tables. Under the
// race detector it is each fourth question.
func (b *bundle) agree(ctx context.Context, t *testing.T, period indicator.Request, asked []question) {
	t.Helper()
	compared := 0
	asked = everyOf(racing.Of(4, 1), asked)
	for _, d := range indicator.All() {
		if d.Available() {
			compared += b.agreeOn(ctx, t, d, period, asked)
		}
	}
	if compared < 15*len(asked) {
		t.Errorf("only %d comparisons", compared)
	}
}

// everyOf gives each nth, from the first on.
func everyOf[T any](n int, all []T) (some []T) {
	for i := 0; i < len(all); i += n {
		some = append(some, all[i])
	}
	return some
}

func (b *bundle) agreeOn(ctx context.Context, t *testing.T, d *indicator.Definition, in indicator.Request, asked []question) (compared int) {
	t.Helper()
	in.Codes = []string{d.Code}
	for i, q := range asked {
		where, err := indicator.ParseFilters(q.where)
		if err != nil {
			t.Fatal(err)
		}
		in.By, in.Where = q.by, where
		if !answers(d, in) {
			continue
		}
		results, err := b.indicators.Compute(t.Context(), b.tenant, in)
		if err != nil {
			t.Fatalf("%s by %v where %q: %v", d.Code, q.by, q.where, err)
		}
		statement, err := b.indicators.SQLOverTables(t.Context(), b.tenant, d.Code, in)
		if len(q.by) == 0 && i == 0 {
			statement, err = b.indicators.SQL(t.Context(), b.tenant, d.Code, in)
		}
		if err != nil {
			t.Fatalf("SQL of %s: %v", d.Code, err)
		}
		compared++
		if diff := cmp.Diff(bySQL(ctx, t, statement, len(in.By)), byCube(results[0])); diff != "" {
			t.Errorf("%s by %v where %q (-SQL +cube):\n%s", d.Code, q.by, q.where, shorten(diff))
			break
		}
	}
	return compared
}

// answers reports whether an indicator has the dimensions of a question.
func answers(d *indicator.Definition, in indicator.Request) bool {
	for _, name := range in.By {
		if !d.Has(name) {
			return false
		}
	}
	for _, f := range in.Where {
		if !d.Has(f.Dimension) {
			return false
		}
	}
	return true
}

func shorten(diff string) string {
	lines := strings.Split(diff, "\n")
	var kept []string
	for _, line := range lines {
		if strings.HasPrefix(line, "-") || strings.HasPrefix(line, "+") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept[:min(len(kept), 14)], "\n")
}
