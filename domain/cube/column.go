package cube

import (
	"encoding/binary"
	"math"
	"math/bits"
	"sort"
	"strings"
	"unsafe"
)

// column is one decoded column of one segment, as narrow as its values allow.
// It is immutable.
type column struct {
	kind Type
	rows int
	packed
	// Integer, Day: value = base + packed. min and max are those of the values
	// that are not null; nulls counts the others, which are packed as none.
	base, min, max int64
	nulls          int
	dictionary     dictionary // Code: packed is the position in it
	bits           []uint64   // Flags: packed is the position in it; nil when packed holds the bits themselves
}

// packed is an array of unsigned integers in one of five widths, or, with none
// of them, a constant 0.
type packed struct {
	u8   []uint8
	u16  []uint16
	u32  []uint32
	u64  []uint64
	u40  split  // five bytes each: money often needs a little more than four
	none uint64 // stands for null; larger than every value; 0 when there are no nulls

	bounds zoneBounds
}

// split holds integers of 40 bits.
type split struct {
	lower []uint32
	upper []uint8 // the eight bits above
}

func (s *split) at(i int) uint64 { return uint64(s.upper[i])<<32 | uint64(s.lower[i]) }

// zoneRows is how many rows share a lower and upper bound.
const zoneRows = 1024

// dictionary is a sorted list of different texts in one string. Where all are
// of one length, as most codes are, nothing says where each ends.
type dictionary struct {
	text   string
	count  int
	length int      // of each text; used where ends is nil
	ends   []uint32 // of each text
}

// newDictionary makes the dictionary of sorted texts.
func newDictionary(texts []string) dictionary {
	d := dictionary{count: len(texts)}
	size, same := 0, true
	for _, text := range texts {
		size += len(text)
		same = same && len(text) == len(texts[0])
	}
	if same {
		if len(texts) > 0 {
			d.length = len(texts[0])
		}
		d.text = strings.Join(texts, "")
		return d
	}
	d.text, d.ends = strings.Join(texts, ""), make([]uint32, len(texts))
	end := 0
	for i, text := range texts {
		end += len(text)
		d.ends[i] = uint32(end)
	}
	return d
}

func (d *dictionary) len() int { return d.count }

func (d *dictionary) at(i int) string {
	switch {
	case d.ends == nil:
		return d.text[i*d.length : (i+1)*d.length]
	case i == 0:
		return d.text[:d.ends[0]]
	}
	return d.text[d.ends[i-1]:d.ends[i]]
}

// find gives the position of text, and where it would be if it is not there.
func (d *dictionary) find(text string) (int, bool) {
	i := sort.Search(d.len(), func(i int) bool { return d.at(i) >= text })
	return i, i < d.len() && d.at(i) == text
}

// bytes gives the memory that the column holds.
func (c *column) bytes() int64 {
	return int64(unsafe.Sizeof(*c)) + int64(len(c.u8)+2*len(c.u16)+4*len(c.u32)+8*len(c.u64)+5*len(c.u40.lower)) +
		int64(len(c.bounds.packed)+8*len(c.bits)+4*len(c.dictionary.ends)+len(c.dictionary.text))
}

// pack makes the narrowest array of the values, which are at most highest;
// those where null is set become none. null may be nil.
func pack(values []uint64, null []bool, highest uint64) packed {
	var p packed
	if null != nil && highest < math.MaxUint64 {
		highest++
	}
	switch width := bits.Len64(highest); {
	case width == 0:
	case width <= 8:
		p.none = math.MaxUint8
		p.u8, p.bounds = narrow[uint8](values, null, 1)
	case width <= 16:
		p.none = math.MaxUint16
		p.u16, p.bounds = narrow[uint16](values, null, 2)
	case width <= 32:
		p.none = math.MaxUint32
		p.u32, p.bounds = narrow[uint32](values, null, 4)
	case width <= 40:
		p.none = 1<<40 - 1
		p.u40.lower, p.bounds = narrow[uint32](values, null, 8)
		p.u40.upper = make([]uint8, len(values))
		for i, v := range values {
			if p.u40.upper[i] = uint8(v >> 32); null != nil && null[i] {
				p.u40.upper[i] = math.MaxUint8
			}
		}
	default:
		p.none = math.MaxUint64
		p.u64, p.bounds = narrow[uint64](values, null, 8)
	}
	if null == nil {
		p.none = 0
	}
	return p
}

// narrow gives the values in fewer bits, and the bounds of their zones in so many bytes.
func narrow[T uint8 | uint16 | uint32 | uint64](values []uint64, null []bool, width int) ([]T, zoneBounds) {
	out := make([]T, len(values))
	bounds := zoneBounds{width: width, packed: make([]byte, 0, 2*width*((len(values)+zoneRows-1)/zoneRows))}
	for from := 0; from < len(values); from += zoneRows {
		to := min(from+zoneRows, len(values))
		zone, narrowed := values[from:to], out[from:to]
		low, high := uint64(math.MaxUint64), uint64(0)
		if null == nil {
			for i, v := range zone {
				narrowed[i] = T(v)
				low, high = min(low, v), max(high, v)
			}
		} else {
			for i, is := range null[from:to] {
				if is {
					narrowed[i] = ^T(0)
					continue
				}
				narrowed[i] = T(zone[i])
				low, high = min(low, zone[i]), max(high, zone[i])
			}
		}
		bounds.add(low, high)
	}
	return out, bounds
}

// zoneBounds holds the least and the greatest packed value of each zone that are
// not null, side by side and as wide as the values. With no width both are 0.
type zoneBounds struct {
	width  int
	packed []byte
}

// of gives the bounds of a zone; where all is null, low is above high.
func (b *zoneBounds) of(zone int) (low, high uint64) {
	at := b.packed[zone*2*b.width:]
	switch b.width {
	case 1:
		return uint64(at[0]), uint64(at[1])
	case 2:
		return uint64(binary.LittleEndian.Uint16(at)), uint64(binary.LittleEndian.Uint16(at[2:]))
	case 4:
		return uint64(binary.LittleEndian.Uint32(at)), uint64(binary.LittleEndian.Uint32(at[4:]))
	case 8:
		return binary.LittleEndian.Uint64(at), binary.LittleEndian.Uint64(at[8:])
	}
	return 0, 0
}

// add appends the bounds of the next zone.
func (b *zoneBounds) add(low, high uint64) {
	var wide [8]byte
	for _, bound := range []uint64{low, high} {
		binary.LittleEndian.PutUint64(wide[:], bound)
		b.packed = append(b.packed, wide[:b.width]...)
	}
}

// wide reports whether the values have more than 32 bits.
func (p *packed) wide() bool { return p.u64 != nil || p.u40.lower != nil }

// at gives the packed value of one row.
func (p *packed) at(i int) uint64 {
	switch {
	case p.u8 != nil:
		return uint64(p.u8[i])
	case p.u16 != nil:
		return uint64(p.u16[i])
	case p.u32 != nil:
		return uint64(p.u32[i])
	case p.u64 != nil:
		return p.u64[i]
	case p.u40.lower != nil:
		return p.u40.at(i)
	}
	return 0
}

// integer gives the value of one row of an Integer or Day column.
func (c *column) integer(i int) (value int64, null bool) {
	u := c.at(i)
	if c.nulls > 0 && u == c.none {
		return 0, true
	}
	return int64(uint64(c.base) + u), false
}

// flags gives the bits of one row.
func (c *column) flags(i int) uint64 {
	if c.bits != nil {
		return c.bits[c.at(i)]
	}
	return c.at(i)
}
