package indicator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
)

// LinesRequest asks for the things behind a figure.
type LinesRequest struct {
	Code     string
	From, To cube.Date
	Where    []Filter // also of the calendar's dimensions: month=2026-10
	Part     Part     // empty means the denominator, or the numerator where there is only that
	Limit    int      // 0 means 100, never more than 1000
	Offset   int
	// Declaration asks for the lines of one declaration, by its number in the warehouse; 0 for all.
	Declaration int64
}

// The bounds of a page of lines.
const (
	defaultLines = 100
	maxLines     = 1000
	// pageOfAll is how many lines are held at a time while all are given.
	pageOfAll = 10_000
)

// Lines gives the declarations (or acts, items, bills, ..) that a figure counts,
// the latest first: those of the numerator, or all of the denominator with a mark
// on those of the numerator.
func (s *Service) Lines(ctx context.Context, tenant *administration.Tenant, in LinesRequest) (*Lines, error) {
	found, err := s.find(ctx, tenant, []string{in.Code})
	if err != nil {
		return nil, err
	}
	if err := in.settle(found[0]); err != nil {
		return nil, err
	}
	snapshot, err := s.Snapshot(ctx, tenant)
	if err != nil {
		return nil, err
	}
	lines, err := behind(ctx, newEvaluation(snapshot, tenant), found[0], in)
	if err != nil {
		return nil, err
	}
	if err := s.nameDeclarations(ctx, tenant.ID, lines.Lines); err != nil {
		return nil, err
	}
	return lines, nil
}

// Behind gives lines of an indicator of the catalogue as Service.Lines does, from a snapshot that the caller holds, without the
// references of declarations.
func Behind(ctx context.Context, snapshot *cube.Snapshot, watermark time.Time, tenant *administration.Tenant, in LinesRequest) (*Lines, error) {
	found, err := findAll([]string{in.Code})
	if err != nil {
		return nil, err
	}
	if err := in.settle(found[0]); err != nil {
		return nil, err
	}
	e := newEvaluation(snapshot, tenant)
	e.horizon = newHorizon(watermark, tenant.Location())
	return behind(ctx, e, found[0], in)
}

// settle checks what is asked of an indicator and fills in what is not said.
func (in *LinesRequest) settle(d *Definition) error {
	if in.Limit == 0 {
		in.Limit = defaultLines
	}
	request := Request{From: in.From, To: in.To, Where: in.Where, Limit: in.Limit, Offset: in.Offset}
	if err := request.check([]*Definition{d}); err != nil {
		return err
	}
	if in.Limit > maxLines {
		return domain.Errorf(domain.KindInvalid, "at most %d lines can be asked for at a time", maxLines)
	}
	if in.Part == "" {
		in.Part = DenominatorPart
		if d.Denominator == nil && d.Numerator != nil {
			in.Part = NumeratorPart
		}
	}
	return nil
}

func behind(ctx context.Context, e *evaluation, d *Definition, in LinesRequest) (*Lines, error) {
	l := &lineQuery{evaluation: e, ask: e.newAsk(d, in.From, in.To, nil, in.Where), part: in.Part, declaration: in.Declaration}
	lines, err := l.run(ctx, in.Limit, in.Offset)
	if err != nil {
		return nil, fmt.Errorf("list what is behind %s: %w", d.Code, err)
	}
	return lines, nil
}

// eachLines gives the first lines, from the request's offset on and most of them at most, a page at a
// time, all of one state of the data. There is always a first page, which may be empty.
func (s *Service) eachLines(ctx context.Context, tenant *administration.Tenant, in LinesRequest, most, page int, take func(*Lines) error) error {
	found, err := s.find(ctx, tenant, []string{in.Code})
	if err != nil {
		return err
	}
	d := found[0]
	if err := in.settle(d); err != nil {
		return err
	}
	snapshot, err := s.Snapshot(ctx, tenant)
	if err != nil {
		return err
	}
	offset := in.Offset
	for given := 0; given < most; {
		e := newEvaluation(snapshot, tenant)
		l := &lineQuery{evaluation: e, ask: e.newAsk(d, in.From, in.To, nil, in.Where), part: in.Part, declaration: in.Declaration}
		lines, err := l.run(ctx, min(page, most-given), offset+given)
		if err != nil {
			return fmt.Errorf("list what is behind %s: %w", d.Code, err)
		}
		if err := s.nameDeclarations(ctx, tenant.ID, lines.Lines); err != nil {
			return err
		}
		if err := take(lines); err != nil {
			return err
		}
		given += len(lines.Lines)
		if len(lines.Lines) == 0 || int64(offset+given) >= lines.Total {
			return nil
		}
	}
	return nil
}

