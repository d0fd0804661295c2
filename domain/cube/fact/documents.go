package fact

import (
	"assay/domain/cube"
	"assay/domain/declaration"
)

// ManifestRow is a manifest, dated by the local day of arrival.
type ManifestRow struct {
	ArrivedOn cube.Date
	Office    string
	Carrier   string
	Mode      string
	Reference string
	State     Bit
	Lag       Lag // arrival to validation
}

// The states of a manifest row.
const (
	ManifestDatesKnown Bit = 1 << iota
	ManifestLate
)

var manifests = newSchema("manifest", 1, "arrived_on", nil, []column[ManifestRow]{
	day("arrived_on", "local day of arrival", func(r *ManifestRow) Date { return date(r.ArrivedOn) }),
	code("office", "office of the manifest", func(r *ManifestRow) string { return r.Office }),
	code("carrier", "carrier", func(r *ManifestRow) string { return r.Carrier }),
	code("mode", "mode of transport", func(r *ManifestRow) string { return r.Mode }),
	code("reference", "reference of the manifest", func(r *ManifestRow) string { return r.Reference }),
	flags("state", "what is true of the manifest", namedBits(
		[2]string{"dates_known", "validation, else registration, is known"},
		[2]string{"late", "validated (else registered) more than the allowed days after arrival"},
	), func(r *ManifestRow) uint64 { return uint64(r.State) }),
	integer("lodging_lag", "s", "arrival to validation, else registration; negative when lodged in advance", func(r *ManifestRow) Number { return r.Lag.Elapsed }),
	integer("lodging_lag_office", "s", "the same in office hours", func(r *ManifestRow) Number { return r.Lag.Office }),
})

// DeriveManifest gives the row of a manifest; false when its arrival is not known.
func DeriveManifest(m *declaration.Manifest, c *Context) (ManifestRow, bool) {
	l := life{context: c, calendar: c.Calendars.Of(m.Office)}
	arrived, validated := l.optional(m.ArrivedAt), l.optional(m.ValidatedAt)
	if !validated.set {
		validated = l.optional(m.RegisteredAt)
	}
	if !arrived.set {
		return ManifestRow{}, false
	}
	row := ManifestRow{ArrivedOn: arrived.day, Office: m.Office, Carrier: m.Carrier, Mode: m.Mode, Reference: m.Reference,
		Lag: days(arrived, validated, l.calendar)}
	row.State.set(ManifestDatesKnown, validated.set)
	row.State.set(ManifestLate, validated.set && !within(arrived, validated, c.Settings.LateManifestDays))
	return row, true
}

// BillRow is a bill of lading that was discharged, dated by the local day of
// the last discharge of its manifest, else of its arrival.
type BillRow struct {
	DischargedOn cube.Date
	Office       string
	Carrier      string
	Mode         string
	Nature       string
	Importer     string
	Broker       string
	Manifest     string
	Reference    string
	ClearedOn    cube.Date // day on which nothing was left; cube.MaxDate while something is
	State        Bit
	Packages     int64
	Left         int64 // packages left after the allowed days
}

// The states of a bill row.
const (
	BillDischarged Bit = 1 << iota // for the domestic market or onward carriage, not an export
	BillLeft
)

