package indicator

import (
	"assay/domain"
	"assay/domain/access"
	"assay/domain/account"
)

// Boundary is how far a person sees into the figures: the rows with one value of a
// dimension. The zero Boundary is the whole administration.
type Boundary struct {
	Dimension string
	Value     string
	// Office is the office of a section: sections of two offices may have the same code.
	Office string
	// outside is set for an economic operator: who is not of the administration sees only the indicators that are told to operators.
	outside bool
}

// BoundaryOf turns the scope of a permission into a boundary: a head sees the own
// office, a head of team the own section, an officer what the own user did, an
// economic operator the own declarations. The error is KindForbidden when the membership does not say whose that is.
func BoundaryOf(scope access.Scope, member account.Membership) (Boundary, error) {
	var b Boundary
	switch scope {
	case access.ScopeAdministration:
		return b, nil
	case access.ScopeOffice:
		b = Boundary{Dimension: "office", Value: member.Office}
	case access.ScopeTeam:
		b = Boundary{Dimension: "section", Value: member.Section, Office: member.Office}
		if member.Office == "" {
			b.Value = "" // a section without its office is nobody's
		}
	case access.ScopeOwn:
		b = Boundary{Dimension: "officer", Value: member.Officer}
		if access.Role(member.Role) == access.Trader {
			b = Boundary{Dimension: string(member.TraderKind), Value: member.Trader, outside: true}
			if !member.TraderKind.Known() {
				b.Value = ""
			}
		}
	default:
		return b, domain.Errorf(domain.KindForbidden, "your role does not allow this; ask your administration's administrator")
	}
	if b.Value == "" && b.outside {
		return Boundary{}, domain.Errorf(domain.KindForbidden, "your account names no importer or broker whose figures you may see; ask the administration")
	}
	if b.Value == "" {
		return Boundary{}, domain.Errorf(domain.KindForbidden, "your account names no %s whose figures you may see; ask your administration's administrator", b.Dimension)
	}
	return b, nil
}

// Whole reports whether the boundary is the whole administration.
func (b Boundary) Whole() bool { return b.Dimension == "" && !b.outside }

// Outside reports whether the boundary is that of an economic operator.
func (b Boundary) Outside() bool { return b.outside }

// Filters are the boundary as filters, none for the whole administration.
func (b Boundary) Filters() []Filter {
	if b.Whole() {
		return nil
	}
	filters := []Filter{{Dimension: b.Dimension, Values: []string{b.Value}}}
	if b.Office != "" {
		filters = append(filters, Filter{Dimension: "office", Values: []string{b.Office}})
	}
	return filters
}

// Covers reports whether an indicator can be kept within the boundary. One whose
// numerator alone has the dimension cannot: its denominator would be everybody's.
func (b Boundary) Covers(d *Definition) bool {
	if b.outside && !d.ToldOutside() {
		return false
	}
	for _, f := range b.Filters() {
		if !d.Has(f.Dimension) || d.isDetail(f.Dimension) {
			return false
		}
	}
	return true
}

// Check refuses a filter that leads beyond the boundary. Whether what it names exists makes no
// difference: the error is the same KindForbidden.
func (b Boundary) Check(f Filter) error {
	for _, own := range b.Filters() {
		if f.Dimension == own.Dimension && (f.Not || len(f.Values) != 1 || f.Values[0] != own.Values[0]) {
			return domain.Errorf(domain.KindForbidden, "your role shows your own %s only", own.Dimension)
		}
	}
	return nil
}

// Narrow adds the boundary to the filters of a question about an indicator. What
// lies beyond it is refused, not silently left out: the error is KindForbidden.
func (b Boundary) Narrow(d *Definition, where []Filter) ([]Filter, error) {
	if b.Whole() {
		return where, nil
	}
	if b.outside && !b.Covers(d) {
		return nil, domain.Errorf(domain.KindNotFound, "there is no indicator %q", d.Code) // as for one that there is not
	}
	if !b.Covers(d) {
		return nil, domain.Errorf(domain.KindForbidden, "your role shows your own %s only, and %s cannot be told by %s", b.Dimension, d.Code, b.Dimension)
	}
	return b.Add(where)
}

// Add puts the boundary's filters before others, without naming a dimension twice.
func (b Boundary) Add(where []Filter) ([]Filter, error) {
	narrowed := b.Filters()
	for _, f := range where {
		if err := b.Check(f); err != nil {
			return nil, err
		}
		if !b.fixes(f.Dimension) {
			narrowed = append(narrowed, f)
		}
	}
	return narrowed, nil
}

// fixes reports whether the boundary settles a dimension.
func (b Boundary) fixes(dimension string) bool {
	for _, own := range b.Filters() {
		if own.Dimension == dimension {
			return true
		}
	}
	return false
}
