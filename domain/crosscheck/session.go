package crosscheck

import (
	"sync"

	"assay/domain"
	"assay/domain/cube"
	"assay/domain/warehouse"
)

// Session is one examination of all declarations registered in some months. Its
// life: Service.Prepare, Examine for every declaration of those months, Save once. A session
// that is given up is simply dropped: nothing has been written.
type Session struct {
	Context *Context

	service *Service
	tenant  domain.TenantID
	months  []cube.Month // nil means all
	free    sync.Pool    // of *examination

	mutex   sync.Mutex // guards what follows
	found   spool
	own     []Finding       // on other subjects than declarations, from Prepare
	touched map[string]bool // overlaps raised on a declaration
	fault   error           // the first, reported by Save
}

// Examine applies all rules to a record, keeps what it finds for Save, and says
// in bits which rules could be evaluated and which are broken (bit i-1 for Pi; a
// broken rule is evaluated too). It is safe for concurrent use. It never fails: a
// fault is kept and reported by Save.
func (s *Session) Examine(r *warehouse.Record) (evaluated, broken uint16) {
	x, _ := s.free.Get().(*examination)
	if x == nil {
		x = new(examination)
	}
	x.run(s.Context, r)
	evaluated, broken = x.evaluated, x.broken
	if broken != 0 || x.fault != nil {
		s.keep(x)
	}
	x.r = nil
	s.free.Put(x)
	return evaluated, broken
}

func (s *Session) keep(x *examination) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.fault == nil {
		s.fault = x.fault
	}
	for i := range x.findings {
		if err := s.found.add(&x.findings[i]); err != nil && s.fault == nil {
			s.fault = err
		}
	}
	if s.touched == nil {
		s.touched = map[string]bool{}
	}
	for _, key := range x.touched {
		s.touched[key] = true
	}
}

// Found is the number of findings so far, those on other subjects included.
func (s *Session) Found() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.found.count + len(s.own)
}

// covers reports whether the session looks at a month.
func (s *Session) covers(m cube.Month) bool {
	if s.months == nil {
		return true
	}
	for _, month := range s.months {
		if month == m {
			return true
		}
	}
	return false
}
