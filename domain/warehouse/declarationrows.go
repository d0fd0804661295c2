package warehouse

import (
	"encoding/binary"
	"errors"

	"github.com/cespare/xxhash/v2"
	"github.com/google/uuid"

	"assay/domain/declaration"
)

// declarationRows holds encoded declarations.
type declarationRows struct{ rowSet }

func newDeclarationRows() declarationRows { return declarationRows{newRowSet(declarationTables)} }

// add encodes a declaration under its identifier. parts says which parts it has;
// rows of the others are written too where there are any. What PostgreSQL cannot hold is
// an error with the reason, and nothing is added.
func (r *declarationRows) add(d *declaration.Declaration, id int64, version int, batch uuid.UUID, parts Parts) (fingerprint, error) {
	var print fingerprint
	print[0] = fingerprintLayout
	start := len(r.tables[tableDeclaration].bytes)
	r.header(d, id, version, batch, parts)
	header := r.tables[tableDeclaration].bytes[start:]
	print.set(0, xxhash.Sum64(header[headerAt:]))
	r.parts(d, id)
	if fault := r.end(); fault != "" {
		return print, errors.New(fault)
	}
	last := r.len() - 1
	for t := tableItem; t < declarationTables; t++ {
		if rows := r.of(t, last); parts.Has(Parts(1)<<(t-1)) || len(rows) > 0 {
			print.set(t, hashRows(rows, partRowContentsAt))
		}
	}
	copy(header[fingerprintAt:], print[:])
	return print, nil
}

func (r *declarationRows) header(d *declaration.Declaration, id int64, version int, batch uuid.UUID, parts Parts) {
	w := &r.tables[tableDeclaration]
	h := &d.Header
	totals := d.Totals()
	var blank fingerprint
	w.begin(len(declarationLayout[tableDeclaration].columns))
	w.int64(id)
	w.int32("version", version)
	w.uuid(batch)
	w.raw(blank[:])
	w.int16("parts", int(parts))
	w.int32("number of items", len(d.Items))
	w.int64(totals.CustomsValue)
	w.int64(totals.Payable)
	w.int64(totals.Relieved)
	w.int64(totals.Shown)
	w.int64(totals.Packages)
	w.int64(totals.GrossMass)
	w.code("reference", d.Reference.String())
	w.code("office", d.Reference.Office)
	w.date("date of registration", h.RegisteredOn)
	w.code("flow", string(h.Flow))
	w.text("model", h.Model)
	w.text("border office", h.BorderOffice)
	w.code("broker", h.Broker)
	w.code("importer", h.Importer)
	w.text("lane at selectivity", string(h.LaneSelected))
	w.text("current lane", string(h.LaneCurrent))
	w.text("mode of transport", h.Mode)
	w.text("incoterm", h.Incoterm)
	w.text("terms of payment", h.PaymentTerms)
	w.textsOrNull("vehicles", h.Vehicles)
	w.textsOrNull("containers", h.Containers)
	w.text("manifest", h.Manifest)
	w.textsOrNull("bills", h.Bills)
	w.momentOrNull("time of arrival", h.ArrivedAt)
	w.bool(h.Prelodged)
	w.text("deferred account", h.DeferredAccount)
	w.int64(h.Guarantee)
	w.text("previous document", h.Previous)
	w.int64OrNull(h.AssessedTotal)
	w.momentOrNull("end of control on paper", h.PaperFinishedAt)
	w.bool(h.Cancelled)
	w.int64(h.TopUp)
}

func (w *copyRows) moment(field string, m declaration.Moment) {
	if m.At.IsZero() {
		w.refuse(field, "has no time")
	}
	w.time(field, m.At)
	w.text(field, string(m.Precision))
}

func (w *copyRows) momentOrNull(field string, m *declaration.Moment) {
	if m == nil {
		w.null()
		w.null()
		return
	}
	w.moment(field, *m)
}

func (r *declarationRows) parts(d *declaration.Declaration, id int64) {
	r.items(d.Items, id)
	r.events(d.Events, id)
	r.assignments(d.Assignments, id)
	r.inspections(d.Inspections, id)
	r.offences(d.Offences, id)
	r.payments(d.Payments, id)
	r.versions(d.Versions, id)
}

func (r *declarationRows) row(t int, id int64) *copyRows {
	w := &r.tables[t]
	w.begin(len(declarationLayout[t].columns))
	w.int64(id)
	return w
}

func (r *declarationRows) items(items []declaration.Item, id int64) {
	for i := range items {
		item := &items[i]
		w := r.row(tableItem, id)
		w.int32("item number", item.Number)
		w.code("HS code", item.HS)
		w.code("procedure", item.Procedure)
		w.code("national procedure", item.NationalProc)
		w.text("preference", item.Preference)
		w.code("origin", item.Origin)
		w.text("description", item.Description)
		w.int64(item.Packages)
		w.text("kind of packages", item.PackageKind)
		w.text("quantity", item.Quantity)
		w.int64(item.GrossMass)
		w.int64(item.NetMass)
		w.text("invoice amount", item.InvoiceAmount)
		w.text("invoice currency", item.InvoiceCurrency)
		w.text("invoice rate", item.InvoiceRate)
		w.int64(item.CustomsValue)
		w.int64(item.TaxTotal)
		w.taxes(item)
	}
}