var bills = newSchema("bill", 1, "discharged_on", nil, []column[BillRow]{
	day("discharged_on", "local day of the manifest's last discharge, else of arrival", func(r *BillRow) Date { return date(r.DischargedOn) }),
	code("office", "office of the manifest", func(r *BillRow) string { return r.Office }),
	code("carrier", "carrier", func(r *BillRow) string { return r.Carrier }),
	code("mode", "mode of transport", func(r *BillRow) string { return r.Mode }),
	code("nature", "nature of the bill: 22 export, 23 import, 24 transit, 28 transhipment", func(r *BillRow) string { return r.Nature }),
	code("importer", "consignee", func(r *BillRow) string { return r.Importer }),
	code("broker", "declarant of the first declaration written off", func(r *BillRow) string { return r.Broker }),
	code("manifest", "reference of the manifest", func(r *BillRow) string { return r.Manifest }),
	code("reference", "reference of the bill", func(r *BillRow) string { return r.Reference }),
	day("cleared_on", "local day on which nothing was left; 9999-12-31 while something is", func(r *BillRow) Date { return date(r.ClearedOn) }),
	flags("state", "what is true of the bill", namedBits(
		[2]string{"discharged", "its goods were unloaded: not an export"},
		[2]string{"left", "packages were left after the allowed days"},
	), func(r *BillRow) uint64 { return uint64(r.State) }),
	integer("packages", "", "packages manifested", func(r *BillRow) Number { return number(r.Packages) }),
	integer("packages_left", "", "packages not written off after the allowed days", func(r *BillRow) Number { return number(r.Left) }),
})

// natureExport is the nature of a bill of goods that leave.
const natureExport = "22"

// DeriveBill gives the row of a bill of a manifest; false when it is not known
// when its goods were discharged. The broker is the declarant of the first declaration
// written off that the warehouse knows.
func DeriveBill(m *declaration.Manifest, b *declaration.Bill, broker string, c *Context) (BillRow, bool) {
	l := life{context: c, calendar: c.Calendars.Of(m.Office)}
	discharged := l.optional(m.LastDischargedAt)
	if !discharged.set {
		discharged = l.optional(m.ArrivedAt)
	}
	if !discharged.set {
		return BillRow{}, false
	}
	row := BillRow{DischargedOn: discharged.day, Office: m.Office, Carrier: m.Carrier, Mode: m.Mode, Nature: b.Nature,
		Importer: b.Consignee, Broker: broker, Manifest: m.Reference, Reference: b.Reference, Packages: b.Packages, Left: b.Packages}
	moves := make([]movement, 0, len(b.WriteOffs))
	for i := range b.WriteOffs {
		w := &b.WriteOffs[i]
		on := l.moment(w.Moment).day
		if int64(on-discharged.day) <= c.Settings.WriteOffDays {
			row.Left -= w.Packages
		}
		moves = append(moves, movement{on, w.Packages})
	}
	row.ClearedOn = covered(moves, b.Packages-c.Settings.PackageTolerance)
	row.State.set(BillDischarged, b.Nature != natureExport)
	row.State.set(BillLeft, row.Left > c.Settings.PackageTolerance)
	return row, true
}

// TransitRow is a T1, dated by the local day of its time limit. Its office is
// that of destination.
type TransitRow struct {
	DueOn       cube.Date
	Office      string
	Departure   string
	Route       string
	Principal   string
	Carrier     string
	HSHeading   string
	Status      string
	Reference   string
	ValidatedOn cube.Date // cube.MaxDate while it is not
	InTime      bool
	Offence     bool
	Journey     Lag // departure to arrival
}

var transits = newSchema("transit", 1, "due_on", hsChapter, []column[TransitRow]{
	day("due_on", "local day of the time limit", func(r *TransitRow) Date { return date(r.DueOn) }),
	code("office", "office of destination", func(r *TransitRow) string { return r.Office }),
	code("departure", "office of departure", func(r *TransitRow) string { return r.Departure }),
	code("route", "office of departure > office of destination", func(r *TransitRow) string { return r.Route }),
	code("principal", "principal", func(r *TransitRow) string { return r.Principal }),
	code("carrier", "carrier", func(r *TransitRow) string { return r.Carrier }),
	code("hs_heading", "HS heading", func(r *TransitRow) string { return r.HSHeading }),
	code("status", "status as the source writes it", func(r *TransitRow) string { return r.Status }),
	code("reference", "reference of the T1", func(r *TransitRow) string { return r.Reference }),
	day("validated_on", "local day of validation; 9999-12-31 while it is not", func(r *TransitRow) Date { return date(r.ValidatedOn) }),
	flags("state", "what is true of the T1", namedBits(
		[2]string{"in_time", "validated not later than its time limit"},
		[2]string{"offence", "an offence is recorded on it"},
	), func(r *TransitRow) uint64 {
		var s Bit
		s.set(1, r.InTime)
		s.set(2, r.Offence)
		return uint64(s)
	}),
	integer("journey", "s", "departure (transmission, else registration) to arrival", func(r *TransitRow) Number { return r.Journey.Elapsed }),
	integer("journey_office", "s", "the same in office hours of the destination", func(r *TransitRow) Number { return r.Journey.Office }),
})

