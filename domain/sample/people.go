package sample

import "strconv"

// function is what a user does, as the staff register writes it.
type function string

const (
	examiner function = "EXAMINER"
	chief    function = "CHIEF"
	head     function = "HEAD"
	cashier  function = "CASHIER"
	system   function = "SYSTEM"
	broker   function = "BROKER"
)

// The machine users. Their names begin with "System", by which intake knows them.
const (
	machineSelectivity = "System selectivity"
	machineAssessment  = "System assessment"
	machineReroute     = "System re-route"
	machineRelease     = "System release"
	machineAccount     = "System account"
	machineBank        = "System bank"
)

// status is where a user stands on a day.
type status byte

const (
	active status = iota
	leave
	suspended
	transferred
	deleted
)

var statusNames = [...]string{"ACTIVE", "LEAVE", "SUSPENDED", "TRANSFERRED", "DELETED"}

// officer is a Customs user.
type officer struct {
	user, name string
	function   function
	office     *office
	second     *office // posted there from moved on; nil when never moved
	moved      day
	exit       bool // works at the exit, is never assigned declarations
	rank       int  // position among the officers of its kind in its first office
	speed      float64
	diligence  float64
	standing   []status // by day of the span
	delayed    bool     // keys its controls days late (planted)
	unfounded  bool     // re-routes much and finds little (planted, T3)
	padsFrom   moment   // makes tiny offences from then on (planted, T4)
}

// officeAt gives the office the officer is posted to on a day.
func (o *officer) officeAt(d day) *office {
	if o.second != nil && d >= o.moved {
		return o.second
	}
	return o.office
}

// isThere reports whether the officer works at an office on a day.
func (o *officer) isThere(where *office, d day, s *span) bool {
	return o.standing[s.index(s.clampDay(d))] == active && o.officeAt(d) == where
}

// section is the section an officer belongs to, by rank.
func (o *officer) section(where *office) string {
	if o.exit {
		return "EX"
	}
	return "S" + strconv.Itoa(1+o.rank%where.sections)
}

// hire makes the officers of an office.
func (w *world) hire(o *office, examiners int, r *source) {
	add := func(f function, n int, exit bool) []*officer {
		var made []*officer
		for k := range n {
			given, family := r.below(len(w.locale.given)), r.below(len(w.locale.family))
			user := w.locale.asciiGiven(given)[:1] + "." + w.locale.asciiFamily(family)
			w.usernames[user]++
			if n := w.usernames[user]; n > 1 {
				user += strconv.Itoa(n)
			}
			p := &officer{
				user: user, name: csvText(w.locale.given[given] + " " + w.locale.family[family]), function: f, office: o, exit: exit, rank: k,
				speed: exp(officerSpread * clamp(r.normal(), 2.2)), diligence: min(max(exp(0.25*r.normal()), 0.5), 1.6),
				standing: make([]status, w.span.days()), padsFrom: never,
			}
			w.giveLeave(p, k, n, r)
			made = append(made, p)
			w.officers = append(w.officers, p)
		}
		return made
	}
	o.examiners = add(examiner, examiners, false)
	o.gate = add(examiner, 2, true)
	o.chiefs = add(chief, max(1, (examiners+4)/6), false)
	o.heads = add(head, 1, false)
	o.cashiers = add(cashier, 2+examiners/10, false)
	// One who supervises is always there: the head takes leave in another month
	// than the first chief.
	o.supervisors = append(append([]*officer{}, o.chiefs...), o.heads...)
	for k, p := range o.supervisors {
		for i := range p.standing {
			p.standing[i] = active
		}
		w.giveLeave(p, k, len(o.supervisors), r)
	}
}

// giveLeave gives two weeks a year, at another time for each of a group, so that
// never all are away at once.
func (w *world) giveLeave(p *officer, k, group int, r *source) {
	start := k*365/group + r.below(max(1, min(20, 365/group-15)))
	for i := range p.standing {
		d := int(w.span.first) + i
		if (d-start)%365 < 14 {
			p.standing[i] = leave
		}
	}
}

// moveAbout transfers, suspends and removes a few examiners who are not needed for
// anything planted, and says so in their standing.
func (w *world) moveAbout(r *source) {
	set := func(p *officer, from day, days int, s status) {
		for i := max(0, w.span.index(from)); i < min(w.span.index(from)+days, len(p.standing)); i++ {
			p.standing[i] = s
		}
	}
	length := int(w.end - w.start)
	for k := range len(w.offices) / 2 {
		a, b := w.offices[k], w.offices[len(w.offices)-1-k]
		p, q := a.examiners[len(a.examiners)-1], b.examiners[len(b.examiners)-1]
		moved := w.start + day(length*(30+r.below(40))/100)
		for _, x := range []*officer{p, q} {
			set(x, moved-2, 2, transferred)
			x.moved = moved
		}
		p.second, q.second = b, a
	}
	first := w.offices[0]
	if n := len(first.examiners); n >= 9 {
		set(first.examiners[n-2], w.start+day(length/2), 20, suspended)
		set(first.examiners[n-3], w.start+day(length*7/10), len(first.examiners[0].standing), deleted)
	}
}

// roster is who of the examiners is on duty at an office on each day of the span,
// and how many of them are on the early shift.
type roster struct {
	onDuty [][]*officer
	early  []int
}

// planDuty draws the rosters of all offices: about seven in ten of those present,
// drawn anew each day.
func (w *world) planDuty(r *source) {
	present := map[*office][]*officer{}
	for _, o := range w.offices {
		for _, p := range o.examiners {
			present[o] = append(present[o], p)
			if p.second != nil {
				present[p.second] = append(present[p.second], p)
			}
		}
	}
	for _, o := range w.offices {
		o.duty.onDuty = make([][]*officer, w.span.days())
		o.duty.early = make([]int, w.span.days())
		for i := range w.span.days() {
			d := w.span.first + day(i)
			if !o.calendar.works[i] {
				continue
			}
			var pool []*officer
			for _, p := range present[o] {
				if p.isThere(o, d, w.span) {
					pool = append(pool, p)
				}
			}
			n := min(len(pool), max(2, (len(o.examiners)*7+9)/10))
			for k := range n {
				j := k + r.below(len(pool)-k)
				pool[k], pool[j] = pool[j], pool[k]
			}
			o.duty.onDuty[i] = pool[:n:n]
			o.duty.early[i] = n
			if o.shifts && n >= 4 {
				o.duty.early[i] = (n + 1) / 2
			}
		}
	}
}

// examinerFor draws the examiner for a declaration that comes at m: each of those
// on duty in the shift with the same chance, whoever the broker is.
func (w *world) examinerFor(o *office, m moment, r *source) *officer {
	d := o.calendar.workday(m.day())
	i := w.span.index(w.span.clampDay(d))
	pool := o.duty.onDuty[i]
	if early := o.duty.early[i]; early < len(pool) {
		if d == m.day() && m.ofDay() >= o.changeover {
			pool = pool[early:]
		} else {
			pool = pool[:early]
		}
	}
	if len(pool) == 0 {
		return w.present(o.supervisors, o, d, r)
	}
	return pool[r.below(len(pool))]
}

// present draws one of a group who works on a day.
func (w *world) present(group []*officer, o *office, d day, r *source) *officer {
	k := r.below(len(group))
	for range group {
		if group[k].isThere(o, d, w.span) {
			return group[k]
		}
		k = (k + 1) % len(group)
	}
	// Nobody of the group: a supervisor stands in; one of them is always there.
	for _, p := range o.supervisors {
		if p.isThere(o, d, w.span) {
			return p
		}
	}
	return o.heads[0]
}
