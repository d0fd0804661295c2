package warehouse

import (
	"assay/domain/declaration"
)

// record writes a declaration. Each function here has its counterpart below, with the same fields in the same
// order; what the tables do not keep (names of brokers and importers) is not kept here either.
func (w *packWriter) record(r *Record) {
	w.int(r.ID)
	w.int(int64(r.Version))
	w.field = append(w.field, r.Batch[:]...)
	w.int(int64(r.Parts))
	t := &r.Totals
	for _, n := range [...]int64{t.CustomsValue, t.Payable, t.Relieved, t.Shown, t.Packages, t.GrossMass} {
		w.int(n)
	}
	w.text(r.Reference.String())
	w.code(r.Reference.Office)
	w.header(&r.Header)
	w.items(r.Items)
	w.events(r.Events)
	w.controls(&r.Declaration)
	w.money(&r.Declaration)
}

func (w *packWriter) header(h *declaration.Header) {
	w.day(h.RegisteredOn)
	for _, code := range [...]string{string(h.Flow), h.Model, h.BorderOffice, h.Broker, h.Importer, string(h.LaneSelected), string(h.LaneCurrent),
		h.Mode, h.Incoterm, h.PaymentTerms} {
		w.code(code)
	}
	w.textList(h.Vehicles)
	w.textList(h.Containers)
	w.code(h.Manifest)
	w.textList(h.Bills)
	w.momentOrNil(h.ArrivedAt)
	w.bool(h.Prelodged)
	w.code(h.DeferredAccount)
	w.int(h.Guarantee)
	w.text(h.Previous)
	w.intOrNil(h.AssessedTotal)
	w.momentOrNil(h.PaperFinishedAt)
	w.bool(h.Cancelled)
	w.int(h.TopUp)
}

func (p *packReader) record(s *slot) {
	r := &s.record
	r.ID = p.int()
	r.Version = int(p.int())
	if len(p.rest) < len(r.Batch) {
		p.fail()
		return
	}
	p.rest = p.rest[copy(r.Batch[:], p.rest):]
	r.Parts = Parts(p.int())
	r.Totals = declaration.Totals{CustomsValue: p.int(), Payable: p.int(), Relieved: p.int(), Shown: p.int(), Packages: p.int(), GrossMass: p.int()}
	r.Reference, _ = declaration.ParseReference(p.text())
	if office := p.code(); r.Reference.Office != "" {
		r.Reference.Office = office
	}
	p.header(&r.Header)
	p.items(s)
	p.events(s)
	p.controls(s)
	p.money(s)
}

func (p *packReader) header(h *declaration.Header) {
	*h = declaration.Header{RegisteredOn: p.day(), Flow: declaration.Flow(p.code()), Model: p.code(), BorderOffice: p.code(),
		Broker: p.code(), Importer: p.code(), LaneSelected: declaration.Lane(p.code()), LaneCurrent: declaration.Lane(p.code()),
		Mode: p.code(), Incoterm: p.code(), PaymentTerms: p.code(), Vehicles: p.textsOrNil(), Containers: p.textsOrNil(),
		Manifest: p.code(), Bills: p.textsOrNil(), ArrivedAt: p.momentOrNil(), Prelodged: p.bool(), DeferredAccount: p.code(),
		Guarantee: p.int(), Previous: p.text(), AssessedTotal: p.intOrNil(), PaperFinishedAt: p.momentOrNil(),
		Cancelled: p.bool(), TopUp: p.int()}
}

func (w *packWriter) items(items []declaration.Item) {
	w.uint(uint64(len(items)))
	for i := range items {
		item := &items[i]
		w.int(int64(item.Number))
		for _, code := range [...]string{item.HS, item.Procedure, item.NationalProc, item.Preference, item.Origin, item.PackageKind, item.Quantity,
			item.InvoiceCurrency, item.InvoiceRate} {
			w.code(code)
		}
		w.text(item.Description)
		w.text(item.InvoiceAmount)
		for _, n := range [...]int64{item.Packages, item.GrossMass, item.NetMass, item.CustomsValue, item.TaxTotal} {
			w.int(n)
		}
		w.uint(uint64(len(item.Taxes)))
		for t := range item.Taxes {
			line := &item.Taxes[t]
			w.code(line.Code)
			w.int(line.Amount)
			w.bool(line.Payable)
			w.int(line.Relieved)
			w.int(line.Base)
			w.code(line.Rate)
			w.code(line.Relief)
		}
	}
}

func (p *packReader) items(s *slot) {
	for range p.number(17) {
		s.items = grow(s.items)
		item := &s.items[len(s.items)-1]
		taxes := item.Taxes[:0]
		*item = declaration.Item{Number: int(p.int()), HS: p.code(), Procedure: p.code(), NationalProc: p.code(), Preference: p.code(),
			Origin: p.code(), PackageKind: p.code(), Quantity: p.code(), InvoiceCurrency: p.code(), InvoiceRate: p.code(),
			Description: p.text(), InvoiceAmount: p.text(), Packages: p.int(), GrossMass: p.int(), NetMass: p.int(),
			CustomsValue: p.int(), TaxTotal: p.int()}
		n := p.number(7)
		for range n {
			taxes = append(taxes, declaration.TaxLine{Code: p.code(), Amount: p.int(), Payable: p.bool(), Relieved: p.int(), Base: p.int(),
				Rate: p.code(), Relief: p.code()})
		}
		if n > 0 {
			item.Taxes = taxes
		}
	}
}

