package cube

import (
	"math"
	"slices"
	"strings"

	"assay/domain"
)

// filter is a Condition, found in the grain.
type filter struct {
	Condition
	dimension dimension // what it tests; unset for Flags
	column    int
	kind      Type // Code for whatever has keys, Integer for Integer and Day, Flags
	in        []string
	either    []filter // of Condition.Either; the rest is unset then
}

// filter checks a condition. The error is KindInvalid.
func (g *Grain) filter(c Condition, fiscal int) (filter, error) {
	if c.Either != nil {
		return g.eitherFilter(c, fiscal)
	}
	f := filter{Condition: c}
	wrong := func(why string) (filter, error) {
		return f, domain.Errorf(domain.KindInvalid, "the condition on %s %s", c.Column, why)
	}
	if column := g.Column(c.Column); column != nil && column.Type == Flags {
		f.kind, f.column = Flags, g.Index(c.Column)
		if c.In != nil || c.Prefix != "" || c.Min != nil || c.Max != nil || c.Null != nil {
			return wrong("tests flags by anything but bits")
		}
		if c.AllOf|c.AnyOf|c.NoneOf == 0 {
			return wrong("tests nothing")
		}
		return f, nil
	}
	d, err := g.dimension(c.Column, fiscal)
	if err != nil {
		return f, err
	}
	f.dimension, f.column = d, d.column
	if c.AllOf|c.AnyOf|c.NoneOf != 0 {
		return wrong("tests bits, but it is no flags column")
	}
	if d.kind == integerDimension || d.kind == dayDimension {
		f.kind = Integer
		if c.In != nil || c.Prefix != "" {
			return wrong("tests text, but it is a number or a day")
		}
		if c.Min == nil && c.Max == nil && c.Null == nil {
			return wrong("tests nothing")
		}
		return f, nil
	}
	f.kind = Code
	if c.Min != nil || c.Max != nil {
		return wrong("tests a range of numbers, but it is text")
	}
	if c.In == nil && c.Prefix == "" && c.Null == nil {
		return wrong("tests nothing")
	}
	f.in = slices.Clone(c.In)
	slices.Sort(f.in)
	return f, nil
}

// accepts reports whether a key passes.
func (f *filter) accepts(key string) bool {
	ok := strings.HasPrefix(key, f.Prefix) && (f.Null == nil || *f.Null == (key == ""))
	if ok && f.In != nil {
		_, ok = slices.BinarySearch(f.in, key)
	}
	return ok != f.Not
}

// acceptsBits reports whether a set of flags passes.
func (f *filter) acceptsBits(bits uint64) bool {
	ok := bits&f.AllOf == f.AllOf && bits&f.NoneOf == 0 && (f.AnyOf == 0 || bits&f.AnyOf != 0)
	return ok != f.Not
}

// test is a filter in one segment, on packed values. Exactly one way of testing
// is set, unless the outcome is the same for all rows.
type test struct {
	from    *packed
	outcome outcome
	table   []bool   // by packed value
	spans   []span   // the value is in one of these, at most two
	raw     *filter  // bits that have no table
	either  []test   // one of these passes; from is nil
	passed  []uint32 // of a table: how many of the values below pass
}

type outcome int

const (
	mixed outcome = iota
	always
	never
)

// span is the range from low to low+width of packed values.
type span struct{ low, width uint64 }

// test builds the test of a filter in a segment; c is the decoded column, nil
// when the dimension is constant.
func (f *filter) test(month Month, c *column) test {
	if f.kind == Code && f.dimension.constant() {
		a := f.dimension.axis(month, nil)
		return settled(f.accepts(a.key(0)))
	}
	t := test{from: &c.packed}
	switch {
	case f.kind == Flags && c.bits == nil:
		t.raw = f
	case f.kind == Flags:
		t.table = make([]bool, len(c.bits))
		for i, bits := range c.bits {
			t.table[i] = f.acceptsBits(bits)
		}
	case f.kind == Code:
		t.table = f.codeTable(month, c)
	default:
		return f.numberTest(c)
	}
	if t.table != nil {
		t.countPassed()
	}
	return t
}

func settled(pass bool) test {
	if pass {
		return test{outcome: always}
	}
	return test{outcome: never}
}

