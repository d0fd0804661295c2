package present

import (
	"math"
	"strings"

	"assay/domain/declaration"
	"assay/domain/warehouse"
	"assay/web/view"
)

// mass writes grams as kilograms, with a decimal only below a tonne.
func (p Presenter) mass(grams int64) string {
	kilograms := float64(grams) / 1000
	decimals := 0
	if grams%1000 != 0 && math.Abs(kilograms) < 1000 {
		decimals = 1
	}
	return p.Run(p.T("mass.kg", "Amount", p.Decimal(kilograms, decimals)))
}

func (p Presenter) items(r *warehouse.Record) []view.Item {
	principal := r.Principal()
	items := make([]view.Item, 0, len(r.Items))
	for i := range r.Items {
		source := &r.Items[i]
		item := view.Item{Number: p.Plain(source.Number), HS: source.HS, Description: source.Description, Origin: source.Origin,
			Procedure: strings.TrimSpace(source.Procedure + " " + source.NationalProc), Mass: p.mass(source.NetMass), Value: p.Amount(source.CustomsValue),
			Taxes: p.Amount(source.Payable()), Principal: i == principal && len(r.Items) > 1, Facts: p.itemFacts(source)}
		for _, tax := range source.Taxes {
			line := view.Tax{Code: tax.Code, Base: "–", Rate: p.Digit(tax.Rate), Amount: p.Amount(tax.Amount), Payable: tax.Payable, Relieved: "–", Relief: tax.Relief}
			if tax.Base != 0 {
				line.Base = p.Amount(tax.Base)
			}
			if tax.Relieved != 0 {
				line.Relieved = p.Amount(tax.Relieved)
			}
			item.Lines = append(item.Lines, line)
		}
		items = append(items, item)
	}
	return items
}

func (p Presenter) itemFacts(item *declaration.Item) []view.Fact {
	var facts []view.Fact
	add := func(key, text string) {
		if text != "" {
			facts = append(facts, view.Fact{Name: p.T("item." + key), Text: text, Number: true})
		}
	}
	if item.Packages != 0 {
		add("packages", strings.TrimSpace(p.Count(item.Packages)+" "+item.PackageKind))
	}
	if item.GrossMass != 0 {
		add("gross", p.mass(item.GrossMass))
	}
	add("quantity", p.Digit(item.Quantity))
	add("invoice", strings.TrimSpace(p.Digit(item.InvoiceAmount)+" "+item.InvoiceCurrency))
	add("preference", item.Preference)
	if item.TaxTotal != item.Payable() {
		add("shown", p.Amount(item.TaxTotal))
	}
	return facts
}

func (p Presenter) totals(r *warehouse.Record) []view.Fact {
	facts := []view.Fact{
		{Name: p.T("header.items"), Text: p.Count(int64(len(r.Items))), Number: true},
		{Name: p.T("header.customs_value"), Text: p.Money(r.Totals.CustomsValue), Number: true},
		{Name: p.T("header.payable"), Text: p.Money(r.Totals.Payable), Number: true},
		{Name: p.T("header.packages"), Text: p.Count(r.Totals.Packages), Number: true},
		{Name: p.T("header.gross_mass"), Text: p.mass(r.Totals.GrossMass), Number: true},
	}
	if r.Totals.Relieved != 0 {
		facts = append(facts, view.Fact{Name: p.T("header.relieved"), Text: p.Money(r.Totals.Relieved), Number: true})
	}
	if r.Totals.Shown != r.Totals.Payable {
		facts = append(facts, view.Fact{Name: p.T("header.shown"), Text: p.Money(r.Totals.Shown), Number: true})
	}
	return facts
}

func (p Presenter) assignments(d Dossier) []view.Assignment {
	var out []view.Assignment
	for _, a := range d.Record.Assignments {
		mode := p.T("assignment.automatic")
		if a.Manual {
			mode = p.T("assignment.manual")
		}
		out = append(out, view.Assignment{When: p.Moment(a.Moment), Examiner: p.who(d, a.Examiner), Chief: p.who(d, a.Chief), Section: a.Section, Mode: mode, By: p.who(d, a.AssignedBy)})
	}
	return out
}

