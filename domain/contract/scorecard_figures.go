package contract

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/indicator"
)

// lineMonths is how many months a card's line shows, its own the last.
const lineMonths = 6

// monthFiguresOf is what the indicators say of one holder in one month.
type monthFiguresOf struct {
	figures      map[string]CardFigure
	lines        map[string][]*float64
	peers        map[string]*float64
	daily        []int64
	declarations int64
	segments     []string
}

// figuresFrom computes figures from one state of the data, for many contracts in few passes.
type figuresFrom struct {
	snapshot  *cube.Snapshot
	watermark time.Time
	tenant    *administration.Tenant
}

// question is what contracts share that are computed in one pass.
type question struct {
	by        []string           // none: the whole under the filters
	where     []indicator.Filter // of teams
	codes     []string
	floors    map[string]int64 // least amount of a case that counts, by indicator
	discounts bool             // cases beyond the usual number with one broker weigh less
	without   []int64          // declarations that are left out
}

// over asks one question about one month.
func (f *figuresFrom) over(ctx context.Context, q question, month cube.Month) ([]*indicator.Result, error) {
	results, err := indicator.Over(ctx, f.snapshot, f.watermark, f.tenant, indicator.Request{Codes: q.codes, From: month.First(), To: (month + 1).First(), By: q.by, Where: q.where, Least: q.floors, Without: q.without})
	if err != nil {
		return nil, fmt.Errorf("compute the figures of %s: %w", month, err)
	}
	return results, nil
}

// questionOf says by what a contract's figures are told apart. Teams and the administration are wholes under a filter.
func questionOf(c *Contract) question {
	terms := c.Text.Document.Terms
	q := question{codes: codesOf(c), floors: c.Text.Document.floors(), discounts: c.Level == LevelOfficer && terms.SamePairPercent < 100}
	dimension := dimensionOf(c.Level, c.Function)
	switch {
	case c.Level == LevelTeam:
		members := make([]string, len(c.Members))
		for i, m := range c.Members {
			members[i] = m.Officer
		}
		q.where = []indicator.Filter{{Dimension: dimension, Values: members}}
		if c.Office != "" {
			q.where = append(q.where, indicator.Filter{Dimension: "office", Values: []string{c.Office}})
		}
	case dimension == "office":
		q.by = []string{"office"}
	case dimension != "":
		q.by = []string{dimension}
		if c.Office != "" {
			q.by = []string{dimension, "office"}
		}
	}
	return q
}

// codesOf are the indicators that a card of the contract needs, those that cannot be told by the holder left out.
func codesOf(c *Contract) []string {
	codes := []string{handledCode}
	for i := range c.Text.Document.Targets {
		codes = append(codes, c.Text.Document.Targets[i].Code)
	}
	codes = append(codes, besideCodes(c.Text.Document)...)
	slices.Sort(codes)
	codes = slices.Compact(codes)
	dimension := dimensionOf(c.Level, c.Function)
	return slices.DeleteFunc(codes, func(code string) bool {
		d, err := indicator.Find(code)
		return err != nil || !d.Available() || dimension != "" && !d.Has(dimension) || c.Office != "" && !d.Has("office")
	})
}

// floors are the least amounts that the contract names, by indicator.
func (d *Document) floors() map[string]int64 {
	var floors map[string]int64
	for i := range d.Targets {
		if t := &d.Targets[i]; t.Floor != nil && *t.Floor > 0 && indicator.HasLeast(t.Code) {
			if floors == nil {
				floors = map[string]int64{}
			}
			floors[t.Code] = *t.Floor
		}
	}
	return floors
}

// exclusions are the declarations that an indicator is computed without, as people have decided: by contract and indicator.
type exclusions map[uuid.UUID]map[string][]int64

