package fact

import (
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// none is the index of an event that does not exist.
const none = -1

// life is what the events of a declaration say, once for all grains. Indexes
// are positions in the record's events, none where there is no such event.
type life struct {
	context  *Context
	record   *warehouse.Record
	calendar *administration.Calendar
	base     Dimensions

	registered point // first registration; the header's date where the log has none
	assessed   int   // first assessment
	cleared    int   // first clearance by an examiner
	exited     int   // first exit
	cancelled  int   // first cancellation
	released   int   // see findRelease
	closed     int   // exit, else release, else cancellation
	handled    int   // the act with which Customs finished its control, see findHandled
	paid       point // first payment: operation, else receipt or debit

	lanes       []laneChange
	yellowToRed int // first re-route from yellow to red by an officer
	redCleared  int // the act that ended red, see findRedCleared
	decided     int // the act that decided on an initially yellow declaration

	examined              bool
	rulesTried, rulesFail uint16
}

// laneChange is an event that gave a lane.
type laneChange struct {
	event    int
	from, to declaration.Lane // from is the lane in force before, as far as known
}

// live reads the life of a declaration out of its record.
func live(r *warehouse.Record, c *Context) *life {
	l := &life{context: c, record: r, calendar: c.Calendars.Of(r.Reference.Office), base: baseDimensions(r),
		assessed: none, cleared: none, exited: none, cancelled: none,
		yellowToRed: none, redCleared: none, decided: none}
	registered := none
	first := func(index *int, i int) {
		if *index == none {
			*index = i
		}
	}
	for i := range r.Events {
		switch r.Events[i].Kind {
		case declaration.Registered:
			first(&registered, i)
		case declaration.Assessed:
			first(&l.assessed, i)
		case declaration.Cleared:
			first(&l.cleared, i)
		case declaration.Exited:
			first(&l.exited, i)
		case declaration.Cancelled:
			first(&l.cancelled, i)
		case declaration.Selected, declaration.Rerouted:
			l.changeLane(i)
		}
	}
	l.registered = l.event(registered)
	if registered == none {
		l.registered = point{at: r.Header.RegisteredOn, day: localDate(r.Header.RegisteredOn), set: true}
	}
	l.findPaid()
	l.findRelease()
	l.findHandled()
	l.closed = firstOf(l.exited, l.released, l.cancelled)
	l.findLanes()
	l.findRedCleared()
	if l.base.Lane == string(declaration.Yellow) {
		l.decided = firstOf(l.yellowToRed, l.handled)
	}
	return l
}

// firstOf gives the first index that is one.
func firstOf(indexes ...int) int {
	for _, i := range indexes {
		if i != none {
			return i
		}
	}
	return none
}

// event gives the moment of an event; not set for none.
func (l *life) event(i int) point {
	if i == none {
		return point{}
	}
	return l.moment(l.record.Events[i].Moment)
}

// moment places a moment on the time line of the declaration's office.
func (l *life) moment(m declaration.Moment) point {
	return point{at: m.At, day: cube.Date(l.calendar.LocalDay(m.At)), timed: m.HasTime(), set: true}
}

func (l *life) optional(m *declaration.Moment) point {
	if m == nil {
		return point{}
	}
	return l.moment(*m)
}

// machine reports whether a program did the event.
func (l *life) machine(i int) bool {
	e := &l.record.Events[i]
	return e.Machine || l.context.Staff.Machine(e.User)
}

// officer is the user of an event if that is an officer, else "".
func (l *life) officer(i int) string {
	if i == none {
		return ""
	}
	e := &l.record.Events[i]
	if e.Machine || !l.context.Staff.Officer(e.User) {
		return ""
	}
	return e.User
}

// changeLane notes a selection or re-route that gave a lane. A re-route that does
// not say from which lane left the one in force.
func (l *life) changeLane(i int) {
	e := &l.record.Events[i]
	if e.To == "" {
		return
	}
	from := e.From
	if from == "" {
		from = l.record.Header.LaneSelected
		if n := len(l.lanes); n > 0 {
			from = l.lanes[n-1].to
		}
	}
	l.lanes = append(l.lanes, laneChange{i, from, e.To})
}

// findPaid takes the first payment operation, else the earliest receipt or debit.
func (l *life) findPaid() {
	for i := range l.record.Events {
		if l.record.Events[i].Kind == declaration.Paid {
			l.paid = l.event(i)
			return
		}
	}
	for i := range l.record.Payments {
		p := &l.record.Payments[i]
		if p.Kind != declaration.Refund && (!l.paid.set || p.At.Before(l.paid.at)) {
			l.paid = l.moment(p.Moment)
		}
	}
}

// findRelease applies the release rule: the first release order or re-route to
// green by the system; else, where selectivity fires after payment, the last lane operation
// if it gave green or blue: then nothing else holds the goods.
func (l *life) findRelease() {
	l.released = none
	for i := range l.record.Events {
		e := &l.record.Events[i]
		if e.Kind == declaration.Released || e.Kind == declaration.Rerouted && e.To == declaration.Green && l.machine(i) {
			l.released = i
			return
		}
	}
	if n := len(l.lanes); n > 0 && l.context.Settings.SelectionTiming == administration.AfterPayment {
		if last := l.lanes[n-1]; last.to == declaration.Green || last.to == declaration.Blue {
			l.released = last.event
		}
	}
}

// findHandled takes the act with which Customs finished its control. Where
// selectivity fires before assessment that is the assessment, else the clearance by the
// examiner; the others stand in where it is missing.
func (l *life) findHandled() {
	if l.context.Settings.SelectionTiming == administration.BeforeAssessment {
		l.handled = firstOf(l.assessed, l.cleared, l.released)
	} else {
		l.handled = firstOf(l.cleared, l.released, l.assessed)
	}
}

// findLanes takes the initial lane and cause from the first selection, else the
// header; the final lane from the last change before release; and the first
// re-route from yellow to red by an officer.
func (l *life) findLanes() {
	h := &l.record.Header
	initial, final := h.LaneSelected, declaration.Lane("")
	selected := false
	for _, change := range l.lanes {
		e := &l.record.Events[change.event]
		if e.Kind == declaration.Selected && !selected {
			initial, l.base.Cause, selected = change.to, string(e.Cause), true
		}
		if l.released == none || change.event < l.released {
			final = change.to
		}
		if l.yellowToRed == none && e.Kind == declaration.Rerouted && change.from == declaration.Yellow &&
			change.to == declaration.Red && l.officer(change.event) != "" {
			l.yellowToRed = change.event
		}
	}
	if final == "" {
		final = initial
		if len(l.lanes) == 0 && h.LaneCurrent != "" {
			final = h.LaneCurrent
		}
	}
	l.base.Lane, l.base.FinalLane = string(initial), string(final)
}

// findRedCleared finds the act that ended red (rule P2): after the lane became
// red, before release, the first re-route from red to another lane, assessment
// (where selectivity fires before it) or release.
func (l *life) findRedCleared() {
	red := -2 // after which event the lane was red; -1: from the beginning
	if l.record.Header.LaneSelected == declaration.Red && !l.selectedInLog() {
		red = -1
	}
	for _, change := range l.lanes {
		if red == -2 && change.to == declaration.Red && (l.released == none || change.event <= l.released) {
			red = change.event
		}
	}
	if red == -2 {
		return
	}
	ending := func(i int) {
		if i > red && (l.redCleared == none || i < l.redCleared) {
			l.redCleared = i
		}
	}
	for _, change := range l.lanes {
		if change.event > red && change.from == declaration.Red && change.to != declaration.Red && l.record.Events[change.event].Kind == declaration.Rerouted {
			ending(change.event)
			break
		}
	}
	if l.context.Settings.SelectionTiming == administration.BeforeAssessment {
		for i := max(0, red+1); i < len(l.record.Events); i++ {
			if l.record.Events[i].Kind == declaration.Assessed {
				ending(i)
				break
			}
		}
	}
	if l.released != none {
		ending(l.released)
	}
}

func (l *life) selectedInLog() bool {
	for _, change := range l.lanes {
		if l.record.Events[change.event].Kind == declaration.Selected {
			return true
		}
	}
	return false
}

// at fills in who was assigned when an act happened: the last assignment not
// after it. A moment that is not set means the last assignment of all.
func (l *life) at(p point) Dimensions {
	d := l.base
	for i := len(l.record.Assignments) - 1; i >= 0; i-- {
		a := &l.record.Assignments[i]
		if !p.set || p.notBefore(l.moment(a.Moment), 0) {
			d.Section, d.Examiner, d.Chief = a.Section, a.Examiner, a.Chief
			break
		}
	}
	return d
}

// rules tries the procedure rules, once.
func (l *life) rules() (tried, broken uint16) {
	if !l.examined && l.context.Examine != nil {
		l.rulesTried, l.rulesFail = l.context.Examine(l.record)
	}
	l.examined = true
	return l.rulesTried, l.rulesFail
}
