package crosscheck

import (
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// ReversalFacts is the evidence of P7. Amounts are minor units.
type ReversalFacts struct {
	Raised           Row   `json:"raised"`
	Reversed         Row   `json:"reversed"`
	Increase         int64 `json:"increase"`
	TakenBack        int64 `json:"taken_back"`
	ReversedPerMille int64 `json:"reversed_per_mille"`
	Days             int32 `json:"days"`
	Versions         []Row `json:"versions"` // the whole chain
	Refunds          []Row `json:"refunds,omitempty"`
}

// checkAdjustmentReversed is P7: an increase of duties by Customs of which a post-entry, cancellation
// or refund took back the tenant's share within the tenant's days.
func (x *examination) checkAdjustmentReversed() {
	if !x.has(warehouse.PartVersions) {
		x.lacks(AdjustmentReversed, InputVersions)
		return
	}
	x.evaluates(AdjustmentReversed)
	for i := 1; i < len(x.r.Versions)-1; i++ {
		increase, _, _ := x.raisedBy(i)
		if x.r.Versions[i].ByCustoms && increase >= x.epsilon(x.r.Versions[i-1].Payable) {
			x.checkReversal(i, increase)
		}
	}
}

func (x *examination) checkReversal(i int, increase int64) {
	raised := &x.r.Versions[i]
	day := x.day(x.stamp(raised.Moment))
	for j := i + 1; j < len(x.r.Versions); j++ {
		w := &x.r.Versions[j]
		days := x.day(x.stamp(w.Moment)) - day
		back := raised.Payable - w.Payable
		if takesBack(w.Cause) && int64(days) <= x.c.Settings.ReversalDays && back*1000 >= x.c.Settings.ReversedPerMille*increase {
			x.breaks(AdjustmentReversed, "", High, x.reversalFacts(raised, w, increase, days))
			return
		}
	}
}

func takesBack(cause declaration.VersionCause) bool {
	return cause == declaration.VersionPostEntry || cause == declaration.VersionCancelled || cause == declaration.VersionRefund
}

func (x *examination) reversalFacts(raised, reversed *declaration.Version, increase int64, days int32) ReversalFacts {
	back := raised.Payable - reversed.Payable
	facts := ReversalFacts{Raised: versionRow(raised), Reversed: versionRow(reversed), Increase: increase, TakenBack: back,
		ReversedPerMille: back * 1000 / increase, Days: days}
	for i := range x.r.Versions[:min(few, len(x.r.Versions))] {
		facts.Versions = append(facts.Versions, versionRow(&x.r.Versions[i]))
	}
	for i := range x.r.Payments {
		if p := &x.r.Payments[i]; p.Kind == declaration.Refund && len(facts.Refunds) < few {
			facts.Refunds = append(facts.Refunds, paymentRow(p))
		}
	}
	return facts
}
