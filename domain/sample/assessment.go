package sample

// takeAdjusted makes what control wants the declaration's items.
func (l *life) takeAdjusted() {
	l.original = append(l.original[:0], l.items...)
	l.items = append(l.items[:0], l.adjusted...)
	l.adjusted = l.adjusted[:0]
	l.raised = true
	if l.triesCase("P6", "b") {
		l.plantDone("declaration", l.key(), "")
	}
}

// assess is the assessment, by the machine or an officer. An officer works in
// office hours: due is moved there.
func (l *life) assess(due *moment) bool {
	g, r, o, at := l.g, l.r, l.office, *due
	user := l.user
	if g.parameters.Timing == BeforeAssessment {
		user = machineAssessment
		if l.current == red || l.current == yellow || l.selected == red || l.selected == yellow && l.current != blue || !l.practice.autoAssess {
			user = l.actingAt(o.calendar.open(at)).user
			at = o.calendar.open(at)
			*due = at
		}
	}
	stamp := at
	if l.triesCase("P1", "a") {
		stamp = l.at - moment(r.between(30, 180))
		if o.calendar.isOpen(stamp) && o.calendar.isOpen(l.at) && stamp.day() == l.at.day() {
			if user != machineAssessment && user != l.user {
				user = g.world.examinerFor(o, stamp, r).user
			}
			l.plantDone("declaration", l.key(), "")
		} else {
			stamp, l.breach = at, nil
		}
	}
	if !l.do(stamp, "Registered direct to assessed", user) {
		return false
	}
	if len(l.adjusted) > 0 {
		l.takeAdjusted()
		l.note("ASSESSED", true, pickText(r, g.world.locale.notConform))
	} else {
		l.note("ASSESSED", user != machineAssessment && user != l.user, "")
	}
	_, l.assessed = totals(l.items)
	l.isAssessed = true
	if l.triesCase("P13", "a") {
		l.assessed += l.disagreement()
		l.plantDone("declaration", l.key(), "")
	}
	if l.account != nil {
		l.discharge(at)
	}
	if l.regime == suspense {
		l.openAccount(at)
	}
	if l.paperDone == never && (l.selected == red || l.selected == yellow) && r.chance(0.5) {
		l.paperDone = later(l.at, at-moment(r.between(4, 100)))
	}
	return true
}

// disagreement is an amount by which two totals differ beyond any tolerance (P13).
func (l *life) disagreement() int64 {
	_, tax := totals(l.items)
	unit := int64(powersOfTen[l.g.world.decimals])
	return max(tax*int64(l.r.between(4, 9))/100, 20*unit*int64(len(l.items)))
}
