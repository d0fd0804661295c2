package fact

import (
	"assay/domain/cube"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// OffenceRow is an offence case, dated by the local day of the case, or what was
// paid on it, dated by the day of payment. Its officer is who recorded the case.
type OffenceRow struct {
	Dimensions
	On     cube.Date
	Kind   string
	Type   string
	Status string
	State  Bit

	ExtraDuties     Number // case
	Fine            Number // case
	FinePaid        Number // case
	ExtraDutiesPaid Number // paid
}

// The kinds of an offence row.
const (
	OffenceCase = "case"
	OffencePaid = "paid"
)

// The states of an offence row.
const (
	OffenceCancelled Bit = 1 << iota
	OffenceDismissed
	OffenceRandom
)

var offenceStates = namedBits(
	[2]string{"cancelled", "its declaration is cancelled"},
	[2]string{"dismissed", "the case was dismissed"},
	[2]string{"random", "its declaration was selected at random"},
)

var offences = newSchema("offence", 1, "dated_on", hsChapter,
	dimensionColumns(func(r *OffenceRow) *Dimensions { return &r.Dimensions }),
	[]column[OffenceRow]{
		day("dated_on", "local day of the case, or of its payment", func(r *OffenceRow) Date { return date(r.On) }),
		code("kind", "case or paid", func(r *OffenceRow) string { return r.Kind }),
		code("type", "code of the offence", func(r *OffenceRow) string { return r.Type }),
		code("status", "open, confirmed or dismissed", func(r *OffenceRow) string { return r.Status }),
		flags("state", "what is true of the case", offenceStates, func(r *OffenceRow) uint64 { return uint64(r.State) }),
		integer("extra_duties", "minor", "of a case: additional duties and taxes established", func(r *OffenceRow) Number { return r.ExtraDuties }),
		integer("fine", "minor", "of a case: fine imposed", func(r *OffenceRow) Number { return r.Fine }),
		integer("fine_paid", "minor", "of a case: fine paid", func(r *OffenceRow) Number { return r.FinePaid }),
		integer("extra_duties_paid", "minor", "of a payment: additional duties and taxes collected", func(r *OffenceRow) Number { return r.ExtraDutiesPaid }),
	})

// DeriveOffences gives the rows of a declaration's cases, in their order: each
// case, and where additional duties were collected on it, their payment. A
// payment without a date counts on the day of its case.
func DeriveOffences(r *warehouse.Record, c *Context) []OffenceRow {
	return live(r, c).offences(nil)
}

func (l *life) offences(rows []OffenceRow) []OffenceRow {
	for i := range l.record.Offences {
		o := &l.record.Offences[i]
		at := l.moment(o.Moment)
		row := OffenceRow{Dimensions: l.at(at), On: at.day, Kind: OffenceCase, Type: o.Code, Status: string(o.Status),
			ExtraDuties: number(o.ExtraDuties), Fine: number(o.Fine), FinePaid: number(o.FinePaid)}
		if l.context.Staff.Officer(o.User) {
			row.Officer = o.User
		}
		row.State.set(OffenceCancelled, l.isCancelled())
		row.State.set(OffenceDismissed, o.Status == declaration.OffenceDismissed)
		row.State.set(OffenceRandom, l.base.Cause == string(declaration.CauseRandom))
		rows = append(rows, row)
		if o.ExtraDutiesPaid == 0 {
			continue
		}
		row.Kind, row.ExtraDuties, row.Fine, row.FinePaid = OffencePaid, Number{}, Number{}, Number{}
		row.ExtraDutiesPaid = number(o.ExtraDutiesPaid)
		if o.PaidOn != nil {
			row.On = localDate(*o.PaidOn)
		}
		rows = append(rows, row)
	}
	return rows
}
