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

// choose draws the lane and its cause.
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
		l.reassign(o.calendar.open(at+moment(r.between(1, 4))), l.favour.officer) //nolint:gosec // minutes
	case !l.quiet() && l.favour == nil && r.chance(l.practice.reassigned):
		when := o.calendar.open(at + moment(r.between(1, 4))) //nolint:gosec // minutes
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
	if l.tries("P5") && l.breach.kase == "a" {
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
		at := (start.day() + 3).midnight() + 5*60 + moment(r.between(0, 30)) //nolint:gosec // minutes
		*finish = at + moment(r.between(1, 5))                               //nolint:gosec // minutes
		return l.reroute(at, machineReroute, blue, "")
	}
	l.keysLate(start, *finish, finish)
	if l.triesCase("P6", "b") || !l.quietMoney() && l.irregular && r.chance(l.practice.documentary) {
		found := later(start, *finish-moment(r.between(3, 30))) //nolint:gosec // minutes
		if l.seen(found) {
			l.atWork(found)
			l.find(found, false)
		}
	}
	at := later(start, *finish-moment(r.between(1, 4))) //nolint:gosec // minutes
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
	done := later(start, at-moment(r.between(8, 90))) //nolint:gosec // minutes
	if !o.calendar.isOpen(done) {
		done = max(start, at-5)
	}
	if l.keysLate(start, at, finish) {
		done = at
		at = later(at, *finish-moment(r.between(3, 30))) //nolint:gosec // minutes
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
		l.do(later(start, at-moment(3*k)), "Control Results", user)
	}
	if finds || forced {
		l.find(at+moment(r.between(0, 2)), true) //nolint:gosec // minutes
	}
	l.act(at, done, user, true, !finds && (!forced || l.triesCase("P6", "b")))
	l.tellLater(at)
	clear := later(at+1, *finish-moment(r.between(1, 10))) //nolint:gosec // minutes
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
func (l *life) keysLate(start, done moment, finish *moment) bool {
	if l.officer == nil || !l.officer.delayed || l.quiet() || !l.r.chance(0.4) {
		return false
	}
	l.paperDone = *finish
	if l.selected == red {
		l.paperDone = done
	}
	*finish = l.office.calendar.open(l.paperDone + moment(l.r.between(26*60, 70*60))) //nolint:gosec // minutes
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
	if l.breach.kase == "b" {
		if r.chance(0.5) {
			l.do(later(start, at-20), "Control Results", by.user)
		}
	} else if g.parameters.Timing == BeforeAssessment {
		to := green
		if l.breach.kase == "c" {
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
			if l.breach.kase == "b" {
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

// pickText draws one of several texts.
func pickText(r *source, texts []string) string { return csvText(texts[r.below(len(texts))]) }

var offenceCodes = [...]string{"VALUE", "VALUE", "CLASS", "ORIGN", "QUANT"}

// find records an offence and prepares what control wants the items to be.
func (l *life) find(at moment, physical bool) {
	r := l.r
	if !l.seen(at) {
		return
	}
	code := offenceCodes[r.below(len(offenceCodes))]
	o := offence{at: at, user: l.officer.user, code: code, status: "CONFIRMED", paid: never}
	o.declared, _ = totals(l.items)
	o.assessed = o.declared
	dismissed := l.breach == nil && r.chance(0.04)
	pads := l.at >= l.officer.padsFrom && physical && !l.quiet()
	switch {
	case l.triesCase("P6", "a"):
		l.items[0].offence = o.code
		l.offences = append(l.offences, o)
		l.plantDone("declaration", l.key(), "")
		return
	case dismissed:
		o.status = "DISMISSED"
	case l.treatment != payable:
		o.code = "DOCUM"
		o.fine = l.fineOf(0)
	default:
		l.adjusted = append(l.adjusted[:0], l.items...)
		if pads {
			o.extra = l.pad()
			l.g.people.paddedOffences++
		} else {
			o.extra = l.uplift()
		}
		o.assessed, _ = totals(l.adjusted)
		o.fine = l.fineOf(o.extra)
	}
	if l.triesCase("P6", "b") {
		return // raised, but no case is recorded
	}
	for i := range l.adjusted {
		if l.adjusted[i].value != l.items[i].value {
			l.adjusted[i].offence = o.code
		}
	}
	l.offences = append(l.offences, o)
}

// uplift raises the irregular lines and gives what the taxes gain.
func (l *life) uplift() (extra int64) {
	r := l.r
	first, least := r.below(len(l.adjusted)), 1.03
	if l.breach != nil { // must show beyond every tolerance
		first, least = mostTaxed(l.adjusted), 1.25
	}
	for i := range l.adjusted {
		if i != first && !r.chance(0.12) {
			continue
		}
		gain := l.adjusted[i].raise(l.g.world, least+r.exponential(0.35))
		l.adjusted[i].topUp = gain
		extra += gain
	}
	return extra
}

// pad raises the line with most tax by as much as gives a little over the threshold (T4).
func (l *life) pad() int64 {
	best := &l.adjusted[mostTaxed(l.adjusted)]
	if best.tax() == 0 {
		return best.raise(l.g.world, 1.01)
	}
	wanted := float64(l.g.people.padAmount) * (1 + 0.08*l.r.unit())
	gain := best.raise(l.g.world, 1+wanted/float64(best.tax()))
	best.topUp = gain
	return gain
}

// mostTaxed is the index of the item with the highest taxes.
func mostTaxed(items []item) int {
	best := 0
	for i := range items {
		if items[i].tax() > items[best].tax() {
			best = i
		}
	}
	return best
}

// fineOf gives a fine: a part of the extra duties, or a fixed sum.
func (l *life) fineOf(extra int64) int64 {
	return max(l.g.leastFine, extra*int64(l.r.between(20, 120))/100)
}
