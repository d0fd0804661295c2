package crosscheck

import (
	"cmp"
	"slices"
	"time"

	"assay/domain/declaration"
)

// session is a user's time at a workstation.
type session struct {
	user, workstation string
	began, ended      time.Time
}

// sessionPair is two sessions of a user at different workstations that overlap.
type sessionPair struct{ first, second session }

// sessionPairs finds the pairs of one user's sessions, which are added by their
// beginning, those that begin together by workstation. It keeps those that are not yet over.
type sessionPairs struct {
	least time.Duration // overlaps must be longer
	open  []session
	found []sessionPair
}

// user is whose sessions were added; empty before the first.
func (p *sessionPairs) user() string {
	if len(p.open) == 0 {
		return ""
	}
	return p.open[len(p.open)-1].user
}

func (p *sessionPairs) add(s session) {
	kept := p.open[:0]
	for _, earlier := range p.open {
		if !earlier.ended.After(s.began) {
			continue
		}
		kept = append(kept, earlier)
		if earlier.workstation != s.workstation && pairEnd(earlier, s).Sub(s.began) > p.least {
			p.found = append(p.found, sessionPair{earlier, s})
		}
	}
	p.open = append(kept, s)
}

func pairEnd(a, b session) time.Time {
	if a.ended.Before(b.ended) {
		return a.ended
	}
	return b.ended
}

// take gives the pairs by the beginning of their first session and makes room for the next user.
func (p *sessionPairs) take() []sessionPair {
	found := p.found
	slices.SortStableFunc(found, func(a, b sessionPair) int {
		return cmp.Or(a.first.began.Compare(b.first.began), a.second.began.Compare(b.second.began), cmp.Compare(a.second.workstation, b.second.workstation))
	})
	p.open, p.found = p.open[:0], nil
	return found
}

// overlap is the pair as evidence.
func (p *sessionPair) overlap() Overlap {
	row := func(s session) Row {
		return Row{Source: "session", Number: s.workstation, User: s.user}.at(declaration.Moment{At: s.began, Precision: declaration.Second})
	}
	began, ended := p.second.began, pairEnd(p.first, p.second)
	return Overlap{
		Key:  p.first.user + " " + began.UTC().Format(time.RFC3339) + " " + p.first.workstation + " " + p.second.workstation,
		User: p.first.user, First: row(p.first), Second: row(p.second), Seconds: int64(ended.Sub(began) / time.Second),
		from: began.UnixMicro(), until: ended.UnixMicro(),
	}
}