// lineQuery finds the rows behind one figure.
type lineQuery struct {
	*evaluation
	*ask
	part        Part
	declaration int64

	grain   *cube.Grain
	columns []string
	measure string
	counted []Test // what makes a row of the denominator one of the numerator
}

func (l *lineQuery) run(ctx context.Context, limit, offset int) (*Lines, error) {
	slots, p, err := l.chosen()
	if err != nil {
		return nil, err
	}
	l.grain = fact.Grain(p.rows)
	lines := &Lines{Provenance: l.provenance(l.Definition), Period: Period{Day(l.from), Day(l.to)}, Part: l.part, Rows: p.rows}
	query := cube.RowsQuery{Grain: p.rows, From: l.from, To: l.to, Limit: limit, Offset: offset, FiscalYearStart: l.settings.FiscalYearStart,
		Order: []cube.RowOrder{{Column: l.grain.Date, Descending: true}}}
	if p.upToEnd {
		first, _, known := l.snapshot.Span(p.rows)
		if !known || first >= l.to {
			return lines, nil
		}
		query.From = first
	}
	if l.through < l.from {
		return lines, nil // nothing can be told about yet
	}
	if l.through < query.To {
		query.To = l.through + 1
	}
	for _, f := range p.where {
		query.Where = append(query.Where, f.condition())
	}
	if l.declaration != 0 {
		if l.grain.Column(fact.ColumnDeclaration) == nil {
			return lines, nil // these rows are of no declaration
		}
		query.Where = append(query.Where, cube.Condition{Column: fact.ColumnDeclaration, Min: &l.declaration, Max: &l.declaration})
	}
	where, err := conditions(l.grain, slots.tests, l.from, l.to)
	if err != nil {
		return nil, err
	}
	query.Where = append(query.Where, where...)
	if slots.fn != cube.Count {
		null := false
		query.Where = append(query.Where, cube.Condition{Column: slots.column, Null: &null})
	}
	l.choose(slots)
	query.Columns = l.columns
	lines.Dimensions = l.told()
	result, err := l.snapshot.Rows(ctx, query)
	if err != nil {
		return nil, err
	}
	lines.Total, lines.Segments = result.Total, result.Segments
	for _, cells := range result.Rows {
		lines.Lines = append(lines.Lines, l.line(cells))
	}
	return lines, nil
}

// chosen gives the slot that the part is counted by, and its rows.
func (l *lineQuery) chosen() (*slot, *part, error) {
	wanted := asDenominator
	switch {
	case l.part == NumeratorPart && l.Numerator != nil:
		wanted = asNumerator
	case l.Numerator == nil && l.Spread != nil:
		wanted = asSpread
	case l.part != DenominatorPart && l.part != NumeratorPart:
		return nil, nil, domain.Errorf(domain.KindInvalid, "the things behind a figure are those of its numerator or denominator, not of %q", l.part)
	case l.Denominator == nil:
		wanted = asNumerator
	}
	parts := l.parts()
	var numerator *slot
	for i := range parts {
		for n := range parts[i].slots {
			s := &parts[i].slots[n]
			if s.figure == 0 && s.purpose == asNumerator {
				numerator = s
			}
		}
	}
	for i := range parts {
		for n := range parts[i].slots {
			s := &parts[i].slots[n]
			if s.figure != 0 || s.purpose != wanted {
				continue
			}
			if l.isSum(wanted) { // what is added up has conditions of its own: all rows are shown
				return &slot{purpose: wanted, cases: -1, fn: cube.Count, tests: l.Base}, &parts[i], nil
			}
			if wanted == asNumerator {
				l.counted = []Test{}
			} else if numerator != nil && numerator.fn == cube.Count {
				l.counted = numerator.tests
			}
			return s, &parts[i], nil
		}
	}
	return nil, nil, domain.Errorf(domain.KindInvalid, "%s has no %s", l.Code, l.part)
}

