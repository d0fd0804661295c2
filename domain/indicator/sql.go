package indicator

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
)

// Statement is the reference SQL of an indicator for one question. It says over
// the tables of the warehouse, slowly and on its own, what the cube computes.
//
// Its columns: the dimensions by their names, then for the indicator (f0) and
// its companions (f1, ..) numerator, denominator, n, and where there are durations or
// amounts their number and quantiles (0.25, 0.5, 0.75, 0.9), with _office for office hours.
type Statement struct {
	Text      string         // with parameters as @name
	Arguments map[string]any // uuid text, dates as text, numbers, texts, lists of texts
}

// Breaches gives the query of the procedure rules P1 to P14 over the warehouse,
// with a row (declaration_id, evaluated, broken) for each declaration, the bits of the
// rules as integers, and the query's named parameters. They are rules of a later room.
type Breaches func(tenant *administration.Tenant, watermark time.Time) (query string, arguments map[string]any)

// SQL gives the reference SQL of an indicator for a request over the current
// figures; Order, Limit and Offset do not count.
func (s *Service) SQL(ctx context.Context, tenant *administration.Tenant, code string, in Request) (*Statement, error) {
	w, err := s.writer(ctx, tenant, code, in)
	if err != nil {
		return nil, err
	}
	return w.write()
}

func (s *Service) writer(ctx context.Context, tenant *administration.Tenant, code string, in Request) (*sqlWriter, error) {
	if IsOwn(code) {
		return nil, domain.Errorf(domain.KindInvalid, "an administration's own indicators have no query; their formula says what they count")
	}
	found, err := findAll([]string{code})
	if err != nil {
		return nil, err
	}
	in.Limit, in.Offset, in.Order = 0, 0, Order{}
	if err := in.check(found); err != nil {
		return nil, err
	}
	snapshot, err := s.Snapshot(ctx, tenant)
	if err != nil {
		return nil, err
	}
	reach := newHorizon(snapshot.Watermark(), tenant.Location())
	if !reach.known {
		reach.day = cube.MaxDate
	}
	w := &sqlWriter{Definition: found[0], in: in, arguments: arguments(tenant, in.From, in.To, reach.day), rules: noRules}
	if s.breaches != nil && usesRules(found[0]) {
		query, more := s.breaches(tenant, snapshot.Watermark())
		w.rules = query
		for name, value := range more {
			if _, known := w.arguments[name]; !known {
				w.arguments[name] = value
			}
		}
	}
	return w, nil
}

func (w *sqlWriter) write() (*Statement, error) {
	text, err := w.statement()
	if err != nil {
		return nil, domain.Wrap(domain.KindInternal, err, "the reference SQL of %s cannot be written", w.Code)
	}
	return &Statement{Text: text, Arguments: w.arguments}, nil
}

// usesRules reports whether an indicator counts breaches of the procedure rules.
func usesRules(d *Definition) bool {
	return slices.ContainsFunc(d.Base, func(t Test) bool { return t.Column == "rules_tried" })
}

// arguments are the parameters of every statement.
func arguments(tenant *administration.Tenant, from, to, watermark cube.Date) map[string]any {
	s := &tenant.Settings
	machines := s.MachineUsers
	if machines == nil {
		machines = []string{}
	}
	return map[string]any{
		"tenant": tenant.ID.String(), "from": from.String(), "to": to.String(), "watermark_day": watermark.String(), "zone": tenant.Zone,
		"selection_timing": string(s.SelectionTiming), "machine_users": machines, "clock_tolerance": s.ClockToleranceSeconds,
		"money_epsilon": s.MoneyEpsilon, "money_per_mille": s.MoneyEpsilonPerMille, "package_tolerance": s.PackageTolerance,
		"weight_per_mille": s.WeightPerMille, "write_off_days": s.WriteOffDays, "late_manifest_days": s.LateManifestDays,
		"burst_assessments": s.BurstAssessments, "burst_minutes": s.BurstMinutes, "weight_declaration": s.WeightDeclaration,
		"weight_item": s.WeightItem, "outlier_deviations": s.OutlierDeviations, "outlier_minimum": s.OutlierMinimum,
		"fiscal_year_start": int64(max(1, s.FiscalYearStart)),
	}
}

