package cube

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"

	"assay/domain"
)

// scheduler lets a fixed number of pieces of work run at a time. When there is
// more to do, tenants take turns, whoever asks for how much.
type scheduler struct {
	mutex   sync.Mutex
	free    int
	most    int // places that one tenant may have at a time
	running map[domain.TenantID]int
	waiting map[domain.TenantID][]chan struct{}
	turns   []domain.TenantID // those with work waiting; the first is next
}

// newScheduler makes a scheduler of so many places, of which one tenant may have
// no more than most.
func newScheduler(places, most int) *scheduler {
	return &scheduler{free: places, most: most, running: map[domain.TenantID]int{}, waiting: map[domain.TenantID][]chan struct{}{}}
}

// run does one piece of work when it is the tenant's turn. A panic in it is an
// error: one question must not end the process. A nil scheduler runs it at once.
func (s *scheduler) run(ctx context.Context, tenant domain.TenantID, work func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s == nil {
		return guarded(work)
	}
	if err := s.acquire(ctx, tenant); err != nil {
		return err
	}
	defer s.release(tenant)
	return guarded(work)
}

func guarded(work func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = domain.Wrap(domain.KindInternal, fmt.Errorf("panic: %v\n%s", r, debug.Stack()), "the question could not be answered")
		}
	}()
	return work()
}

func (s *scheduler) acquire(ctx context.Context, tenant domain.TenantID) error {
	s.mutex.Lock()
	if s.free > 0 && s.running[tenant] < s.most {
		s.free--
		s.running[tenant]++
		s.mutex.Unlock()
		return nil
	}
	turn := make(chan struct{})
	if len(s.waiting[tenant]) == 0 {
		s.turns = append(s.turns, tenant)
	}
	s.waiting[tenant] = append(s.waiting[tenant], turn)
	s.mutex.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		s.leave(tenant, turn)
		return ctx.Err()
	}
}

// leave gives up a turn; if it came meanwhile, it is handed on.
func (s *scheduler) leave(tenant domain.TenantID, turn chan struct{}) {
	s.mutex.Lock()
	at := slices.Index(s.waiting[tenant], turn)
	if at >= 0 {
		s.waiting[tenant] = slices.Delete(s.waiting[tenant], at, at+1)
		if len(s.waiting[tenant]) == 0 {
			delete(s.waiting, tenant)
			s.turns = slices.DeleteFunc(s.turns, func(t domain.TenantID) bool { return t == tenant })
		}
	}
	s.mutex.Unlock()
	if at < 0 {
		s.release(tenant)
	}
}

// release gives a tenant's place to the first in turn who may have another.
func (s *scheduler) release(tenant domain.TenantID) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.free++
	if s.running[tenant]--; s.running[tenant] == 0 {
		delete(s.running, tenant)
	}
	at := slices.IndexFunc(s.turns, func(t domain.TenantID) bool { return s.running[t] < s.most })
	if at < 0 {
		return
	}
	next := s.turns[at]
	s.free--
	s.running[next]++
	s.turns = slices.Delete(s.turns, at, at+1)
	queue := s.waiting[next]
	close(queue[0])
	if len(queue) == 1 {
		delete(s.waiting, next)
		return
	}
	s.waiting[next] = queue[1:]
	s.turns = append(s.turns, next)
}