// all gives the figures of contracts in a month, in their order.
func (f *figuresFrom) all(ctx context.Context, contracts []*Contract, month cube.Month, without exclusions) ([]*monthFiguresOf, error) {
	type group struct {
		question
		members []int
	}
	groups := map[string]*group{}
	var order []string
	for i, c := range contracts {
		q := questionOf(c)
		name := fmt.Sprintf("%q %q %v %v", q.by, q.where, q.floors, q.discounts)
		g := groups[name]
		if g == nil {
			g = &group{question: question{by: q.by, where: q.where, floors: q.floors, discounts: q.discounts}}
			groups[name], order = g, append(order, name)
		}
		g.codes = append(g.codes, q.codes...)
		g.members = append(g.members, i)
	}
	found := make([]*monthFiguresOf, len(contracts))
	for _, name := range order {
		g := groups[name]
		slices.Sort(g.codes)
		g.codes = slices.Compact(g.codes)
		months, err := f.months(ctx, g.question, month)
		if err != nil {
			return nil, err
		}
		for _, i := range g.members {
			if found[i], err = months.of(contracts[i]); err != nil {
				return nil, err
			}
			if err := f.leaveOut(ctx, found[i], contracts[i], month, without[contracts[i].ID]); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// leaveOut computes the indicators of one contract again without declarations that people have decided shall not count.
func (f *figuresFrom) leaveOut(ctx context.Context, m *monthFiguresOf, c *Contract, month cube.Month, without map[string][]int64) error {
	for _, code := range slices.Sorted(maps.Keys(without)) {
		if _, asked := m.figures[code]; !asked {
			continue
		}
		q := questionOf(c)
		q.codes, q.without = []string{code}, without[code]
		t := &tabulated{by: q.by}
		if err := f.tabulate(ctx, t, lineMonths-1, q, month); err != nil {
			return err
		}
		figure, err := t.figure(c, lineMonths-1, code)
		if err != nil {
			return err
		}
		figure.Excluded = without[code]
		m.figures[code] = figure
		m.lines[code][lineMonths-1] = figure.Value
	}
	return nil
}

// tabulated are the results of one question in the months of a line.
type tabulated struct {
	by     []string
	months [lineMonths]map[string]*indicator.Result // by code, the oldest month first
	rows   [lineMonths]map[string]map[string]*indicator.Row
	excess [lineMonths]map[string]map[string]int64 // cases beyond the usual number, by code and officer
	others map[string][]*indicator.Row             // of the last month, by code and office
	daily  map[string][]int64
	more   []string // segments that pairs and days were read from
}

func (f *figuresFrom) months(ctx context.Context, q question, month cube.Month) (*tabulated, error) {
	t := &tabulated{by: q.by, others: map[string][]*indicator.Row{}}
	for i := range lineMonths {
		if err := f.tabulate(ctx, t, i, q, month-cube.Month(lineMonths-1-i)); err != nil {
			return nil, err
		}
	}
	for code, r := range t.months[lineMonths-1] {
		for n := range r.Rows {
			name := code + keySeparator + officeOf(r.Rows[n].Keys)
			t.others[name] = append(t.others[name], &r.Rows[n])
		}
	}
	daily, segments, err := f.profile(ctx, q, month)
	t.daily, t.more = daily, append(t.more, segments...)
	return t, err
}

// officeOf is the office of a row by holder and office; empty for rows by holder alone.
func officeOf(keys []string) string {
	if len(keys) > 1 {
		return keys[1]
	}
	return ""
}

// tabulate asks for one month of a line.
func (f *figuresFrom) tabulate(ctx context.Context, t *tabulated, at int, q question, month cube.Month) error {
	results, err := f.over(ctx, q, month)
	if err != nil {
		return err
	}
	t.months[at], t.rows[at] = make(map[string]*indicator.Result, len(results)), make(map[string]map[string]*indicator.Row, len(results))
	for _, r := range results {
		t.months[at][r.Code] = r
		rows := make(map[string]*indicator.Row, len(r.Rows))
		for n := range r.Rows {
			rows[strings.Join(r.Rows[n].Keys, keySeparator)] = &r.Rows[n]
		}
		t.rows[at][r.Code] = rows
	}
	excess, segments, err := f.pairs(ctx, q, month)
	t.excess[at], t.more = excess, append(t.more, segments...)
	return err
}

const keySeparator = "\x00"

// key names the holder's rows.
func (t *tabulated) key(c *Contract) string {
	switch len(t.by) {
	case 0:
		return ""
	case 1:
		return c.Subject
	}
	return c.Subject + keySeparator + c.Office
}

// row gives the holder's row of a month, the empty one where nothing was counted.
func (t *tabulated) row(c *Contract, at int, code string) *indicator.Row {
	if len(t.by) == 0 {
		return &t.months[at][code].Total
	}
	if row := t.rows[at][code][t.key(c)]; row != nil {
		return row
	}
	return &indicator.Row{}
}

// figure gives the holder's figure of a month under the terms of the contract.
func (t *tabulated) figure(c *Contract, at int, code string) (CardFigure, error) {
	d, err := indicator.Find(code)
	if err != nil {
		return CardFigure{}, err
	}
	result, row := t.months[at][code], t.row(c, at, code)
	figure := CardFigure{Code: code, Definition: result.Version, Unit: d.Unit, Value: row.Value, Numerator: row.Numerator, Denominator: row.Denominator,
		N: row.N, Low: row.Low, High: row.High, Mature: result.Maturity.State == indicator.Mature}
	if target := c.Text.Document.Find(code); target != nil && target.Floor != nil && *target.Floor > 0 && indicator.HasLeast(code) {
		figure.Floor = *target.Floor
	}
	figure.discount(t.excess[at][code][t.key(c)], c.Text.Document.Terms.SamePairPercent)
	return figure, nil
}

// of picks out the figures of one contract.
func (t *tabulated) of(c *Contract) (*monthFiguresOf, error) {
	const last = lineMonths - 1
	m := &monthFiguresOf{figures: map[string]CardFigure{}, lines: map[string][]*float64{}, peers: map[string]*float64{}, daily: t.daily[t.key(c)]}
	segments := map[string]bool{}
	for _, hash := range t.more {
		segments[hash] = true
	}
	m.declarations = t.row(c, last, handledCode).N
	for _, code := range codesOf(c) {
		for i := range lineMonths {
			figure, err := t.figure(c, i, code)
			if err != nil {
				return nil, err
			}
			m.lines[code] = append(m.lines[code], figure.Value)
			m.figures[code] = figure // the last one stays
			for _, hash := range t.months[i][code].Segments {
				segments[hash] = true
			}
		}
		m.peers[code] = t.peers(c, code)
	}
	m.segments = slices.Sorted(maps.Keys(segments))
	return m, nil
}

// peers is the median of the others at the same office (of the other offices, for an office) who handled
// as many declarations as the contract asks for; nil for wholes, and where there are too few.
func (t *tabulated) peers(c *Contract, code string) *float64 {
	const last = lineMonths - 1
	if len(t.by) == 0 || len(t.by) == 1 && t.by[0] != "office" {
		return nil
	}
	office := ""
	if len(t.by) > 1 {
		office = c.Office
	}
	var values []float64
	for _, row := range t.others[code+keySeparator+office] {
		if row.Keys[0] == "" || row.Keys[0] == c.Subject || row.Value == nil {
			continue
		}
		key := strings.Join(row.Keys, keySeparator)
		if handled := t.rows[last][handledCode][key]; handled == nil || handled.N < int64(c.Text.Document.Terms.MinimalCases) {
			continue
		}
		figure := CardFigure{Value: row.Value, Numerator: row.Numerator, Denominator: row.Denominator}
		figure.discount(t.excess[last][code][key], c.Text.Document.Terms.SamePairPercent)
		values = append(values, *figure.Value)
	}
	return PeerMedian(values)
}