// Literal gives the statement to be run as it is by a role that row-level
// security lets see the administration.
func (s *Statement) Literal() string {
	// Nothing is known about the size of views: without the second line the planner
	// loops over them, which takes hours where seconds would do.
	return "BEGIN;\nSET LOCAL assay.tenant_id = " + literal(s.Arguments["tenant"]) + ";\nSET LOCAL enable_nestloop TO off; SET LOCAL jit TO off;\n" + s.Inline() + ";\nCOMMIT;\n"
}

// Inline gives the statement with its parameters written into it.
func (s *Statement) Inline() string {
	text := s.Text
	// Longer names first: @from must not be found in @from_day.
	names := slices.SortedFunc(maps.Keys(s.Arguments), func(a, b string) int { return len(b) - len(a) })
	for _, name := range names {
		text = strings.ReplaceAll(text, "@"+name, literal(s.Arguments[name]))
	}
	return text
}

func literal(value any) string {
	switch v := value.(type) {
	case string:
		return "'" + strings.ReplaceAll(v, "'", "''") + "'"
	case []string:
		quoted := make([]string, len(v))
		for i := range v {
			quoted[i] = literal(v[i])
		}
		return "ARRAY[" + strings.Join(quoted, ", ") + "]::text[]"
	case int64:
		return strconv.FormatInt(v, 10)
	case time.Time:
		return literal(v.UTC().Format(time.RFC3339Nano))
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return fmt.Sprint(value)
}

// sqlWriter writes one statement.
type sqlWriter struct {
	*Definition
	in        Request
	arguments map[string]any
	rules     string
	standing  bool // the views are there as tables
}

func (w *sqlWriter) statement() (string, error) {
	a := &ask{Definition: w.Definition, by: w.in.By, where: w.in.Where}
	figures := w.figures(a)
	var grains []string
	for _, f := range figures {
		if f.rows != "" && !slices.Contains(grains, f.rows) {
			grains = append(grains, f.rows)
		}
	}
	with, err := w.views(grains)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "-- %s version %d: %s\nWITH %s", w.Code, w.Version, w.Name, with)
	for _, f := range figures {
		fmt.Fprintf(&text, ",\n\n%s AS (\n%s\n)", f.name, f.query)
	}
	text.WriteString("\n\n" + w.join(figures))
	return text.String(), nil
}

// views gives what the figures' subqueries select from.
func (w *sqlWriter) views(grains []string) (string, error) {
	if w.standing {
		return snippet("parameters", "")
	}
	return views(w.rules, grains...)
}

// sqlFigure is the subquery of one figure.
type sqlFigure struct {
	name    string
	rows    string
	keys    []string // dimensions it is grouped by
	columns []string
	query   string
}

func (w *sqlWriter) figures(a *ask) []sqlFigure {
	if a.detailed() {
		keys := slices.DeleteFunc(slices.Clone(a.by), a.isDetail)
		where := slices.DeleteFunc(slices.Clone(a.where), func(f Filter) bool { return a.isDetail(f.Dimension) })
		fine := w.figure("f0", "f0_", &Figure{Rows: w.Detail.Rows, BaseSQL: w.Detail.BaseSQL, Numerator: w.Detail.Numerator}, a.by, a.where)
		fine.columns = []string{"f0_numerator"} // its number of rows says nothing
		whole := w.figure("whole", "f0_", &Figure{Rows: w.Rows, BaseSQL: w.BaseSQL, Denominator: w.Denominator}, keys, where)
		return []sqlFigure{fine, whole}
	}
	figures := []sqlFigure{w.figure("f0", "f0_", &w.Figure, a.by, a.where)}
	for i := range w.Companions {
		c := &w.Companions[i].Figure
		where := slices.DeleteFunc(slices.Clone(a.where), func(f Filter) bool { return a.isCase(f.Dimension) })
		if c.Rows == w.Rows && c.UpToEnd == w.UpToEnd || !a.caseBy() && len(where) == len(a.where) && hasDimensions(c.Rows, a.columnsOf(), where) {
			name := fmt.Sprintf("f%d", i+1)
			figures = append(figures, w.figure(name, name+"_", c, a.by, a.where))
		}
	}
	return figures
}

