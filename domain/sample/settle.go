package sample

// live leads the declaration through the procedure of the country.
func (l *life) live() {
	if l.g.parameters.Timing == AfterPayment {
		l.liveAfterPayment()
		return
	}
	r := l.r
	start := l.at + moment(r.between(0, 2)) //nolint:gosec // minutes
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
		l.rerouteLate(l.office.calendar.open(finish + moment(r.between(6, 60)))) //nolint:gosec // minutes
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
	start := settled + moment(r.between(0, 2)) //nolint:gosec // minutes
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
		paid := daytime(*finish + moment(r.between(40, 600))) //nolint:gosec // minutes
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
	*finish += moment(r.between(1, 5)) //nolint:gosec // minutes
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
	return l.cancel(l.opening(assessed + moment(l.r.between(30, 400)))) //nolint:gosec // minutes
}

func (l *life) mayCancel() bool {
	return (l.regime == homeUse || l.regime == exempt || l.regime == export) && !l.raised
}

// due is what the notice of assessment still asks for.
func (l *life) due() int64 { return l.assessed - l.paid[0] - l.paid[1] - l.paid[2] }

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
	t := twin{due: at + moment(l.r.between(60, 16*minutesOfDay)), cancelled: at, kase: l.breach.kase, key: l.key(), importer: l.importer, broker: l.broker, //nolint:gosec // minutes
		items: append([]item(nil), l.items...), bill: l.bill, lane: l.current}
	if t.kase == "b" {
		t.lane, t.broker = green, l.office.brokers.draw(l.r)
	}
	if t.lane == noLane {
		t.lane = green
	}
	l.office.twins = append(l.office.twins, t)
	l.g.plants.reserve("P8", t.kase)
	l.billHeld = true // the row is written with the second declaration
}

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
		stamp = l.at - moment(r.between(30, 180)) //nolint:gosec // minutes
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
		l.paperDone = later(l.at, at-moment(r.between(4, 100))) //nolint:gosec // minutes
	}
	return true
}

// disagreement is an amount by which two totals differ beyond any tolerance (P13).
func (l *life) disagreement() int64 {
	_, tax := totals(l.items)
	unit := int64(powersOfTen[l.g.world.decimals]) //nolint:gosec // small
	return max(tax*int64(l.r.between(4, 9))/100, 20*unit*int64(len(l.items)))
}

// settle is the payment; it gives the moment from which the goods may be released.
func (l *life) settle(assessed moment) (moment, bool) {
	r, g := l.r, l.g
	if l.due() == 0 {
		return assessed, true
	}
	if !l.quiet() && r.chance(l.practice.unpaid) {
		l.do(assessed+moment(r.between(1, 60)), "Request PRN", l.user) //nolint:gosec // minutes
		return never, false
	}
	if l.deferred != "" {
		if l.deferred[0] == 'P' {
			at := assessed + moment(r.between(1, 3)) //nolint:gosec // minutes
			return at, l.pay(at, "ACCOUNT", machineAccount)
		}
		l.deferredAt = daytime(assessed + moment(r.between(5, 30))*minutesOfDay) //nolint:gosec // days
		return assessed + 2, true
	}
	if !l.do(assessed+moment(r.between(0, 10)), "Request PRN", l.user) {
		return never, false
	}
	delay := r.logNormal(l.practice.payment, 1.1)
	if l.breach != nil {
		delay = min(delay, 2*minutesOfDay)
	}
	at := assessed + moment(min(max(delay, 11), 150*minutesOfDay))
	if l.tries("P4") {
		return l.office.calendar.open(at), true
	}
	if l.triesCase("P1", "b") {
		early := assessed - moment(r.between(5, 40)) //nolint:gosec // minutes
		if l.g.parameters.Timing == BeforeAssessment && early <= l.at {
			l.breach = nil
		} else {
			l.plantDone("declaration", l.key(), "")
			return assessed + 1, l.pay(early, "RECEIPT", machineBank)
		}
	}
	user := machineBank
	if r.chance(l.practice.electronic) {
		at = daytime(at)
	} else {
		at = l.opening(at)
		user = g.world.present(l.office.cashiers, l.office, at.day(), r).user
	}
	return at, l.pay(at, "RECEIPT", user)
}

// daytime moves what would happen in the small hours to the morning.
func daytime(at moment) moment {
	if at.ofDay() < 6*60 {
		return at.day().midnight() + 6*60 + moment(at.ofDay()/6)
	}
	return at
}

// pay writes payment and receipts of all that is due, and of fines and extra duties.
func (l *life) pay(at moment, kind, user string) bool {
	if !l.do(at, "Payment", user) {
		return false
	}
	l.receipt = l.g.nextNumber(l.office, 'R', at)
	over := int64(0)
	if l.triesCase("P13", "b") {
		over = l.disagreement()
		l.plantDone("declaration", l.key(), "")
	}
	var due [3]int64
	for i := range l.items {
		for t := range due {
			due[t] += l.items[i].duties[t]
		}
	}
	_, tax := totals(l.items)
	largest := 0
	for t := range due {
		if due[t] > due[largest] {
			largest = t
		}
	}
	due[largest] += l.assessed - tax
	for t := range due {
		amount := due[t] - l.paid[t]
		l.paid[t] = due[t]
		if t == largest {
			amount += over
		}
		if amount > 0 {
			l.receipts = append(l.receipts, receipt{at: at, number: l.receipt, kind: kind, user: user, tax: taxCodes[t], amount: amount})
			l.g.collect(l.office, at, amount)
		}
	}
	for i := range l.offences {
		x := &l.offences[i]
		if x.status != "CONFIRMED" || x.paid != never || x.extra == 0 && x.fine == 0 {
			continue
		}
		x.extraPaid, x.paid = x.extra, at
		if x.fine > 0 && l.r.chance(0.85) {
			x.finePaid = x.fine
			l.receipts = append(l.receipts, receipt{at: at, number: l.receipt, kind: kind, user: user, tax: "FINE", amount: x.fine})
		}
	}
	return true
}

