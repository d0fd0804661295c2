package local

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// Redis is an in-process Redis for the demo: it keeps nothing, and the outbox
// feeds it again at the next start. Production uses a real one.
type Redis struct {
	addr  string
	stop  context.CancelFunc
	ended sync.WaitGroup
}

// StartRedis starts a Redis on a free port of the loopback address. It ends with
// Close and not with the context, because workers that stop still talk to it.
func StartRedis(ctx context.Context) (*Redis, error) {
	server, err := miniredis.Run()
	if err != nil {
		return nil, fmt.Errorf("start the in-process Redis: %w", err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &Redis{addr: server.Addr(), stop: cancel}
	r.ended.Go(func() {
		letTimePass(ctx, server)
		server.Close()
	})
	return r, nil
}

// letTimePass moves the clock of the server: its keys do not expire by themselves.
func letTimePass(ctx context.Context, server *miniredis.Miniredis) {
	const step = 200 * time.Millisecond
	tick := time.NewTicker(step)
	defer tick.Stop()
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if last.IsZero() {
				last = now.Add(-step)
			}
			server.FastForward(now.Sub(last))
			last = now
		}
	}
}

// Addr is host and port.
func (r *Redis) Addr() string { return r.addr }

// URL is the address in the form that ASSAY_REDIS_URL has.
func (r *Redis) URL() string { return "redis://" + r.addr + "/0" }

// Close stops the server and waits for its end. Calling it again does nothing.
func (r *Redis) Close() {
	r.stop()
	r.ended.Wait()
}
