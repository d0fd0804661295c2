package sample

// due is what the notice of assessment still asks for.
func (l *life) due() int64 { return l.assessed - l.paid[0] - l.paid[1] - l.paid[2] }

// settle is the payment; it gives the moment from which the goods may be released.
func (l *life) settle(assessed moment) (moment, bool) {
	r, g := l.r, l.g
	if l.due() == 0 {
		return assessed, true
	}
	if !l.quiet() && r.chance(l.practice.unpaid) {
		l.do(assessed+moment(r.between(1, 60)), "Request PRN", l.user)
		return never, false
	}
	if l.deferred != "" {
		if l.deferred[0] == 'P' {
			at := assessed + moment(r.between(1, 3))
			return at, l.pay(at, "ACCOUNT", machineAccount)
		}
		l.deferredAt = daytime(assessed + moment(r.between(5, 30))*minutesOfDay)
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
		early := assessed - moment(r.between(5, 40))
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
