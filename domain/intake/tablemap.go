package intake

// TableMap says how the rows of a table become declarations. See README.md.
type TableMap struct {
	Row string `json:"row"` // what a row is: "declaration" or "item"
}

func (t *TableMap) validate(add func(field, format string, args ...any)) {}

const (
	maxTaxes = 32
)
