package web

import "assay/domain/contract"

// feedText says why the term of a signed contract does not begin although its first day has come, empty where nothing holds it.
func (v *visit) feedText(d *contract.Dossier) string {
	p, err := v.server.Contracts.FeedProblem(v.Request().Context(), v.tenant, d.Contract)
	if err != nil || p == nil {
		return "" // the program looks again when it begins the term
	}
	return v.T("contract.feed", "Why", v.T(p.Key, p.Blanks...))
}