// isSum reports whether the measure of a purpose is made of several.
func (l *lineQuery) isSum(wanted purpose) bool {
	m := l.Numerator
	if wanted == asDenominator {
		m = l.Denominator
	}
	return wanted != asSpread && m != nil && len(m.More) > 0
}

// lineDimensions are the dimensions that a line tells, where its rows have them.
var lineDimensions = []string{"office", "officer", "examiner", "broker", "importer", "model", "lane", "hs_heading", "origin",
	"departure", "principal", "carrier", "regime", "type", "reason", "change_reason", "tax", "route"}

// told are the dimensions that the lines may tell.
func (l *lineQuery) told() []string {
	return slices.DeleteFunc(slices.Clone(lineDimensions), func(name string) bool { return !slices.Contains(l.columns, name) })
}

// choose says which columns a line needs.
func (l *lineQuery) choose(s *slot) {
	add := func(name string) {
		if !slices.Contains(l.columns, name) && slices.Contains(append(l.grain.Dimensions(), flagColumns(l.grain)...), name) {
			l.columns = append(l.columns, name)
		}
	}
	add(l.grain.Date)
	add(fact.ColumnDeclaration)
	add("reference")
	add("kind")
	for _, name := range lineDimensions {
		add(name)
	}
	l.measure = s.column
	if l.measure == "" && l.Spread != nil {
		l.measure = l.Spread.Column
	}
	add(l.measure)
	for i := range l.counted {
		for _, name := range l.counted[i].columns() {
			add(name)
		}
	}
}

// columns are those that a test looks at.
func (t *Test) columns() []string {
	if t.Either == nil {
		return []string{t.Column}
	}
	var names []string
	for i := range t.Either {
		names = append(names, t.Either[i].columns()...)
	}
	return names
}

func flagColumns(g *cube.Grain) []string {
	var names []string
	for _, c := range g.Columns {
		if c.Type == cube.Flags {
			names = append(names, c.Name)
		}
	}
	return names
}

// line turns cells into a line.
func (l *lineQuery) line(cells []cube.Cell) Line {
	line := Line{Dimensions: map[string]string{}, Counted: l.counted != nil}
	cell := func(name string) *cube.Cell {
		if i := slices.Index(l.columns, name); i >= 0 {
			return &cells[i]
		}
		return nil
	}
	line.On = Day(cell(l.grain.Date).Int)
	if c := cell(fact.ColumnDeclaration); c != nil {
		line.DeclarationID = c.Int
	}
	if c := cell("reference"); c != nil {
		line.Reference = c.Text
	}
	if c := cell("kind"); c != nil {
		line.Kind = c.Text
	}
	for _, name := range lineDimensions {
		if c := cell(name); c != nil && c.Text != "" {
			line.Dimensions[name] = c.Text
		}
	}
	if c := cell(l.measure); c != nil && !c.Null && l.measure != "" {
		line.Measure = &c.Int
	}
	for i := range l.counted {
		line.Counted = line.Counted && l.counted[i].holds(l.grain, cell, l.from, l.to)
	}
	return line
}

// holds reports whether a row satisfies a test.
func (t *Test) holds(g *cube.Grain, cell func(string) *cube.Cell, from, to cube.Date) bool {
	if t.Either != nil {
		return slices.ContainsFunc(t.Either, func(each Test) bool { return each.holds(g, cell, from, to) })
	}
	c := cell(t.Column)
	condition, err := t.condition(g, from, to)
	if err != nil || c == nil || c.Null && (condition.Min != nil || condition.Max != nil) {
		return false
	}
	bits := uint64(c.Int)
	failed := condition.AllOf != 0 && bits&condition.AllOf != condition.AllOf ||
		condition.AnyOf != 0 && bits&condition.AnyOf == 0 ||
		condition.NoneOf != 0 && bits&condition.NoneOf != 0 ||
		condition.In != nil && !slices.Contains(condition.In, c.Text) ||
		!strings.HasPrefix(c.Text, condition.Prefix) ||
		condition.Min != nil && c.Int < *condition.Min ||
		condition.Max != nil && c.Int > *condition.Max ||
		condition.Null != nil && c.Null != *condition.Null
	return failed == condition.Not
}
