package cube

import (
	"context"
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
			if part.count(0, uint32(g)) > 0 {
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
func merge(ctx context.Context, p *plan, parts []*partial, groups []ranked, labels [][]string, limit int, run runner) (*partial, []ranked, error) {
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
	out := newMerged(p, len(merged))
	for _, g := range groups {
		out.absorb(parts[g.part], g.group, to[g.part][g.group])
	}
	for k, part := range parts {
		if part.kept != nil {
			part.kept.renumber(to[k])
			defer part.kept.release()
		}
	}
	for i, m := range p.measures {
		if m.fn != Quantiles && m.fn != Distinct {
			continue
		}
		pieces := make([]piece, len(parts))
		for k, part := range parts {
			pieces[k] = part.piece(i, to[k])
		}
		var err error
		if m.fn == Distinct {
			out.distinct[i], err = countDistinct(ctx, pieces, out.merged.counts[m.lane])
		} else {
			out.quantiles[i], err = takeQuantiles(ctx, pieces, out.merged.counts[m.lane], m.p, run)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return out, merged, nil
}

func newMerged(p *plan, groups int) *partial {
	out := &partial{plan: p, groups: groups, quantiles: make([][]float64, len(p.measures)), distinct: make([][]int64, len(p.measures))}
	m := &mergedFigures{counts: make([][]int64, len(p.lanes)), totals: make([][]total, len(p.measures)), extremes: make([][]int64, len(p.measures))}
	for l := range m.counts {
		m.counts[l] = make([]int64, groups)
	}
	for i := range p.measures {
		switch p.measures[i].fn {
		case Sum:
			m.totals[i] = make([]total, groups)
		case Min, Max:
			m.extremes[i] = make([]int64, groups)
		}
	}
	out.merged = m
	return out
}

// absorb adds the counts and numbers of a part's group to a merged group.
func (p *partial) absorb(part *partial, from, to uint32) {
	for i := range p.plan.measures {
		m := &p.plan.measures[i]
		switch m.fn {
		case Sum:
			p.merged.totals[i][to] = p.merged.totals[i][to].plus(part.total(i, from))
		case Min, Max:
			if part.count(m.lane, from) == 0 {
				continue
			}
			v := part.extreme(i, from)
			if now := &p.merged.extremes[i][to]; p.merged.counts[m.lane][to] == 0 || (m.fn == Min) == (v < *now) {
				*now = v
			}
		}
	}
	for l := range p.merged.counts {
		p.merged.counts[l][to] += part.count(l, from)
	}
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
