package fact

import (
	"maps"
	"slices"

	"assay/domain/cube"
	"assay/domain/warehouse"
)

// assembly turns records, one after the other, into rows of all grains that
// hang on declarations.
type assembly struct {
	context *Context
	wanted  func(grain string, m cube.Month) bool
	out     func(segmentKey, *cube.Builder) error

	declarations *set[DeclarationRow]
	items        *set[ItemRow]
	taxes        *set[TaxRow]
	acts         *set[ActRow]
	arrivals     *set[ArrivalRow]
	offences     *set[OffenceRow]
	payments     *set[PaymentRow]
	officerDays  *set[OfficerDayRow]
	presences    presences
	hours        *set[HourRow]
	counts       hourCounts
	keepPrices   bool // what passes by makes the history of prices

	// Memory used again for the rows of every record.
	itemRows    []ItemRow
	taxRows     []TaxRow
	actRows     []ActRow
	offenceRows []OffenceRow
	paymentRows []PaymentRow
}

func newAssembly(c *Context, wanted func(grain string, m cube.Month) bool, out func(segmentKey, *cube.Builder) error) *assembly {
	return &assembly{context: c, wanted: wanted, out: out, presences: presences{}, counts: hourCounts{},
		declarations: newSet(declarations, func(r *DeclarationRow) cube.Date { return r.RegisteredOn }, wanted),
		items:        newSet(items, func(r *ItemRow) cube.Date { return r.RegisteredOn }, wanted),
		taxes:        newSet(taxes, func(r *TaxRow) cube.Date { return r.RegisteredOn }, wanted),
		acts:         newSet(acts, func(r *ActRow) cube.Date { return r.On }, wanted),
		arrivals:     newSet(arrivals, func(r *ArrivalRow) cube.Date { return r.ArrivedOn }, wanted),
		offences:     newSet(offences, func(r *OffenceRow) cube.Date { return r.On }, wanted),
		payments:     newSet(payments, func(r *PaymentRow) cube.Date { return r.On }, wanted),
		officerDays:  newSet(officerDays, func(r *OfficerDayRow) cube.Date { return r.On }, wanted),
		hours:        newSet(hourRows, func(r *HourRow) cube.Date { return r.On }, wanted),
	}
}

// add derives the rows of a record. It keeps nothing of it but texts.
func (a *assembly) add(r *warehouse.Record) error {
	month := registrationDay(r).Month()
	l := live(r, a.context)
	found := l.control()
	if a.wanted(Declaration, month) {
		row := l.declaration(&found)
		if err := a.declarations.add(&row); err != nil {
			return err
		}
		a.taxRows = l.taxes(a.taxRows[:0])
		if err := a.taxes.addAll(a.taxRows); err != nil {
			return err
		}
	}
	l.rules() // also when no act closes the declaration: what is found is kept
	if a.keepPrices && !l.isCancelled() {
		for i := range r.Items {
			a.context.Prices.Add(month, &r.Items[i])
		}
	}
	if a.wanted(Item, month) {
		a.itemRows = l.items(a.itemRows[:0])
		if err := a.items.addAll(a.itemRows); err != nil {
			return err
		}
	}
	a.actRows = l.acts(a.actRows[:0], &found)
	if err := a.acts.addAll(a.actRows); err != nil {
		return err
	}
	if row, known := l.arrival(); known {
		if err := a.arrivals.add(&row); err != nil {
			return err
		}
	}
	a.offenceRows = l.offences(a.offenceRows[:0])
	if err := a.offences.addAll(a.offenceRows); err != nil {
		return err
	}
	a.paymentRows = l.payments(a.paymentRows[:0])
	if err := a.payments.addAll(a.paymentRows); err != nil {
		return err
	}
	a.presences.addActs(l, func(d cube.Date) bool { return a.wanted(OfficerDay, d.Month()) })
	a.counts.add(l, func(d cube.Date) bool { return a.wanted(Hour, d.Month()) })
	return nil
}

// finish closes months: those of registration through one month, those of acts through
// another, and those of arrival for which arrived holds.
func (a *assembly) finish(registered, acted, arrived func(cube.Month) bool) error {
	for _, finish := range []func() error{
		func() error { return a.declarations.finish(registered, a.out) },
		func() error { return a.items.finish(registered, a.out) },
		func() error { return a.taxes.finish(registered, a.out) },
		func() error { return a.acts.finish(acted, a.out) },
		func() error { return a.offences.finish(acted, a.out) },
		func() error { return a.payments.finish(acted, a.out) },
		func() error { return a.arrivals.finish(arrived, a.out) },
		func() error { return a.finishOfficerDays(acted) },
		func() error { return a.finishHours(acted) },
	} {
		if err := finish(); err != nil {
			return err
		}
	}
	return nil
}

func (a *assembly) finishOfficerDays(acted func(cube.Month) bool) error {
	months := map[cube.Month]bool{}
	for key := range a.presences {
		if m := key.day.Month(); acted(m) {
			months[m] = true
		}
	}
	for _, month := range slices.Sorted(maps.Keys(months)) {
		rows := a.presences.take(month)
		if err := a.officerDays.addAll(rows); err != nil {
			return err
		}
	}
	return a.officerDays.finish(acted, a.out)
}

func (a *assembly) finishHours(acted func(cube.Month) bool) error {
	months := map[cube.Month]bool{}
	for key := range a.counts {
		if m := key.day.Month(); acted(m) {
			months[m] = true
		}
	}
	for _, month := range slices.Sorted(maps.Keys(months)) {
		if err := a.hours.addAll(a.counts.take(month)); err != nil {
			return err
		}
	}
	return a.hours.finish(acted, a.out)
}

// late lists the grains and months that got a row after they were closed.
func (a *assembly) late() map[string]map[cube.Month]bool {
	late := map[string]map[cube.Month]bool{}
	note := func(grain string, months map[cube.Month]bool) {
		if len(months) > 0 {
			late[grain] = months
		}
	}
	note(Declaration, a.declarations.late)
	note(Item, a.items.late)
	note(Tax, a.taxes.late)
	note(Act, a.acts.late)
	note(Arrival, a.arrivals.late)
	note(Offence, a.offences.late)
	note(Payment, a.payments.late)
	note(OfficerDay, a.officerDays.late)
	note(Hour, a.hours.late)
	return late
}