// figure writes the subquery of a figure: one select, or one for each case.
func (w *sqlWriter) figure(name, prefix string, f *Figure, by []string, where []Filter) sqlFigure {
	out := sqlFigure{name: name, rows: f.Rows, keys: by}
	cases := []*Case{nil}
	if slices.ContainsFunc(by, w.isCase) {
		cases = nil
		for i := range w.Cases.Of {
			cases = append(cases, &w.Cases.Of[i])
		}
	}
	var selects []string
	for _, c := range cases {
		selects = append(selects, w.selectOf(f, prefix, by, where, c, &out.columns))
	}
	out.query = strings.Join(selects, "\n  UNION ALL\n")
	return out
}

func (w *sqlWriter) selectOf(f *Figure, prefix string, by []string, where []Filter, c *Case, columns *[]string) string {
	conditions := []string{w.dates(f)}
	if f.BaseSQL != "" && f.BaseSQL != "true" {
		conditions = append(conditions, "("+f.BaseSQL+")")
	}
	numeratorOnly := ""
	if c != nil {
		conditions, numeratorOnly = append(conditions, "("+c.SQL+")"), c.NumeratorSQL
	}
	for i, filter := range where {
		if w.isCase(filter.Dimension) {
			chosen := &w.Cases.Of[w.Cases.find(filter.Values[0])]
			conditions, numeratorOnly = append(conditions, "("+chosen.SQL+")"), chosen.NumeratorSQL
			continue
		}
		conditions = append(conditions, w.filter(i, filter))
	}
	var list, groups []string
	for _, name := range by {
		expression := w.key(name)
		if w.isCase(name) {
			expression = literal(c.Key)
		} else {
			groups = append(groups, expression)
		}
		list = append(list, expression+` AS "`+name+`"`)
	}
	*columns = nil
	for _, value := range w.values(f, numeratorOnly) {
		list = append(list, value[1]+" AS "+prefix+value[0])
		*columns = append(*columns, prefix+value[0])
	}
	text := "  SELECT " + strings.Join(list, ",\n    ") + "\n  FROM " + f.Rows + "_row CROSS JOIN (SELECT from_day, to_day, watermark_day, fiscal_year_start FROM parameters) period" +
		"\n  WHERE " + strings.Join(conditions, "\n    AND ")
	if len(groups) > 0 {
		text += "\n  GROUP BY " + strings.Join(groups, ", ")
	}
	return text
}

// dates is the condition on the day that rows are dated by.
func (w *sqlWriter) dates(f *Figure) string {
	if f.UpToEnd {
		return "dated < to_day"
	}
	text := "dated >= from_day AND dated < to_day"
	m := w.Mature
	if m == (Maturity{}) {
		return text
	}
	ripe := "dated"
	if m.Month {
		ripe = "(dated + interval '1 month')::date"
	}
	ripe += fmt.Sprintf(" + %d", m.Days)
	if m.Setting != "" {
		ripe += " + @" + string(m.Setting) + "::integer"
	}
	return text + " AND " + ripe + " <= watermark_day"
}

// key is the expression of a dimension.
func (w *sqlWriter) key(name string) string {
	shifted := "(dated - make_interval(months => fiscal_year_start - 1))"
	year := "CASE WHEN fiscal_year_start = 1 THEN to_char(dated, 'YYYY') ELSE to_char(" + shifted + ", 'YYYY/') || to_char(" + shifted + " + interval '1 year', 'YY') END"
	switch name {
	case cube.DimensionDay:
		return "to_char(dated, 'YYYY-MM-DD')"
	case cube.DimensionWeek:
		return `to_char(dated, 'IYYY"-W"IW')`
	case cube.DimensionMonth:
		return "to_char(dated, 'YYYY-MM')"
	case cube.DimensionQuarter:
		return "(" + year + ") || to_char(" + shifted + `, '"-Q"Q')`
	case cube.DimensionYear:
		return year
	}
	return name
}

