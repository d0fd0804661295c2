package cube

import (
	"math"
	"math/bits"
	"slices"

	"assay/domain"
)

// ranked is a group of one partial with the rank of its keys among all groups:
// groups sort by (high, low) as they sort by their keys.
type ranked struct {
	high, low uint64
	part      int32
	group     uint32
}

// rankGroups lists the groups that have rows. labels are the different keys of
// each dimension, sorted.
func rankGroups(p *plan, parts []*partial, limit int) (groups []ranked, labels [][]string, err error) {
	present := make([][]uint32, len(parts))
	total := 0
	for i, part := range parts {
		for g := range part.groups {
			if part.counts[0][g] > 0 {
				present[i] = append(present[i], uint32(g))
			}
		}
		total += len(present[i])
	}
	if total > limit && p.cutsMonths() {
		return nil, nil, tooManyGroups(limit)
	}
	codes := make([][]uint32, len(parts)) // by part: len(dimensions) for each group present
	for i, part := range parts {
		codes[i] = make([]uint32, len(present[i])*len(p.dimensions))
		for k, g := range present[i] {
			part.codes(g, codes[i][k*len(p.dimensions):(k+1)*len(p.dimensions)])
		}
	}
	groups = make([]ranked, 0, total)
	for i := range parts {
		for _, g := range present[i] {
			groups = append(groups, ranked{part: int32(i), group: g})
		}
	}
	sizes := 0
	for d := range p.dimensions {
		keys, ranks := rankKeys(parts, codes, d, len(p.dimensions))
		labels = append(labels, keys)
		size := uint64(max(1, len(keys)))
		width := bits.Len64(size)
		if sizes += width; sizes > 126 {
			return nil, nil, domain.Errorf(domain.KindTooMany, "the question has too many dimensions with many values; leave one out")
		}
		at := 0
		for i := range parts {
			for k := d; k < len(codes[i]); k += len(p.dimensions) {
				g := &groups[at]
				g.high = g.high<<width | g.low>>(64-width)
				g.low = g.low<<width | uint64(ranks[i][codes[i][k]])
				at++
			}
		}
	}
	return groups, labels, nil
}

// rankKeys sorts the different keys of dimension d and gives, by part, the rank
// of each code that is used.
func rankKeys(parts []*partial, codes [][]uint32, d, dimensions int) (keys []string, ranks []map[uint32]uint32) {
	numbers := map[string]uint32{}
	ranks = make([]map[uint32]uint32, len(parts))
	for i, part := range parts {
		ranks[i] = map[uint32]uint32{}
		for k := d; k < len(codes[i]); k += dimensions {
			if _, known := ranks[i][codes[i][k]]; !known {
				key := part.keys[d](codes[i][k])
				n, seen := numbers[key]
				if !seen {
					n = uint32(len(numbers))
					numbers[key] = n
					keys = append(keys, key)
				}
				ranks[i][codes[i][k]] = n
			}
		}
	}
	slices.Sort(keys)
	sorted := make([]uint32, len(keys))
	for rank, key := range keys {
		sorted[numbers[key]] = uint32(rank)
	}
	for i := range ranks {
		for code, n := range ranks[i] {
			ranks[i][code] = sorted[n]
		}
	}
	return keys, ranks
}

func (p *plan) cutsMonths() bool {
	return slices.ContainsFunc(p.dimensions, func(d dimension) bool { return d.cutsMonths() })
}

// rankPair is the rank of a group as a map key.
type rankPair struct{ high, low uint64 }

