package cube

import (
	"context"
	"math"
	"math/bits"
	"slices"
)

// countDistinct counts the different values of each group; counts says how many
// values each has.
func countDistinct(ctx context.Context, pieces []piece, counts []int64) ([]int64, error) {
	out := make([]int64, len(counts))
	number, space := numberValues(pieces)
	if hi, cells := bits.Mul64(uint64(len(counts)), space); hi == 0 && cells <= maxMarks {
		marks := make([]uint64, (cells+63)/64)
		for i := range pieces {
			pieces[i].eachValue(number[i], func(g uint32, n uint64) {
				at := uint64(g)*space + n
				if bit := uint64(1) << (at % 64); marks[at/64]&bit == 0 {
					marks[at/64] |= bit
					out[g]++
				}
			})
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	var keys []uint64
	for i := range pieces {
		pieces[i].eachValue(number[i], func(g uint32, n uint64) { keys = append(keys, uint64(g)<<32|n) })
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	slices.Sort(keys)
	for i, key := range keys {
		if i == 0 || key != keys[i-1] {
			out[key>>32]++
		}
	}
	return out, nil
}

// maxMarks bounds the bits that mark which group has which value.
const maxMarks = 1 << 27

// eachValue calls visit for each value that counts.
func (p *piece) eachValue(number func(u uint64) uint64, visit func(group uint32, n uint64)) {
	p.each(func(v *view, groups []uint32, mask []uint64, _ int) {
		for k, g := range groups {
			if mask[k]>>p.shift&1 == 1 {
				visit(g, number(v.at(k)))
			}
		}
	})
}

// numberValues gives, by piece, how packed values become numbers below space,
// 2^32 at most, that are equal where values are.
func numberValues(pieces []piece) (number []func(u uint64) uint64, space uint64) {
	if len(pieces) == 0 {
		return nil, 0
	}
	if pieces[0].texts != nil {
		return numberTexts(pieces)
	}
	low, high := int64(math.MaxInt64), int64(math.MinInt64)
	for i := range pieces {
		n := pieces[i].numbers
		low, high = min(low, n.base), max(high, int64(uint64(n.base)+n.highest))
	}
	if space = uint64(high) - uint64(low) + 1; space <= math.MaxUint32 && space > 0 {
		for i := range pieces {
			offset := uint64(pieces[i].numbers.base) - uint64(low)
			number = append(number, func(u uint64) uint64 { return u + offset })
		}
		return number, space
	}
	known := newInterner()
	for i := range pieces {
		base := uint64(pieces[i].numbers.base)
		number = append(number, func(u uint64) uint64 { return uint64(known.number(base + u)) })
	}
	return number, math.MaxUint32
}

// numberTexts numbers the texts of all dictionaries.
func numberTexts(pieces []piece) (number []func(u uint64) uint64, space uint64) {
	if len(pieces) == 1 {
		return []func(uint64) uint64{func(u uint64) uint64 { return u }}, uint64(pieces[0].texts.len())
	}
	known := map[string]uint64{}
	for i := range pieces {
		table := make([]uint64, pieces[i].texts.len())
		for code := range table {
			text := pieces[i].texts.at(code)
			n, seen := known[text]
			if !seen {
				n = uint64(len(known))
				known[text] = n
			}
			table[code] = n
		}
		number = append(number, func(u uint64) uint64 { return table[u] })
	}
	return number, uint64(len(known))
}
