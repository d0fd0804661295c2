package sample

// live leads the declaration through the procedure of the country.
func (l *life) live() {
	if l.g.parameters.Timing == AfterPayment {
		l.liveAfterPayment()
		return
	}
	r := l.r
	start := l.at + moment(r.between(0, 2))
	if !l.selectLane(start) || !l.quiet() && r.chance(l.practice.abandoned) {
		return
	}
	duration := l.duration()
	finish := l.office.calendar.add(start, duration)
	l.amend(start, duration)
	if l.cancelEarly(start, duration) || !l.control(start, duration, &finish) || !l.assess(&finish) {
		return
	}
	if l.tries("P5") {
		l.rerouteLate(l.office.calendar.open(finish + moment(r.between(6, 60))))
	}
	if l.cancelLate(finish) {
		return
	}
	if settled, ok := l.settle(finish); ok {
		l.leave(settled)
	}
}

// liveAfterPayment is the self-assessed order: selectivity comes when the duties
// are paid.
func (l *life) liveAfterPayment() {
	r, o := l.r, l.office
	at := l.at
	if !l.quiet() && r.chance(l.practice.abandoned) || !l.assess(&at) || l.cancelLate(at) {
		return
	}
	settled, ok := l.settle(at)
	if !ok {
		return
	}
	start := settled + moment(r.between(0, 2))
	if !l.selectLane(start) {
		return
	}
	duration := l.duration()
	finish := o.calendar.add(start, duration)
	if !l.control(start, duration, &finish) {
		return
	}
	if l.current == red || l.current == yellow {
		if !l.clear(&finish) {
			return
		}
	} else if l.selected == green || l.selected == blue {
		finish = start
	}
	l.leave(finish)
}

// clear ends the control where selectivity follows payment: what was found is
// raised by post-entry and paid, the examiner clears, the machine re-routes.
func (l *life) clear(finish *moment) bool {
	r := l.r
	by := l.actingAt(*finish)
	if len(l.adjusted) > 0 {
		paid := daytime(*finish + moment(r.between(40, 600)))
		if !l.seen(paid) || !l.do(*finish, "Post-Entry", by.user) {
			return false
		}
		l.takeAdjusted()
		l.note("POST_ENTRY", true, pickText(r, l.g.world.locale.notConform))
		_, l.assessed = totals(l.items)
		if !l.do(*finish+moment(r.between(1, 20)), "Request PRN", l.user) || !l.payRest(paid) {
			return false
		}
		*finish = l.office.calendar.open(paid + 5)
		by = l.actingAt(*finish)
	}
	if !l.do(*finish, "Clear declaration", by.user) {
		return false
	}
	*finish += moment(r.between(1, 5))
	return l.reroute(*finish, machineReroute, green, "")
}

// duration draws the office minutes from selection to assessment.
func (l *life) duration() float64 {
	w, r := l.g.world, l.r
	base, sigma := l.g.pace[l.practiceIndex()].base, l.g.pace[l.practiceIndex()].sigma
	median := base
	switch l.selected {
	case yellow:
		median *= exp(lnYellow)
	case red:
		median *= exp(lnRed)
	}
	if l.officer != nil {
		median *= l.officer.speed
	}
	median *= sqrt(sqrt(float64(len(l.items)))) * 0.92
	d := l.at.day()
	if l.at.ofDay() > 0 && w.span.month[w.span.index(d)] != w.span.month[min(w.span.index(d)+4, w.span.days()-1)] {
		median *= 1.15 // the last days of a month
	}
	if l.busyDay(d) {
		median *= 1.1
	}
	if l.favour != nil {
		median *= 0.6
	}
	if l.broker == l.g.people.hoarder && d >= l.g.people.hoardsFrom {
		median *= 0.4
	}
	minutes := min(r.logNormal(median, sigma), 25_000)
	if l.breach != nil {
		minutes = min(max(minutes, 12), 900)
	}
	return minutes
}

// busyDay is the first working day of the week.
func (l *life) busyDay(d day) bool {
	return l.office.workdays != "1111111" && l.office.calendar.isWorkday(d) && !l.office.calendar.isWorkday(d-1)
}

// amend changes the draft's amounts before assessment, at the declarant's wish.
func (l *life) amend(start moment, duration float64) {
	r := l.r
	if l.quiet() || l.treatment != payable || l.regime != homeUse || !r.chance(l.practice.amended) {
		return
	}
	at := start + moment(min(duration*0.2, 300)) + 1
	if duration < 8 || !l.do(at, "Retrieve", l.user) || !l.do(at+1, "Update", l.user) {
		return
	}
	it := &l.items[r.below(len(l.items))]
	factor := 1 + 0.1*(r.unit()-0.4)
	if it.raise(l.g.world, factor) > 0 {
		l.raised = true
	}
	l.note("AMENDED", false, "")
}
