package sample

// control is what happens between selection and assessment (or, where selectivity
// follows payment, clearance): finish is when that is due. It is false when the
// extract ends before.
func (l *life) control(start moment, duration float64, finish *moment) bool {
	start = later(start, l.assignedAt) // nobody acts before it is his
	*finish = later(*finish, start+2)
	switch l.selected {
	case green, blue:
		return l.watchGreen(start, duration, finish)
	case yellow:
		return l.checkDocuments(start, duration, finish)
	}
	return l.inspect(start, duration, finish, l.r.chance(l.findChance()))
}

// watchGreen lets an officer send a green declaration to red now and then.
func (l *life) watchGreen(start moment, duration float64, finish *moment) bool {
	if l.quiet() || l.selected == blue || !l.r.chance(0.004) {
		return true
	}
	at := l.office.calendar.add(start, duration*0.3)
	l.officer = l.g.world.examinerFor(l.office, at, l.r)
	l.chief = l.g.world.present(l.office.chiefs, l.office, at.day(), l.r)
	if !l.reroute(at, l.officer.user, red, pickText(l.r, l.g.world.locale.reasonsUp)) {
		return false
	}
	l.assignments = append(l.assignments, assignment{at: at, examiner: l.officer, chief: l.chief, manual: true, by: l.officer.user})
	*finish = l.office.calendar.add(start, duration*3+60)
	return l.inspect(at, duration*2.7+60, finish, l.r.chance(l.findChance()))
}

// checkDocuments is the yellow lane.
func (l *life) checkDocuments(start moment, duration float64, finish *moment) bool {
	r, o, g := l.r, l.office, l.g
	if l.officer.unfounded {
		g.people.unfoundedYellow++
	}
	if l.triesCase("P5", "a") {
		return l.rerouteWithoutReason(start, duration, finish)
	}
	up, hit := l.practice.rerouteUp, l.practice.rerouteHit
	if l.officer.unfounded {
		up, hit = 0.30, 0.05
	}
	switch {
	case !l.quiet() && l.favour == nil && r.chance(up):
		at := o.calendar.add(start, duration*(0.2+0.3*r.unit()))
		by := l.atWork(at)
		if !l.reroute(at, by.user, red, pickText(r, g.world.locale.reasonsUp)) {
			return false
		}
		if by.unfounded {
			g.people.unfoundedReroutes++
		}
		*finish = o.calendar.add(start, duration*1.7+30)
		return l.inspect(at, duration*1.2+30, finish, r.chance(hit))
	case !l.quiet() && r.chance(l.practice.rerouteSystem): // left lying until the machine comes to it
		at := (start.day() + 3).midnight() + 5*60 + moment(r.between(0, 30))
		*finish = at + moment(r.between(1, 5))
		return l.reroute(at, machineReroute, blue, "")
	}
	l.keysLate(*finish, finish)
	if l.triesCase("P6", "b") || !l.quietMoney() && l.irregular && r.chance(l.practice.documentary) {
		found := later(start, *finish-moment(r.between(3, 30)))
		if l.seen(found) {
			l.atWork(found)
			l.find(found, false)
		}
	}
	at := later(start, *finish-moment(r.between(1, 4)))
	if !l.seen(at) {
		return false
	}
	by := l.atWork(at)
	if r.chance(0.3) {
		l.act(at, at, by.user, false, len(l.offences) == 0)
	}
	if r.chance(0.8) && l.g.parameters.Timing == BeforeAssessment {
		return l.reroute(at, by.user, green, pickText(r, g.world.locale.reasonsClear))
	}
	return true
}

// rerouteWithoutReason plants P5 (a).
func (l *life) rerouteWithoutReason(start moment, duration float64, finish *moment) bool {
	r := l.r
	at := l.office.calendar.add(start, duration*0.4)
	by := l.atWork(at)
	to := [...]lane{red, blue, green}[r.below(3)]
	if !l.reroute(at, by.user, to, "") {
		return false
	}
	l.plantDone("declaration", l.key(), "")
	if to == red {
		*finish = l.office.calendar.add(start, duration*1.7+30)
		return l.inspect(at, duration*1.2+30, finish, false)
	}
	return true
}

// findChance is the chance that an inspection finds something.
func (l *life) findChance() float64 {
	if l.officer != nil && l.at >= l.officer.padsFrom && !l.quiet() {
		// Finds little things almost everywhere.
		return 0.65
	}
	if !l.irregular {
		return 0
	}
	chance := l.practice.detection * l.officer.diligence
	if l.favour != nil {
		chance *= 0.3
	}
	return min(chance, 0.98)
}

// quietMoney reports whether value and duty must stay as they were declared.
func (l *life) quietMoney() bool {
	switch {
	case l.breach == nil:
		return l.twin != nil || l.gives != nil || l.joins != nil
	case l.breach.rule == "P9", l.breach.rule == "P12", l.breach.rule == "P14", l.breach.rule == "P3":
		return false
	}
	return true
}

