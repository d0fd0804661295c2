package sample

// cancelEarly cancels before assessment; P8 begins here.
func (l *life) cancelEarly(start moment, duration float64) bool {
	planted := l.tries("P8")
	if !planted && (l.quiet() || !l.mayCancel() || !l.r.chance(l.practice.cancelled*0.6)) {
		return false
	}
	return l.cancel(l.office.calendar.add(start, min(duration*0.5, 700)))
}

// cancelLate cancels after assessment and before payment.
func (l *life) cancelLate(assessed moment) bool {
	planted := l.tries("P8")
	if !planted && (l.quiet() || !l.mayCancel() || l.deferred != "" || !l.r.chance(l.practice.cancelled*0.4)) {
		return false
	}
	if l.due() == 0 {
		return false
	}
	return l.cancel(l.opening(assessed + moment(l.r.between(30, 400))))
}

func (l *life) mayCancel() bool {
	return (l.regime == homeUse || l.regime == exempt || l.regime == export) && !l.raised
}

// cancel ends the declaration and gives its packages back to the bill.
func (l *life) cancel(at moment) bool {
	by := l.g.world.present(l.office.supervisors, l.office, at.day(), l.r)
	if !l.do(at, "Cancel", by.user) {
		return true
	}
	l.note("CANCELLED", true, pickText(l.r, l.g.world.locale.reasonsEntry))
	l.versions[len(l.versions)-1].tax = 0
	l.cancelled = true
	if l.hasBill {
		packages, gross := l.weights()
		l.writeOff(&l.bill, at, "S.A.D. cancel", -packages, -gross, by.user)
	}
	if l.tries("P8") {
		l.planTwin(at)
	}
	return true
}

// planTwin has the same goods declared again within three weeks (P8).
func (l *life) planTwin(at moment) {
	t := twin{due: at + moment(l.r.between(60, 16*minutesOfDay)), cancelled: at, variant: l.breach.variant, key: l.key(), importer: l.importer, broker: l.broker,
		items: append([]item(nil), l.items...), bill: l.bill, lane: l.current}
	if t.variant == "b" {
		t.lane, t.broker = green, l.office.brokers.draw(l.r)
	}
	if t.lane == noLane {
		t.lane = green
	}
	l.office.twins = append(l.office.twins, t)
	l.office.nextTwin = min(l.office.nextTwin, t.due)
	l.g.plants.reserve("P8", t.variant)
	l.billHeld = true // the row is written with the second declaration
}
