package cube

import (
	"context"
	"slices"
	"sync"
)

// lexicon numbers the keys of one dimension over all segments of a tenant, in
// order of first appearance, so that a new segment adds to it and nothing has to
// be made again.
type lexicon struct {
	mutex  sync.Mutex
	known  map[string]uint32
	texts  []string
	ranked []uint32 // ranks of the texts when they were last asked for
}

// number gives the numbers of some keys.
func (l *lexicon) number(size uint64, key func(uint32) string) []uint32 {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.known == nil {
		l.known = map[string]uint32{}
	}
	numbers := make([]uint32, size)
	for i := range numbers {
		text := key(uint32(i))
		n, seen := l.known[text]
		if !seen {
			n = uint32(len(l.texts))
			l.known[text] = n
			l.texts = append(l.texts, text)
		}
		numbers[i] = n
	}
	return numbers
}

// ranks gives the texts so far, and by number the rank of each among them. The
// slices must not be changed.
func (l *lexicon) ranks() (texts []string, ranks []uint32) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.ranked) < len(l.texts) {
		order := make([]uint32, len(l.texts))
		for i := range order {
			order[i] = uint32(i)
		}
		slices.SortFunc(order, func(a, b uint32) int {
			if l.texts[a] < l.texts[b] {
				return -1
			}
			return 1
		})
		l.ranked = make([]uint32, len(l.texts))
		for rank, i := range order {
			l.ranked[i] = uint32(rank)
		}
	}
	return l.texts[:len(l.texts):len(l.texts)], l.ranked
}

// lexica holds the lexicon of each dimension of each grain.
type lexica struct{ all sync.Map }

type lexiconKey struct {
	grain, dimension string
	fiscal           int
}

func (l *lexica) of(grain string, d *dimension) *lexicon {
	key := lexiconKey{grain, d.name, 0}
	if d.calendar != "" {
		key.fiscal = d.fiscal
	}
	found, _ := l.all.LoadOrStore(key, &lexicon{})
	return found.(*lexicon)
}

// spelled is a dimension with its keys' numbers and ranks at the time of a query.
type spelled struct {
	lexicon *lexicon
	texts   []string // by number
	ranks   []uint32 // by number
	sorted  []uint32 // by rank: the number
}

// spell makes sure that the keys of all segments are numbered.
func (s *Snapshot) spell(ctx context.Context, p *plan, residents []*resident) ([]spelled, error) {
	out := make([]spelled, len(p.dimensions))
	for d := range p.dimensions {
		out[d].lexicon = s.lexica.of(p.grain.Name, &p.dimensions[d])
	}
	err := s.each(ctx, len(residents), func(ctx context.Context, i int) error {
		for d := range p.dimensions {
			if _, err := residents[i].spelling(ctx, &p.dimensions[d], out[d].lexicon); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for d := range out {
		out[d].texts, out[d].ranks = out[d].lexicon.ranks()
		out[d].sorted = make([]uint32, len(out[d].ranks))
		for n, rank := range out[d].ranks {
			out[d].sorted[rank] = uint32(n)
		}
	}
	return out, nil
}

// spelling gives the numbers that a lexicon has for the keys of a segment's axis.
func (r *resident) spelling(ctx context.Context, d *dimension, l *lexicon) ([]uint32, error) {
	if r.listed.Rows == 0 {
		return nil, nil
	}
	if known, ok := r.spellings.Load(l); ok {
		return known.([]uint32), nil
	}
	var c *column
	if !d.constant() {
		var err error
		if c, err = r.column(ctx, d.column); err != nil {
			return nil, err
		}
	}
	a := d.axis(r.listed.Month, c)
	numbers := l.number(a.size, a.key)
	r.spellings.Store(l, numbers)
	return numbers, nil
}