func (w *sqlWriter) filter(number int, f Filter) string {
	argument := fmt.Sprintf("filter_%d", number)
	w.arguments[argument] = f.Values
	if f.Not {
		return w.key(f.Dimension) + " <> ALL (CAST(@" + argument + " AS text[]))"
	}
	return w.key(f.Dimension) + " = ANY (CAST(@" + argument + " AS text[]))"
}

// values are the aggregates of a figure with their names.
func (w *sqlWriter) values(f *Figure, numeratorOnly string) [][2]string {
	var values [][2]string
	add := func(name, sql string) { values = append(values, [2]string{name, sql}) }
	if f.Numerator != nil {
		add("numerator", f.Numerator.aggregate(numeratorOnly))
	}
	if f.Denominator != nil {
		add("denominator", f.Denominator.aggregate(""))
		add("n", f.Denominator.rows(""))
	} else if f.Numerator != nil {
		add("n", f.Numerator.rows(numeratorOnly))
	}
	if s := f.Spread; s != nil {
		add("spread_n", "count("+s.Column+")"+filtered(s.SQL))
		add("quantiles", s.quantiles(s.Column))
		if s.Office != "" {
			add("spread_office_n", "count("+s.Office+")"+filtered(s.SQL))
			add("quantiles_office", s.quantiles(s.Office))
		}
	}
	return values
}

func (s *Spread) quantiles(column string) string {
	probabilities := make([]string, len(Quantiles))
	for i, p := range Quantiles {
		probabilities[i] = strconv.FormatFloat(p, 'g', -1, 64)
	}
	return "percentile_cont(ARRAY[" + strings.Join(probabilities, ", ") + "]::float8[]) WITHIN GROUP (ORDER BY " + column + "::float8)" + filtered(s.SQL)
}

func (m *Measure) aggregate(more string) string {
	sql := ""
	switch m.Func {
	case cube.Sum:
		value := "sum(" + m.Column + ")"
		if m.Plus != "" {
			value = "sum(" + m.Column + " + " + m.Plus + ")"
		}
		return "(" + value + filtered(m.SQL, more) + ")::bigint"
	case cube.Distinct:
		sql = "count(DISTINCT nullif(" + m.Column + ", ''))"
	default:
		sql = "count(*)"
	}
	return sql + filtered(m.SQL, more)
}

// rows counts the rows that go into a measure.
func (m *Measure) rows(more string) string {
	switch m.Func {
	case cube.Sum:
		return "count(" + m.Column + ")" + filtered(m.SQL, more)
	case cube.Distinct:
		return "count(nullif(" + m.Column + ", ''))" + filtered(m.SQL, more)
	}
	return "count(*)" + filtered(m.SQL, more)
}

func filtered(conditions ...string) string {
	conditions = slices.DeleteFunc(conditions, func(c string) bool { return c == "" })
	if len(conditions) == 0 {
		return ""
	}
	for i := range conditions {
		conditions[i] = "(" + conditions[i] + ")"
	}
	return " FILTER (WHERE " + strings.Join(conditions, " AND ") + ")"
}

// join puts the figures side by side. All but a detail's whole are grouped alike.
func (w *sqlWriter) join(figures []sqlFigure) string {
	keys := make([]string, len(w.in.By))
	for i, name := range w.in.By {
		keys[i] = `"` + name + `"`
	}
	columns := slices.Clone(keys)
	text := "\nFROM f0"
	for i, f := range figures {
		for _, column := range f.columns {
			columns = append(columns, f.name+"."+column)
		}
		if i == 0 {
			continue
		}
		shared := make([]string, len(f.keys))
		for n, name := range f.keys {
			shared[n] = `"` + name + `"`
		}
		switch {
		case len(shared) == 0:
			text += "\nCROSS JOIN " + f.name
		case len(f.keys) < len(w.in.By): // the whole of a detail is grouped more coarsely
			text += "\nLEFT JOIN whole USING (" + strings.Join(shared, ", ") + ")"
		default:
			text += "\nFULL JOIN " + f.name + " USING (" + strings.Join(shared, ", ") + ")"
		}
	}
	text = "SELECT " + strings.Join(columns, ", ") + text
	if len(keys) > 0 {
		text += "\nORDER BY " + strings.Join(keys, ", ")
	}
	return text
}
