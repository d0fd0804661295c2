package fact

import (
	"assay/domain/declaration"
)

// cargoDiffers compares a declaration with the bills of lading that it cites. It
// differs when the manifest or one of the bills is not found, or when packages or gross
// mass differ beyond the tolerances from what was written off the bills for it;
// where nothing was written off for it yet, from the bills themselves.
func (l *life) cargoDiffers() bool {
	r := l.record
	if r.Cargo == nil {
		return true
	}
	for _, reference := range r.Header.Bills {
		if findBill(r.Cargo.Bills, reference) < 0 {
			return true
		}
	}
	if len(r.Items) == 0 || len(r.Cargo.Bills) == 0 {
		return false
	}
	packages, mass := carried(r.Cargo.Bills, r.Reference.String())
	declared := r.Totals.GrossMass
	tolerance := declared / 1000 * l.context.Settings.WeightPerMille
	tolerance += declared % 1000 * l.context.Settings.WeightPerMille / 1000
	return abs(r.Totals.Packages-packages) > l.context.Settings.PackageTolerance || abs(declared-mass) > tolerance
}

// carried sums what was written off for a declaration, or the bills when nothing was.
func carried(bills []declaration.Bill, reference string) (packages, mass int64) {
	var billed, billedMass int64
	written := false
	for i := range bills {
		billed += bills[i].Packages
		billedMass += bills[i].GrossMass
		for j := range bills[i].WriteOffs {
			if w := &bills[i].WriteOffs[j]; w.Declaration == reference {
				packages += w.Packages
				mass += w.GrossMass
				written = true
			}
		}
	}
	if !written {
		return billed, billedMass
	}
	return packages, mass
}

func findBill(bills []declaration.Bill, reference string) int {
	for i := range bills {
		if bills[i].Reference == reference {
			return i
		}
	}
	return -1
}

func abs(n int64) int64 { return max(n, -n) }
