package crosscheck

import (
	"slices"

	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// FineTax is the tax code of fines among payments. A fine is not part of the
// duties and taxes of an assessment, so it is left out where receipts are compared with them.
const FineTax = "FINE"

// epsilon is the smallest difference of money that counts for a total: the tenant's
// amount for each item, at least its share of the total, and never less than 1.
func (x *examination) epsilon(total int64) int64 {
	items := max(1, int64(len(x.r.Items)))
	return max(1, x.c.Settings.MoneyEpsilon*items, total*x.c.Settings.MoneyEpsilonPerMille/1000)
}

// due is what is payable in the version in force at release, or now when there
// is no release or no version is known.
func (x *examination) due() int64 {
	versions := x.r.Versions
	if len(versions) == 0 {
		return x.r.Totals.Payable
	}
	if !x.life.release.known {
		return versions[len(versions)-1].Payable
	}
	due := versions[0].Payable
	for i := range versions[1:] {
		if !x.precedes(x.life.release, x.stamp(versions[i+1].Moment), 0) {
			due = versions[i+1].Payable
		}
	}
	return due
}

// deferred reports whether the amount need not be paid before release: an
// account that is charged later, a guarantee that covers it, or terms of payment
// that the administration lists as exempt.
func (x *examination) deferred(due int64) bool {
	h := &x.r.Header
	return h.DeferredAccount != "" || h.Guarantee > 0 && h.Guarantee >= due ||
		h.PaymentTerms != "" && slices.Contains(x.c.Settings.ExemptTerms, h.PaymentTerms)
}

// hasAmounts reports whether what is payable is known.
func (x *examination) hasAmounts() bool {
	return x.has(warehouse.PartItems) || x.has(warehouse.PartVersions) && len(x.r.Versions) > 0
}

// raisedBy reports whether Customs raised value or duty with version i (i > 0) and by how much.
func (x *examination) raisedBy(i int) (duty, value int64, raised bool) {
	before, after := &x.r.Versions[i-1], &x.r.Versions[i]
	duty, value = after.Payable-before.Payable, after.CustomsValue-before.CustomsValue
	raised = after.ByCustoms && (duty >= x.epsilon(before.Payable) || value >= x.epsilon(before.CustomsValue))
	return duty, value, raised
}

// isTax reports whether a payment counts against duties and taxes.
func isTax(p *declaration.Payment) bool { return p.Tax != FineTax }