// merge joins the groups of equal keys into one partial.
func merge(p *plan, parts []*partial, groups []ranked, labels [][]string, limit int) (*partial, []ranked, error) {
	numbers := map[rankPair]uint32{}
	var merged []ranked
	to := make([][]uint32, len(parts)) // by part, by group
	for i, part := range parts {
		to[i] = make([]uint32, part.groups)
	}
	for _, g := range groups {
		n, seen := numbers[rankPair{g.high, g.low}]
		if !seen {
			if len(merged) == limit {
				return nil, nil, tooManyGroups(limit)
			}
			n = uint32(len(merged))
			numbers[rankPair{g.high, g.low}] = n
			merged = append(merged, ranked{high: g.high, low: g.low, group: n})
		}
		to[g.part][g.group] = n
	}
	if len(p.dimensions) == 0 && len(merged) == 0 {
		merged = append(merged, ranked{})
	}
	out := emptyMerged(p, merged, labels)
	for i, part := range parts {
		out.scanned += part.scanned
		for g := range part.groups {
			if part.counts[0][g] > 0 {
				out.absorb(part, uint32(g), to[i][g])
			}
		}
	}
	for i := range p.measures {
		if fn := p.measures[i].fn; fn == Quantiles || fn == Distinct {
			l := mergeLists(parts, to, i, out.groups)
			if fn == Distinct {
				l.compact()
			}
			out.settle(i, &l)
		}
	}
	return out, merged, nil
}

func emptyMerged(p *plan, groups []ranked, labels [][]string) *partial {
	out := newPartial(p, &grouping{})
	for i := range out.wide {
		out.wide[i] = true
	}
	for d := range labels {
		keys := labels[d]
		out.keys = append(out.keys, func(code uint32) string { return keys[code] })
	}
	out.codes = func(group uint32, codes []uint32) { decodeRank(groups[group], labels, codes) }
	out.grow(len(groups))
	return out
}

// decodeRank gives the rank of each dimension's key.
func decodeRank(g ranked, labels [][]string, out []uint32) {
	for d := len(labels) - 1; d >= 0; d-- {
		width := bits.Len64(uint64(max(1, len(labels[d]))))
		out[d] = uint32(g.low & (1<<width - 1))
		g.low = g.low>>width | g.high<<(64-width)
		g.high >>= width
	}
}

// absorb adds the counts and numbers of a part's group to a merged group.
func (p *partial) absorb(part *partial, from, to uint32) {
	for l := range p.counts {
		p.counts[l][to] += part.counts[l][from]
	}
	for i := range p.plan.measures {
		switch p.plan.measures[i].fn {
		case Sum:
			low, high := part.numbers[i][from], int64(0)
			if part.wide[i] {
				high = part.highs[i][from]
			}
			high += low >> 32
			p.numbers[i][to] += low & (1<<32 - 1)
			p.highs[i][to] += high
		case Min:
			p.numbers[i][to] = min(p.numbers[i][to], part.numbers[i][from])
		case Max:
			p.numbers[i][to] = max(p.numbers[i][to], part.numbers[i][from])
		}
	}
}

// mergeLists joins the lists of measure i of all parts by merged group.
func mergeLists(parts []*partial, to [][]uint32, i, groups int) list {
	ends := make([]uint32, groups+2)
	total := 0
	for k, part := range parts {
		for g := range part.listed(i) {
			n := len(part.lists[i].of(uint32(g)))
			if n > 0 {
				ends[to[k][g]+2] += uint32(n)
				total += n
			}
		}
	}
	if total > math.MaxUint32 {
		panic("more than 2^32 values in one answer") // MaxRows and the number of months keep it below
	}
	for g := 2; g < len(ends); g++ {
		ends[g] += ends[g-1]
	}
	l := list{values: make([]int64, total)}
	texts := map[string]int64{}
	for k, part := range parts {
		coded := map[int64]int64{}
		for g := range part.listed(i) {
			for _, v := range part.lists[i].of(uint32(g)) {
				if d := part.lists[i].texts; d != nil {
					v = recode(d, coded, texts, v)
				}
				at := &ends[to[k][g]+1]
				l.values[*at] = v
				*at++
			}
		}
	}
	l.starts = ends[:groups+1]
	return l
}

// recode gives the number of a part's code among the texts of all parts.
func recode(d *dictionary, coded map[int64]int64, texts map[string]int64, v int64) int64 {
	n, known := coded[v]
	if !known {
		text := d.at(int(v))
		if n, known = texts[text]; !known {
			n = int64(len(texts))
			texts[text] = n
		}
		coded[v] = n
	}
	return n
}

// listed gives how many groups have a list of measure i.
func (p *partial) listed(i int) int { return max(0, len(p.lists[i].starts)-1) }
