package web

import (
	"assay/domain/access"
	"assay/domain/confidentiality"
	"assay/domain/indicator"
)

// viewer is the person as the room confidentiality knows people.
func (v *visit) viewer() confidentiality.Viewer {
	return confidentiality.Viewer{Person: v.person, Permissions: v.permissions, Scope: v.scope, Capacity: v.grant.Capacity(), Origin: v.RealIP()}
}

// veil is how the person sees officers on this page. It is asked for once a request, so that a
// purpose that ends meanwhile does not show half a page.
func (v *visit) veil() (*confidentiality.Veil, error) {
	if v.officers != nil {
		return v.officers, nil
	}
	veil, err := v.server.Confidentiality.Veil(v.Request().Context(), v.viewer())
	if err == nil {
		v.officers = veil
	}
	return veil, err
}

// figuresSeen are the figures as the person sees them.
func (v *visit) figuresSeen() (*indicator.Seen, error) {
	veil, err := v.veil()
	if err != nil {
		return nil, err
	}
	return v.server.Indicators.Under(veil), nil
}

// officerNames takes out of names those that the person may not be told, and gives colleagues a word.
func (v *visit) officerNames(codes []string, names map[string]string) (map[string]string, error) {
	veil, err := v.veil()
	if err != nil {
		return nil, err
	}
	told := map[string]string{}
	for _, code := range codes {
		switch {
		case code == confidentiality.Colleague:
			told[code] = v.T("officer.colleague")
		case veil.MayName(code) && names[code] != "":
			told[code] = names[code]
		}
	}
	return told, nil
}

// mayReadRows reports whether the person may see rows of extracts as they were delivered: they name
// officers, so who sees pseudonyms does not see them.
func (v *visit) mayReadRows() bool {
	return v.permissions.Scope(access.OfficerPseudonym) == access.ScopeNone ||
		v.permissions.Scope(access.OfficerRead) == access.ScopeAdministration || v.may(access.ImportWrite)
}

// hides reports whether the person is not told figures by a dimension.
func (v *visit) hides(dimension string) bool {
	veil, err := v.veil()
	return err != nil || veil.Tells(dimension) != nil
}
