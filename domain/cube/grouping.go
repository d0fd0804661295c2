package cube

import (
	"math/bits"
	"slices"
)

// grouping numbers the groups of one segment. Where the key space is small the
// number is the position in it; where it is not, keys are numbered as they
// appear.
type grouping struct {
	axes   []axis
	stages []stage
	space  uint64 // numbers are below this
	dense  bool
}

// stage joins some axes, and the number that the stage before gave, into one
// key. All stages but the last of a dense grouping number their keys.
type stage struct {
	axes  []axis
	known *interner // nil: the key itself is the number
}

// maxKey bounds the keys of a stage.
const maxKey = 1 << 62

// denseSpace says how large a key space may be to be addressed directly.
func denseSpace(rows int) uint64 { return uint64(max(4096, 2*rows)) }

func newGrouping(axes []axis, rows int) *grouping {
	g := &grouping{axes: axes, space: 1}
	current := stage{}
	for _, a := range axes {
		over, product := bits.Mul64(g.space, a.size)
		if over > 0 || product > maxKey {
			current.known = newInterner()
			g.stages = append(g.stages, current)
			current, product = stage{}, MaxRows*a.size
		}
		current.axes = append(current.axes, a)
		g.space = product
	}
	if g.dense = len(g.stages) == 0 && g.space <= denseSpace(rows); !g.dense {
		current.known = newInterner()
	}
	g.stages = append(g.stages, current)
	return g
}

// groups gives how many numbers there are so far.
func (g *grouping) groups() int {
	if g.dense {
		return int(g.space)
	}
	return len(g.stages[len(g.stages)-1].known.keys)
}

// number writes the group of each selected row to groups; keys is scratch of
// the same length.
func (g *grouping) number(s *selection, keys []uint64, groups []uint32) {
	if len(g.axes) == 0 {
		clear(groups)
		return
	}
	clear(keys)
	for i := range g.stages {
		st := &g.stages[i]
		for j := range st.axes {
			st.axes[j].join(s, keys)
		}
		if st.known == nil {
			for k, key := range keys {
				groups[k] = uint32(key)
			}
			return
		}
		for k, key := range keys {
			groups[k] = st.known.number(key)
			keys[k] = uint64(groups[k])
		}
	}
}

// join appends the axis's number of each row to its key.
func (a *axis) join(s *selection, keys []uint64) {
	switch p := a.from; {
	case p.u8 != nil:
		join(a, s.view8(p.u8), keys)
	case p.u16 != nil:
		join(a, s.view16(p.u16), keys)
	case p.u32 != nil:
		join(a, s.view32(p.u32), keys)
	case p.u64 != nil:
		join(a, s.view64(p.u64), keys)
	default:
		for i := range keys {
			keys[i] *= a.size
		}
	}
}

func join[T uint8 | uint16 | uint32 | uint64](a *axis, values []T, keys []uint64) {
	values = values[:len(keys)]
	switch {
	case a.table != nil:
		for i, v := range values {
			keys[i] = keys[i]*a.size + uint64(a.table[v])
		}
	case a.search != nil:
		for i, v := range values {
			at, _ := slices.BinarySearch(a.search, uint64(v))
			keys[i] = keys[i]*a.size + uint64(at)
		}
	default:
		for i, v := range values {
			keys[i] = keys[i]*a.size + min(uint64(v), a.clamp)
		}
	}
}

// codes writes the number that each axis has in the group.
func (g *grouping) codes(group uint32, out []uint32) {
	at := len(g.axes)
	key := uint64(group)
	for i := len(g.stages) - 1; i >= 0; i-- {
		st := &g.stages[i]
		if st.known != nil {
			key = st.known.keys[key]
		}
		for j := len(st.axes) - 1; j >= 0; j-- {
			at--
			out[at] = uint32(key % st.axes[j].size)
			key /= st.axes[j].size
		}
	}
}
