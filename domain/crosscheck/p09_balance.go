package crosscheck

import (
	"slices"

	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// sharedBill is what the live declarations that cite a bill come to, for bills
// that more than one document touches.
type sharedBill struct {
	packages, mass int64 // of the live declarations that cite it
	citing         int32 // their number
	assessed       bool  // all of them are
	complete       bool  // all of them have their items, and every document written off is in the warehouse
	several        bool  // one of them cites other bills too, so that its packages cannot be told apart
}

// BalanceFacts is the evidence of P9. Mass in grams.
type BalanceFacts struct {
	Manifest string           `json:"manifest"`
	Bills    []BillFacts      `json:"bills"`                 // one; several where one declaration cites them together
	Written  *AmountFacts     `json:"written_off,omitempty"` // for declarations
	Declared *AmountFacts     `json:"declared,omitempty"`    // by the live declarations that cite it
	Citing   int32            `json:"declarations_citing"`
	Declares *DeclaredPackage `json:"this_declaration,omitempty"`
}

// BillFacts is one bill with its write-offs.
type BillFacts struct {
	Bill      string        `json:"bill"`
	Packages  int64         `json:"packages"`
	Mass      int64         `json:"mass"`
	Remaining *int64        `json:"remaining_packages,omitempty"`
	Left      *int64        `json:"remaining_mass,omitempty"`
	WriteOffs []WriteOffRow `json:"write_offs,omitempty"`
}

// WriteOffRow is one write-off.
type WriteOffRow struct {
	Row
	Packages int64 `json:"packages"`
	Mass     int64 `json:"mass"`
}

// AmountFacts is a number of packages and a mass.
type AmountFacts struct {
	Packages int64 `json:"packages"`
	Mass     int64 `json:"mass"`
}

// DeclaredPackage is what the declaration itself says.
type DeclaredPackage struct {
	AmountFacts
	Items int `json:"items"`
}

// checkWriteOffBalance is P9 for the bills that a live declaration cites.
//
// Variants b and c compare what was written off for declarations with what the
// live declarations citing the bill declare, once all of those are assessed.
// Where one declaration alone cites several bills they are compared together; where
// declarations and bills are mixed otherwise, the packages cannot be told apart and
// only variant a is looked at.
func (x *examination) checkWriteOffBalance() {
	cargo := x.r.Cargo
	switch {
	case x.r.Header.Cancelled:
		x.lacks(WriteOffBalance, InputLiveDocument)
		return
	case cargo == nil:
		x.lacks(WriteOffBalance, InputManifest)
		return
	case !x.has(warehouse.PartItems):
		x.lacks(WriteOffBalance, InputItems)
		return
	case !x.c.writeOffs:
		x.lacks(WriteOffBalance, InputWriteOffs)
		return
	}
	found := 0
	for i := range cargo.Bills {
		bill := &cargo.Bills[i]
		if !slices.Contains(x.r.Header.Bills, bill.Reference) {
			continue
		}
		found++
		if overdrawn(bill, x.c.Settings.PackageTolerance) {
			x.breaks(WriteOffBalance, "a", High, BalanceFacts{Manifest: cargo.Reference, Bills: []BillFacts{billFacts(bill)}})
		}
	}
	if found == 0 {
		x.lacks(WriteOffBalance, InputBill)
		return
	}
	x.evaluates(WriteOffBalance)
	if balance, comparable := x.balance(found); comparable {
		x.compareBalance(&balance)
	}
}

// overdrawn is variant a: more written off than manifested, or a negative remainder in the source.
func overdrawn(bill *declaration.Bill, tolerance int64) bool {
	var written int64
	for i := range bill.WriteOffs {
		written += bill.WriteOffs[i].Packages
	}
	return written-bill.Packages > tolerance ||
		bill.RemainingPackages != nil && *bill.RemainingPackages < 0 || bill.RemainingMass != nil && *bill.RemainingMass < 0
}

type balance struct {
	written, declared AmountFacts
	citing            int32
}

// balance sums both sides; false where they cannot be compared or not yet.
func (x *examination) balance(found int) (b balance, comparable bool) {
	cited := x.r.Header.Bills
	distinct := 0
	for i := range cited {
		if slices.Index(cited, cited[i]) == i {
			distinct++
		}
	}
	if found != distinct {
		return b, false
	}
	b.declared, b.citing = AmountFacts{x.r.Totals.Packages, x.r.Totals.GrossMass}, 1
	assessed := x.life.assessed != nil
	for i := range x.r.Cargo.Bills {
		bill := &x.r.Cargo.Bills[i]
		if !slices.Contains(cited, bill.Reference) {
			continue
		}
		for j := range bill.WriteOffs {
			if w := &bill.WriteOffs[j]; w.Declaration != "" {
				b.written.Packages += w.Packages
				b.written.Mass += w.GrossMass
			}
		}
		shared, more := x.c.bills[x.c.keyOfPair(x.r.Cargo.Reference, bill.Reference)]
		if !more {
			continue
		}
		if distinct > 1 || shared.several || !shared.complete {
			return b, false
		}
		b.declared, b.citing, assessed = AmountFacts{shared.packages, shared.mass}, shared.citing, shared.assessed
	}
	return b, assessed
}

func (x *examination) compareBalance(b *balance) {
	s := &x.c.Settings
	if absolute(b.written.Packages-b.declared.Packages) > s.PackageTolerance {
		x.breaks(WriteOffBalance, "b", Medium, x.balanceFacts(*b))
	}
	if b.declared.Mass > 0 && absolute(b.written.Mass-b.declared.Mass)*1000 > s.WeightPerMille*b.declared.Mass {
		x.breaks(WriteOffBalance, "c", Low, x.balanceFacts(*b))
	}
}

// balanceFacts takes a copy, so that only a breach costs memory.
func (x *examination) balanceFacts(b balance) BalanceFacts {
	facts := BalanceFacts{Manifest: x.r.Cargo.Reference, Written: &b.written, Declared: &b.declared, Citing: b.citing,
		Declares: &DeclaredPackage{AmountFacts{x.r.Totals.Packages, x.r.Totals.GrossMass}, len(x.r.Items)}}
	for i := range x.r.Cargo.Bills {
		if bill := &x.r.Cargo.Bills[i]; slices.Contains(x.r.Header.Bills, bill.Reference) {
			facts.Bills = append(facts.Bills, billFacts(bill))
		}
	}
	return facts
}

func billFacts(bill *declaration.Bill) BillFacts {
	facts := BillFacts{Bill: bill.Reference, Packages: bill.Packages, Mass: bill.GrossMass, Remaining: bill.RemainingPackages, Left: bill.RemainingMass}
	for i := range bill.WriteOffs[:min(few, len(bill.WriteOffs))] {
		w := &bill.WriteOffs[i]
		facts.WriteOffs = append(facts.WriteOffs, WriteOffRow{Row: Row{Source: "write_off", Name: w.Type, Declaration: w.Declaration, User: w.User}.at(w.Moment),
			Packages: w.Packages, Mass: w.GrossMass})
	}
	return facts
}
