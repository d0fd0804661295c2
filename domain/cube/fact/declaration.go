package fact

import (
	"assay/domain/cube"
	"assay/domain/warehouse"
)

// DeclarationRow is one declaration, dated by the local day of its registration.
// Its officer is who assessed it first.
type DeclarationRow struct {
	Dimensions
	RegisteredOn cube.Date
	AssessedOn   Date
	DoneOn       cube.Date // first of assessment and closing; cube.MaxDate while neither
	State        Bit

	Processing  Lag // registration to first assessment
	ManifestLag Lag // registration of the manifest to registration
	PaymentLag  Lag // first assessment to first payment
	OperatorLag Lag // manifest to registration, assessment to payment and release to exit together

	Duties       Number
	Relieved     Number
	CustomsValue Number
	Items        int64
	Containers   int64
	Vehicles     int64
}

// The states of a declaration row.
const (
	DeclarationCancelled Bit = 1 << iota
	DeclarationItemsGiven
	DeclarationEventsGiven
	DeclarationOutcomeKnown
	DeclarationAssessed
	DeclarationSameDay
	DeclarationFiveDays
	DeclarationMonthLate
	DeclarationHoursKnown
	DeclarationWithinDay
	DeclarationOffence
	DeclarationAdjusted
	DeclarationChanged
	DeclarationCargoCited
	DeclarationCargoDiffers
)

var declarationStates = namedBits(
	[2]string{"cancelled", "cancelled in the source or by an operation"},
	[2]string{"items_given", "the source gave its items: there is at least one"},
	[2]string{"events_given", "the source gave its operations: there is at least one"},
	[2]string{"outcome_known", "the source gave offences or versions"},
	[2]string{"assessed", "assessed at some time"},
	[2]string{"same_day", "first assessed on the local day of registration"},
	[2]string{"five_days", "first assessed five or more local days after registration, or never"},
	[2]string{"month_late", "first assessed more than a calendar month after registration, or never"},
	[2]string{"hours_known", "registration and, if there is one, assessment have a time of day"},
	[2]string{"within_24h", "first assessed at most 24 hours after registration"},
	[2]string{"offence", "has an offence case that is not dismissed"},
	[2]string{"adjusted", "Customs raised its value or duty"},
	[2]string{"changed", "modified or cancelled after its assessment"},
	[2]string{"cargo_cited", "cites a manifest, and the administration delivers manifests"},
	[2]string{"cargo_differs", "packages or mass differ from the bills of lading beyond tolerance, or a bill is not found"},
)

var declarations = newSchema("declaration", 1, "registered_on", hsChapter,
	dimensionColumns(func(r *DeclarationRow) *Dimensions { return &r.Dimensions }),
	[]column[DeclarationRow]{
		day("registered_on", "local day of registration", func(r *DeclarationRow) Date { return date(r.RegisteredOn) }),
		day("assessed_on", "local day of the first assessment", func(r *DeclarationRow) Date { return r.AssessedOn }),
		day("done_on", "local day of the first assessment or closing, whichever was first; 9999-12-31 while neither", func(r *DeclarationRow) Date { return date(r.DoneOn) }),
		flags("state", "what is true of the declaration", declarationStates, func(r *DeclarationRow) uint64 { return uint64(r.State) }),
		integer("processing", "s", "registration to first assessment", func(r *DeclarationRow) Number { return r.Processing.Elapsed }),
		integer("processing_office", "s", "the same in office hours", func(r *DeclarationRow) Number { return r.Processing.Office }),
		integer("manifest_lag", "s", "registration of the manifest to registration of the declaration; negative when lodged in advance", func(r *DeclarationRow) Number { return r.ManifestLag.Elapsed }),
		integer("manifest_lag_office", "s", "the same in office hours", func(r *DeclarationRow) Number { return r.ManifestLag.Office }),
		integer("payment_lag", "s", "first assessment to first payment", func(r *DeclarationRow) Number { return r.PaymentLag.Elapsed }),
		integer("payment_lag_office", "s", "the same in office hours", func(r *DeclarationRow) Number { return r.PaymentLag.Office }),
		integer("operator_lag", "s", "manifest to registration, assessment to payment and release to exit together", func(r *DeclarationRow) Number { return r.OperatorLag.Elapsed }),
		integer("operator_lag_office", "s", "the same in office hours", func(r *DeclarationRow) Number { return r.OperatorLag.Office }),
		integer("duties", "minor", "payable duties and taxes of the items", func(r *DeclarationRow) Number { return r.Duties }),
		integer("relieved", "minor", "duties and taxes relieved", func(r *DeclarationRow) Number { return r.Relieved }),
		integer("customs_value", "minor", "customs value of the items", func(r *DeclarationRow) Number { return r.CustomsValue }),
		integer("items", "", "number of items", func(r *DeclarationRow) Number { return number(r.Items) }),
		integer("containers", "", "number of containers", func(r *DeclarationRow) Number { return number(r.Containers) }),
		integer("vehicles", "", "number of vehicles", func(r *DeclarationRow) Number { return number(r.Vehicles) }),
	})

