package warehouse

import (
	"errors"
	"fmt"

	"assay/domain/declaration"
	"assay/domain/intake"
)

var (
	manifestKind = keyedKind{name: "manifest", tables: manifestLayout[:], keys: []string{"reference", "manifest", "manifest"}}
	transitKind  = keyedKind{name: "transit", tables: []table{transitLayout}, keys: []string{"reference"}}
	suspenseKind = keyedKind{name: "suspense_account", tables: suspenseLayout[:], keys: []string{"account", "account"}}
)

func (b *builder) manifest(m *declaration.Manifest) error {
	if m.Reference == "" {
		return b.refuse("", errors.New("the manifest has no reference"))
	}
	for i := range m.Bills {
		if err := order("write-off", m.Bills[i].WriteOffs, func(w *declaration.WriteOff) *int { return &w.Sequence }); err != nil {
			return b.refuse(m.Reference, fmt.Errorf("bill %s: %w", m.Bills[i].Reference, err))
		}
	}
	if twice := repeated(m.Bills, func(bill *declaration.Bill) string { return bill.Reference }); twice != "" {
		return b.refuse(m.Reference, fmt.Errorf("bill %s is there twice", twice))
	}
	if _, twice := b.now.manifests.index[m.Reference]; twice {
		if err := b.next(); err != nil {
			return err
		}
	}
	c := &b.now.manifests
	w := c.begin(&manifestLayout[tableManifest], b.batch)
	w.code("reference", m.Reference)
	w.code("office", m.Office)
	w.text("voyage", m.Voyage)
	w.code("carrier", m.Carrier)
	w.text("mode of transport", m.Mode)
	w.text("transport", m.Transport)
	w.dateOrNull("date of departure", m.DepartedOn)
	w.momentOrNull("time of arrival", m.ArrivedAt)
	w.momentOrNull("time of last discharge", m.LastDischargedAt)
	w.momentOrNull("time of registration", m.RegisteredAt)
	w.momentOrNull("time of validation", m.ValidatedAt)
	w.code("user", m.User)
	for i := range m.Bills {
		bill(&c.rows, m.Reference, &m.Bills[i])
	}
	if fault := c.end(m.Reference, m, m.Bills != nil); fault != "" {
		return b.refuse(m.Reference, errors.New(fault))
	}
	b.seen.offices.add(m.Office, "")
	b.seen.officers.add(m.User, "")
	for i := range m.Bills {
		for j := range m.Bills[i].WriteOffs {
			b.seen.officers.add(m.Bills[i].WriteOffs[j].User, "")
		}
	}
	return nil
}

// repeated gives the first key that is there twice or empty-handed "" when all differ.
func repeated[E any](entries []E, key func(*E) string) string {
	if len(entries) < 2 {
		return ""
	}
	known := make(map[string]struct{}, len(entries))
	for i := range entries {
		k := key(&entries[i])
		if _, twice := known[k]; twice {
			return k
		}
		known[k] = struct{}{}
	}
	return ""
}

func bill(rows *rowSet, manifest string, bill *declaration.Bill) {
	w := &rows.tables[tableBill]
	w.begin(len(manifestLayout[tableBill].columns))
	w.code("manifest", manifest)
	w.code("bill", bill.Reference)
	w.int32("line of the bill", bill.Line)
	w.text("nature of the bill", bill.Nature)
	w.code("consignee", bill.Consignee)
	w.int64(bill.Packages)
	w.int64(bill.GrossMass)
	w.int64OrNull(bill.RemainingPackages)
	w.int64OrNull(bill.RemainingMass)
	for i := range bill.WriteOffs {
		off := &bill.WriteOffs[i]
		w := &rows.tables[tableWriteOff]
		w.begin(len(manifestLayout[tableWriteOff].columns))
		w.code("manifest", manifest)
		w.code("bill", bill.Reference)
		w.int16("number of the write-off", off.Sequence)
		w.moment("time of the write-off", off.Moment)
		w.text("type of the write-off", off.Type)
		w.code("declaration", off.Declaration)
		w.int64(off.Packages)
		w.int64(off.GrossMass)
		w.code("user", off.User)
	}
}

func (b *builder) transit(t *declaration.TransitDocument) error {
	if t.Reference == "" {
		return b.refuse("", errors.New("the transit has no reference"))
	}
	if _, twice := b.now.transits.index[t.Reference]; twice {
		if err := b.next(); err != nil {
			return err
		}
	}
	c := &b.now.transits
	w := c.begin(&transitLayout, b.batch)
	w.code("reference", t.Reference)
	w.code("office of departure", t.Departure)
	w.code("office of destination", t.Destination)
	w.code("principal", t.Principal)
	w.code("carrier", t.Carrier)
	w.code("HS code", t.HS)
	w.momentOrNull("time of registration", t.RegisteredAt)
	w.momentOrNull("time of transmission", t.TransmittedAt)
	w.momentOrNull("time limit", t.LimitAt)
	w.momentOrNull("time of arrival", t.ArrivedAt)
	w.momentOrNull("time of validation", t.ValidatedAt)
	w.text("status", t.Status)
	w.code("user", t.User)
	w.int64(t.DistanceKM)
	w.bool(t.Offence)
	if fault := c.end(t.Reference, t, false); fault != "" {
		return b.refuse(t.Reference, errors.New(fault))
	}
	b.seen.offices.add(t.Departure, "")
	b.seen.offices.add(t.Destination, "")
	b.seen.officers.add(t.User, "")
	return nil
}

func (b *builder) account(a *declaration.SuspenseAccount) error {
	if a.Account == "" {
		return b.refuse("", errors.New("the suspense account has no number"))
	}
	if err := order("discharge", a.Discharges, func(d *declaration.Discharge) *int { return &d.Sequence }); err != nil {
		return b.refuse(a.Account, err)
	}
	if _, twice := b.now.accounts.index[a.Account]; twice {
		if err := b.next(); err != nil {
			return err
		}
	}
	c := &b.now.accounts
	w := c.begin(&suspenseLayout[tableSuspense], b.batch)
	w.code("account", a.Account)
	w.code("office", a.Office)
	w.code("regime", a.Regime)
	w.code("holder", a.Holder)
	w.code("HS code", a.HS)
	w.code("declaration", a.Declaration)
	if a.OpenedOn.IsZero() {
		w.refuse("date of opening", "is missing")
	}
	w.date("date of opening", a.OpenedOn)
	if a.DueOn.IsZero() {
		w.refuse("due date", "is missing")
	}
	w.date("due date", a.DueOn)
	w.dateOrNull("date of closing", a.ClosedOn)
	w.int64(a.Quantity)
	w.int64(a.Guarantee)
	w.bool(a.Offence)
	for i := range a.Discharges {
		out := &a.Discharges[i]
		w := &c.rows.tables[tableDischarge]
		w.begin(len(suspenseLayout[tableDischarge].columns))
		w.code("account", a.Account)
		w.int16("number of the discharge", out.Sequence)
		w.moment("time of the discharge", out.Moment)
		w.code("declaration", out.Declaration)
		w.int64(out.Quantity)
	}
	if fault := c.end(a.Account, a, a.Discharges != nil); fault != "" {
		return b.refuse(a.Account, errors.New(fault))
	}
	b.seen.offices.add(a.Office, "")
	b.seen.traders.add(a.Holder, "")
	return nil
}

// described takes a document that describes a dimension.
func (b *builder) described(d *intake.Document) error {
	if key, why := wrong(d); why != "" {
		return b.refuse(key, errors.New(why))
	}
	b.seen.document(d)
	return nil
}
