package cube

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"sync"
)

// Where every dimension of a question has one key a month, or there is none, a
// segment's figures are a handful of numbers. They are remembered with the
// segment, and those of the whole administration are kept in the store too, so that a
// process that has just started need not decode any column to show a board.

// monthFigures is what a question finds in one segment.
type monthFigures struct {
	Rows    int64         `json:"r"` // that pass Where
	Scanned int64         `json:"s"`
	Figures []monthFigure `json:"f"` // by measure
}

// monthFigure is one measure; what it holds depends on the function.
type monthFigure struct {
	N         int64     `json:"n"`
	High      int64     `json:"h,omitempty"` // Sum: High<<64 + Low
	Low       uint64    `json:"l,omitempty"`
	Int       int64     `json:"i,omitempty"` // Min, Max, Distinct
	Quantiles []float64 `json:"q,omitempty"`
}

// monthGroup is the figures of one group: of one month, or of several together.
type monthGroup struct {
	ranks   []uint32
	figures *monthFigures
}

// monthQuestion names a question, and which days of the month it is about: all
// when both are 0, so that the name is the same for every month.
type monthQuestion struct {
	digest     [sha256.Size]byte
	from, upTo int32 // first day, and the one after the last, counted in the month from 0
}

// monthly reports whether figures can be put together from those of months.
func (p *plan) monthly(segments int) bool {
	for i := range p.dimensions {
		if !p.dimensions[i].constant() {
			return false
		}
	}
	return segments <= 1 || p.cutsMonths() || !p.keeps(0)
}

// key is the name under which the store keeps the figures.
func (q monthQuestion) key() []byte {
	return fmt.Appendf(slices.Clone(q.digest[:]), "%d-%d", q.from, q.upTo)
}

// monthlyFigures puts figures together from those of the months: remembered,
// kept in the store, or computed now.
func (s *Snapshot) monthlyFigures(ctx context.Context, a *answering, residents []*resident) (*partial, error) {
	p := a.plan
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	questions := make([]monthQuestion, len(residents))
	found := make([]*monthFigures, len(residents))
	for i, r := range residents {
		questions[i] = name.in(r.listed.Month)
		found[i] = r.recallMonth(questions[i])
	}
	whole := s.keepsMonths(p)
	if whole {
		var wanted []monthWanted
		for i, r := range residents {
			if found[i] == nil && r.listed.Rows > 0 {
				wanted = append(wanted, monthWanted{r, p, questions[i], &found[i]})
			}
		}
		s.recallKept(ctx, wanted)
	}
	computed, err := s.computeMonths(ctx, a, residents, questions, found)
	if err != nil {
		return nil, err
	}
	if whole && len(computed) > 0 {
		// What cannot be kept is computed again the next time: no reason to fail.
		_ = s.store.keepFigures(detached{ctx}, s.tenant, computed)
	}
	return s.together(ctx, a, residents, found)
}

// computeMonths computes what was not found anywhere.
func (s *Snapshot) computeMonths(ctx context.Context, a *answering, residents []*resident, questions []monthQuestion, found []*monthFigures) ([]keptFigures, error) {
	var missing []int
	for i := range found {
		if found[i] == nil {
			missing = append(missing, i)
		}
	}
	unknown := make([]*resident, len(missing))
	for n, i := range missing {
		unknown[n] = residents[i]
	}
	if err := s.decode(ctx, a.plan, unknown); err != nil {
		return nil, err
	}
	var mutex sync.Mutex
	var computed []keptFigures
	err := s.each(ctx, len(missing), func(ctx context.Context, n int) error {
		i := missing[n]
		part, err := s.compute(ctx, a.plan, residents[i], a.spelled)
		if err != nil {
			return err
		}
		found[i] = a.plan.monthFigures(part)
		residents[i].rememberMonth(questions[i], found[i])
		mutex.Lock()
		defer mutex.Unlock()
		computed = append(computed, keptFigures{residents[i].listed.Hash, questions[i], found[i]})
		return nil
	})
	return computed, err
}

// monthWanted is a month whose figures are needed, and where they go.
type monthWanted struct {
	resident *resident
	plan     *plan
	question monthQuestion
	found    **monthFigures
}

// keepsMonths reports whether the figures of months are kept in the store: those of the
// whole administration, of which there are few.
func (s *Snapshot) keepsMonths(p *plan) bool { return s.store != nil && len(p.query.Where) == 0 }

// recallKept takes from the store what this process has not seen yet.
func (s *Snapshot) recallKept(ctx context.Context, wanted []monthWanted) {
	if len(wanted) == 0 {
		return
	}
	stored := make([]keptFigures, len(wanted))
	for i, w := range wanted {
		stored[i] = keptFigures{hash: w.resident.listed.Hash, question: w.question}
	}
	// What cannot be read is computed: the answer is the same.
	if s.store.keptFigures(detached{ctx}, s.tenant, stored) != nil {
		return
	}
	for i, w := range wanted {
		if f := stored[i].figures; f != nil && f.whole(len(w.plan.measures)) {
			*w.found = f
			w.resident.rememberMonth(w.question, f)
		}
	}
}