func (w *packWriter) events(events []declaration.Event) {
	w.uint(uint64(len(events)))
	for i := range events {
		e := &events[i]
		w.int(int64(e.Sequence))
		w.int(int64(e.Version))
		w.bool(e.Machine)
		w.moment(e.Moment)
		for _, code := range [...]string{string(e.Kind), e.Operation, e.User, string(e.From), string(e.To), string(e.Cause), e.Criterion, e.Reason} {
			w.code(code)
		}
	}
}

func (p *packReader) events(s *slot) {
	for range p.number(13) {
		s.events = append(s.events, declaration.Event{Sequence: int(p.int()), Version: int(p.int()), Machine: p.bool(), Moment: p.moment(),
			Kind: declaration.EventKind(p.code()), Operation: p.code(), User: p.code(), From: declaration.Lane(p.code()),
			To: declaration.Lane(p.code()), Cause: declaration.SelectionCause(p.code()), Criterion: p.code(), Reason: p.code()})
	}
}

// controls writes who was to control, what they did and what they found.
func (w *packWriter) controls(d *declaration.Declaration) {
	w.uint(uint64(len(d.Assignments)))
	for i := range d.Assignments {
		a := &d.Assignments[i]
		w.int(int64(a.Sequence))
		w.moment(a.Moment)
		w.code(a.Section)
		w.code(a.Examiner)
		w.code(a.Chief)
		w.bool(a.Manual)
		w.code(a.AssignedBy)
		w.int(int64(a.Weight))
	}
	w.uint(uint64(len(d.Inspections)))
	for i := range d.Inspections {
		n := &d.Inspections[i]
		w.text(n.Number)
		w.moment(n.Moment)
		w.momentOrNil(n.FinishedAt)
		w.code(n.User)
		w.bool(n.Physical)
		w.bool(n.Conform)
		w.code(n.Result)
		w.text(n.Remarks)
	}
	w.uint(uint64(len(d.Offences)))
	for i := range d.Offences {
		o := &d.Offences[i]
		w.text(o.Number)
		w.moment(o.Moment)
		w.code(o.User)
		w.code(o.Code)
		w.code(string(o.Status))
		for _, n := range [...]int64{o.DeclaredValue, o.AssessedValue, o.ExtraDuties, o.Fine, o.ExtraDutiesPaid, o.FinePaid} {
			w.int(n)
		}
		w.dayOrNil(o.PaidOn)
	}
}

func (p *packReader) controls(s *slot) {
	for range p.number(9) {
		s.assignments = append(s.assignments, declaration.Assignment{Sequence: int(p.int()), Moment: p.moment(), Section: p.code(),
			Examiner: p.code(), Chief: p.code(), Manual: p.bool(), AssignedBy: p.code(), Weight: int(p.int())})
	}
	for range p.number(9) {
		s.inspections = append(s.inspections, declaration.Inspection{Number: p.text(), Moment: p.moment(), FinishedAt: p.momentOrNil(),
			User: p.code(), Physical: p.bool(), Conform: p.bool(), Result: p.code(), Remarks: p.text()})
	}
	for range p.number(13) {
		s.offences = append(s.offences, declaration.Offence{Number: p.text(), Moment: p.moment(), User: p.code(), Code: p.code(),
			Status: declaration.OffenceStatus(p.code()), DeclaredValue: p.int(), AssessedValue: p.int(), ExtraDuties: p.int(),
			Fine: p.int(), ExtraDutiesPaid: p.int(), FinePaid: p.int(), PaidOn: p.dayOrNil()})
	}
}

func (w *packWriter) money(d *declaration.Declaration) {
	w.uint(uint64(len(d.Payments)))
	for i := range d.Payments {
		p := &d.Payments[i]
		w.int(int64(p.Sequence))
		w.text(p.Receipt)
		w.moment(p.Moment)
		w.code(string(p.Kind))
		w.code(p.User)
		w.code(p.Tax)
		w.int(p.Amount)
	}
	w.uint(uint64(len(d.Versions)))
	for i := range d.Versions {
		v := &d.Versions[i]
		w.int(int64(v.Number))
		w.moment(v.Moment)
		w.code(v.User)
		w.code(string(v.Cause))
		w.bool(v.ByCustoms)
		w.code(v.Reason)
		w.int(v.CustomsValue)
		w.int(v.Payable)
	}
}

func (p *packReader) money(s *slot) {
	for range p.number(8) {
		s.payments = append(s.payments, declaration.Payment{Sequence: int(p.int()), Receipt: p.text(), Moment: p.moment(),
			Kind: declaration.PaymentKind(p.code()), User: p.code(), Tax: p.code(), Amount: p.int()})
	}
	for range p.number(9) {
		s.versions = append(s.versions, declaration.Version{Number: int(p.int()), Moment: p.moment(), User: p.code(),
			Cause: declaration.VersionCause(p.code()), ByCustoms: p.bool(), Reason: p.code(), CustomsValue: p.int(), Payable: p.int()})
	}
}
