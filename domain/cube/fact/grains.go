package fact

import "assay/domain/cube"

// The names of the grains.
const (
	Declaration = "declaration"
	Item        = "item"
	Tax         = "tax"
	Act         = "act"
	Arrival     = "arrival"
	OfficerDay  = "officer_day"
	Hour        = "hour"
	Offence     = "offence"
	Payment     = "payment"
	Manifest    = "manifest"
	Bill        = "bill"
	Transit     = "transit"
	Suspense    = "suspense"
)

// Grains lists every grain, for the cube's engine.
func Grains() []*cube.Grain {
	return []*cube.Grain{
		declarations.grain, items.grain, taxes.grain, acts.grain, arrivals.grain, officerDays.grain,
		hourRows.grain, offences.grain, payments.grain, manifests.grain, bills.grain, transits.grain, suspense.grain,
	}
}

// Grain gives the description of a grain by its name, nil if there is none.
func Grain(name string) *cube.Grain {
	for _, g := range Grains() {
		if g.Name == name {
			return g
		}
	}
	return nil
}
