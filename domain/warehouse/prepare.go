package warehouse

import (
	"cmp"
	"fmt"
	"slices"

	"assay/domain/declaration"
)

// prepare brings a declaration into the order in which the warehouse keeps it and
// says which parts it has. It changes d. The error is a reason for a reject.
//
// Entries that carry no number of their own are numbered in the order given; a
// number that is there twice is refused, because one of the two would be lost.
func prepare(d *declaration.Declaration) (Parts, error) {
	if d.Reference.Office == "" || d.Reference.Number == "" || d.Reference.Year < 1900 || d.Reference.Year > 9999 {
		return 0, fmt.Errorf("the declaration has no office, year and number")
	}
	if d.Header.RegisteredOn.IsZero() {
		return 0, fmt.Errorf("the declaration has no date of registration")
	}
	switch d.Header.Flow {
	case declaration.Import, declaration.Export, declaration.Transit:
	default:
		return 0, fmt.Errorf("the flow is %q, not import, export or transit", d.Header.Flow)
	}
	checks := []error{
		order("item", d.Items, func(i *declaration.Item) *int { return &i.Number }),
		order("operation", d.Events, func(e *declaration.Event) *int { return &e.Sequence }),
		order("assignment", d.Assignments, func(a *declaration.Assignment) *int { return &a.Sequence }),
		order("payment", d.Payments, func(p *declaration.Payment) *int { return &p.Sequence }),
		order("document version", d.Versions, func(v *declaration.Version) *int { return &v.Number }),
	}
	for _, err := range checks {
		if err != nil {
			return 0, err
		}
	}
	return partsOf(d), nil
}

// order sorts entries by their number, or numbers them when none has one.
func order[E any](what string, entries []E, number func(*E) *int) error {
	numbered := false
	ordered := true
	for i := range entries {
		n := *number(&entries[i])
		numbered = numbered || n != 0
		ordered = ordered && (i == 0 || *number(&entries[i-1]) < n)
	}
	switch {
	case !numbered:
		for i := range entries {
			*number(&entries[i]) = i + 1
		}
		return nil
	case ordered:
		return nil
	}
	slices.SortStableFunc(entries, func(a, b E) int { return cmp.Compare(*number(&a), *number(&b)) })
	for i := 1; i < len(entries); i++ {
		if *number(&entries[i]) == *number(&entries[i-1]) {
			return fmt.Errorf("%s %d is there twice", what, *number(&entries[i]))
		}
	}
	return nil
}

// partsOf says which parts a declaration carries: nil is not given, empty is given.
func partsOf(d *declaration.Declaration) Parts {
	var parts Parts
	add := func(given bool, part Parts) {
		if given {
			parts |= part
		}
	}
	add(d.Items != nil, PartItems)
	add(d.Events != nil, PartEvents)
	add(d.Assignments != nil, PartAssignments)
	add(d.Inspections != nil, PartInspections)
	add(d.Offences != nil, PartOffences)
	add(d.Payments != nil, PartPayments)
	add(d.Versions != nil, PartVersions)
	return parts
}

// restoreEmpty makes the parts that were given and empty so again, which JSON
// does not tell from those that were not given.
func restoreEmpty(d *declaration.Declaration, parts Parts) {
	restore(&d.Items, parts.Has(PartItems))
	restore(&d.Events, parts.Has(PartEvents))
	restore(&d.Assignments, parts.Has(PartAssignments))
	restore(&d.Inspections, parts.Has(PartInspections))
	restore(&d.Offences, parts.Has(PartOffences))
	restore(&d.Payments, parts.Has(PartPayments))
	restore(&d.Versions, parts.Has(PartVersions))
}

func restore[E any](part *[]E, given bool) {
	if given && *part == nil {
		*part = []E{}
	}
}