var taxCodes = [3]string{"DUTY", "EXCISE", "VAT"}

// payRest pays what a post-entry has added, at the bank.
func (l *life) payRest(at moment) bool { return l.pay(at, "RECEIPT", machineBank) }

// leave is release and exit, and what may follow them.
func (l *life) leave(from moment) {
	r, o, w := l.r, l.office, l.g.world
	at := from + moment(r.between(1, 6)) //nolint:gosec // minutes
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
		l.rerouteLate(o.calendar.open(at + moment(r.between(6, 90)))) //nolint:gosec // minutes
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
	if l.breach.kase != "b" || l.planted {
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

// afterwards is post-entry and refund after release.
func (l *life) afterwards(released moment) {
	r := l.r
	switch {
	case l.tries("P7"):
		l.reverse(l.opening(released + moment(r.between(1, 12))*minutesOfDay)) //nolint:gosec // days
	case l.triesCase("P13", "c"):
		at := l.opening(released + moment(r.between(1, 9))*minutesOfDay) //nolint:gosec // days
		if l.refund(at, l.disagreement()) {
			l.plantDone("declaration", l.key(), "")
		}
	case !l.quiet() && !l.raised && l.receipt > 0 && l.regime == homeUse && l.due() == 0 && r.chance(l.practice.postEntry):
		l.postEntry(l.opening(released + moment(r.logNormal(8*minutesOfDay, 0.8))))
	}
}

// reverse takes an adjustment back (P7).
func (l *life) reverse(at moment) {
	by := l.g.world.present(l.office.supervisors, l.office, at.day(), l.r)
	_, before := totals(l.items)
	if !l.do(at, "Post-Entry", by.user) {
		return
	}
	l.items = append(l.items[:0], l.original...)
	l.note("POST_ENTRY", true, pickText(l.r, l.g.world.locale.reasonsEntry))
	_, l.assessed = totals(l.items)
	l.refund(at+moment(l.r.between(5, 60)), before-l.assessed) //nolint:gosec // minutes
	l.plantDone("declaration", l.key(), by.user)
}

// refund pays back, from the largest tax.
func (l *life) refund(at moment, amount int64) bool {
	at = l.opening(at)
	user := l.g.world.present(l.office.cashiers, l.office, at.day(), l.r).user
	if amount <= 0 || !l.do(at, "Refund", user) {
		return false
	}
	number := l.g.nextNumber(l.office, 'R', at)
	for amount > 0 {
		largest := 0
		for t := range l.paid {
			if l.paid[t] > l.paid[largest] {
				largest = t
			}
		}
		part := min(amount, l.paid[largest])
		if part <= 0 {
			break
		}
		l.paid[largest] -= part
		amount -= part
		l.receipts = append(l.receipts, receipt{at: at, number: number, kind: "REFUND", user: user, tax: taxCodes[largest], amount: part})
		l.g.collect(l.office, at, -part)
	}
	return true
}

// postEntry is a change after release: the declarant's correction up or down, or
// an audit that finds something.
func (l *life) postEntry(at moment) {
	r, w := l.r, l.g.world
	settled := daytime(at + moment(r.between(1, 3))*minutesOfDay) //nolint:gosec // days
	if !l.seen(l.office.calendar.open(settled) + 400) {
		return // the extract would end in the middle of it
	}
	it := &l.items[r.below(len(l.items))]
	value, before := totals(l.items)
	u := r.unit()
	user := l.user
	audit := u < 0.25
	if audit {
		user = w.present(l.office.supervisors, l.office, at.day(), r).user
	}
	factor := 1.02 + 0.15*r.unit()
	if u > 0.7 {
		factor = 0.85 + 0.12*r.unit()
	}
	if factor < 1 {
		it.fob = max(1, int64(float64(it.fob)*factor))
		it.assess(w)
	} else {
		it.raise(w, factor)
		l.raised = true
	}
	if !l.do(at, "Post-Entry", user) {
		return
	}
	l.note("POST_ENTRY", audit, pickText(r, w.locale.reasonsEntry))
	after, tax := totals(l.items)
	l.assessed = tax
	if audit {
		it.topUp = tax - before
		it.offence = "AUDIT"
		l.offences = append(l.offences, offence{at: at, user: user, code: "AUDIT", status: "CONFIRMED", declared: value, assessed: after, extra: tax - before, fine: l.fineOf(tax - before), paid: never})
	}
	switch {
	case tax > before || audit:
		l.do(at+moment(r.between(1, 30)), "Request PRN", l.user) //nolint:gosec // minutes
		l.payRest(settled)
	case tax < before:
		l.refund(settled, before-tax)
	}
}
