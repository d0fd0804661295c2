package cube

import (
	"math/bits"
	"slices"
)

// grouping numbers the groups of one segment: by the position in the key space
// where that is tiny, otherwise in order of first appearance, found through a
// table where the key space is moderate and by hashing where it is large.
type grouping struct {
	axes   []axis
	stages []stage
	space  uint64   // keys of the last stage are below this
	direct bool     // the key is the number
	table  []uint32 // by key: number+1, 0 when it has not appeared
	keys   []uint64 // by number, when found through the table
}

// stage joins some axes, and the number that the stage before gave, into one
// key. All stages but the last are numbered by hashing.
type stage struct {
	size  int // how many axes
	known *interner
}

const (
	maxKey      = 1 << 62 // bounds the keys of a stage
	directSpace = 1 << 10 // largest key space that is numbered by position
)

// tableSpace says how large a key space may be for a table.
func tableSpace(rows int) uint64 { return uint64(max(1<<16, 4*rows)) }

func newGrouping(axes []axis, rows int) *grouping {
	g := &grouping{axes: slices.Clone(axes), space: 1}
	current := stage{}
	for _, a := range axes {
		over, product := bits.Mul64(g.space, a.size)
		if over > 0 || product > maxKey {
			current.known = newInterner()
			g.stages = append(g.stages, current)
			current, product = stage{}, MaxRows*a.size
		}
		current.size++
		g.space = product
	}
	switch {
	case len(g.stages) == 0 && g.space <= directSpace:
		g.direct = true
	case len(g.stages) == 0 && g.space <= tableSpace(rows):
		g.table = make([]uint32, g.space)
	default:
		current.known = newInterner()
	}
	g.stages = append(g.stages, current)
	return g
}

// groups gives how many numbers there are so far.
func (g *grouping) groups() int {
	switch {
	case g.direct:
		return int(g.space)
	case g.stages[len(g.stages)-1].known == nil:
		return len(g.keys)
	}
	return len(g.stages[len(g.stages)-1].known.keys)
}

// number writes the group of each selected row to groups; keys is scratch of
// the same length.
func (g *grouping) number(s *selection, keys []uint64, groups []uint32) {
	clear(keys)
	axis := 0
	for i := range g.stages {
		st := &g.stages[i]
		for range st.size {
			g.axes[axis].join(s, keys)
			axis++
		}
		if st.known == nil {
			break
		}
		for k, key := range keys {
			groups[k] = st.known.number(key)
			keys[k] = uint64(groups[k])
		}
	}
	switch {
	case g.direct:
		for k, key := range keys {
			groups[k] = uint32(key)
		}
	case g.table != nil:
		for k, key := range keys {
			groups[k] = g.lookUp(key)
		}
	}
}

func (g *grouping) lookUp(key uint64) uint32 {
	n := g.table[key]
	if n == 0 {
		g.keys = append(g.keys, key)
		n = uint32(len(g.keys))
		g.table[key] = n
	}
	return n - 1
}

// use goes on with the axes of another segment, which have the same sizes.
func (g *grouping) use(axes []axis) { copy(g.axes, axes) }

// numbersOf gives, by the numbers of another grouping of the same axes, the
// numbers of the same groups here.
func (g *grouping) numbersOf(other *grouping) []uint32 {
	to := make([]uint32, other.groups())
	last := len(g.stages) - 1
	for n := range to {
		switch {
		case g.direct:
			to[n] = uint32(n)
		case last > 0:
			codes := make([]uint32, len(g.axes))
			other.codes(uint32(n), codes)
			to[n] = g.find(codes)
		case g.table != nil:
			to[n] = g.lookUp(other.keys[n])
		default:
			to[n] = g.stages[last].known.number(other.stages[last].known.keys[n])
		}
	}
	return to
}

// find gives the number of the group that has the codes; all stages are
// numbered by hashing.
func (g *grouping) find(codes []uint32) uint32 {
	key, axis := uint64(0), 0
	for i := range g.stages {
		for range g.stages[i].size {
			key = key*g.axes[axis].size + uint64(codes[axis])
			axis++
		}
		key = uint64(g.stages[i].known.number(key))
	}
	return uint32(key)
}

// join appends the axis's number of each row to its key.
func (a *axis) join(s *selection, keys []uint64) {
	switch p := a.from; {
	case a.size == 1:
	case a.single:
		for i := range keys {
			keys[i] = keys[i]*a.size + uint64(a.table[0])
		}
	case p.u8 != nil:
		join(a, s.view8(p.u8), keys)
	case p.u16 != nil:
		join(a, s.view16(p.u16), keys)
	case p.u32 != nil:
		join(a, s.view32(p.u32), keys)
	case p.wide():
		join(a, s.view64(p), keys)
	default:
		for i := range keys {
			keys[i] *= a.size
		}
	}
}

func join[T uint8 | uint16 | uint32 | uint64](a *axis, values []T, keys []uint64) {
	values = values[:len(keys)]
	size := a.size
	switch {
	case a.table != nil:
		table := a.table
		for i, v := range values {
			keys[i] = keys[i]*size + uint64(table[v])
		}
	case a.search != nil:
		for i, v := range values {
			at, _ := slices.BinarySearch(a.search, uint64(v))
			keys[i] = keys[i]*size + uint64(a.numbered(uint32(at)))
		}
	case a.numbers != nil:
		for i, v := range values {
			keys[i] = keys[i]*size + uint64(a.numbers[min(uint64(v), a.clamp)])
		}
	default:
		clamp := a.clamp
		for i, v := range values {
			keys[i] = keys[i]*size + min(uint64(v), clamp)
		}
	}
}

// codes writes the number that each axis has in the group.
func (g *grouping) codes(group uint32, out []uint32) {
	at := len(g.axes)
	key := uint64(group)
	if g.keys != nil {
		key = g.keys[group]
	}
	for i := len(g.stages) - 1; i >= 0; i-- {
		st := &g.stages[i]
		if st.known != nil {
			key = st.known.keys[key]
		}
		for range st.size {
			at--
			out[at] = uint32(key % g.axes[at].size)
			key /= g.axes[at].size
		}
	}
}
