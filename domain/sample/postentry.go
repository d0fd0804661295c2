package sample

// afterwards is post-entry and refund after release.
func (l *life) afterwards(released moment) {
	r := l.r
	switch {
	case l.tries("P7"):
		l.reverse(l.opening(released + moment(r.between(1, 12))*minutesOfDay))
	case l.triesCase("P13", "c"):
		at := l.opening(released + moment(r.between(1, 9))*minutesOfDay)
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
	l.refund(at+moment(l.r.between(5, 60)), before-l.assessed)
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
	settled := daytime(at + moment(r.between(1, 3))*minutesOfDay)
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
		l.do(at+moment(r.between(1, 30)), "Request PRN", l.user)
		l.payRest(settled)
	case tax < before:
		l.refund(settled, before-tax)
	}
}
