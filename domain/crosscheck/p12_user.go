package crosscheck

import (
	"slices"

	"assay/domain/cube"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// absence is an interval of whole local days, both ends included, on which a
// user could not act.
type absence struct {
	first, last int32
	status      string // suspended, leave, transferred or deleted
	// office limits a transfer to acts at the office that was left; empty means any.
	office string
	// backAt lists active postings since the transfer, which allow acts again.
	backAt []stay
}

// stay is an active posting.
type stay struct {
	office      string
	first, last int32
}

// stopped reports whether the interval forbids an act at an office on a day.
func (a *absence) stopped(office string, day int32) bool {
	if day < a.first || day > a.last {
		return false
	}
	if a.status != "transferred" {
		return true
	}
	for _, s := range a.backAt {
		if s.office == office && day >= s.first && day <= s.last {
			return false
		}
	}
	return a.office == "" || a.office == office
}

// Overlap is a time in which a user had two sessions at different workstations.
// It is also the evidence of P12, variant b.
type Overlap struct {
	Key     string `json:"overlap"` // names it, whatever it is raised on
	User    string `json:"user"`
	First   Row    `json:"first"` // begin of the earlier session, with its workstation as number
	Second  Row    `json:"second"`
	Seconds int64  `json:"overlap_seconds"`
	// Acts are those of the user on the declaration in that time; none where the user is the subject.
	Acts []Row `json:"acts,omitempty"`

	from, until int64 // microseconds
}

// AbsentFacts is the evidence of P12, variant a.
type AbsentFacts struct {
	User   string `json:"user"`
	Status string `json:"status"`
	From   string `json:"from"`
	To     string `json:"to,omitempty"` // empty: still
	Acts   []Row  `json:"acts"`
}

// TripFacts is the evidence of P12, variant c: two acts too far apart in place and too near in time.
type TripFacts struct {
	User    string `json:"user"`
	Act     Row    `json:"act"`
	Other   Row    `json:"other_act"`
	Seconds int64  `json:"seconds"`
}

// act is anything that a user did on a declaration.
type act struct {
	at  declaration.Moment
	row Row
}

// checkUsers is P12. Acts are operations, inspection acts and offences; machine users do not count.
func (x *examination) checkUsers() {
	switch {
	case !x.has(warehouse.PartEvents):
		x.lacks(ImpossibleUser, InputOperations)
		return
	case !x.c.staff:
		x.lacks(ImpossibleUser, InputStaff)
		return
	}
	x.evaluates(ImpossibleUser)
	if len(x.c.watched) > 0 {
		x.checkActs()
	}
	for _, facts := range x.c.trips[x.r.ID] {
		x.breaks(ImpossibleUser, "c", Critical, facts)
	}
}

// watch is what makes acts of a user impossible at some time.
type watch struct {
	absences []absence
	overlaps []Overlap
}

// margin is more than any zone is away from UTC, in days.
const margin = 1

const microsPerDay = 86400 * microsPerSecond

// forbids reports whether the user could not have acted at an office at a moment.
func (w *watch) forbids(x *examination, m declaration.Moment) bool {
	micros := m.At.UnixMicro()
	for i := range w.absences {
		a := &w.absences[i]
		// Roughly first: the local day costs more than all else.
		if micros >= (int64(a.first)-margin)*microsPerDay && micros < (int64(a.last)+1+margin)*microsPerDay && a.stopped(x.r.Reference.Office, x.day(x.stamp(m))) {
			return true
		}
	}
	for i := range w.overlaps {
		if o := &w.overlaps[i]; micros >= o.from && micros <= o.until && m.HasTime() {
			return true
		}
	}
	return false
}

// checkActs looks at every act of the users who were away or signed in twice at some time.
func (x *examination) checkActs() {
	last, watched := "", (*watch)(nil)
	look := func(user string, m declaration.Moment) {
		if user != last {
			last, watched = user, x.c.watched[user]
		}
		if watched != nil && watched.forbids(x, m) {
			x.suspect(user, watched)
		}
	}
	for i := range x.r.Events {
		if e := &x.r.Events[i]; !e.Machine {
			look(e.User, e.Moment)
		}
	}
	for i := range x.r.Inspections {
		look(x.r.Inspections[i].User, x.r.Inspections[i].Moment)
	}
	for i := range x.r.Offences {
		look(x.r.Offences[i].User, x.r.Offences[i].Moment)
	}
}

// suspect raises what a user did while it was impossible, once for each user of the record.
func (x *examination) suspect(user string, w *watch) {
	if slices.Contains(x.users, user) {
		return
	}
	x.users = append(x.users, user)
	acts := x.actsOf(user)
	for i := range w.absences {
		a := &w.absences[i]
		var rows []Row
		for j := range acts {
			if a.stopped(x.r.Reference.Office, x.day(x.stamp(acts[j].at))) && len(rows) < few {
				rows = append(rows, acts[j].row)
			}
		}
		if len(rows) > 0 {
			x.breaks(ImpossibleUser, "a", Critical, AbsentFacts{User: user, Status: a.status, From: dayText(a.first), To: dayText(a.last), Acts: rows})
		}
	}
	x.checkOverlaps(acts, w.overlaps)
}

// checkOverlaps looks for acts in a time of overlapping sessions.
func (x *examination) checkOverlaps(acts []act, overlaps []Overlap) {
	for i := range overlaps {
		o := &overlaps[i]
		var rows []Row
		for j := range acts {
			if at := acts[j].at.At.UnixMicro(); acts[j].at.HasTime() && at >= o.from && at <= o.until && len(rows) < few {
				rows = append(rows, acts[j].row)
			}
		}
		if len(rows) > 0 {
			facts := *o
			facts.Acts = rows
			x.touched = append(x.touched, o.Key)
			x.breaks(ImpossibleUser, "b", Critical, facts)
		}
	}
}

// actsOf lists a user's acts on the record.
func (x *examination) actsOf(user string) (acts []act) {
	for i := range x.r.Events {
		if e := &x.r.Events[i]; e.User == user && !x.c.machine(e) {
			acts = append(acts, act{e.Moment, eventRow(e)})
		}
	}
	for i := range x.r.Inspections {
		if a := &x.r.Inspections[i]; a.User == user {
			acts = append(acts, act{a.Moment, inspectionRow(a)})
		}
	}
	for i := range x.r.Offences {
		if o := &x.r.Offences[i]; o.User == user {
			acts = append(acts, act{o.Moment, offenceRow(o)})
		}
	}
	return acts
}

// forever is the last day of an interval without end.
const forever = 1 << 30

func dayText(day int32) string {
	if day >= forever {
		return ""
	}
	return cube.Date(day).String()
}

// travel finds acts of one user at different offices within too short a time, in a stream of acts
// sorted by user and time.
type travel struct {
	limit  int64 // microseconds
	user   string
	window []visit
	found  map[int64][]TripFacts
}

// visit is one act with its place.
type visit struct {
	declarationID int64
	reference     string
	office        string
	micros        int64
	operation     string
	moment        declaration.Moment
}

func (t *travel) next(user string, v visit) {
	if user != t.user {
		t.user, t.window = user, t.window[:0]
	}
	keep := t.window[:0]
	for _, w := range t.window {
		if v.micros-w.micros <= t.limit {
			keep = append(keep, w)
		}
	}
	t.window = keep
	for i := range t.window {
		if w := &t.window[i]; w.office != v.office {
			t.add(w, &v)
			t.add(&v, w)
		}
	}
	t.window = append(t.window, v)
}

// add keeps the first trip of a user on a declaration.
func (t *travel) add(v, other *visit) {
	for _, known := range t.found[v.declarationID] {
		if known.User == t.user {
			return
		}
	}
	t.found[v.declarationID] = append(t.found[v.declarationID], TripFacts{User: t.user, Act: v.row(t.user), Other: other.row(t.user),
		Seconds: absolute(v.micros-other.micros) / microsPerSecond})
}

func (v *visit) row(user string) Row {
	return Row{Source: "operation", Declaration: v.reference, Office: v.office, Name: v.operation, User: user}.at(v.moment)
}

// posting is a row of the staff register.
type posting struct {
	user, office, status string
	first, last          int32
}

// absencesOf makes the intervals of one user from the rows of the register.
func absencesOf(postings []posting) []absence {
	var absences []absence
	for _, p := range postings {
		if p.status == "active" {
			continue
		}
		a := absence{first: p.first, last: p.last, status: p.status, office: p.office}
		for _, back := range postings {
			if back.status == "active" && back.first >= p.first {
				a.backAt = append(a.backAt, stay{back.office, back.first, back.last})
			}
		}
		absences = append(absences, a)
	}
	return absences
}
