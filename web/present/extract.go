package present

import (
	"strings"
	"time"

	"assay/domain/warehouse"
	"assay/web/view"
)

// Extract is one version of a declaration in the warehouse, with the batch that brought it.
type Extract struct {
	Record       *warehouse.Record
	Version      int
	BatchName    string
	BatchAddress string // empty when the reader may not see batches
	LoadedAt     time.Time
	Current      bool
}

// extracts lists the versions, newest first; each earlier one says what the next changed.
func (p Presenter) extracts(d Dossier) []view.Extract {
	var out []view.Extract
	for i, e := range d.Extracts {
		entry := view.Extract{Number: p.T("extract.number", "Number", p.Plain(e.Version)), Batch: e.BatchName, Address: e.BatchAddress, Current: e.Current}
		if !e.LoadedAt.IsZero() {
			entry.When = p.Instant(e.LoadedAt)
		}
		if i > 0 && e.Record != nil && d.Extracts[i-1].Record != nil {
			entry.Changes = p.differences(d, e.Record, d.Extracts[i-1].Record)
		}
		out = append(out, entry)
	}
	return out
}

// differences lists the fields that two versions show differently, and how the number of
// entries of each part changed.
func (p Presenter) differences(d Dossier, before, after *warehouse.Record) []view.Difference {
	var out []view.Difference
	old, now := p.compared(d, before), p.compared(d, after)
	for i := range now {
		if old[i].Text != now[i].Text {
			out = append(out, view.Difference{Field: now[i].Name, Before: shown(old[i].Text), After: shown(now[i].Text)})
		}
	}
	return out
}

func shown(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

// compared writes what is compared of a record, always the same fields in the same order.
func (p Presenter) compared(d Dossier, r *warehouse.Record) []view.Fact {
	h := &r.Header
	fact := func(key, text string) view.Fact { return view.Fact{Name: p.T("header." + key), Text: text} }
	count := func(key string, n int) view.Fact {
		return view.Fact{Name: p.T("part." + key), Text: p.T("extract.list", "Count", p.Count(int64(n)))}
	}
	cancelled := p.T("answer.no")
	if h.Cancelled {
		cancelled = p.T("answer.yes")
	}
	facts := []view.Fact{
		fact("model", h.Model), fact("broker", h.Broker), fact("importer", h.Importer),
		fact("lane_selected", p.Lane(h.LaneSelected, d.Lanes).Name), fact("lane_current", p.Lane(h.LaneCurrent, d.Lanes).Name),
		fact("mode", p.transport(h.Mode)), fact("payment_terms", h.PaymentTerms), fact("manifest", h.Manifest), fact("bills", strings.Join(h.Bills, ", ")),
		fact("containers", strings.Join(h.Containers, ", ")), fact("cancelled", cancelled),
		fact("customs_value", p.Money(r.Totals.CustomsValue)), fact("payable", p.Money(r.Totals.Payable)), fact("relieved", p.Money(r.Totals.Relieved)),
		fact("packages", p.Count(r.Totals.Packages)), fact("gross_mass", p.mass(r.Totals.GrossMass)), fact("top_up", p.Money(h.TopUp)),
		count("items", len(r.Items)), count("events", len(r.Events)), count("assignments", len(r.Assignments)), count("inspections", len(r.Inspections)),
		count("offences", len(r.Offences)), count("payments", len(r.Payments)), count("versions", len(r.Versions)),
	}
	return facts
}
