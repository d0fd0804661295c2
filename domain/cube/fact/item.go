package fact

import (
	"assay/domain/cube"
	"assay/domain/warehouse"
)

// ItemRow is one item, dated by the local day of registration of its declaration.
// Procedure, HS and origin are its own.
type ItemRow struct {
	Dimensions
	RegisteredOn cube.Date
	Number       int64
	HSSubheading string
	Preference   string
	State        Bit
	Duties       int64
	Relieved     int64
	CustomsValue int64
	GrossMass    int64
	NetMass      int64
}

// The states of an item row.
const (
	ItemCancelled Bit = 1 << iota
	ItemPriceJudged
	ItemPriceOutlier
)

var itemStates = namedBits(
	[2]string{"cancelled", "its declaration is cancelled"},
	[2]string{"price_judged", "its value per mass could be compared with enough earlier items of the same HS subheading and origin"},
	[2]string{"price_outlier", "its value per mass lies beyond the limits of that history"},
)

var items = newSchema("item", 1, "registered_on", hsChapter,
	dimensionColumns(func(r *ItemRow) *Dimensions { return &r.Dimensions }),
	[]column[ItemRow]{
		day("registered_on", "local day of registration of the declaration", func(r *ItemRow) Date { return date(r.RegisteredOn) }),
		integer("number", "", "number of the item on its declaration", func(r *ItemRow) Number { return number(r.Number) }),
		code("hs_subheading", "HS subheading, six digits", func(r *ItemRow) string { return r.HSSubheading }),
		code("preference", "preference claimed", func(r *ItemRow) string { return r.Preference }),
		flags("state", "what is true of the item", itemStates, func(r *ItemRow) uint64 { return uint64(r.State) }),
		integer("duties", "minor", "payable duties and taxes", func(r *ItemRow) Number { return number(r.Duties) }),
		integer("relieved", "minor", "duties and taxes relieved", func(r *ItemRow) Number { return number(r.Relieved) }),
		integer("customs_value", "minor", "customs value", func(r *ItemRow) Number { return number(r.CustomsValue) }),
		integer("gross_mass", "g", "gross mass", func(r *ItemRow) Number { return number(r.GrossMass) }),
		integer("net_mass", "g", "net mass", func(r *ItemRow) Number { return number(r.NetMass) }),
	})

// DeriveItems gives the rows of a declaration's items, in their order.
func DeriveItems(r *warehouse.Record, c *Context) []ItemRow {
	return live(r, c).items(nil)
}

// items appends the rows of the items. Their officer and assignment are those of
// the first assessment.
func (l *life) items(rows []ItemRow) []ItemRow {
	r := l.record
	base := l.at(l.event(l.assessed))
	base.Officer = l.officer(l.assessed)
	registered := registrationDay(r)
	for i := range r.Items {
		item := &r.Items[i]
		row := ItemRow{Dimensions: base, RegisteredOn: registered, Number: int64(item.Number), HSSubheading: subheading(item.HS),
			Preference: item.Preference, Duties: item.Payable(), CustomsValue: item.CustomsValue, GrossMass: item.GrossMass, NetMass: item.NetMass}
		row.Procedure, row.HSHeading, row.Origin = item.Procedure, heading(item.HS), item.Origin
		for j := range item.Taxes {
			row.Relieved += item.Taxes[j].Relieved
		}
		row.State.set(ItemCancelled, l.isCancelled())
		judged, outlier := l.context.Prices.judge(registered.Month(), item)
		row.State.set(ItemPriceJudged, judged)
		row.State.set(ItemPriceOutlier, outlier)
		rows = append(rows, row)
	}
	return rows
}
