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
}

// BoundaryOf turns the scope of a permission into a boundary: a head sees the own
// office, an officer what the own user did. The error is KindForbidden when
// the membership does not say which office or user that is.
func BoundaryOf(scope access.Scope, member account.Membership) (Boundary, error) {
	var b Boundary
	switch scope {
	case access.ScopeAdministration:
		return b, nil
	case access.ScopeOffice:
		b = Boundary{"office", member.Office}
	case access.ScopeOwn:
		b = Boundary{"officer", member.Officer}
	default:
		return b, domain.Errorf(domain.KindForbidden, "your role does not allow this; ask your administration's administrator")
	}
	if b.Value == "" {
		return Boundary{}, domain.Errorf(domain.KindForbidden, "your account names no %s whose figures you may see; ask your administration's administrator", b.Dimension)
	}
	return b, nil
}

// Whole reports whether the boundary is the whole administration.
func (b Boundary) Whole() bool { return b.Dimension == "" }

// Covers reports whether an indicator can be kept within the boundary. One whose
// numerator alone has the dimension cannot: its denominator would be everybody's.
func (b Boundary) Covers(d *Definition) bool {
	return b.Whole() || d.Has(b.Dimension) && !d.isDetail(b.Dimension)
}

// Narrow adds the boundary to the filters of a question about an indicator. What
// lies beyond it is refused, not silently left out: the error is KindForbidden.
func (b Boundary) Narrow(d *Definition, where []Filter) ([]Filter, error) {
	if b.Whole() {
		return where, nil
	}
	if !b.Covers(d) {
		return nil, domain.Errorf(domain.KindForbidden, "your role shows your own %s only, and %s cannot be told by %s", b.Dimension, d.Code, b.Dimension)
	}
	narrowed := []Filter{{Dimension: b.Dimension, Values: []string{b.Value}}}
	for _, f := range where {
		if f.Dimension != b.Dimension {
			narrowed = append(narrowed, f)
			continue
		}
		if f.Not || len(f.Values) != 1 || f.Values[0] != b.Value {
			return nil, domain.Errorf(domain.KindForbidden, "your role shows your own %s only", b.Dimension)
		}
	}
	return narrowed, nil
}
