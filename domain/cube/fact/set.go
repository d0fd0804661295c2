package fact

import (
	"maps"
	"slices"

	"assay/domain/cube"
)

// set collects the rows of one grain in a builder for each month. Months that
// no more rows are expected for are closed; a row that comes all the same makes
// its month late, to be made again.
type set[R any] struct {
	schema   *schema[R]
	wanted   func(cube.Month) bool
	builders map[cube.Month]*cube.Builder
	closed   map[cube.Month]bool
	late     map[cube.Month]bool
	on       func(*R) cube.Date
	usual    int // rows of the month closed last
}

// growAfter is the part of a usual month that must be there before room is made for the rest.
const growAfter = 4

func newSet[R any](s *schema[R], on func(*R) cube.Date, wanted func(grain string, m cube.Month) bool) *set[R] {
	return &set[R]{schema: s, on: on, wanted: func(m cube.Month) bool { return wanted(s.grain.Name, m) },
		builders: map[cube.Month]*cube.Builder{}, closed: map[cube.Month]bool{}, late: map[cube.Month]bool{}}
}

func (s *set[R]) add(row *R) error {
	month := s.on(row).Month()
	if !s.wanted(month) {
		return nil
	}
	if s.closed[month] {
		s.late[month] = true
		return nil
	}
	builder := s.builders[month]
	if builder == nil {
		builder = cube.NewBuilder(s.schema.grain, month)
		s.builders[month] = builder
	}
	// Room is made once a month is well under way: months to come have a few acts long before, and several of them are open.
	if rows := builder.Rows(); rows > 0 && rows == s.usual/growAfter {
		builder.Grow(s.usual)
	}
	return s.schema.put(builder, row)
}

func (s *set[R]) addAll(rows []R) error {
	for i := range rows {
		if err := s.add(&rows[i]); err != nil {
			return err
		}
	}
	return nil
}

// finish closes the months for which done holds, in their order.
func (s *set[R]) finish(done func(cube.Month) bool, out func(segmentKey, *cube.Builder) error) error {
	for _, month := range slices.Sorted(maps.Keys(s.builders)) {
		if !done(month) {
			continue
		}
		s.closed[month] = true
		builder := s.builders[month]
		delete(s.builders, month)
		s.usual = builder.Rows()
		if err := out(segmentKey{s.schema.grain.Name, month}, builder); err != nil {
			return err
		}
	}
	return nil
}

func always(cube.Month) bool { return true }

func never(cube.Month) bool { return false }

func through(last cube.Month) func(cube.Month) bool {
	return func(m cube.Month) bool { return m <= last }
}
