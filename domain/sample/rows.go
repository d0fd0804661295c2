package sample

import (
	"slices"
	"strconv"
)

// write writes the rows of a declaration whose life is over.
func (l *life) write() {
	slices.SortStableFunc(l.operations, func(a, b operation) int { return int(a.at) - int(b.at) })
	for i := range l.operations {
		if v := l.operations[i].version; v > 0 {
			l.versions[v-1].number = i + 1
		}
	}
	if l.hasBill && !l.billHeld && l.gives == nil {
		l.g.writeBill(&l.bill)
	}
	l.writeItems()
	l.writeOperations()
	l.writeTransport()
	l.writeControl()
	l.writeMoney()
}

// comma adds a comma and a text.
func comma(b []byte, text string) []byte { return append(append(b, ','), text...) }

func (l *life) writeItems() {
	w := l.g.world
	broker, importer := &w.brokers[l.broker], &w.importers[l.importer]
	// The header's fields stand before the item number and after it; both parts are
	// the same in every item.
	head := append(l.head[:0], l.office.code...)
	head = comma(head, l.office.code)
	head = comma(head, broker.code)
	head = comma(head, broker.name)
	head = append(head, l.prefix[len(l.office.code):]...)
	head = comma(head, importer.code)
	head = comma(head, importer.name)
	head = strconv.AppendInt(append(head, ','), int64(l.year), 10)
	l.head = append(head, ',')
	tail := comma(l.tail[:0], laneCodes[l.selected])
	tail = comma(tail, laneNames[l.current])
	l.tail = comma(tail, l.model)
	seller := w.sellers[mix(uint64(l.importer)<<20+uint64(l.broker)<<2+uint64(l.r.below(3)))%uint64(len(w.sellers))]
	if l.r.chance(0.1) {
		seller = ""
	}
	consignee, exporter := importer.name, seller
	if l.flow == 'E' {
		consignee, exporter = seller, importer.name
	}
	for i := range l.items {
		l.writeItem(i, consignee, exporter)
	}
}

// writeItem writes one row between the parts of the header in l.head and l.tail.
func (l *life) writeItem(i int, consignee, exporter string) {
	w, f, it := l.g.world, l.g.files.items, &l.items[i]
	origin, departure := countries[it.origin].code, countries[it.departure].code
	if l.flow == 'E' && l.regime == export {
		origin = w.country
	}
	b := append(f.buffer, l.head...)
	b = strconv.AppendInt(b, int64(i+1), 10)
	b = append(b, l.tail...)
	for _, text := range [...]string{it.code, it.heading.description, it.commercial, l.procedure, l.national, it.preference} {
		b = comma(b, text)
	}
	b = strconv.AppendInt(append(b, ','), it.quantity, 10)
	b = comma(b, it.kind)
	b = strconv.AppendInt(append(b, ','), it.packages, 10)
	for _, text := range [...]string{origin, consignee, exporter, departure} {
		b = comma(b, text)
	}
	b = appendKilos(append(b, ','), it.gross)
	b = appendKilos(append(b, ','), it.net)
	b = comma(b, l.delivery)
	for _, amount := range [...]int64{it.insurance, it.freight, it.other} {
		b = appendMoney(append(b, ','), amount, w.decimals)
	}
	b = appendMoney(append(b, ','), it.fob, w.money[it.money].decimals)
	b = comma(b, w.money[it.money].code)
	b = appendRate(append(b, ','), it.rate)
	for _, amount := range [...]int64{it.value, it.duties[0], it.duties[1], it.duties[2], it.tax(), it.forgone[0], it.forgone[1], it.forgone[2],
		it.forgone[0] + it.forgone[1] + it.forgone[2], it.topUp} {
		b = appendMoney(append(b, ','), amount, w.decimals)
	}
	b = comma(b, it.offence)
	b = comma(b, l.terms)
	f.buffer = append(b, ',', '0'+byte(l.office.mode), '\n')
	f.row()
}

func (l *life) writeOperations() {
	w, f := l.g.world, l.g.files.operations
	value, _ := totals(l.items)
	head := comma(append(l.head[:0], l.prefix...), l.model)
	head = comma(head, laneCodes[l.selected])
	head = append(comma(head, laneNames[l.current]), ',')
	if len(l.vehicles) > 0 {
		head = append(head, l.vehicles[0]...)
	}
	if value < 500_001*int64(powersOfTen[w.decimals]) {
		head = append(head, ",LOW VALUE,"...)
	} else {
		head = append(head, ",HIGH VALUE,"...)
	}
	if len(l.containers) > 0 {
		head = append(head, l.containers[0][:]...)
	}
	l.head = append(head, ',')
	for i := range l.operations {
		op := &l.operations[i]
		b := append(f.buffer, l.head...)
		b = strconv.AppendInt(b, int64(i+1), 10)
		b = comma(b, op.name)
		b = w.span.appendMoment(append(b, ','), op.at)
		b = comma(b, op.user)
		f.buffer = append(b, '\n')
		f.row()
	}
}

