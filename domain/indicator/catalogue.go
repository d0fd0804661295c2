package indicator

import (
	"cmp"
	"slices"
	"strings"

	"assay/domain"
)

// catalogue is every definition, in the order of the catalogue.
var catalogue = func() []*Definition {
	var all []*Definition
	for _, family := range [][]Definition{clearance, revenue, control, fraud, cargo, quality, integrity, operators} {
		for i := range family {
			all = append(all, complete(&family[i]))
		}
	}
	slices.SortFunc(all, func(a, b *Definition) int { return cmp.Compare(a.Number, b.Number) })
	return all
}()

// complete gives companions the rows of the indicator where they name none of their own.
func complete(d *Definition) *Definition {
	for i := range d.Companions {
		if c := &d.Companions[i]; c.Rows == "" {
			c.Rows, c.Base, c.BaseSQL, c.UpToEnd = d.Rows, d.Base, d.BaseSQL, d.UpToEnd
		}
	}
	return d
}

// All lists every indicator of the catalogue in its order. The definitions must
// not be changed.
func All() []*Definition { return slices.Clone(catalogue) }

// Find gives the definition of a code, letter case ignored. The error is KindNotFound.
func Find(code string) (*Definition, error) {
	for _, d := range catalogue {
		if strings.EqualFold(d.Code, strings.TrimSpace(code)) {
			return d, nil
		}
	}
	return nil, domain.Errorf(domain.KindNotFound, "there is no indicator %q; `assay indicators list` shows those there are", code)
}

// findAll gives the definitions of codes, all available ones when there is none.
func findAll(codes []string) ([]*Definition, error) {
	if len(codes) == 0 {
		return slices.DeleteFunc(All(), func(d *Definition) bool { return !d.Available() }), nil
	}
	var found []*Definition
	for _, code := range codes {
		d, err := Find(code)
		if err != nil {
			return nil, err
		}
		if !d.Available() {
			return nil, domain.Errorf(domain.KindNotReady, "%s is not yet available: %s", d.Code, d.Missing)
		}
		if !slices.Contains(found, d) {
			found = append(found, d)
		}
	}
	return found, nil
}
