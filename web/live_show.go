package web

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"assay/domain"
	"assay/web/view"
)

// Bounds of live connections.
const (
	livePerPerson = 8    // open pages of one person
	liveTogether  = 4000 // of one process
	heartbeat     = 20 * time.Second
	recheckLimit  = 5 * time.Second
)

// liveCrowd counts the live connections of this process.
type liveCrowd struct {
	mutex    sync.Mutex
	people   map[uuid.UUID]int
	together int
}

// enter takes a place; leave gives it back. One person too often is KindTooMany, and so is
// a full house.
func (c *liveCrowd) enter(person uuid.UUID) (leave func(), err error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.people == nil {
		c.people = map[uuid.UUID]int{}
	}
	if c.people[person] >= livePerPerson || c.together >= liveTogether {
		return nil, domain.Errorf(domain.KindTooMany, "too many live pages are open; this one shows what it has until it is loaded again")
	}
	c.people[person]++
	c.together++
	return func() {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.together--
		if c.people[person]--; c.people[person] == 0 {
			delete(c.people, person)
		}
	}, nil
}

// goLive makes a page of figures renew itself when new data are in.
func (v *visit) goLive(l *view.Layout, revision int64) {
	l.Live = &view.Live{Address: v.at("live"), Revision: revision, Said: v.T("live.updated", "Clock", v.Clock(v.server.Clock()))}
}

// streamNews tells an open page, by server-sent events, when data newer than its own are in:
// the number of the revision and nothing else. The page then asks for itself again, under
// its own permission and scope. The stream ends when the session or the permission does.
func (v *visit) streamNews() error {
	leave, err := v.server.live.enter(v.person.Account)
	if err != nil {
		return err
	}
	defer leave()
	gone := v.Request().Context().Done()
	tenant := v.tenant
	news, stop := v.server.News.Watch(tenant.ID)
	defer stop()
	every := v.server.options.Heartbeat
	if every <= 0 {
		every = heartbeat
	}
	beat := time.NewTicker(every)
	defer beat.Stop()
	header := v.Response().Header()
	header.Set(echo.HeaderContentType, "text/event-stream")
	header.Set(echo.HeaderCacheControl, "no-store")
	header.Set("X-Accel-Buffering", "no") // a proxy must not hold it back
	v.Response().WriteHeader(http.StatusOK)
	// The page may be older than the stream: what is current is said at once.
	for {
		if err := v.sayRevision(); err != nil {
			return nil //nolint:nilerr // the answer has begun; the browser comes back by itself
		}
	quiet:
		for {
			select {
			case <-gone:
				return nil
			case <-v.server.options.Stopping:
				return nil
			case <-news:
				break quiet
			case <-beat.C:
				if !v.stillAdmitted() {
					v.say("event: ended\ndata: \n\n")
					return nil
				}
				if !v.say(": alive\n\n") {
					return nil
				}
			}
		}
	}
}

func (v *visit) sayRevision() error {
	snapshot, err := v.server.Indicators.Snapshot(v.Request().Context(), v.tenant)
	if err != nil {
		return err
	}
	if !v.say(fmt.Sprintf("event: fresh\ndata: %d\n\n", snapshot.Revision())) {
		return context.Canceled
	}
	return nil
}

// say sends a text at once; false when nobody takes it.
func (v *visit) say(text string) bool {
	if _, err := v.Response().Write([]byte(text)); err != nil {
		return false
	}
	return http.NewResponseController(v.Response()).Flush() == nil
}

// stillAdmitted asks again who the session's person is and what that person may do. Asking
// does not prolong the session.
func (v *visit) stillAdmitted() bool {
	was := v.Request()
	defer v.SetRequest(was)
	// The request's own context holds the session as it was.
	ctx, cancel := context.WithTimeout(context.Background(), recheckLimit)
	defer cancel()
	cookie, err := v.Cookie(v.server.sessionCookie())
	if err != nil {
		return false
	}
	if ctx, err = v.server.Sessions.Load(ctx, cookie.Value); err != nil {
		return true // the database does not answer just now; the next beat asks again
	}
	again := &visit{Context: v.Context, server: v.server, route: v.route, nonce: v.nonce}
	v.SetRequest(was.WithContext(ctx))
	again.person, again.signed = v.server.Sessions.Current(ctx)
	err = again.enter()
	return err == nil || domain.KindOf(err) == domain.KindInternal
}
