package cube

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
)

// figuresVersion goes up when figures would be computed or written otherwise.
const figuresVersion = 2

// questionName names a question by all that gives different figures in a month.
// Conditions on the date of the rows stand apart: most say the same of all rows of a month, such
// as "not after what can be told already", which moves on by a day each day.
type questionName struct {
	plan  *plan
	plain [sha256.Size]byte // of all but the conditions on dates
	dated []datedCondition
}

// datedCondition is a condition on the grain's date of an aggregate.
type datedCondition struct {
	aggregate int
	min, max  Date
}

// name gives the question's name.
func (p *plan) name() (*questionName, error) {
	q, name := p.query, &questionName{plan: p}
	type plain Aggregate
	aggregates := make([]plain, len(q.Aggregates))
	for i, a := range q.Aggregates {
		aggregates[i] = plain(a)
		aggregates[i].Name = ""
		aggregates[i].Where = nil
		for _, c := range a.Where {
			if from, to, dated := p.grain.dated(&c); dated {
				name.dated = append(name.dated, datedCondition{i, from, to})
			} else {
				aggregates[i].Where = append(aggregates[i].Where, c)
			}
		}
	}
	text, err := json.Marshal(struct {
		Version, GrainVersion int
		Grain                 string
		Where                 []Condition
		Aggregates            []plain
		Fiscal                int
	}{figuresVersion, p.grain.Version, q.Grain, q.Where, aggregates, q.FiscalYearStart})
	if err != nil {
		return nil, fmt.Errorf("name the question: %w", err)
	}
	name.plain = sha256.Sum256(text)
	return name, nil
}

// dated gives the first and last day that a condition leaves, if it is one on the
// date of the rows and nothing else. Every row has a date.
func (g *Grain) dated(c *Condition) (first, last Date, is bool) {
	if c.Column != g.Date || c.Min == nil && c.Max == nil || c.Not || c.Null != nil || c.In != nil || c.Prefix != "" || c.Either != nil || c.AllOf|c.AnyOf|c.NoneOf != 0 {
		return 0, 0, false
	}
	first, last = MinDate, MaxDate
	if c.Min != nil {
		first = Date(max(*c.Min, int64(MinDate)))
	}
	if c.Max != nil {
		last = Date(min(*c.Max, int64(MaxDate)))
	}
	return first, last, true
}

// in gives the question for a month.
func (n *questionName) in(m Month) monthQuestion {
	q := monthQuestion{digest: n.plain}
	first, last := m.First(), (m+1).First()-1
	if from := n.plan.query.From; from > first {
		q.from = int32(from - first)
	}
	if to := n.plan.query.To; to <= last {
		q.upTo = int32(to - first)
	}
	var dated bytes.Buffer
	for _, d := range n.dated {
		if d.min <= first && d.max >= last {
			continue // says nothing of this month
		}
		from, to := max(d.min, first)-first, min(d.max, last)-first
		if from > to {
			from, to = 1, 0 // no row, whatever the days were
		}
		_ = binary.Write(&dated, binary.LittleEndian, [3]int64{int64(d.aggregate), int64(from), int64(to)}) // to memory
	}
	if dated.Len() > 0 {
		q.digest = sha256.Sum256(append(n.plain[:], dated.Bytes()...))
	}
	return q
}

// aggregatesIn gives the question's aggregates without the conditions that say nothing
// of a month and without names.
func (n *questionName) aggregatesIn(m Month) []Aggregate {
	first, last := m.First(), (m+1).First()-1
	aggregates := make([]Aggregate, len(n.plan.query.Aggregates))
	for i, a := range n.plan.query.Aggregates {
		var where []Condition
		for _, c := range a.Where {
			if from, to, dated := n.plan.grain.dated(&c); !dated || from > first || to < last {
				where = append(where, c)
			}
		}
		a.Name, a.Where = "", where
		aggregates[i] = a
	}
	return aggregates
}
