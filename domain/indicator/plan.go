package indicator

import (
	"slices"

	"assay/domain/cube"
	"assay/domain/cube/fact"
)

// ask is one question: an indicator over a period, by dimensions, under filters.
type ask struct {
	*Definition
	from, to cube.Date
	through  cube.Date // last day that can be told about
	by       []string
	where    []Filter
}

// purpose is what a value is for its figure.
type purpose int

const (
	asNumerator purpose = iota
	asDenominator
	asAdded // second part of the denominator
	asSpread
	asOffice
	// Those from here on are what is added to the numerator and to the denominator in turn, see moreOf.
	asMore
)

// moreOf is the purpose of what is added to a numerator or denominator.
func moreOf(p purpose, at int) purpose {
	return asMore + purpose(2*at) + p
}

// slot is one value that the cube is asked for.
type slot struct {
	figure  int // 0 is the indicator's own, then its companions
	purpose purpose
	cases   int // which of the cases, -1 without
	fn      cube.Func
	column  string
	tests   []Test
}

// part is what one grain contributes to the answer of an ask.
type part struct {
	rows    string
	upToEnd bool
	keys    []string // dimensions of the ask that the part is grouped by
	where   []Filter // filters of the ask that the part obeys
	slots   []slot
}

// detailed reports whether the ask needs the finer rows of the indicator.
func (a *ask) detailed() bool {
	return slices.ContainsFunc(a.by, a.isDetail) || slices.ContainsFunc(a.where, func(f Filter) bool { return a.isDetail(f.Dimension) })
}

// caseBy reports whether the ask is grouped by the indicator's cases.
func (a *ask) caseBy() bool { return slices.ContainsFunc(a.by, a.isCase) }

// columnsOf are the dimensions of the ask that are columns of the grains.
func (a *ask) columnsOf() []string {
	return slices.DeleteFunc(slices.Clone(a.by), a.isCase)
}

// parts says what the cube must be asked, a part a grain. The first part gives
// the groups; others complete them.
func (a *ask) parts() []part {
	if a.detailed() {
		return a.detailParts()
	}
	where := slices.DeleteFunc(slices.Clone(a.where), func(f Filter) bool { return a.isCase(f.Dimension) })
	parts := []part{{rows: a.Rows, upToEnd: a.UpToEnd, keys: a.columnsOf(), where: where}}
	parts[0].slots = a.slots(0, &a.Figure)
	for i := range a.Companions {
		c := &a.Companions[i].Figure
		at := slices.IndexFunc(parts, func(p part) bool { return p.rows == c.Rows && p.upToEnd == c.UpToEnd })
		if at < 0 {
			if (a.Cases != nil && (a.caseBy() || len(where) < len(a.where))) || !hasDimensions(c.Rows, a.columnsOf(), where) {
				continue // these rows do not know the dimensions
			}
			parts = append(parts, part{rows: c.Rows, upToEnd: c.UpToEnd, keys: a.columnsOf(), where: where})
			at = len(parts) - 1
		}
		parts[at].slots = append(parts[at].slots, a.slots(i+1, c)...)
	}
	return parts
}

func hasDimensions(grain string, keys []string, where []Filter) bool {
	known := fact.Grain(grain).Dimensions()
	for _, key := range keys {
		if !slices.Contains(known, key) {
			return false
		}
	}
	for _, f := range where {
		if !slices.Contains(known, f.Dimension) {
			return false
		}
	}
	return true
}

// detailParts asks the finer rows for the numerator and the indicator's own for
// the denominator, which does not know the finer dimensions.
func (a *ask) detailParts() []part {
	keys := slices.DeleteFunc(slices.Clone(a.by), a.isDetail)
	where := slices.DeleteFunc(slices.Clone(a.where), func(f Filter) bool { return a.isDetail(f.Dimension) })
	fine := part{rows: a.Detail.Rows, keys: a.by, where: a.where,
		slots: []slot{{purpose: asNumerator, cases: -1, fn: a.Detail.Numerator.Func, column: a.Detail.Numerator.Column, tests: both(a.Detail.Base, a.Detail.Numerator.Tests)}}}
	whole := part{rows: a.Rows, keys: keys, where: where, slots: a.denominator(0, -1, &a.Figure, nil)}
	return []part{fine, whole}
}

// slots are the values of a figure, for each case when the ask is by cases.
func (a *ask) slots(number int, f *Figure) []slot {
	if a.caseBy() {
		var all []slot
		for i := range a.Cases.Of {
			all = append(all, a.slotsOf(number, i, f, &a.Cases.Of[i])...)
		}
		return all
	}
	for _, filter := range a.where {
		if a.isCase(filter.Dimension) {
			return a.slotsOf(number, -1, f, &a.Cases.Of[a.Cases.find(filter.Values[0])])
		}
	}
	return a.slotsOf(number, -1, f, &Case{})
}

func (a *ask) slotsOf(number, at int, f *Figure, c *Case) []slot {
	var slots []slot
	if f.Numerator != nil {
		tests := both(f.Base, f.Numerator.Tests, c.Tests, c.Numerator)
		slots = append(slots, slot{number, asNumerator, at, f.Numerator.Func, f.Numerator.Column, tests})
		slots = append(slots, more(f.Numerator, asNumerator, slots[0], both(f.Base, c.Tests, c.Numerator))...)
	}
	slots = append(slots, a.denominator(number, at, f, c.Tests)...)
	if f.Spread != nil {
		tests := both(f.Base, f.Spread.Tests, c.Tests)
		slots = append(slots, slot{number, asSpread, at, cube.Quantiles, f.Spread.Column, tests})
		if f.Spread.Office != "" {
			slots = append(slots, slot{number, asOffice, at, cube.Quantiles, f.Spread.Office, tests})
		}
	}
	return slots
}

func (a *ask) denominator(number, at int, f *Figure, also []Test) []slot {
	if f.Denominator == nil {
		return nil
	}
	tests := both(f.Base, f.Denominator.Tests, also)
	slots := []slot{{number, asDenominator, at, f.Denominator.Func, f.Denominator.Column, tests}}
	if f.Denominator.Plus != "" {
		slots = append(slots, slot{number, asAdded, at, f.Denominator.Func, f.Denominator.Plus, tests})
	}
	return append(slots, more(f.Denominator, asDenominator, slots[0], both(f.Base, also))...)
}

// more are the slots of what is added to a measure, beside its own.
func more(m *Measure, p purpose, own slot, base []Test) []slot {
	var slots []slot
	for i, term := range m.More {
		slots = append(slots, slot{own.figure, moreOf(p, i), own.cases, term.Func, term.Column, both(base, term.Tests)})
	}
	return slots
}

func both(sets ...[]Test) []Test {
	var all []Test
	for _, set := range sets {
		all = append(all, set...)
	}
	return all
}
