package sample

// chances are the probabilities of lanes and causes for goods with and without
// something to find, so that shares and hit rate come out as the practice says.
type chances struct {
	criterion, topUp, random, yellow, blue float64 // the rest is green
}

// laneChances works them out. Risk criteria find some of the irregular; the random
// sample and the top-up find what chance finds.
func (p *practice) laneChances(more float64) (regular, irregular chances) {
	redShare := min(p.red*more, 0.85)
	criteria := 1 - p.topUp - p.random
	// The part irregular among those selected by criteria that gives the hit rate;
	// when more is inspected, no more is found.
	within := (p.hitRate/p.detection - (1-criteria)*p.irregular) / criteria / (redShare / p.red)
	byCriterion := redShare * criteria
	split := func(share, all float64) chances {
		c := chances{criterion: byCriterion * share / all, topUp: redShare * p.topUp, random: redShare * p.random}
		rest := 1 - c.criterion - c.topUp - c.random
		others := p.yellow + p.blue + p.green
		c.yellow, c.blue = rest*p.yellow/others, rest*p.blue/others
		return c
	}
	return split(1-within, 1-p.irregular), split(within, p.irregular)
}

// chooseLane draws the lane and its cause.
func (l *life) chooseLane() {
	g, r := l.g, l.r
	l.irregular = r.chance(min(l.risk()*l.practice.irregular, 0.7))
	c := &l.g.lanes[l.practiceIndex()][0]
	if l.office == g.people.activeOffice && l.at.day() >= g.people.activeFrom {
		c = &l.g.lanes[l.practiceIndex()][1]
	}
	of := c.regular
	if l.irregular {
		of = c.irregular
	}
	l.selected = green
	u := r.unit()
	switch {
	case u < of.criterion:
		l.selected, l.cause = red, "CRITERION"
	case u < of.criterion+of.topUp:
		l.selected, l.cause = red, "TOPUP"
	case u < of.criterion+of.topUp+of.random:
		l.selected, l.cause = red, "RANDOM"
	case u < of.criterion+of.topUp+of.random+of.yellow:
		l.selected, l.cause = yellow, "CRITERION"
	case u < of.criterion+of.topUp+of.random+of.yellow+of.blue:
		l.selected, l.cause = blue, "CRITERION"
	}
	if l.twin != nil {
		l.selected, l.cause = l.twin.lane, ""
	}
	if l.breach != nil && l.breach.forced != noLane {
		l.selected, l.cause = l.breach.forced, "CRITERION"
	}
	if l.selected == green {
		l.cause = ""
	}
	if l.cause == "CRITERION" {
		// Good criteria come first among the irregular; the last never finds anything.
		k := int(r.unit() * r.unit() * float64(len(g.world.criteria)-1))
		if !l.irregular {
			k = int(r.unit() * float64(len(g.world.criteria)))
		}
		l.criterion = g.world.criteria[k]
	}
}

func (l *life) practiceIndex() int {
	if l.practice == &l.g.new {
		return 1
	}
	return 0
}

// risk is how much likelier than the mean it is that something can be found.
func (l *life) risk() float64 {
	w := l.g.world
	best := &l.items[0]
	return w.importers[l.importer].risk * best.heading.risk * countries[best.origin].risk * (0.6 + 0.4*w.brokers[l.broker].risk) / l.g.meanRisk
}

// selectLane is selectivity, and the assignment of red and yellow to an examiner.
func (l *life) selectLane(at moment) bool {
	l.chooseLane()
	if !l.do(at, "Release Order (selectivity)", machineSelectivity) {
		l.selected = noLane
		return false
	}
	l.current = noLane
	l.move(at, machineSelectivity, l.selected, l.cause, l.criterion, "")
	if l.selected == red || l.selected == yellow {
		l.assign(at)
	}
	return true
}

// assign draws the examiner, whoever the broker is, unless the pair is a favoured one.
func (l *life) assign(at moment) {
	g, r, o := l.g, l.r, l.office
	l.officer = g.world.examinerFor(o, at, r)
	if f := g.people.favours[l.broker]; f != nil && o.index == 0 && l.breach == nil {
		f.Declared++
		if g.onDuty(f.officer, o, at) && r.chance(f.q[l.practiceIndex()]) {
			f.Diverted++
			if l.officer != f.officer {
				f.Changed++
			}
			l.favour = f
			if !f.byHand {
				l.officer = f.officer
			}
		}
	}
	l.chief = g.world.present(o.chiefs, o, o.calendar.workday(at.day()), r)
	l.assignments = append(l.assignments, assignment{at: at, examiner: l.officer, chief: l.chief})
	switch {
	case l.favour != nil && l.favour.byHand && l.officer != l.favour.officer:
		l.reassign(o.calendar.open(at+moment(r.between(1, 4))), l.favour.officer)
	case !l.quiet() && l.favour == nil && r.chance(l.practice.reassigned):
		when := o.calendar.open(at + moment(r.between(1, 4)))
		if other := g.world.examinerFor(o, when, r); other != l.officer {
			l.reassign(when, other)
		}
	}
}

// onDuty reports whether an officer is on an office's roster of the day.
func (g *generator) onDuty(p *officer, o *office, at moment) bool {
	d := o.calendar.workday(at.day())
	for _, x := range o.duty.onDuty[g.world.span.index(g.world.span.clampDay(d))] {
		if x == p {
			return true
		}
	}
	return false
}

// reassign gives the declaration to another examiner by hand.
func (l *life) reassign(at moment, to *officer) {
	if to == l.officer {
		return
	}
	by := l.g.world.present(l.office.supervisors, l.office, at.day(), l.r)
	if !l.do(at, "Manual Examiner assignment", by.user) {
		return
	}
	l.officer, l.assignedAt = to, at
	l.assignments = append(l.assignments, assignment{at: at, examiner: to, chief: l.chief, manual: true, by: by.user})
}

// atWork makes sure that the assigned examiner works at a moment; if not, the
// declaration is given to one who does.
func (l *life) atWork(at moment) *officer {
	if !l.officer.isThere(l.office, at.day(), l.g.world.span) {
		l.reassign(at, l.g.world.examinerFor(l.office, at, l.r))
	}
	return l.officer
}