// monthFigures reads the only group of a part; nil: no row passed.
func (p *plan) monthFigures(part *partial) *monthFigures {
	m := &monthFigures{Figures: make([]monthFigure, len(p.measures))}
	if part == nil {
		return m
	}
	defer part.release()
	m.Rows, m.Scanned = part.figures.counted(0, 0), part.scanned
	for i := range p.measures {
		f := &m.Figures[i]
		switch f.N = part.count(p.measures[i].lane, 0); p.measures[i].fn {
		case Sum:
			t := part.total(i, 0)
			f.High, f.Low = t.high, t.low
		case Min, Max:
			f.Int = part.figures.at(part.positions[i], 0)
		case Distinct:
			f.Int = part.distinct[i][0]
		case Quantiles:
			if f.N > 0 {
				f.Quantiles = part.quantiles[i]
			}
		case Count:
		}
	}
	return m
}

// together adds up the months of each group.
func (s *Snapshot) together(ctx context.Context, a *answering, residents []*resident, found []*monthFigures) (*partial, error) {
	part := &partial{layout: &layout{plan: a.plan}, monthly: []monthGroup{}}
	for i, r := range residents {
		part.scanned += found[i].Scanned
		if r.listed.Rows == 0 {
			continue
		}
		ranks := make([]uint32, len(a.spelled))
		for d := range ranks {
			numbers, err := r.spelling(ctx, &a.plan.dimensions[d], a.spelled[d].lexicon)
			if err != nil {
				return nil, err
			}
			ranks[d] = a.spelled[d].ranks[numbers[0]]
		}
		at := slices.IndexFunc(part.monthly, func(g monthGroup) bool { return slices.Equal(g.ranks, ranks) })
		if at < 0 {
			part.monthly = append(part.monthly, monthGroup{ranks, found[i]})
			continue
		}
		part.monthly[at].figures = part.monthly[at].figures.plus(found[i], a.plan)
	}
	if len(a.plan.dimensions) == 0 && len(part.monthly) == 0 {
		part.monthly = append(part.monthly, monthGroup{nil, a.plan.monthFigures(nil)})
	}
	return part, nil
}

// plus adds the figures of another month. Quantiles and numbers of different
// values cannot be added: such questions are not put together from months.
func (m *monthFigures) plus(other *monthFigures, p *plan) *monthFigures {
	sum := &monthFigures{Rows: m.Rows + other.Rows, Figures: make([]monthFigure, len(m.Figures))}
	for i := range sum.Figures {
		x, y := &m.Figures[i], &other.Figures[i]
		f := monthFigure{N: x.N + y.N}
		switch fn := p.measures[i].fn; {
		case fn == Sum:
			t := total{x.High, x.Low}.plus(total{y.High, y.Low})
			f.High, f.Low = t.high, t.low
		case x.N == 0:
			f.Int = y.Int
		case y.N == 0:
			f.Int = x.Int
		case fn == Min:
			f.Int = min(x.Int, y.Int)
		case fn == Max:
			f.Int = max(x.Int, y.Int)
		}
		sum.Figures[i] = f
	}
	return sum
}

// value gives measure i.
func (m *monthFigures) value(of *measure, i int) (Value, error) {
	f := &m.Figures[i]
	v := Value{N: f.N, Null: f.N == 0, Int: f.Int}
	switch of.fn {
	case Count:
		v.Int, v.Null = f.N, false
	case Distinct:
		v.Null = false
	case Sum:
		sum, fits := total{f.High, f.Low}.integer()
		if !fits {
			return v, of.tooLarge()
		}
		v.Int = sum
	case Quantiles:
		v.Quantiles = slices.Clone(f.Quantiles)
	case Min, Max:
		if v.Null {
			v.Int = 0
		}
	}
	return v, nil
}

// recallMonth gives the figures that are remembered for a question, nil if none are.
func (r *resident) recallMonth(q monthQuestion) *monthFigures {
	r.remembered.mutex.Lock()
	defer r.remembered.mutex.Unlock()
	return r.remembered.months[q]
}

// rememberMonth keeps figures, if somebody bounds the memory.
func (r *resident) rememberMonth(q monthQuestion, m *monthFigures) {
	if r.holder == nil || r.retired.Load() {
		return
	}
	bytes := int64(128 + 64*len(m.Figures))
	r.remembered.mutex.Lock()
	if r.remembered.months == nil {
		r.remembered.months = map[monthQuestion]*monthFigures{}
	}
	if r.remembered.months[q] != nil {
		bytes = 0
	}
	r.remembered.months[q] = m
	r.remembered.bytes += bytes
	r.remembered.mutex.Unlock()
	r.holder.took(bytes)
	if r.retired.Load() {
		r.forget()
	}
}

// whole reports whether stored figures are of this many measures, as they must be.
func (m *monthFigures) whole(measures int) bool {
	return len(m.Figures) == measures && m.Rows >= 0 && m.Rows <= math.MaxInt32
}
