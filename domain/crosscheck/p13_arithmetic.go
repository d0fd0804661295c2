package crosscheck

import (
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// ArithmeticFacts is the evidence of P13. Amounts are minor units.
type ArithmeticFacts struct {
	Items    int64       `json:"items"`              // payable tax lines of the items
	Assessed int64       `json:"assessed"`           // total of the assessment
	Received *int64      `json:"received,omitempty"` // receipts less refunds, without fines; of variant b
	ByTax    []TaxAmount `json:"by_tax,omitempty"`
	Receipts []Row       `json:"receipts,omitempty"`
	Settled  *Row        `json:"settled,omitempty"` // the operation that says it is paid
}

// checkTaxArithmetic is P13. Variant b waits until the last assessment or
// post-entry has been followed by a payment or refund, and leaves cancelled declarations out.
func (x *examination) checkTaxArithmetic() {
	switch {
	case !x.has(warehouse.PartItems):
		x.lacks(TaxArithmetic, InputItems)
		return
	case x.r.Header.AssessedTotal == nil:
		x.lacks(TaxArithmetic, InputAssessment)
		return
	}
	x.evaluates(TaxArithmetic)
	items, assessed := x.r.Totals.Payable, *x.r.Header.AssessedTotal
	epsilon := x.epsilon(assessed)
	if absolute(items-assessed) > epsilon {
		x.breaks(TaxArithmetic, "a", Medium, ArithmeticFacts{Items: items, Assessed: assessed, ByTax: x.byTax()})
	}
	if !x.has(warehouse.PartPayments|warehouse.PartEvents) || x.r.Header.Cancelled || !x.settled() {
		return
	}
	received := x.received()
	if absolute(assessed-received) <= epsilon {
		return
	}
	severity := Medium
	if received < assessed {
		severity = High
	}
	row := eventRow(x.life.settled)
	x.breaks(TaxArithmetic, "b", severity, ArithmeticFacts{Items: items, Assessed: assessed, Received: present(received), ByTax: x.byTax(),
		Receipts: paymentRows(x.r.Payments), Settled: &row})
}

// settled reports whether the declaration is paid, and nothing was assessed or changed since.
func (x *examination) settled() bool {
	l := &x.life
	return l.paid != nil && (l.raised == nil || !l.settled.At.Before(l.raised.At))
}

// received sums receipts and account debits less refunds, without fines.
func (x *examination) received() int64 {
	var sum int64
	for i := range x.r.Payments {
		if p := &x.r.Payments[i]; isTax(p) {
			if p.Kind == declaration.Refund {
				sum -= p.Amount
			} else {
				sum += p.Amount
			}
		}
	}
	return sum
}