// DeriveDeclaration gives the row of a declaration.
func DeriveDeclaration(r *warehouse.Record, c *Context) DeclarationRow {
	l := live(r, c)
	found := l.control()
	return l.declaration(&found)
}

func (l *life) declaration(found *control) DeclarationRow {
	r := l.record
	assessed, exited, released := l.event(l.assessed), l.event(l.exited), l.event(l.released)
	row := DeclarationRow{
		Dimensions: l.at(assessed), RegisteredOn: registrationDay(r), DoneOn: cube.MaxDate,
		Items: int64(len(r.Items)), Containers: int64(len(r.Header.Containers)), Vehicles: int64(len(r.Header.Vehicles)),
	}
	row.Officer = l.officer(l.assessed)
	if assessed.set {
		row.AssessedOn, row.DoneOn = date(assessed.day), assessed.day
	}
	if l.closed != none {
		row.DoneOn = min(row.DoneOn, l.event(l.closed).day)
	}
	row.Processing = hours(l.registered, assessed, l.calendar)
	if r.Cargo != nil {
		row.ManifestLag = days(l.optional(r.Cargo.RegisteredAt), l.registered, l.calendar)
	}
	row.PaymentLag = hours(assessed, l.paid, l.calendar)
	row.OperatorLag = together(row.ManifestLag, days(assessed, l.paid, l.calendar), days(released, exited, l.calendar))
	if itemsGiven(r) {
		row.Duties, row.Relieved, row.CustomsValue = number(r.Totals.Payable), number(r.Totals.Relieved), number(r.Totals.CustomsValue)
	}
	row.State = l.declarationState(&row, found, assessed)
	return row
}

// registrationDay is the local date of the header.
func registrationDay(r *warehouse.Record) cube.Date {
	return localDate(r.Header.RegisteredOn)
}

func (l *life) declarationState(row *DeclarationRow, found *control, assessed point) Bit {
	r := l.record
	after := int64(assessed.day - row.RegisteredOn)
	var s Bit
	s.set(DeclarationCancelled, l.isCancelled())
	s.set(DeclarationItemsGiven, itemsGiven(r))
	s.set(DeclarationEventsGiven, len(r.Events) > 0)
	s.set(DeclarationOutcomeKnown, outcomeKnown(r))
	s.set(DeclarationAssessed, assessed.set)
	s.set(DeclarationSameDay, assessed.set && after == 0)
	s.set(DeclarationFiveDays, !assessed.set || after >= 5)
	s.set(DeclarationMonthLate, !assessed.set || assessed.day > MonthAfter(row.RegisteredOn))
	s.set(DeclarationHoursKnown, l.registered.timed && (!assessed.set || assessed.timed))
	s.set(DeclarationWithinDay, row.Processing.Elapsed.Valid && row.Processing.Elapsed.Value <= secondsOfDay)
	s.set(DeclarationOffence, len(found.offences) > 0)
	s.set(DeclarationAdjusted, found.adjusted)
	s.set(DeclarationChanged, found.changed)
	if l.context.ManifestsKnown && r.Header.Manifest != "" {
		s.set(DeclarationCargoCited, true)
		s.set(DeclarationCargoDiffers, l.cargoDiffers())
	}
	return s
}

// isCancelled reports a declaration that is cancelled by status or by operation.
func (l *life) isCancelled() bool { return l.record.Header.Cancelled || l.cancelled != none }

// itemsGiven reports whether the source gave items. Every declaration has at least
// one, so none in a delivery that has items means that this one's are missing;
// likewise every declaration has at least one operation.
func itemsGiven(r *warehouse.Record) bool { return len(r.Items) > 0 }

// outcomeKnown reports whether the source gives what control found.
func outcomeKnown(r *warehouse.Record) bool {
	return r.Parts.Has(warehouse.PartOffences) || r.Parts.Has(warehouse.PartVersions)
}

// MonthAfter is the same day of the next month, its last day if there is none.
func MonthAfter(d cube.Date) cube.Date {
	month := d.Month()
	next := (month + 1).First() + (d - month.First())
	return min(next, (month+2).First()-1)
}

// together adds lags; null unless all are known.
func together(lags ...Lag) Lag {
	sum := Lag{number(0), number(0)}
	for _, lag := range lags {
		sum.Elapsed = add(sum.Elapsed, lag.Elapsed)
		sum.Office = add(sum.Office, lag.Office)
	}
	return sum
}

func add(a, b Number) Number {
	if !a.Valid || !b.Valid {
		return Number{}
	}
	return number(a.Value + b.Value)
}