// inspect is the red lane: the examiner keys results, writes the act and clears.
func (l *life) inspect(start moment, duration float64, finish *moment, finds bool) bool {
	r, o := l.r, l.office
	if l.tries("P2") {
		return l.skipInspection(start, finish)
	}
	at := later(start, min(o.calendar.add(start, duration*(0.45+0.4*r.unit())), *finish-2))
	done := later(start, at-moment(r.between(8, 90)))
	if !o.calendar.isOpen(done) {
		done = max(start, at-5)
	}
	if l.keysLate(at, finish) {
		done = at
		at = later(at, *finish-moment(r.between(3, 30)))
	}
	if !l.seen(at) {
		return false
	}
	by := l.atWork(at)
	user := by.user
	if !l.quiet() && l.chief.isThere(o, at.day(), l.g.world.span) && r.chance(0.05) {
		user = l.chief.user
	}
	if l.tries("P3") {
		user = l.outsider(at)
	}
	finds = finds && !l.quietMoney()
	forced := l.tries("P7") || l.tries("P6")
	for k := range 1 + r.below(3) {
		l.do(later(later(start, l.assignedAt), at-moment(3*k)), "Control Results", user)
	}
	if finds || forced {
		l.find(at+moment(r.between(0, 2)), true)
	}
	l.act(at, done, user, true, !finds && (!forced || l.triesCase("P6", "b")))
	l.tellLater(at)
	clear := later(at+1, *finish-moment(r.between(1, 10)))
	*finish = later(*finish, clear)
	if r.chance(0.85) && l.g.parameters.Timing == BeforeAssessment {
		reason := ""
		if r.chance(0.5) {
			reason = pickText(r, l.g.world.locale.reasonsClear)
		}
		if !l.seen(clear) {
			return false
		}
		return l.reroute(clear, l.actingAt(clear).user, green, reason)
	}
	return true
}

// keysLate reports whether the officer keys the control only days later, and moves
// the finish accordingly (planted).
func (l *life) keysLate(done moment, finish *moment) bool {
	if l.officer == nil || !l.officer.delayed || l.quiet() || !l.r.chance(0.4) {
		return false
	}
	l.paperDone = *finish
	if l.selected == red {
		l.paperDone = done
	}
	*finish = l.office.calendar.open(l.paperDone + moment(l.r.between(26*60, 70*60)))
	if l.seen(*finish) {
		l.g.people.delayedKeyings++
	}
	return true
}

// skipInspection plants P2: no act is written.
func (l *life) skipInspection(start moment, finish *moment) bool {
	r, g := l.r, l.g
	at := later(start, *finish-2)
	by := l.atWork(at)
	if l.breach.variant == "b" {
		if r.chance(0.5) {
			l.do(later(start, at-20), "Control Results", by.user)
		}
	} else if g.parameters.Timing == BeforeAssessment {
		to := green
		if l.breach.variant == "c" {
			to = [...]lane{yellow, blue}[r.below(2)]
		}
		l.reroute(at, by.user, to, pickText(r, g.world.locale.reasonsClear))
	}
	l.plantDone("declaration", l.key(), by.user)
	return true
}

// outsider gives a user to whom the declaration is not assigned (P3).
func (l *life) outsider(at moment) string {
	g, o := l.g, l.office
	for range 20 {
		p := g.world.present(o.examiners, o, at.day(), l.r)
		if p != l.officer && p != l.chief {
			l.plantDone("declaration", l.key(), p.user)
			if l.breach.variant == "b" {
				l.late = p
			}
			return p.user
		}
	}
	return l.officer.user
}

// tellLater assigns the declaration to the outsider who has inspected it (P3 b).
func (l *life) tellLater(at moment) {
	if l.late != nil {
		l.reassign(at+1, l.late)
		l.late = nil
	}
}

// act writes an inspection act.
func (l *life) act(at, done moment, user string, physical, conform bool) {
	w := l.g.world
	a := inspection{at: at, finished: never, user: user, physical: physical, conform: conform}
	if done < at && (l.r.chance(0.6) || l.paperDone == done) {
		a.finished = done
	}
	a.result = pickText(l.r, w.locale.conform)
	if !conform {
		a.result = pickText(l.r, w.locale.notConform)
	}
	l.inspections = append(l.inspections, a)
}

// actingAt gives who acts at a moment: the assigned examiner when at work, now and
// then a colleague.
func (l *life) actingAt(at moment) *officer {
	w, o := l.g.world, l.office
	if l.officer == nil || !l.officer.isThere(o, at.day(), w.span) || !l.quiet() && l.favour == nil && l.r.chance(l.practice.actingOther) {
		return w.examinerFor(o, o.calendar.open(at), l.r)
	}
	return l.officer
}
