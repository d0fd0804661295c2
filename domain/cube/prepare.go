package cube

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

// Prepare computes what questions need of single months, so that asking them then
// finds it. Asked one by one, each question would go over all months for itself; here
// each month is gone over once for all questions, and months and grains side by side.
// What is no question of months (see the README) is left alone, and so is a question with a mistake: asking it says so.
//
// With passing, columns that were decoded for this are let go of at once: for a process
// that prepares what others will show.
func (s *Snapshot) Prepare(ctx context.Context, questions []Query, passing bool) error {
	return s.admission.run(ctx, s.tenant, func() error {
		months := s.unprepared(ctx, questions)
		var mutex sync.Mutex
		var kept []keptFigures
		err := s.each(ctx, len(months), func(ctx context.Context, i int) error {
			computed, err := s.prepareMonth(ctx, months[i], passing)
			mutex.Lock()
			defer mutex.Unlock()
			kept = append(kept, computed...)
			return err
		})
		if len(kept) > 0 && err == nil {
			// What cannot be kept is computed again the next time: no reason to fail.
			_ = s.store.keepFigures(detached{ctx}, s.tenant, kept)
		}
		return err
	})
}

// monthPart is what one question needs of one month.
type monthPart struct {
	name     *questionName
	question monthQuestion
	figures  *monthFigures
}

// monthWork is what is to be computed of one segment.
type monthWork struct {
	resident *resident
	parts    []*monthPart
}

// unprepared finds what is neither remembered nor kept; the largest segments first.
func (s *Snapshot) unprepared(ctx context.Context, questions []Query) []*monthWork {
	var all []*monthWork
	of := map[*resident]*monthWork{}
	var wanted []monthWanted
	for i := range questions {
		m, err := s.member(questions[i].Grain)
		if err != nil {
			continue
		}
		p, err := m.grain.plan(&questions[i])
		if err != nil {
			continue
		}
		residents, _ := m.within(questions[i].From, questions[i].To)
		name, err := p.name()
		if err != nil || !p.monthly(len(residents)) {
			continue
		}
		for _, r := range residents {
			question := name.in(r.listed.Month)
			if r.holder == nil || r.listed.Rows == 0 || r.recallMonth(question) != nil {
				continue
			}
			w := of[r]
			if w == nil {
				w = &monthWork{resident: r}
				of[r], all = w, append(all, w)
			}
			if slices.ContainsFunc(w.parts, func(other *monthPart) bool { return other.question == question }) {
				continue
			}
			part := &monthPart{name: name, question: question}
			w.parts = append(w.parts, part)
			if s.keepsMonths(p) {
				wanted = append(wanted, monthWanted{r, p, question, &part.figures})
			}
		}
	}
	s.recallKept(ctx, wanted)
	for _, w := range all {
		w.parts = slices.DeleteFunc(w.parts, func(part *monthPart) bool { return part.figures != nil })
	}
	all = slices.DeleteFunc(all, func(w *monthWork) bool { return len(w.parts) == 0 })
	slices.SortStableFunc(all, func(a, b *monthWork) int { return int(b.resident.listed.Rows - a.resident.listed.Rows) })
	return all
}

// prepareMonth computes the parts of one segment, and gives those that are to be kept.
func (s *Snapshot) prepareMonth(ctx context.Context, w *monthWork, passing bool) ([]keptFigures, error) {
	r := w.resident
	if passing {
		defer r.clearNew()()
	}
	unions, err := w.unions()
	if err != nil {
		return nil, err
	}
	var kept []keptFigures
	for _, u := range unions {
		p, err := u.plan(r.listed.Month)
		if err != nil {
			return nil, err
		}
		part, err := s.compute(ctx, p, r, nil)
		if err != nil {
			return nil, err
		}
		found := p.monthFigures(part)
		for i, member := range u.parts {
			member.figures = &monthFigures{Rows: found.Rows, Scanned: found.Scanned, Figures: make([]monthFigure, len(u.places[i]))}
			for at, from := range u.places[i] {
				member.figures.Figures[at] = found.Figures[from]
			}
			r.rememberMonth(member.question, member.figures)
			if s.keepsMonths(member.name.plan) {
				kept = append(kept, keptFigures{r.listed.Hash, member.question, member.figures})
			}
		}
	}
	return kept, nil
}

// clearNew gives a function that lets go of the columns decoded between the two calls.
func (r *resident) clearNew() func() {
	before := make([]bool, len(r.columns))
	for i := range r.columns {
		before[i] = r.columns[i].column.Load() != nil
	}
	return func() {
		for i := range r.columns {
			if !before[i] {
				r.clearColumn(i)
			}
		}
	}
}

// monthUnion joins questions of the same rows into one, which asks each aggregate once.
type monthUnion struct {
	of         *Query // one of them
	aggregates []Aggregate
	known      map[string]int
	parts      []*monthPart
	places     [][]int // by part, by its aggregates: which of the union's
}

// unions joins the parts as far as they are of the same rows.
func (w *monthWork) unions() ([]*monthUnion, error) {
	var all []*monthUnion
	open := map[string]*monthUnion{}
	for _, part := range w.parts {
		q := part.name.plan.query
		rows, err := json.Marshal(struct {
			From, To int32
			Where    []Condition
			Fiscal   int
		}{part.question.from, part.question.upTo, q.Where, q.FiscalYearStart})
		if err != nil {
			return nil, fmt.Errorf("join questions: %w", err)
		}
		u := open[string(rows)]
		if u == nil || len(u.aggregates)+len(q.Aggregates) > maxAggregates {
			u = &monthUnion{of: q, known: map[string]int{}}
			open[string(rows)], all = u, append(all, u)
		}
		if err := u.add(part, w.resident.listed.Month); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (u *monthUnion) add(part *monthPart, m Month) error {
	var places []int
	for _, a := range part.name.aggregatesIn(m) {
		text, err := json.Marshal(a)
		if err != nil {
			return fmt.Errorf("join questions: %w", err)
		}
		at, known := u.known[string(text)]
		if !known {
			at = len(u.aggregates)
			u.known[string(text)] = at
			a.Name = fmt.Sprint(at)
			u.aggregates = append(u.aggregates, a)
		}
		places = append(places, at)
	}
	u.parts, u.places = append(u.parts, part), append(u.places, places)
	return nil
}

// plan is the union's plan in a month, of one group.
func (u *monthUnion) plan(m Month) (*plan, error) {
	q := Query{Grain: u.of.Grain, From: max(u.of.From, m.First()), To: min(u.of.To, (m + 1).First()),
		Where: u.of.Where, Aggregates: u.aggregates, FiscalYearStart: u.of.FiscalYearStart}
	return u.parts[0].name.plan.grain.plan(&q)
}
