package fact

import (
	"sort"
	"strings"

	"assay/domain/cube"
)

// Staff says which users of the clearance system are officers.
type Staff struct {
	prefixes []string        // beginnings of names of machine users, lower case
	machines map[string]bool // users marked as machines
	brokers  map[string]bool // users with a posting as a broker's user
	heads    map[string][]headship
	kinds    map[string]bool // answers already given
}

// headship is when somebody headed an office, both days included.
type headship struct {
	officer     string
	first, last cube.Date
}

// Posting is a user's posting as far as Staff needs it. An open posting has no Last.
type Posting struct {
	Officer, Office, Function, Status string
	First                             cube.Date
	Last                              Date
}

// NewStaff makes the register from machine users (marked ones, those posted as
// system, and beginnings of names, letter case ignored) and postings.
func NewStaff(machinePrefixes, machines []string, postings []Posting) *Staff {
	s := &Staff{machines: map[string]bool{}, brokers: map[string]bool{}, heads: map[string][]headship{}, kinds: map[string]bool{}}
	for _, prefix := range machinePrefixes {
		if prefix != "" {
			s.prefixes = append(s.prefixes, strings.ToLower(prefix))
		}
	}
	for _, user := range machines {
		s.machines[user] = true
	}
	for _, p := range postings {
		switch p.Function {
		case "broker":
			s.brokers[p.Officer] = true
		case "system":
			s.machines[p.Officer] = true
		}
		if p.Function == "head" && p.Status == "active" {
			last := cube.MaxDate
			if p.Last.Valid {
				last = p.Last.Day
			}
			s.heads[p.Office] = append(s.heads[p.Office], headship{p.Officer, p.First, last})
		}
	}
	for _, heads := range s.heads {
		sort.Slice(heads, func(i, j int) bool {
			if heads[i].first != heads[j].first {
				return heads[i].first > heads[j].first
			}
			return heads[i].officer < heads[j].officer
		})
	}
	return s
}

// Machine reports whether the user is a program.
func (s *Staff) Machine(user string) bool {
	if s.machines[user] {
		return true
	}
	for _, prefix := range s.prefixes {
		if len(user) >= len(prefix) && strings.HasPrefix(strings.ToLower(user), prefix) {
			return true
		}
	}
	return false
}

// Officer reports whether the user may count as an acting officer: known, no
// program and not a broker's user. The kind of operation decides besides
// (officerKinds). It remembers its answers: a Staff belongs to one goroutine.
func (s *Staff) Officer(user string) bool {
	if user == "" {
		return false
	}
	is, known := s.kinds[user]
	if !known {
		is = !s.brokers[user] && !s.Machine(user)
		s.kinds[user] = is
	}
	return is
}

// Head is the head of an office on a day: the one whose posting began last, the
// first by code among equals; "" when nobody is known.
func (s *Staff) Head(office string, on cube.Date) string {
	for _, h := range s.heads[office] {
		if h.first <= on && on <= h.last {
			return h.officer
		}
	}
	return ""
}
