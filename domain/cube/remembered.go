package cube

import (
	"encoding/json"
	"fmt"
	"sync"
)

// remembered holds finished figures of an immutable segment, by the question
// that they answer: asked again, or asked with other limits, order or page, they
// are taken from here, and after a publication only the months that changed are
// computed. The memory is counted with that of the columns, and given back first.
type remembered struct {
	mutex   sync.Mutex
	figures map[string]*partial
	months  map[monthQuestion]*monthFigures
	bytes   int64
}

// maxRemembered bounds what one question may leave behind in one segment.
const maxRemembered = 2 << 20

// question tells apart what gives different figures in a segment: not order,
// page or Having, and of the period only what lies in the month.
func (p *plan) question(m Month) string {
	q := p.query
	from, to := max(q.From, m.First()), min(q.To, (m+1).First())
	text, err := json.Marshal(struct {
		From, To   Date
		By         []string
		Where      []Condition
		Aggregates []Aggregate
		Fiscal     int
	}{from, to, q.By, q.Where, q.Aggregates, q.FiscalYearStart})
	if err != nil {
		return fmt.Sprintf("%p", p) // cannot be: then it is remembered for nobody
	}
	return string(text)
}

// recall gives the figures that are remembered for a question, nil if none are.
func (r *resident) recall(question string) *partial {
	r.remembered.mutex.Lock()
	defer r.remembered.mutex.Unlock()
	return r.remembered.figures[question]
}

// remember keeps figures, if they are small enough and somebody bounds the memory.
func (r *resident) remember(question string, p *partial) {
	bytes := p.bytes() + int64(len(question))
	if r.holder == nil || bytes > maxRemembered || r.retired.Load() {
		return
	}
	r.remembered.mutex.Lock()
	if r.remembered.figures[question] != nil {
		r.remembered.mutex.Unlock()
		return
	}
	if r.remembered.figures == nil {
		r.remembered.figures = map[string]*partial{}
	}
	p.shared = true
	r.remembered.figures[question] = p
	r.remembered.bytes += bytes
	r.remembered.mutex.Unlock()
	r.holder.took(bytes)
	if r.retired.Load() {
		r.forget()
	}
}

// forget gives back the memory of all that is remembered.
func (r *resident) forget() {
	r.remembered.mutex.Lock()
	bytes := r.remembered.bytes
	r.remembered.figures, r.remembered.months, r.remembered.bytes = nil, nil, 0
	r.remembered.mutex.Unlock()
	if bytes > 0 {
		r.holder.bytes.Add(-bytes)
		r.holder.engine.used.Add(-bytes)
	}
}

// bytes gives the memory that figures take, after they have been made small.
func (p *partial) bytes() int64 {
	if p.rows != nil {
		return int64(4*len(p.rows) + 4096)
	}
	n := 8*len(p.figures.cells) + 4*len(p.grouping.table) + 8*len(p.grouping.keys)
	for _, s := range p.grouping.stages {
		if s.known != nil {
			n += 8*len(s.known.keys) + 4*len(s.known.slots)
		}
	}
	for i := range p.quantiles {
		n += 8 * (len(p.quantiles[i]) + len(p.distinct[i]))
	}
	return int64(n + 8*len(p.figures.carried)*p.figures.words*4 + 4096)
}

// trim lets go of what is not needed to read the figures, above all of the
// columns, which must be free to be evicted.
func (p *partial) trim() {
	for i := range p.grouping.axes {
		p.grouping.axes[i] = axis{size: p.grouping.axes[i].size}
	}
	p.grouping.table = nil
	for i := range p.grouping.stages {
		if known := p.grouping.stages[i].known; known != nil {
			known.slots = nil
		}
	}
	if p.rows != nil {
		counts := append([]uint32(nil), p.rows...)
		cellPool.release(p.rows)
		p.rows = counts
		return
	}
	cells := append([]uint64(nil), p.figures.cells...)
	p.figures.release()
	p.figures.cells = cells
}