func (p Presenter) inspections(d Dossier) []view.Inspection {
	var out []view.Inspection
	for _, act := range d.Record.Inspections {
		kind, conform := "inspection.documents", "inspection.not_conform"
		if act.Physical {
			kind = "inspection.physical"
		}
		if act.Conform {
			conform = "inspection.conform"
		}
		entry := view.Inspection{Number: act.Number, When: p.Moment(act.Moment), By: p.who(d, act.User), Result: act.Result, Remarks: act.Remarks,
			Kind: p.T(kind), Conform: act.Conform, ConformText: p.T(conform)}
		if act.FinishedAt != nil {
			entry.Finished = p.Moment(*act.FinishedAt)
		}
		out = append(out, entry)
	}
	return out
}

// offenceMarks are the marks of the statuses of a case.
var offenceMarks = map[declaration.OffenceStatus]string{
	declaration.OffenceOpen: "info", declaration.OffenceConfirmed: "warning", declaration.OffenceDismissed: "good",
}

func (p Presenter) offences(d Dossier) []view.Offence {
	var out []view.Offence
	for _, o := range d.Record.Offences {
		entry := view.Offence{Number: o.Number, When: p.Moment(o.Moment), By: p.who(d, o.User), Code: o.Code,
			Status: p.T("offence.status." + string(o.Status)), StatusKind: offenceMarks[o.Status],
			Declared: p.Money(o.DeclaredValue), Assessed: p.Money(o.AssessedValue), Extra: p.Money(o.ExtraDuties), ExtraPaid: p.Money(o.ExtraDutiesPaid),
			Fine: p.Money(o.Fine), FinePaid: p.Money(o.FinePaid)}
		if o.PaidOn != nil {
			entry.PaidOn = p.ShortDate(*o.PaidOn)
		}
		out = append(out, entry)
	}
	return out
}

func (p Presenter) payments(d Dossier) (out []view.Payment, sum string) {
	var total int64
	for _, payment := range d.Record.Payments {
		total += payment.Signed()
		out = append(out, view.Payment{When: p.Moment(payment.Moment), Kind: p.T("payment.kind." + string(payment.Kind)), Receipt: payment.Receipt,
			Tax: payment.Tax, Amount: p.Amount(payment.Signed()), By: p.who(d, payment.User), Refund: payment.Kind == declaration.Refund})
	}
	return out, p.Money(total)
}

func (p Presenter) versions(d Dossier) []view.Version {
	var out []view.Version
	for i, v := range d.Record.Versions {
		entry := view.Version{Number: p.Plain(v.Number), When: p.Moment(v.Moment), By: p.who(d, v.User), Cause: p.T("version.cause." + string(v.Cause)),
			Reason: v.Reason, ByCustoms: v.ByCustoms, Value: p.Amount(v.CustomsValue), Payable: p.Amount(v.Payable)}
		if i > 0 {
			before := d.Record.Versions[i-1]
			entry.ValueChange, entry.PayableChange = p.delta(v.CustomsValue-before.CustomsValue), p.delta(v.Payable-before.Payable)
		}
		out = append(out, entry)
	}
	return out
}

// delta writes a difference of amounts with its sign, nothing when there is none.
func (p Presenter) delta(minor int64) string {
	if minor == 0 {
		return ""
	}
	return p.Signed(float64(minor), strings.TrimPrefix(p.Amount(max(minor, -minor)), "−"))
}

func (p Presenter) cargo(r *warehouse.Record) (name string, bills []view.Bill) {
	if r.Cargo == nil {
		return "", nil
	}
	for i := range r.Cargo.Bills {
		b := &r.Cargo.Bills[i]
		bill := view.Bill{Reference: b.Reference, Packages: p.T("cargo.packages", "Packages", p.Count(b.Packages)), Mass: p.mass(b.GrossMass)}
		if b.RemainingPackages != nil {
			bill.Remaining = p.T("cargo.remaining", "Packages", p.Count(*b.RemainingPackages))
		}
		for _, w := range b.WriteOffs {
			bill.WriteOffs = append(bill.WriteOffs, view.Fact{Name: p.Moment(w.Moment), Text: p.T("cargo.packages", "Packages", p.Count(w.Packages)), Number: true, Muted: w.Declaration})
		}
		bills = append(bills, bill)
	}
	return r.Cargo.Reference, bills
}
