package cube

import (
	"context"
	"slices"
)

// shownGroups finds the rows of some groups. Of each dimension it knows which keys one of the
// groups has; the keys of a row are then followed through steps, one for each dimension, that
// lead to the group's place, or nowhere.
type shownGroups struct {
	count   int
	spelled []spelled
	digits  [][]uint32 // by dimension, by the lexicon's number: 1 and up for keys that a group has, 0 for others
	keys    [][]uint32 // by dimension, by group: the digit of its key
	steps   []shownStep
}

// shownStep leads from where a row's earlier keys have led, by the digit of its next key, on:
// from 1 at first to 1 + place at last; 0 is nowhere.
type shownStep struct {
	width uint64
	table []uint32 // by from*width + digit
	known map[uint64]uint32
}

// maxShownTable bounds the table of a step. A larger step, of which few combinations are known, is a map.
const maxShownTable = 1 << 16

func newShownGroups(shown []chosen, dimensions []spelled) *shownGroups {
	g := &shownGroups{count: len(shown), spelled: dimensions}
	at, reached := slices.Repeat([]uint32{1}, len(shown)), 1
	for d := range dimensions {
		digits, keys, width := make([]uint32, len(dimensions[d].texts)), make([]uint32, len(shown)), uint64(1)
		for i := range shown {
			n := dimensions[d].sorted[shown[i].ranks[d]]
			if digits[n] == 0 {
				digits[n] = uint32(width)
				width++
			}
			keys[i] = digits[n]
		}
		step := shownStep{width: width, known: map[uint64]uint32{}}
		if size := uint64(reached+1) * width; size <= maxShownTable {
			step.table = make([]uint32, size)
		}
		for i := range shown {
			key := uint64(at[i])*width + uint64(keys[i])
			if step.known[key] == 0 {
				step.known[key] = uint32(len(step.known) + 1)
			}
			if at[i] = step.known[key]; step.table != nil {
				step.table[key] = at[i]
			}
		}
		reached = len(step.known)
		g.digits, g.keys, g.steps = append(g.digits, digits), append(g.keys, keys), append(g.steps, step)
	}
	return g
}

// shownRows finds the rows of one segment.
type shownRows struct {
	*shownGroups
	axes  []axis // that give the digits
	tests []test // that every row of one of the groups passes

	zone   selection
	digits []uint64
	at     []uint32
	// Found and not yet given on. Few rows of each block are of the groups shown, and so
	// those of several blocks are treated together.
	rows, places []uint32
}

// in prepares for a segment; nil when it has no row of the groups.
func (g *shownGroups) in(ctx context.Context, r *resident, p *plan, columns map[int]*column) (*shownRows, error) {
	spellings := make([][]uint32, len(p.dimensions))
	axes := make([]axis, len(p.dimensions))
	here := slices.Repeat([]bool{true}, g.count) // by group: whether it may have rows here
	for d := range p.dimensions {
		var err error
		if spellings[d], err = r.spelling(ctx, &p.dimensions[d], g.spelled[d].lexicon); err != nil {
			return nil, err
		}
		axes[d] = p.dimensions[d].axis(r.listed.Month, columns[p.dimensions[d].column])
		if len(spellings[d]) == 1 { // such as the month
			only := g.digits[d][spellings[d][0]]
			for i, key := range g.keys[d] {
				here[i] = here[i] && key == only
			}
		}
	}
	if !slices.Contains(here, true) {
		return nil, nil
	}
	rows := &shownRows{shownGroups: g, axes: axes, digits: make([]uint64, blockRows), at: make([]uint32, blockRows)}
	for d := range axes {
		wanted := make([]bool, g.steps[d].width)
		for i, key := range g.keys[d] {
			wanted[key] = wanted[key] || here[i]
		}
		digits := make([]uint32, len(spellings[d]))
		for i, n := range spellings[d] {
			if digit := g.digits[d][n]; wanted[digit] {
				digits[i] = digit
			}
		}
		axes[d] = axes[d].spelled(digits, g.steps[d].width)
		if t := axes[d].knownDigits(); t.outcome == never {
			return nil, nil
		} else if t.outcome == mixed {
			rows.tests = append(rows.tests, t)
		}
	}
	return rows, nil
}

// knownDigits is the test that the digit is not 0. Where digits are not in a table it
// is left to the steps.
func (a *axis) knownDigits() test {
	if a.single || a.table == nil {
		return settled(true)
	}
	t := test{from: a.from, table: make([]bool, len(a.table))}
	for v, digit := range a.table {
		t.table[v] = digit != 0
	}
	t.countPassed()
	return t
}

// find adds the rows of the zone that are of one of the groups to those found.
func (r *shownRows) find() {
	s := &r.zone
	digits, at := r.digits[:s.count], r.at[:s.count]
	for k := range at {
		at[k] = 1
	}
	for d := range r.axes {
		clear(digits)
		r.axes[d].join(s, digits)
		r.steps[d].follow(digits, at)
	}
	n := len(r.rows)
	r.rows, r.places = slices.Grow(r.rows, s.count)[:n+s.count], slices.Grow(r.places, s.count)[:n+s.count]
	for k, reached := range at {
		row := uint32(s.first + k)
		if s.rows != nil {
			row = s.rows[k]
		}
		r.rows[n], r.places[n] = row, reached-1
		if reached != 0 {
			n++
		}
	}
	r.rows, r.places = r.rows[:n], r.places[:n]
}

// follow goes one step on.
func (s *shownStep) follow(digits []uint64, at []uint32) {
	digits = digits[:len(at)]
	if s.table == nil {
		for k, digit := range digits {
			at[k] = s.known[uint64(at[k])*s.width+digit]
		}
		return
	}
	for k, digit := range digits {
		at[k] = s.table[uint64(at[k])*s.width+digit]
	}
}

// scanShown is scan for the rows of the groups shown only.
func (s *scanner) scanShown(ctx context.Context, rows int, columns map[int]*column, tests, where []test, shown *shownRows) error {
	s.enter(rows, columns, tests, where)
	for first := 0; first < rows; first += blockRows {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.scanned += shown.zone.choose(where, first, min(first+blockRows, rows))
		if shown.zone.count == 0 {
			continue
		}
		shown.find()
		for len(shown.rows) >= blockRows {
			s.addShown(shown, blockRows)
		}
	}
	if len(shown.rows) > 0 {
		s.addShown(shown, len(shown.rows))
	}
	return nil
}

// addShown adds the first of the rows found.
func (s *scanner) addShown(shown *shownRows, count int) {
	s.selection.first, s.selection.count, s.selection.rows = int(shown.rows[0]), count, shown.rows[:count]
	s.begin()
	copy(s.group, shown.places)
	s.addNumbered()
	left := copy(shown.rows, shown.rows[count:])
	copy(shown.places, shown.places[count:])
	shown.rows, shown.places = shown.rows[:left], shown.places[:left]
}
