package cube

import (
	"slices"

	"assay/domain"
)

// An Either is a test of several columns at once. It is looked at row by row, which costs several times the test of one
// column; zones in which one alternative holds for all rows, or none for any, are settled by their bounds as ever.

// maxAlternatives bounds the alternatives of one condition.
const maxAlternatives = 64

// eitherFilter checks the alternatives of a condition. The error is KindInvalid.
func (g *Grain) eitherFilter(c Condition, fiscal int) (filter, error) {
	f := filter{Condition: c, column: -1}
	if c.tests() {
		return f, domain.Errorf(domain.KindInvalid, "a condition of alternatives tests a column besides")
	}
	if len(c.Either) == 0 || len(c.Either) > maxAlternatives {
		return f, domain.Errorf(domain.KindInvalid, "a condition has from 1 to %d alternatives, not %d", maxAlternatives, len(c.Either))
	}
	for _, alternative := range c.Either {
		if alternative.Either != nil {
			return f, domain.Errorf(domain.KindInvalid, "an alternative of a condition has alternatives itself")
		}
		each, err := g.filter(alternative, fiscal)
		if err != nil {
			return f, err
		}
		f.either = append(f.either, each)
	}
	return f, nil
}

// tests reports whether anything but Either is set.
func (c *Condition) tests() bool {
	return c.Column != "" || c.In != nil || c.Prefix != "" || c.Min != nil || c.Max != nil || c.Null != nil || c.Not ||
		c.AllOf|c.AnyOf|c.NoneOf != 0
}

// columns lists the columns whose values the filter looks at.
func (f *filter) columns() []int {
	if f.either == nil {
		return []int{f.column}
	}
	var all []int
	for i := range f.either {
		all = append(all, f.either[i].column)
	}
	return all
}

// testOf builds the filter's test in a segment from its columns, found by their positions.
func (f *filter) testOf(month Month, columns map[int]*column) test {
	if f.either == nil {
		return f.test(month, columns[f.column])
	}
	var t test
	for i := range f.either {
		switch each := f.either[i].test(month, columns[f.either[i].column]); each.outcome {
		case always:
			return each
		case mixed:
			t.either = append(t.either, each)
		case never:
		}
	}
	switch len(t.either) {
	case 0:
		return settled(false)
	case 1:
		return t.either[0]
	}
	return t
}

func eitherZone(alternatives []test, z int) outcome {
	found := never
	for i := range alternatives {
		switch alternatives[i].zone(z) {
		case always:
			return always
		case mixed:
			found = mixed
		case never:
		}
	}
	return found
}

// passesRow tests one row.
func (t *test) passesRow(row int) bool {
	if t.either != nil {
		return slices.ContainsFunc(t.either, func(each test) bool { return each.passesRow(row) })
	}
	if t.outcome != mixed {
		return t.outcome == always
	}
	return t.passes(t.from.at(row))
}

// keepRows moves the rows that pass to the front of the list and counts them.
func (t *test) keepRows(rows []uint32) int {
	kept := 0
	for _, row := range rows {
		rows[kept] = row
		if t.passesRow(int(row)) {
			kept++
		}
	}
	return kept
}

// eitherLanes says which bits of the lanes stay where one of the alternatives passes.
type eitherLanes struct {
	test     test
	affected []uint64 // by word
}

// clear takes the bits out of the masks of the selected rows that do not pass.
func (e *eitherLanes) clear(s *selection, masks [][]uint64) {
	for k := range s.count {
		row := s.first + k
		if s.rows != nil {
			row = int(s.rows[k])
		}
		if e.test.passesRow(row) {
			continue
		}
		for w := range masks {
			masks[w][k] &^= e.affected[w]
		}
	}
}

func (f *filter) sameAlternatives(other *filter) bool {
	return slices.EqualFunc(f.either, other.either, func(a, b filter) bool { return a.same(&b) })
}
