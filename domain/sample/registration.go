package sample

import "strconv"

// register draws who declares what, and registers it.
func (l *life) register() {
	g, r, o := l.g, l.r, l.office
	l.practice = &g.old
	standing := g.parameters.standing(int(g.world.span.month[g.world.span.index(l.at.day())]))
	if standing >= 1 || standing > 0 && r.unit() < standing {
		l.practice = &g.new
	}
	l.chooseRegime()
	l.chooseTraders()
	g.brokerMet[l.broker*len(g.world.offices)+o.index] = true
	l.user = g.brokerUsers[l.broker*len(g.world.offices)+o.index]
	series := numbering{serial: l.serial, year: l.year}
	o.numbers[series]++
	l.number = o.numbers[series]
	l.prefix = append(l.prefix[:0], o.code...)
	l.prefix = g.world.span.appendDate(append(l.prefix, ','), l.at.day())
	l.prefix = append(l.prefix, ',', l.serial)
	l.prefix = strconv.AppendInt(l.prefix, int64(l.number), 10)
	if l.twin == nil && l.joins == nil {
		l.breach = g.plants.choose(l.regime, l.at.day(), g.world.end)
	}
	l.describe()
	l.chooseGoods()
	if l.breach != nil && l.breach.needs == homeUse {
		if _, tax := totals(l.items); tax < g.largeEnough || l.g.people.hoarder == l.broker || l.g.people.favours[l.broker] != nil {
			l.breach = nil
		}
	}
	l.store()
	l.do(l.at, "Validate and assess", l.user)
	l.note("REGISTERED", false, "")
	if r.chance(0.25) {
		l.do(l.at+moment(r.between(1, 90)), "Add Scanned Docs", l.user)
	}
	l.bringGoods()
}

// store adds the storing of the draft before registration.
func (l *life) store() {
	g, r := l.g, l.r
	hoards := l.broker == g.people.hoarder && l.at.day() >= g.people.hoardsFrom
	if !hoards && !r.chance(l.practice.stored) {
		return
	}
	gap := r.logNormal(150, 1.2)
	if hoards {
		gap = r.logNormal(6*minutesOfDay, 0.5)
		g.people.hoarded++
	}
	at := l.at - moment(min(gap, 40*minutesOfDay))
	if at.ofDay() < 6*60 { // nobody works at night
		at = at.day().midnight() + 6*60 + at.ofDayMoment()/4
	}
	if at <= l.at {
		l.do(at, "Store", l.user)
	}
}

func (m moment) ofDayMoment() moment { return m % minutesOfDay }

// regimes with their shares of declarations.
var regimes = []struct {
	of    regime
	share float64
}{{homeUse, 0.70}, {exempt, 0.035}, {suspense, 0.03}, {dischargeHome, 0.02}, {dischargeExport, 0.02}, {export, 0.165}, {transit, 0.03}}

func (l *life) chooseRegime() {
	l.regime = homeUse
	if l.twin != nil || l.joins != nil {
		l.setRegime()
		return
	}
	u := l.r.unit()
	for _, x := range regimes {
		if u -= x.share; u < 0 {
			l.regime = x.of
			break
		}
	}
	if l.regime == dischargeHome || l.regime == dischargeExport {
		if l.account = l.office.pickAccount(l.at.day(), l.r); l.account == nil {
			l.regime = homeUse
		}
	}
	l.setRegime()
}

// setRegime gives model, procedure and what becomes of the taxes.
func (l *life) setRegime() {
	l.serial, l.flow, l.treatment = 'C', 'I', payable
	switch l.regime {
	case exempt:
		l.national, l.treatment = []string{"100", "110", "145", "160"}[l.r.below(4)], relieved
	case suspense:
		l.treatment = guaranteed
		if l.r.chance(0.65) {
			l.model, l.procedure = "IM7", "7000"
		} else {
			l.model, l.procedure = "IM5", "5100"
		}
	case dischargeHome:
		l.procedure, l.previous = "40"+l.account.regime[:2], l.account.key
		if l.account.regime == "5100" {
			l.procedure = "4051"
		}
	case dischargeExport:
		l.serial, l.flow, l.treatment = 'E', 'E', untaxed
		l.model, l.procedure, l.previous = "EX3", "3070", l.account.key
		if l.account.regime == "5100" {
			l.procedure = "3051"
		}
	case export:
		l.serial, l.flow, l.treatment = 'E', 'E', untaxed
		l.model, l.procedure = "EX1", "1000"
	case transit:
		l.serial, l.flow, l.treatment = 'T', 'T', guaranteed
		l.model, l.procedure = "IM8", "8000"
	}
}