func (l *life) writeTransport() {
	w, f := l.g.world, l.g.files.transport
	b := append(f.buffer, l.prefix...)
	b = append(b, ',', l.flow, ',')
	if l.hasBill {
		m := &l.bill.manifest
		b = append(b, m.office.code...)
		b = strconv.AppendInt(append(b, ','), int64(m.year), 10)
		b = comma(b, m.number)
		b = comma(b, l.bill.reference)
		b = append(b, ',')
	} else {
		b = append(b, ",,,,"...)
	}
	for i := range l.containers {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, l.containers[i][:]...)
	}
	b = append(b, ',')
	for i, v := range l.vehicles {
		if i > 0 {
			b = append(b, ';')
		}
		b = append(b, v...)
	}
	b = append(b, ',')
	if l.hasBill && l.seen(l.bill.manifest.arrival) {
		b = w.span.appendMoment(b, l.bill.manifest.arrival)
	}
	if l.prelodged {
		b = append(b, ",1,"...)
	} else {
		b = append(b, ",0,"...)
	}
	b = append(b, l.deferred...)
	b = append(b, ',')
	if l.guarantee > 0 {
		b = appendMoney(b, l.guarantee, w.decimals)
	}
	b = comma(b, l.previous)
	b = append(b, ',')
	if l.isAssessed {
		b = appendMoney(b, l.assessed, w.decimals)
	}
	b = append(b, ',')
	if l.paperDone != never && l.seen(l.paperDone) {
		b = w.span.appendMoment(b, l.paperDone)
	}
	f.buffer = append(b, '\n')
	f.row()
}

// writeControl writes lanes, examiners, inspection acts and offences.
func (l *life) writeControl() {
	w, fs := l.g.world, l.g.files
	s := w.span
	for i := range l.moves {
		x, f := &l.moves[i], fs.lanes
		b := append(f.buffer, l.prefix...)
		b = s.appendMoment(append(b, ','), x.at)
		b = comma(b, x.user)
		b = comma(b, laneCodes[x.from])
		b = comma(b, laneCodes[x.to])
		b = comma(b, x.cause)
		b = comma(b, x.criterion)
		b = comma(b, x.reason)
		f.buffer = append(b, '\n')
		f.row()
	}
	for i := range l.assignments {
		x, f := &l.assignments[i], fs.examiners
		b := append(f.buffer, l.prefix...)
		b = s.appendMoment(append(b, ','), x.at)
		b = comma(b, x.examiner.section(l.office))
		b = comma(b, x.examiner.user)
		b = comma(b, x.chief.user)
		if x.manual {
			b = append(b, ",MANUAL,"...)
		} else {
			b = append(b, ",AUTO,"...)
		}
		b = append(b, x.by...)
		b = strconv.AppendInt(append(b, ','), int64(10+5*len(l.items)), 10)
		f.buffer = append(b, '\n')
		f.row()
	}
	for i := range l.inspections {
		x, f := &l.inspections[i], fs.inspections
		b := append(f.buffer, l.prefix...)
		b = append(b, ",I"...)
		b = strconv.AppendInt(b, int64(l.g.nextNumber(l.office, 'I', x.at)), 10)
		b = s.appendMoment(append(b, ','), x.at)
		b = append(b, ',')
		if x.finished != never {
			b = s.appendMoment(b, x.finished)
		}
		b = comma(b, x.user)
		b = append(b, ',', '0'+bit(x.physical), ',', '0'+bit(x.conform))
		b = comma(b, x.result)
		b = append(b, ",\n"...)
		f.buffer = b
		f.row()
	}
	for i := range l.offences {
		l.writeOffence(&l.offences[i])
	}
}

func bit(set bool) byte {
	if set {
		return 1
	}
	return 0
}

func (l *life) writeOffence(x *offence) {
	w, f := l.g.world, l.g.files.offences
	b := append(f.buffer, l.prefix...)
	b = append(b, ",F"...)
	b = strconv.AppendInt(b, int64(l.g.nextNumber(l.office, 'F', x.at)), 10)
	b = w.span.appendMoment(append(b, ','), x.at)
	b = comma(b, x.user)
	b = comma(b, x.code)
	b = comma(b, x.status)
	for _, amount := range [...]int64{x.declared, x.assessed, x.extra, x.fine, x.extraPaid, x.finePaid} {
		b = appendMoney(append(b, ','), amount, w.decimals)
	}
	b = append(b, ',')
	if x.paid != never {
		b = w.span.appendDate(b, x.paid.day())
	}
	f.buffer = append(b, '\n')
	f.row()
}

// writeMoney writes receipts and versions.
func (l *life) writeMoney() {
	w, fs := l.g.world, l.g.files
	for i := range l.receipts {
		x, f := &l.receipts[i], fs.receipts
		b := append(f.buffer, l.prefix...)
		b = append(b, ",R"...)
		b = strconv.AppendInt(b, int64(x.number), 10)
		b = w.span.appendMoment(append(b, ','), x.at)
		b = comma(b, x.kind)
		b = comma(b, x.user)
		b = comma(b, x.tax)
		b = appendMoney(append(b, ','), x.amount, w.decimals)
		f.buffer = append(b, '\n')
		f.row()
	}
	for i := range l.versions {
		x, f := &l.versions[i], fs.versions
		b := append(f.buffer, l.prefix...)
		b = strconv.AppendInt(append(b, ','), int64(x.number), 10)
		b = w.span.appendMoment(append(b, ','), x.at)
		b = comma(b, x.user)
		b = comma(b, x.cause)
		b = append(b, ',', '0'+bit(x.byCustoms))
		b = comma(b, x.reason)
		b = appendMoney(append(b, ','), x.value, w.decimals)
		b = appendMoney(append(b, ','), x.tax, w.decimals)
		f.buffer = append(b, '\n')
		f.row()
	}
}
