package account

import (
	"net/netip"
	"sync"
	"time"
)

// Bounds of failed sign-ins within failureWindow, in one process.
const (
	failureWindow = 10 * time.Minute
	// failuresOfName is for one name from one network: who guesses from elsewhere does not keep the
	// owner of the name out.
	failuresOfName = 10
	// failuresOfNetwork is for one network, whatever the names: an office behind one address has many people.
	failuresOfNetwork = 100
	// failuresOfDevice is for a device on which the name's owner has signed in before. It counts for
	// itself: nothing that happens elsewhere closes it.
	failuresOfDevice = 10
	bucketsKept      = 50_000
)

// limit is a bound on what is counted under a key.
type limit struct {
	key  string
	most int
}

// throttle counts attempts in this process. It holds at most bucketsKept counts.
type throttle struct {
	clock   func() time.Time
	mu      sync.Mutex
	buckets map[string]*bucket
}

type bucket struct {
	count int
	since time.Time
}

func newThrottle(clock func() time.Time) *throttle {
	return &throttle{clock: clock, buckets: map[string]*bucket{}}
}

// take counts an attempt against all limits before it is made, so that many at once cannot pass a
// bound together; false when one of them is reached, and then nothing is counted.
func (t *throttle) take(limits ...limit) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock()
	for _, l := range limits {
		if b := t.buckets[l.key]; b != nil && now.Sub(b.since) < failureWindow && b.count >= l.most {
			return false
		}
	}
	for _, l := range limits {
		b := t.buckets[l.key]
		if b == nil || now.Sub(b.since) >= failureWindow {
			if len(t.buckets) >= bucketsKept {
				t.forget(now)
			}
			b = &bucket{since: now}
			t.buckets[l.key] = b
		}
		b.count++
	}
	return true
}

// giveBack takes an attempt that was right out of the counts again, and ends the first limit's count, which is
// the name's or the device's own.
func (t *throttle) giveBack(limits ...limit) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, l := range limits {
		if b := t.buckets[l.key]; b != nil {
			if b.count--; b.count <= 0 || i == 0 {
				delete(t.buckets, l.key)
			}
		}
	}
}

// forget drops what is past its window, and everything when that is not enough: a flood of names
// from many networks may not fill the memory.
func (t *throttle) forget(now time.Time) {
	for key, b := range t.buckets {
		if now.Sub(b.since) >= failureWindow {
			delete(t.buckets, key)
		}
	}
	if len(t.buckets) >= bucketsKept {
		clear(t.buckets)
	}
}

// networkOf is what counts as one network: an IPv4 address, or the /64 of an IPv6 address, of which one
// subscriber has all. Anything else is one network together.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return "unknown"
	}
	return prefix.String()
}
