package cube

import (
	"math"
	"slices"
)

// gathered holds unsigned integers in the order in which they came, each as wide as
// the greatest so far needs: a Builder lives as long as its month is open, and several
// months of several grains are open at a time. The zero value is empty.
type gathered struct {
	u8   []uint8
	u16  []uint16
	u32  []uint32
	u64  []uint64
	fits uint64 // the greatest value of the present width; 0 as long as every value is 0
}

// append adds a value at the end.
func (g *gathered) append(v uint64) {
	if v > g.fits {
		g.widen(v)
	}
	switch {
	case g.fits <= math.MaxUint8:
		g.u8 = append(g.u8, uint8(v))
	case g.fits == math.MaxUint16:
		g.u16 = append(g.u16, uint16(v))
	case g.fits == math.MaxUint32:
		g.u32 = append(g.u32, uint32(v))
	default:
		g.u64 = append(g.u64, v)
	}
}

// at gives value i.
func (g *gathered) at(i int) uint64 {
	switch {
	case g.fits <= math.MaxUint8:
		return uint64(g.u8[i])
	case g.fits == math.MaxUint16:
		return uint64(g.u16[i])
	case g.fits == math.MaxUint32:
		return uint64(g.u32[i])
	}
	return g.u64[i]
}

// len gives the number of values. All of them are in one of the slices.
func (g *gathered) len() int { return len(g.u8) + len(g.u16) + len(g.u32) + len(g.u64) }

// grow makes room for so many more values of the present width.
func (g *gathered) grow(values int) {
	switch {
	case g.fits <= math.MaxUint8:
		g.u8 = slices.Grow(g.u8, values)
	case g.fits == math.MaxUint16:
		g.u16 = slices.Grow(g.u16, values)
	case g.fits == math.MaxUint32:
		g.u32 = slices.Grow(g.u32, values)
	default:
		g.u64 = slices.Grow(g.u64, values)
	}
}

// widen makes the values so wide that v fits too. They keep the room that was made for them.
func (g *gathered) widen(v uint64) {
	before := *g
	switch {
	case v <= math.MaxUint8:
		g.fits = math.MaxUint8
	case v <= math.MaxUint16:
		*g = gathered{u16: wider[uint16](&before), fits: math.MaxUint16}
	case v <= math.MaxUint32:
		*g = gathered{u32: wider[uint32](&before), fits: math.MaxUint32}
	default:
		*g = gathered{u64: wider[uint64](&before), fits: math.MaxUint64}
	}
}

func wider[To uint16 | uint32 | uint64](g *gathered) []To {
	switch {
	case g.fits <= math.MaxUint8:
		return converted[To](g.u8)
	case g.fits == math.MaxUint16:
		return converted[To](g.u16)
	}
	return converted[To](g.u32)
}

func converted[To, From uint8 | uint16 | uint32 | uint64](from []From) []To {
	to := make([]To, len(from), cap(from))
	for i, v := range from {
		to[i] = To(v)
	}
	return to
}

// fold turns signed into unsigned integers so that those near zero stay small,
// whatever their sign; unfold turns them back.
func fold(v int64) uint64 { return uint64(v)<<1 ^ uint64(v>>63) }

func unfold(v uint64) int64 { return int64(v>>1) ^ -int64(v&1) }