// chooseTraders draws the importer and its broker: most importers stay with a few.
func (l *life) chooseTraders() {
	r, o := l.r, l.office
	switch {
	case l.twin != nil:
		l.importer, l.broker = l.twin.importer, l.twin.broker
		return
	case l.joins != nil:
		l.importer, l.broker = l.joins.importer, l.joins.broker
		return
	case l.account != nil:
		l.importer, l.broker = l.account.importer, l.account.broker
		return
	}
	l.importer = o.importers.draw(r)
	u := r.unit()
	if u > 0.8 {
		l.broker = o.brokers.draw(r)
		return
	}
	slot := uint64(0)
	if u > 0.56 {
		slot = 1
	}
	if u > 0.72 {
		slot = 2
	}
	l.broker = o.brokers.at(mixUnit(l.g.parameters.Seed, uint64(l.importer), uint64(o.index), slot, 9))
}

// describe draws the header's remaining texts.
func (l *life) describe() {
	r := l.r
	l.delivery = [...]string{"CIF", "FOB", "CFR", "EXW", "CIF"}[r.below(5)]
	l.terms = [...]string{"TT", "LC", "CASH", "OPEN ACCOUNT"}[r.below(4)]
	if l.flow != 'I' || l.regime != homeUse {
		return
	}
	account := r.unit()
	if l.quiet() {
		return
	}
	if account < l.practice.deferred+l.practice.prepaid {
		l.deferred = l.g.world.brokers[l.broker].account
		if account >= l.practice.deferred {
			l.deferred = "PRE" + l.deferred
		}
	}
}

// chooseGoods fills the items.
func (l *life) chooseGoods() {
	switch {
	case l.twin != nil:
		l.items = append(l.items, l.twin.items...)
		if l.twin.variant == "b" {
			for i := range l.items {
				it := &l.items[i]
				it.fob = max(1, it.fob*4/5)
				it.assess(l.g.world)
			}
		}
	case l.account != nil:
		l.fillItems(1)
		l.takeFromAccount()
	case l.joins != nil:
		l.fillItems(1)
		l.items[0].packages, l.items[0].gross = l.joins.packages, l.joins.gross
		l.items[0].net = l.joins.gross / 110 * 10 * 10
	case l.regime == suspense:
		l.fillItems(1)
	default:
		l.fillItems(drawItemCount(l.r))
	}
	if l.treatment == guaranteed {
		for i := range l.items {
			l.guarantee += l.items[i].suspended(l.g.world)
		}
	}
}

// takeFromAccount makes the item the goods of the suspense account, all that is
// left or half of it.
func (l *life) takeFromAccount() {
	a, it := l.account, &l.items[0]
	it.heading, it.code, it.origin, it.departure, it.money, it.preference = a.heading, a.code, a.origin, a.origin, a.money, ""
	it.commercial = a.heading.commercial[0]
	it.rate = l.g.world.rateOf(it.money, int(l.g.world.span.month[l.g.world.span.index(l.at.day())]))
	it.quantity = a.left
	if a.left > 1 && l.r.chance(0.4) {
		it.quantity = a.left / 2
	}
	it.fob = max(1, int64(float64(it.quantity)/1000*float64(a.value)))
	it.freight, it.insurance, it.other = 0, 0, 0
	it.assess(l.g.world)
}

// bringGoods gives means of transport, manifest and bill.
func (l *life) bringGoods() {
	r, o := l.r, l.office
	switch o.mode {
	case modeSea:
		n := 1
		for n < 8 && r.chance(0.3) {
			n++
		}
		for range n {
			l.containers = append(l.containers, drawContainer(r))
		}
	case modeRoad:
		n := 1
		for n < 4 && r.chance(0.12) {
			n++
		}
		for range n {
			l.vehicles = append(l.vehicles, "LT"+strconv.Itoa(1000+r.below(9000)))
		}
	}
	switch {
	case l.twin != nil:
		l.takeBillOfTwin()
	case l.joins != nil:
		l.takeBillOfPartner()
	case l.regime == homeUse || l.regime == exempt || l.regime == suspense || l.regime == transit:
		l.takeBill()
	}
	l.prelodged = l.hasBill && l.bill.manifest.arrival > l.at
}
