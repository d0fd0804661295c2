package sample

// leave is release and exit, and what may follow them.
func (l *life) leave(from moment) {
	r, o, w := l.r, l.office, l.g.world
	at := from + moment(r.between(1, 6))
	user := machineRelease
	if !r.chance(l.practice.machineRelease) {
		at = o.calendar.add(from, r.logNormal(35, 1))
		user = w.present(o.examiners, o, at.day(), r).user
	}
	gate := l.exitMoment(at)
	if l.triesCase("P1", "c") {
		gate = o.calendar.add(from, float64(r.between(5, 120)))
		at = o.calendar.add(gate, float64(r.between(30, 240)))
		user = w.present(o.examiners, o, at.day(), r).user
		l.plantDone("declaration", l.key(), "")
	}
	if l.tries("P12") {
		if absent := l.absent(at.day()); absent != nil {
			user = absent.user
			l.plantDone("declaration", l.key(), user)
		} else {
			l.breach = nil
		}
	}
	released := l.do(at, "Print Release Order", user)
	if l.seen(gate) {
		l.do(gate, "Exit Paid", w.present(o.gate, o, gate.day(), r).user)
	}
	if !released {
		return
	}
	if l.tries("P4") {
		l.plantDone("declaration", l.key(), user)
		return
	}
	if l.deferredAt != never {
		if l.due() > 0 {
			l.pay(l.deferredAt, "ACCOUNT", machineAccount)
		}
		return
	}
	if l.tries("P5") {
		l.rerouteLate(o.calendar.open(at + moment(r.between(6, 90))))
	}
	l.afterwards(at)
}

// exitMoment draws when the goods leave.
func (l *life) exitMoment(released moment) moment {
	days := l.practice.exitDays[l.office.mode]
	delay := l.r.logNormal(days*minutesOfDay, 0.9)
	if l.breach != nil {
		delay = min(delay, 9*minutesOfDay)
	}
	return l.opening(released + moment(min(max(delay, 5), 120*minutesOfDay)))
}

// opening gives at, or a moment in the hours after the next opening: not everybody
// stands at the door when it opens.
func (l *life) opening(at moment) moment {
	open := l.office.calendar.open(at)
	if open == at || open == never {
		return open
	}
	return open + moment(min(l.r.exponential(55), 300))
}

// absent finds a user of the office who is away on a day (P12).
func (l *life) absent(d day) *officer {
	for _, group := range [][]*officer{l.office.examiners, l.office.gate, l.office.cashiers, l.office.chiefs} {
		for _, p := range group {
			if p.officeAt(d) == l.office && l.g.world.standingAt(p, d) != active {
				return p
			}
		}
	}
	return nil
}

// rerouteLate plants P5 (b).
func (l *life) rerouteLate(at moment) {
	if l.breach.variant != "b" || l.planted {
		return
	}
	to := blue
	if l.current == blue {
		to = green
	}
	by := l.g.world.examinerFor(l.office, at, l.r)
	if l.reroute(at, by.user, to, pickText(l.r, l.g.world.locale.reasonsUp)) {
		l.planted = true
		l.plantDone("declaration", l.key(), by.user)
	}
}