// taxes writes the sums and the parallel arrays of the tax lines of an item.
// The three optional arrays are null when no line has a value.
func (w *copyRows) taxes(item *declaration.Item) {
	taxes := item.Taxes
	var relieved int64
	var base, rate, code bool
	for i := range taxes {
		relieved += taxes[i].Relieved
		base = base || taxes[i].Base != 0
		rate = rate || taxes[i].Rate != ""
		code = code || taxes[i].Relief != ""
	}
	w.int64(item.Payable())
	w.int64(relieved)
	w.array(oidText, len(taxes), func(i int) { w.text("tax code", taxes[i].Code) })
	w.array(oidInt8, len(taxes), func(i int) { w.int64(taxes[i].Amount) })
	w.array(oidBool, len(taxes), func(i int) { w.bool(taxes[i].Payable) })
	w.array(oidInt8, len(taxes), func(i int) { w.int64(taxes[i].Relieved) })
	optional := func(given bool, oid uint32, write func(i int)) {
		if !given {
			w.null()
			return
		}
		w.array(oid, len(taxes), write)
	}
	optional(base, oidInt8, func(i int) { w.int64(taxes[i].Base) })
	optional(rate, oidText, func(i int) { w.text("tax rate", taxes[i].Rate) })
	optional(code, oidText, func(i int) { w.text("relief code", taxes[i].Relief) })
}

func (r *declarationRows) events(events []declaration.Event, id int64) {
	for i := range events {
		e := &events[i]
		w := r.row(tableEvent, id)
		w.int16("number of the operation", e.Sequence)
		w.int16("document version of the operation", e.Version)
		w.bool(e.Machine)
		w.moment("time of the operation", e.Moment)
		w.code("kind of the operation", string(e.Kind))
		w.text("operation", e.Operation)
		w.code("user", e.User)
		w.textOrNull("lane", string(e.From))
		w.textOrNull("lane", string(e.To))
		w.textOrNull("cause", string(e.Cause))
		w.textOrNull("criterion", e.Criterion)
		w.textOrNull("reason", e.Reason)
	}
}

func (r *declarationRows) assignments(assignments []declaration.Assignment, id int64) {
	for i := range assignments {
		a := &assignments[i]
		w := r.row(tableAssignment, id)
		w.int16("number of the assignment", a.Sequence)
		w.moment("time of the assignment", a.Moment)
		w.code("section", a.Section)
		w.code("examiner", a.Examiner)
		w.code("chief", a.Chief)
		w.bool(a.Manual)
		w.code("user who assigned", a.AssignedBy)
		w.int32("weight", a.Weight)
	}
}

func (r *declarationRows) inspections(inspections []declaration.Inspection, id int64) {
	for i := range inspections {
		n := &inspections[i]
		w := r.row(tableInspection, id)
		w.int16("number of inspection acts", i+1)
		w.text("number of the inspection act", n.Number)
		w.moment("time of the inspection act", n.Moment)
		w.momentOrNull("end of the inspection", n.FinishedAt)
		w.code("user", n.User)
		w.bool(n.Physical)
		w.bool(n.Conform)
		w.text("result of the inspection", n.Result)
		w.text("remarks", n.Remarks)
	}
}

func (r *declarationRows) offences(offences []declaration.Offence, id int64) {
	for i := range offences {
		o := &offences[i]
		w := r.row(tableOffence, id)
		switch o.Status {
		case declaration.OffenceOpen, declaration.OffenceConfirmed, declaration.OffenceDismissed:
		default:
			w.refuse("status of the offence", "is not open, confirmed or dismissed")
		}
		w.int16("number of offences", i+1)
		w.text("case number", o.Number)
		w.moment("time of the offence", o.Moment)
		w.code("user", o.User)
		w.text("offence code", o.Code)
		w.text("status of the offence", string(o.Status))
		w.int64(o.DeclaredValue)
		w.int64(o.AssessedValue)
		w.int64(o.ExtraDuties)
		w.int64(o.Fine)
		w.int64(o.ExtraDutiesPaid)
		w.int64(o.FinePaid)
		w.dateOrNull("date of payment", o.PaidOn)
	}
}

func (r *declarationRows) payments(payments []declaration.Payment, id int64) {
	for i := range payments {
		p := &payments[i]
		w := r.row(tablePayment, id)
		switch p.Kind {
		case declaration.Receipt, declaration.AccountDebit, declaration.Refund:
		default:
			w.refuse("kind of payment", "is not receipt, account_debit or refund")
		}
		w.int16("number of the payment", p.Sequence)
		w.text("receipt", p.Receipt)
		w.moment("time of the payment", p.Moment)
		w.text("kind of payment", string(p.Kind))
		w.code("user", p.User)
		w.text("tax", p.Tax)
		w.int64(p.Amount)
	}
}

func (r *declarationRows) versions(versions []declaration.Version, id int64) {
	for i := range versions {
		v := &versions[i]
		w := r.row(tableVersion, id)
		w.int16("number of the document version", v.Number)
		w.moment("time of the document version", v.Moment)
		w.code("user", v.User)
		w.text("cause of the document version", string(v.Cause))
		w.bool(v.ByCustoms)
		w.text("reason of the document version", v.Reason)
		w.int64(v.CustomsValue)
		w.int64(v.Payable)
	}
}

// hashRows hashes rows, each without its first bytes (the identifier).
func hashRows(rows []byte, from int) uint64 {
	var digest xxhash.Digest
	digest.Reset()
	for len(rows) > 0 {
		end := rowEnd(rows)
		_, _ = digest.Write(rows[from:end])
		rows = rows[end:]
	}
	return digest.Sum64()
}

// rowEnd is the length of the first encoded row.
func rowEnd(rows []byte) int {
	columns := int(binary.BigEndian.Uint16(rows))
	at := 2
	for range columns {
		n := binary.BigEndian.Uint32(rows[at:])
		at += 4
		if n != 0xffffffff {
			at += int(n)
		}
	}
	return at
}
