package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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
	by    []string           // none: the whole under the filters
	where []indicator.Filter // of teams
	codes []string
}

// questionOf says by what a contract's figures are told apart. Teams and the administration are wholes under a filter.
func questionOf(c *Contract) question {
	q := question{codes: codesOf(c)}
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

// all gives the figures of contracts in a month, in their order.
func (f *figuresFrom) all(ctx context.Context, contracts []*Contract, month cube.Month) ([]*monthFiguresOf, error) {
	type group struct {
		question
		members []int
	}
	groups := map[string]*group{}
	var order []string
	for i, c := range contracts {
		q := questionOf(c)
		name := fmt.Sprintf("%q %q", q.by, q.where)
		g := groups[name]
		if g == nil {
			g = &group{question: question{by: q.by, where: q.where}}
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
		}
	}
	return found, nil
}

// tabulated are the results of one question in the months of a line.
type tabulated struct {
	by     []string
	months [lineMonths]map[string]*indicator.Result // by code, the oldest month first
	rows   [lineMonths]map[string]map[string]*indicator.Row
}

func (f *figuresFrom) months(ctx context.Context, q question, month cube.Month) (*tabulated, error) {
	t := &tabulated{by: q.by}
	for i := range lineMonths {
		at := month - cube.Month(lineMonths-1-i)
		results, err := indicator.Over(ctx, f.snapshot, f.watermark, f.tenant, indicator.Request{Codes: q.codes, From: at.First(), To: (at + 1).First(), By: q.by, Where: q.where})
		if err != nil {
			return nil, fmt.Errorf("compute the figures of %s: %w", at, err)
		}
		t.months[i], t.rows[i] = map[string]*indicator.Result{}, map[string]map[string]*indicator.Row{}
		for _, r := range results {
			t.months[i][r.Code] = r
			rows := make(map[string]*indicator.Row, len(r.Rows))
			for n := range r.Rows {
				rows[strings.Join(r.Rows[n].Keys, keySeparator)] = &r.Rows[n]
			}
			t.rows[i][r.Code] = rows
		}
	}
	return t, nil
}

const keySeparator = "\x00"

// row gives the holder's figure of a month, the empty one where nothing was counted.
func (t *tabulated) row(c *Contract, at int, code string) *indicator.Row {
	if len(t.by) == 0 {
		return &t.months[at][code].Total
	}
	key := c.Subject
	if len(t.by) > 1 {
		key += keySeparator + c.Office
	}
	if row := t.rows[at][code][key]; row != nil {
		return row
	}
	return &indicator.Row{}
}

// of picks out the figures of one contract.
func (t *tabulated) of(c *Contract) (*monthFiguresOf, error) {
	const last = lineMonths - 1
	m := &monthFiguresOf{figures: map[string]CardFigure{}, lines: map[string][]*float64{}, peers: map[string]*float64{}}
	segments := map[string]bool{}
	m.declarations = t.row(c, last, handledCode).N
	for _, code := range codesOf(c) {
		d, err := indicator.Find(code)
		if err != nil {
			return nil, err
		}
		result, row := t.months[last][code], t.row(c, last, code)
		m.figures[code] = CardFigure{Code: code, Definition: result.Version, Unit: d.Unit, Value: row.Value, Numerator: row.Numerator, Denominator: row.Denominator,
			N: row.N, Low: row.Low, High: row.High, Mature: result.Maturity.State == indicator.Mature}
		for i := range lineMonths {
			m.lines[code] = append(m.lines[code], t.row(c, i, code).Value)
			for _, hash := range t.months[i][code].Segments {
				segments[hash] = true
			}
		}
		m.peers[code] = t.peers(c, code)
	}
	for hash := range segments {
		m.segments = append(m.segments, hash)
	}
	slices.Sort(m.segments)
	return m, nil
}

// peers is the median of the others at the same office (of the other offices, for an office) who handled
// as many declarations as the contract asks for; nil for wholes, and where there are too few.
func (t *tabulated) peers(c *Contract, code string) *float64 {
	const last = lineMonths - 1
	if len(t.by) == 0 || len(t.by) == 1 && t.by[0] != "office" {
		return nil
	}
	var values []float64
	for i := range t.months[last][code].Rows {
		row := &t.months[last][code].Rows[i]
		if row.Keys[0] == "" || row.Keys[0] == c.Subject || len(row.Keys) > 1 && row.Keys[1] != c.Office || row.Value == nil {
			continue
		}
		handled := t.rows[last][handledCode][strings.Join(row.Keys, keySeparator)]
		if handled != nil && handled.N >= int64(c.Text.Document.Terms.MinimalCases) {
			values = append(values, *row.Value)
		}
	}
	return PeerMedian(values)
}