func (f *filter) codeTable(month Month, c *column) []bool {
	if f.dimension.kind == codeDimension && f.In != nil && f.Prefix == "" && f.Null == nil {
		table := make([]bool, c.dictionary.len())
		for _, key := range f.in {
			if i, found := c.dictionary.find(key); found {
				table[i] = true
			}
		}
		if f.Not {
			for i := range table {
				table[i] = !table[i]
			}
		}
		return table
	}
	a := f.dimension.axis(month, c)
	pass := make([]bool, a.size)
	for i := range pass {
		pass[i] = f.accepts(a.key(uint32(i)))
	}
	if a.table == nil {
		return pass
	}
	table := make([]bool, len(a.table))
	for i, at := range a.table {
		table[i] = pass[at]
	}
	return table
}

func (t *test) countPassed() {
	t.passed = make([]uint32, len(t.table)+1)
	for i, pass := range t.table {
		t.passed[i+1] = t.passed[i]
		if pass {
			t.passed[i+1]++
		}
	}
	switch t.passed[len(t.table)] {
	case 0:
		t.outcome = never
	case uint32(len(t.table)):
		t.outcome = always
	}
}

// numberTest makes ranges of packed values; nulls are packed as none, above all
// values.
func (f *filter) numberTest(c *column) test {
	values := c.nulls < c.rows
	if f.Min == nil && f.Max == nil {
		wantNull := *f.Null != f.Not
		switch {
		case c.nulls == 0:
			return settled(!wantNull)
		case !values:
			return settled(wantNull)
		case wantNull:
			return test{from: &c.packed, spans: []span{{c.none, 0}}}
		}
		return test{from: &c.packed, spans: []span{{0, c.none - 1}}}
	}
	if !values {
		return test{outcome: never}
	}
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	if f.Min != nil {
		low = *f.Min
	}
	if f.Max != nil {
		high = *f.Max
	}
	empty := low > high || low > c.max || high < c.min || f.Null != nil && *f.Null
	low, high = max(low, c.min), min(high, c.max)
	last := uint64(c.max) - uint64(c.base)
	from, to := uint64(low)-uint64(c.base), uint64(high)-uint64(c.base)
	var spans []span
	switch {
	case empty && f.Not:
		spans = []span{{0, last}}
	case empty:
	case f.Not:
		if from > 0 {
			spans = append(spans, span{0, from - 1})
		}
		if to < last {
			spans = append(spans, span{to + 1, last - to - 1})
		}
	default:
		spans = []span{{from, to - from}}
	}
	switch {
	case len(spans) == 0:
		return test{outcome: never}
	case c.nulls == 0 && spans[0] == span{0, last}:
		return test{outcome: always}
	}
	return test{from: &c.packed, spans: spans}
}

// zone tells whether all or no rows of a zone pass, as far as its bounds say.
func (t *test) zone(z int) outcome {
	if t.outcome != mixed {
		return t.outcome
	}
	if t.either != nil {
		return eitherZone(t.either, z)
	}
	low, high := t.from.bounds.of(z)
	if low > high { // all null
		if t.spans != nil && t.from.none != 0 && !t.includes(t.from.none) {
			return never
		}
		return mixed
	}
	switch {
	case t.table != nil:
		switch n := t.passed[high+1] - t.passed[low]; {
		case n == 0:
			return never
		case uint64(n) == high-low+1:
			return always
		}
	case t.spans != nil:
		out, in := true, false
		for _, s := range t.spans {
			out = out && (high < s.low || low > s.low+s.width)
			in = in || low >= s.low && high <= s.low+s.width
		}
		hasNull := t.from.none != 0
		if in && !hasNull {
			return always
		}
		if out && (!hasNull || !t.includes(t.from.none)) {
			return never
		}
	}
	return mixed
}

func (t *test) includes(v uint64) bool {
	for _, s := range t.spans {
		if v-s.low <= s.width {
			return true
		}
	}
	return false
}

// passes tests one packed value.
func (t *test) passes(v uint64) bool {
	switch {
	case t.outcome != mixed:
		return t.outcome == always
	case t.table != nil:
		return t.table[v]
	case t.raw != nil:
		return t.raw.acceptsBits(v)
	}
	return t.includes(v)
}
