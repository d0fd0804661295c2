package indicator

import (
	"slices"

	"assay/domain"
	"assay/domain/cube/fact"
)

// leastColumns are the amounts of a case that a least amount is held against, by grain and kind of row.
var leastColumns = map[string]string{"case": "extra_duties", "paid": "extra_duties_paid"}

// HasLeast reports whether a least amount a case can be asked of an indicator: its rows must be cases with an amount.
func HasLeast(code string) bool {
	d, err := Find(code)
	return err == nil && d.leastColumn() != ""
}

func (d *Definition) leastColumn() string {
	if d.Rows != fact.Offence {
		return ""
	}
	at := slices.IndexFunc(d.Base, func(t Test) bool { return t.Column == "kind" && len(t.In) == 1 })
	if at < 0 {
		return ""
	}
	return leastColumns[d.Base[at].In[0]]
}

// floor puts the least amounts of a question into copies of the definitions.
func (in *Request) floor(definitions []*Definition) error {
	for i, d := range definitions {
		least, given := in.Least[d.Code]
		if !given {
			continue
		}
		column := d.leastColumn()
		if column == "" {
			return domain.Errorf(domain.KindInvalid, "%s counts no cases with an amount, so that it has no least amount", d.Code)
		}
		floored := *d
		floored.Base = append(slices.Clone(d.Base), atLeast(column, least))
		definitions[i] = &floored
	}
	return nil
}
