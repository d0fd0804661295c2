package intake

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// tally counts what one goroutine finds; tallies are added up at the end.
type tally struct {
	duplicates, rounded, other int64
	unmapped, unknownLanes     map[string]int64
	watermark                  time.Time
}

func newTally() tally {
	return tally{unmapped: map[string]int64{}, unknownLanes: map[string]int64{}}
}

// maxDistinct bounds how many different unmapped names are listed; a column mapped wrongly
// would have one a row.
const maxDistinct = 10_000

// otherNames counts what is beyond maxDistinct.
const otherNames = "(others)"

func count(in map[string]int64, name string, n int64) {
	if _, known := in[name]; !known && len(in) >= maxDistinct {
		name = otherNames
	}
	in[name] += n
}

func (t *tally) merge(other *tally) {
	t.duplicates += other.duplicates
	t.rounded += other.rounded
	t.other += other.other
	for name, n := range other.unmapped {
		count(t.unmapped, name, n)
	}
	for name, n := range other.unknownLanes {
		count(t.unknownLanes, name, n)
	}
	if other.watermark.After(t.watermark) {
		t.watermark = other.watermark
	}
}

// into writes the counts into a summary.
func (t *tally) into(s *Summary) {
	s.Duplicates += t.duplicates
	s.Rounded += t.rounded
	s.OtherDocuments += t.other
	s.UnmappedOperations = counted(t.unmapped)
	s.UnmappedLanes = counted(t.unknownLanes)
	if !t.watermark.IsZero() {
		at := t.watermark
		s.Watermark = &at
	}
}

// counted lists names by how often they were seen, most first.
func counted(in map[string]int64) []Counted {
	list := make([]Counted, 0, len(in))
	for _, name := range slices.Sorted(maps.Keys(in)) {
		list = append(list, Counted{Value: name, Seen: in[name]})
	}
	slices.SortStableFunc(list, func(a, b Counted) int { return cmp.Compare(b.Seen, a.Seen) })
	return list
}