// DeriveTransit gives the row of a T1; false when it has no time limit.
func DeriveTransit(t *declaration.TransitDocument, c *Context) (TransitRow, bool) {
	l := life{context: c, calendar: c.Calendars.Of(t.Destination)}
	limit, validated := l.optional(t.LimitAt), l.optional(t.ValidatedAt)
	if !limit.set {
		return TransitRow{}, false
	}
	departed := l.optional(t.TransmittedAt)
	if !departed.set {
		departed = l.optional(t.RegisteredAt)
	}
	row := TransitRow{DueOn: limit.day, Office: t.Destination, Departure: t.Departure, Route: t.Departure + ">" + t.Destination,
		Principal: t.Principal, Carrier: t.Carrier, HSHeading: heading(t.HS), Status: t.Status, Reference: t.Reference,
		ValidatedOn: cube.MaxDate, InTime: validated.set && limit.notBefore(validated, 0), Offence: t.Offence,
		Journey: hours(departed, l.optional(t.ArrivedAt), l.calendar)}
	if validated.set {
		row.ValidatedOn = validated.day
	}
	return row, true
}

// SuspenseRow is a suspense account, dated by its due date.
type SuspenseRow struct {
	DueOn     cube.Date
	Office    string
	Regime    string
	Importer  string
	HSHeading string
	Reference string
	ClosedOn  cube.Date // cube.MaxDate while it is open
	Offence   bool
	Guarantee int64
}

var suspense = newSchema("suspense", 1, "due_on", hsChapter, []column[SuspenseRow]{
	day("due_on", "due date", func(r *SuspenseRow) Date { return date(r.DueOn) }),
	code("office", "office of the account", func(r *SuspenseRow) string { return r.Office }),
	code("regime", "extended procedure that opened it", func(r *SuspenseRow) string { return r.Regime }),
	code("importer", "holder", func(r *SuspenseRow) string { return r.Importer }),
	code("hs_heading", "HS heading", func(r *SuspenseRow) string { return r.HSHeading }),
	code("reference", "account", func(r *SuspenseRow) string { return r.Reference }),
	day("closed_on", "closing date; 9999-12-31 while it is open", func(r *SuspenseRow) Date { return date(r.ClosedOn) }),
	flags("state", "what is true of the account", namedBits(
		[2]string{"overdue", "not closed on or before its due date"},
		[2]string{"offence", "an offence is recorded on it"},
	), func(r *SuspenseRow) uint64 {
		var s Bit
		s.set(1, r.ClosedOn > r.DueOn)
		s.set(2, r.Offence)
		return uint64(s)
	}),
	integer("guarantee", "minor", "amount guaranteed", func(r *SuspenseRow) Number { return number(r.Guarantee) }),
})

// DeriveSuspense gives the row of a suspense account.
func DeriveSuspense(a *declaration.SuspenseAccount, _ *Context) SuspenseRow {
	row := SuspenseRow{DueOn: localDate(a.DueOn), Office: a.Office, Regime: a.Regime, Importer: a.Holder, HSHeading: heading(a.HS),
		Reference: a.Account, ClosedOn: cube.MaxDate, Offence: a.Offence, Guarantee: a.Guarantee}
	if a.ClosedOn != nil {
		row.ClosedOn = localDate(*a.ClosedOn)
	}
	return row
}
