package sample

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
	if len(l.adjusted) == 0 {
		l.items[0].offence = o.code
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
