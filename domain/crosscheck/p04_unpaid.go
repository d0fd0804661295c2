package crosscheck

import (
	"time"

	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// UnpaidFacts is the evidence of P4. Amounts are minor units.
type UnpaidFacts struct {
	Due      int64         `json:"due"`
	Paid     int64         `json:"paid"` // until release and grace
	Short    int64         `json:"short"`
	DueByTax []TaxAmount   `json:"due_by_tax,omitempty"` // of the current version
	Receipts []Row         `json:"receipts,omitempty"`   // all of them
	Release  Row           `json:"release"`
	Terms    string        `json:"payment_terms,omitempty"`
	Surety   int64         `json:"guarantee,omitempty"`
	Version  *VersionFacts `json:"version,omitempty"`
}

// TaxAmount is the sum of one tax.
type TaxAmount struct {
	Tax     string `json:"tax"`
	Amount  int64  `json:"amount"`
	Payable bool   `json:"payable"`
}

// VersionFacts are the amounts of the current version beside those in force at release.
type VersionFacts struct {
	Payable int64 `json:"payable_now"`
}

// checkReleasedUnpaid is P4: released, something due, not enough paid until then, and no deferral.
func (x *examination) checkReleasedUnpaid() {
	switch {
	case !x.has(warehouse.PartEvents):
		x.lacks(ReleasedUnpaid, InputOperations)
		return
	case !x.has(warehouse.PartPayments):
		x.lacks(ReleasedUnpaid, InputPayments)
		return
	case !x.hasAmounts():
		x.lacks(ReleasedUnpaid, InputItems)
		return
	}
	x.evaluates(ReleasedUnpaid)
	if !x.life.release.known {
		return
	}
	due := x.due()
	epsilon := x.epsilon(due)
	if due <= epsilon || x.deferred(due) {
		return
	}
	if paid := x.paidUntilRelease(); paid < due-epsilon {
		facts := UnpaidFacts{Due: due, Paid: paid, Short: due - paid, DueByTax: x.byTax(), Receipts: paymentRows(x.r.Payments),
			Release: eventRow(x.life.released), Terms: x.r.Header.PaymentTerms, Surety: x.r.Header.Guarantee}
		if now := x.r.Totals.Payable; now != due {
			facts.Version = &VersionFacts{Payable: now}
		}
		x.breaks(ReleasedUnpaid, "", Critical, facts)
	}
}

// paidUntilRelease sums receipts and account debits, without fines, until release and the grace after it.
func (x *examination) paidUntilRelease() int64 {
	until := x.life.release
	if grace := x.c.Settings.PayGraceHours; grace != 0 {
		until = x.stamp(declaration.Moment{At: x.life.released.At.Add(time.Duration(grace) * time.Hour), Precision: x.life.released.Precision})
	}
	var sum int64
	for i := range x.r.Payments {
		p := &x.r.Payments[i]
		if p.Kind != declaration.Refund && isTax(p) && !x.precedes(until, x.stamp(p.Moment), 0) {
			sum += p.Amount
		}
	}
	return sum
}

// byTax sums the tax lines of the items by tax in the order of their first appearance.
func (x *examination) byTax() []TaxAmount {
	var sums []TaxAmount
	for i := range x.r.Items {
		for _, line := range x.r.Items[i].Taxes {
			sums = addTax(sums, line)
		}
	}
	return sums
}

func addTax(sums []TaxAmount, line declaration.TaxLine) []TaxAmount {
	for j := range sums {
		if sums[j].Tax == line.Code && sums[j].Payable == line.Payable {
			sums[j].Amount += line.Amount
			return sums
		}
	}
	return append(sums, TaxAmount{line.Code, line.Amount, line.Payable})
}
