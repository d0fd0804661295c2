package account

import (
	"sync"
	"time"
)

// Bounds of failed sign-ins.
const (
	failuresAllowed = 10
	failureWindow   = time.Minute
	namesWatched    = 10_000
)

// throttle slows down guessing of one name's password in this process: after
// failuresAllowed failures it refuses that name until the window has passed. It
// holds at most namesWatched names.
type throttle struct {
	clock func() time.Time
	mu    sync.Mutex
	names map[string]*failures
}

type failures struct {
	count int
	since time.Time
}

func newThrottle(clock func() time.Time) *throttle {
	return &throttle{clock: clock, names: map[string]*failures{}}
}

func (t *throttle) allow(name string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	f := t.names[name]
	return f == nil || f.count < failuresAllowed || t.clock().Sub(f.since) >= failureWindow
}

func (t *throttle) failed(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock()
	f := t.names[name]
	if f == nil || now.Sub(f.since) >= failureWindow {
		if len(t.names) >= namesWatched {
			t.forget(now)
		}
		f = &failures{since: now}
		t.names[name] = f
	}
	f.count++
}

// forget drops what is past its window, and everything when that is not enough.
func (t *throttle) forget(now time.Time) {
	for name, f := range t.names {
		if now.Sub(f.since) >= failureWindow {
			delete(t.names, name)
		}
	}
	if len(t.names) >= namesWatched {
		clear(t.names)
	}
}

func (t *throttle) succeeded(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.names, name)
}
