package fact

import (
	"assay/domain/cube"
	"assay/domain/warehouse"
)

// TaxRow is what a declaration owes of one tax under one relief code, dated by
// the local day of registration. It has the dimensions of the declaration.
type TaxRow struct {
	Dimensions
	RegisteredOn cube.Date
	Tax          string
	Relief       string
	Cancelled    bool
	Duties       int64
	Relieved     int64
	Containers   int64
	Vehicles     int64
}

var taxStates = namedBits(
	[2]string{"cancelled", "its declaration is cancelled"},
	[2]string{"in_containers", "its declaration has containers"},
	[2]string{"in_vehicles", "its declaration has vehicles"},
)

var taxes = newSchema("tax", 1, "registered_on", hsChapter,
	dimensionColumns(func(r *TaxRow) *Dimensions { return &r.Dimensions }),
	[]column[TaxRow]{
		day("registered_on", "local day of registration of the declaration", func(r *TaxRow) Date { return date(r.RegisteredOn) }),
		code("tax", "tax code", func(r *TaxRow) string { return r.Tax }),
		code("relief", "relief code", func(r *TaxRow) string { return r.Relief }),
		flags("state", "what is true of the declaration", taxStates, func(r *TaxRow) uint64 {
			var s Bit
			s.set(1, r.Cancelled)
			s.set(2, r.Containers > 0)
			s.set(4, r.Vehicles > 0)
			return uint64(s)
		}),
		integer("duties", "minor", "payable amount", func(r *TaxRow) Number { return number(r.Duties) }),
		integer("relieved", "minor", "amount relieved", func(r *TaxRow) Number { return number(r.Relieved) }),
	})

// DeriveTaxes gives a row for each tax and relief code of a declaration, in the
// order in which they first appear. Lines without payable or relieved amount are left out.
func DeriveTaxes(r *warehouse.Record, c *Context) []TaxRow {
	return live(r, c).taxes(nil)
}

func (l *life) taxes(rows []TaxRow) []TaxRow {
	r := l.record
	base := l.at(l.event(l.assessed))
	base.Officer = l.officer(l.assessed)
	registered := registrationDay(r)
	start := len(rows)
	for i := range r.Items {
		for j := range r.Items[i].Taxes {
			t := &r.Items[i].Taxes[j]
			payable := t.Amount
			if !t.Payable {
				payable = 0
			}
			if payable == 0 && t.Relieved == 0 {
				continue
			}
			at := start
			for at < len(rows) && (rows[at].Tax != t.Code || rows[at].Relief != t.Relief) {
				at++
			}
			if at == len(rows) {
				rows = append(rows, TaxRow{Dimensions: base, RegisteredOn: registered, Tax: t.Code, Relief: t.Relief,
					Cancelled: l.isCancelled(), Containers: int64(len(r.Header.Containers)), Vehicles: int64(len(r.Header.Vehicles))})
			}
			rows[at].Duties += payable
			rows[at].Relieved += t.Relieved
		}
	}
	return rows
}
