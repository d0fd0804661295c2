package fact

import (
	"cmp"
	"slices"
	"time"

	"assay/domain/cube"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// PaymentRow is one line of an administration's account: a payment of duties or
// taxes (refunds negative), the amount due by an assessment, or a day's share of
// an office's revenue target.
type PaymentRow struct {
	Dimensions
	On        cube.Date
	Kind      string
	Head      string
	Tax       string
	Cancelled bool
	// AssessedOn and SettledOn are of the declaration. SettledOn is the day since
	// which what was paid has covered what was due; cube.MaxDate while it does not.
	AssessedOn Date
	SettledOn  Date

	Amount  Number // paid
	Due     Number // due
	Target  Number // target
	Balance Number // due less paid: + on due rows, - on paid rows
}

// The kinds of a payment row.
const (
	PaymentPaid   = "paid"
	PaymentDue    = "due"
	PaymentTarget = "target"
)

// fineTax is the tax code of fines, which are no duties or taxes.
const fineTax = "FINE"

var paymentStates = namedBits([2]string{"cancelled", "its declaration is cancelled"})

var payments = newSchema("payment", 1, "dated_on", hsChapter,
	dimensionColumns(func(r *PaymentRow) *Dimensions { return &r.Dimensions }),
	[]column[PaymentRow]{
		day("dated_on", "local day of the payment, of the first assessment, or of the target's share", func(r *PaymentRow) Date { return date(r.On) }),
		code("kind", "paid, due or target", func(r *PaymentRow) string { return r.Kind }),
		code("head", "head of the office on that day", func(r *PaymentRow) string { return r.Head }),
		code("tax", "tax code of a payment", func(r *PaymentRow) string { return r.Tax }),
		flags("state", "what is true of the declaration", paymentStates, func(r *PaymentRow) uint64 {
			var s Bit
			s.set(1, r.Cancelled)
			return uint64(s)
		}),
		day("assessed_on", "local day of the declaration's first assessment", func(r *PaymentRow) Date { return r.AssessedOn }),
		day("settled_on", "day since which payments have covered the amount due; 9999-12-31 while they do not", func(r *PaymentRow) Date { return r.SettledOn }),
		integer("amount", "minor", "duties and taxes paid, refunds negative; fines are not among them", func(r *PaymentRow) Number { return r.Amount }),
		integer("due", "minor", "amount of the assessment", func(r *PaymentRow) Number { return r.Due }),
		integer("target", "minor", "the day's share of the office's revenue target", func(r *PaymentRow) Number { return r.Target }),
		integer("balance", "minor", "amount due less amounts paid", func(r *PaymentRow) Number { return r.Balance }),
	})

// DerivePayments gives the rows of a declaration's account: payments in their
// order, then the amount due.
func DerivePayments(r *warehouse.Record, c *Context) []PaymentRow {
	return live(r, c).payments(nil)
}

func (l *life) payments(rows []PaymentRow) []PaymentRow {
	assessed := l.event(l.assessed)
	due := l.due()
	settled := l.settled(due)
	var assessedOn Date
	if assessed.set {
		assessedOn = date(assessed.day)
	}
	row := PaymentRow{Cancelled: l.isCancelled(), AssessedOn: assessedOn, SettledOn: settled}
	for i := range l.record.Payments {
		p := &l.record.Payments[i]
		if isFine(p) {
			continue
		}
		at := l.moment(p.Moment)
		paid := row
		paid.Dimensions, paid.On, paid.Kind, paid.Tax = l.at(assessed), at.day, PaymentPaid, p.Tax
		paid.Officer = l.officer(l.assessed)
		paid.Head = l.context.Staff.Head(l.base.Office, at.day)
		paid.Amount, paid.Balance = number(p.Signed()), number(-p.Signed())
		rows = append(rows, paid)
	}
	if assessed.set && due.Valid {
		row.Dimensions, row.On, row.Kind = l.at(assessed), assessed.day, PaymentDue
		row.Officer = l.officer(l.assessed)
		row.Head = l.context.Staff.Head(l.base.Office, assessed.day)
		row.Due, row.Balance = due, due
		rows = append(rows, row)
	}
	return rows
}

func isFine(p *declaration.Payment) bool { return p.Tax == fineTax }

// settled is the first day from which on, at the end of every day, payments less
// refunds cover the amount due but for the tolerance.
func (l *life) settled(due Number) Date {
	if !due.Valid {
		return Date{}
	}
	moves := make([]movement, 0, len(l.record.Payments))
	for i := range l.record.Payments {
		if p := &l.record.Payments[i]; !isFine(p) {
			moves = append(moves, movement{l.moment(p.Moment).day, p.Signed()})
		}
	}
	return date(covered(moves, due.Value-l.context.moneyTolerance(due.Value, len(l.record.Items))+1))
}

// covered is the first day from which on, at the end of every day, the movements
// so far reach an amount; cube.MaxDate when they do not. It sorts its argument.
func covered(moves []movement, amount int64) cube.Date {
	slices.SortStableFunc(moves, func(a, b movement) int { return cmp.Compare(a.day, b.day) })
	since := cube.MaxDate
	var sum int64
	for i, m := range moves {
		sum += m.amount
		if i+1 < len(moves) && moves[i+1].day == m.day {
			continue
		}
		if sum < amount {
			since = cube.MaxDate
		} else if since == cube.MaxDate {
			since = m.day
		}
	}
	return since
}

// movement is money paid (or refunded, negative), or packages written off, on a day.
type movement struct {
	day    cube.Date
	amount int64
}

// targetRows spreads an office's target of a month over its days, so that it
// can be summed over any period: the day's share is the difference of what is
// reached, in whole minor units, by the end of the day and of the day before.
func targetRows(office string, month cube.Month, amount int64, staff *Staff) []PaymentRow {
	first, next := month.First(), (month + 1).First()
	length := int64(next - first)
	reached := func(n int64) int64 { return amount/length*n + amount%length*n/length }
	var rows []PaymentRow
	for d := first; d < next; d++ {
		n := int64(d - first)
		rows = append(rows, PaymentRow{Dimensions: Dimensions{Office: office}, On: d, Kind: PaymentTarget,
			Head: staff.Head(office, d), Target: number(reached(n+1) - reached(n))})
	}
	return rows
}

// localDate is the day of a local date kept at midnight UTC.
func localDate(t time.Time) cube.Date { return cube.DateIn(t, time.UTC) }
