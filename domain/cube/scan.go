package cube

import (
	"context"
	"slices"
)

// scanner runs a plan over one segment after the other, block by block, and
// keeps the figures of the groups it finds.
type scanner struct {
	*layout
	groups  *grouping
	figures *accumulator
	keep    bool // whether rows are needed after they were scanned
	kept    []*kept
	classes []*classified // the quantiles that need less of them
	passed  []*passed     // if there are such
	limit   int
	scanned int64

	// Of the present segment:
	where  []test
	masked *laneMasks
	values []*numbers // by plan.values
	needed []bool     // by plan.values: whether each block has to be looked at

	quartets []quartet
	slots    []int // by measure: which place of which quartet, or -1

	selection selection
	keys      []uint64
	group     []uint32
	masks     [][]uint64
}

func newScanner(l *layout, groups *grouping, limit int) *scanner {
	s := &scanner{layout: l, groups: groups, figures: newAccumulator(l.record, l.counts), limit: limit, classes: l.classify(groups)}
	s.keep = l.plan.keeps(len(s.classes))
	s.quartets, s.slots = l.quartets()
	if groups.direct && groups.space <= fewGroups {
		s.figures.copies = 2
	}
	s.keys, s.group = make([]uint64, blockRows), make([]uint32, blockRows)
	s.masks = make([][]uint64, l.words)
	for w := range s.masks {
		s.masks[w] = make([]uint64, blockRows)
	}
	return s
}

// fewGroups is up to how many groups one row often falls into the group of the
// row just before.
const fewGroups = 64

// keeps reports whether rows are needed after they were scanned, where so many quantiles do
// without.
func (p *plan) keeps(classified int) bool {
	for _, m := range p.measures {
		if m.fn == Distinct {
			return true
		}
		if m.fn == Quantiles {
			classified--
		}
	}
	return classified < 0
}

// tests gives the plan's filters in a segment, and which of them choose its
// rows; false when no row passes.
func (p *plan) tests(month Month, columns map[int]*column) (tests, where []test, any bool) {
	tests = make([]test, len(p.filters))
	for i := range p.filters {
		tests[i] = p.filters[i].testOf(month, columns)
	}
	where = []test{p.period().test(month, columns[p.grain.Index(p.grain.Date)])}
	for _, i := range p.where {
		where = append(where, tests[i])
	}
	if slices.ContainsFunc(where, func(t test) bool { return t.outcome == never }) {
		return nil, nil, false
	}
	return tests, slices.DeleteFunc(where, func(t test) bool { return t.outcome == always }), true
}

// segmentNumbers gives the plan's values in a segment.
func (p *plan) segmentNumbers(columns map[int]*column) []*numbers {
	values := make([]*numbers, len(p.values))
	for i, v := range p.values {
		var minus *column
		if v.minus >= 0 {
			minus = columns[v.minus]
		}
		values[i] = newNumbers(columns[v.column], minus)
	}
	return values
}

// enter prepares for another segment.
func (s *scanner) enter(rows int, columns map[int]*column, tests, where []test) {
	s.where, s.values = where, s.plan.segmentNumbers(columns)
	s.masked = s.layout.masks(tests, s.values)
	s.needed = make([]bool, len(s.values))
	for _, null := range s.masked.nullable {
		s.needed[null.value] = true
	}
	for i, m := range s.plan.measures {
		if s.positions[i] >= 0 {
			s.needed[m.value] = true
		}
	}
	for _, c := range s.classes {
		s.needed[s.plan.measures[c.measure].value] = true
	}
	if len(s.classes) > 0 {
		s.passed = append(s.passed, newPassed(len(s.classes), rows, s.values))
	}
	if s.keep {
		s.kept = append(s.kept, newKept(s.words, rows, s.values, columns))
	}
}

// scan adds the rows of one segment; the scanner's axes are those of the segment.
func (s *scanner) scan(ctx context.Context, rows int, columns map[int]*column, tests, where []test) error {
	s.enter(rows, columns, tests, where)
	for first := 0; first < rows; first += blockRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.scanned += s.selection.choose(s.where, first, min(first+blockRows, rows))
		if s.selection.count == 0 {
			continue
		}
		s.add()
		if n := s.groups.groups(); n > s.limit && !s.groups.direct || (n<<s.figures.copies)*s.figures.stride > maxRecords {
			return tooManyGroups(s.limit)
		}
	}
	return nil
}

// add counts and sums the selected rows.
func (s *scanner) add() {
	s.begin()
	s.groups.number(&s.selection, s.keys, s.group)
	s.addNumbered()
}

// begin makes room for the selected rows.
func (s *scanner) begin() {
	n := s.selection.count
	s.keys = s.keys[:n]
	if s.keep {
		s.group = s.kept[len(s.kept)-1].next(&s.selection, s.masks)
	} else {
		s.group = s.group[:n]
		for w := range s.masks {
			s.masks[w] = s.masks[w][:n]
		}
	}
}

// addNumbered counts and sums the selected rows, whose groups are known.
func (s *scanner) addNumbered() {
	s.figures.grow(s.groups.groups())
	s.figures.locate(s.group)
	if len(s.classes) > 0 {
		s.passed[len(s.passed)-1].next(&s.selection, s.group, s.figures.alone)
	}
	s.masked.set(&s.selection, s.masks)
	for v := range s.values {
		if s.needed[v] {
			s.measure(v)
		}
	}
	if !s.figures.alone {
		for i := range s.quartets {
			s.figures.addQuartet(&s.quartets[i])
		}
	}
	s.figures.count(s.masks)
}

// measure takes the rows where value v is null out of its lanes, and adds the
// others to the measures of it.
func (s *scanner) measure(v int) {
	view := s.values[v].view(&s.selection)
	for _, null := range s.masked.nullable {
		if null.value == v {
			for w, affected := range null.affected {
				if affected != 0 {
					view.clearNull(s.masks[w], affected)
				}
			}
		}
	}
	for i, m := range s.plan.measures {
		if m.value != v || s.positions[i] < 0 {
			continue
		}
		bit := s.bits[m.lane]
		mask := s.masks[bit/64]
		switch {
		case m.fn == Sum && s.wide[i]:
			s.figures.sumWide(s.positions[i], &view, mask, bit)
		case s.slots[i] >= 0 && !s.figures.alone:
			s.quartets[s.slots[i]/4].place(s.slots[i], &view, mask, bit)
		case m.fn == Sum:
			s.figures.sum(s.positions[i], &view, mask, bit)
		case m.fn == Min:
			s.figures.least(s.positions[i], &view, mask, bit)
		case m.fn == Max:
			s.figures.greatest(s.positions[i], &view, mask, bit)
		}
	}
	for _, c := range s.classes {
		if s.plan.measures[c.measure].value == v {
			c.add(s.passed[len(s.passed)-1], &view, s.group, s.masks)
		}
	}
}
