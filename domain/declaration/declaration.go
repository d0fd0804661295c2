// Package declaration is the canonical model of a Customs declaration: its
// header, items, and its life as events, with the documents round it (manifest,
// transit, suspense account). It is pure: no database, no files, no clock.
//
// Every format that intake reads becomes these types; the warehouse keeps them;
// the facts behind every indicator are derived from them and from nothing else.
package declaration

import "time"

// Declaration is the state of one declaration as its clearance system gave it.
//
// Parts that a source did not give are nil, not empty: the warehouse keeps the
// part it already has when a newer extract does not carry it (see Parts).
// All money is in minor units of the administration's currency.
type Declaration struct {
	Reference Reference `json:"reference"`
	Header    Header    `json:"header"`

	Items       []Item       `json:"items,omitempty"`
	Events      []Event      `json:"events,omitempty"`
	Assignments []Assignment `json:"assignments,omitempty"`
	Inspections []Inspection `json:"inspections,omitempty"`
	Offences    []Offence    `json:"offences,omitempty"`
	Payments    []Payment    `json:"payments,omitempty"`
	Versions    []Version    `json:"versions,omitempty"`
}

// Header is what stands once on a declaration.
type Header struct {
	BorderOffice string `json:"border_office,omitempty"`
	Flow         Flow   `json:"flow"`  // import, export or transit
	Model        string `json:"model"` // type and general procedure, "IM4"
	// RegisteredOn is the date of registration as the header gives it, in the
	// office's zone, at midnight UTC of that date. The time of day is in the
	// event log; never derive hours from this.
	RegisteredOn    time.Time `json:"registered_on"`
	Broker          string    `json:"broker,omitempty"`
	BrokerName      string    `json:"broker_name,omitempty"`
	Importer        string    `json:"importer,omitempty"` // consignee; for exports the exporter
	ImporterName    string    `json:"importer_name,omitempty"`
	LaneSelected    Lane      `json:"lane_selected,omitempty"` // lane at selectivity (flags)
	LaneCurrent     Lane      `json:"lane_current,omitempty"`  // lane now (colour field)
	Mode            string    `json:"mode,omitempty"`          // mode of transport at the border, UN Recommendation 19 digit as text
	Incoterm        string    `json:"incoterm,omitempty"`
	PaymentTerms    string    `json:"payment_terms,omitempty"`
	Vehicles        []string  `json:"vehicles,omitempty"`
	Containers      []string  `json:"containers,omitempty"`
	Manifest        string    `json:"manifest,omitempty"` // manifest reference, see ManifestReference
	Bills           []string  `json:"bills,omitempty"`    // bills of lading cited, on that manifest
	ArrivedAt       *Moment   `json:"arrived_at,omitempty"`
	Prelodged       bool      `json:"prelodged,omitempty"`
	DeferredAccount string    `json:"deferred_account,omitempty"`
	Guarantee       int64     `json:"guarantee,omitempty"`         // amount guaranteed
	Previous        string    `json:"previous,omitempty"`          // natural key of the declaration written off
	AssessedTotal   *int64    `json:"assessed_total,omitempty"`    // total of the assessment notice
	PaperFinishedAt *Moment   `json:"paper_finished_at,omitempty"` // stamp, gate or paper date at which the control was done
	Cancelled       bool      `json:"cancelled,omitempty"`         // status Cancelled in the source
	TopUp           int64     `json:"top_up,omitempty"`            // increase of duties found by control, as the source shows it
}

// Flow is the direction of the goods.
type Flow string

// The flows.
const (
	Import  Flow = "import"
	Export  Flow = "export"
	Transit Flow = "transit"
)

// Lane is a selectivity lane in the canonical vocabulary; an administration's own
// names are mapped to these on intake and shown again on pages.
type Lane string

// The lanes; the empty Lane means not selected yet or not known.
const (
	Green  Lane = "green"
	Yellow Lane = "yellow"
	Red    Lane = "red"
	Blue   Lane = "blue"
)

// Strength orders lanes by strength of control: red 3, yellow 2, blue 1, green 0, unknown -1.
func (l Lane) Strength() int {
	switch l {
	case Red:
		return 3
	case Yellow:
		return 2
	case Blue:
		return 1
	case Green:
		return 0
	}
	return -1
}

// Item is one line of goods. Money in minor units, mass in grams.
type Item struct {
	Number          int       `json:"number"`
	HS              string    `json:"hs"` // national code, digits as text with leading zeros
	Procedure       string    `json:"procedure,omitempty"`
	NationalProc    string    `json:"national_procedure,omitempty"`
	Preference      string    `json:"preference,omitempty"`
	Origin          string    `json:"origin,omitempty"`
	Description     string    `json:"description,omitempty"`
	Packages        int64     `json:"packages,omitempty"`
	PackageKind     string    `json:"package_kind,omitempty"`
	Quantity        string    `json:"quantity,omitempty"` // supplementary quantity, a decimal as text
	GrossMass       int64     `json:"gross_mass,omitempty"`
	NetMass         int64     `json:"net_mass,omitempty"`
	InvoiceAmount   string    `json:"invoice_amount,omitempty"` // in InvoiceCurrency, a decimal as text
	InvoiceCurrency string    `json:"invoice_currency,omitempty"`
	InvoiceRate     string    `json:"invoice_rate,omitempty"` // a decimal as text
	CustomsValue    int64     `json:"customs_value"`
	TaxTotal        int64     `json:"tax_total"` // total of the item as the system shows it
	Taxes           []TaxLine `json:"taxes,omitempty"`
}

// TaxLine is one tax of an item.
type TaxLine struct {
	Code     string `json:"code"`
	Base     int64  `json:"base,omitempty"`
	Rate     string `json:"rate,omitempty"` // per cent, a decimal as text
	Amount   int64  `json:"amount"`
	Payable  bool   `json:"payable"`            // mode of payment is payable; guaranteed and exempted lines are not
	Relieved int64  `json:"relieved,omitempty"` // revenue forgone
	Relief   string `json:"relief,omitempty"`   // relief code
}

// Payable is the sum of the payable tax lines of an item.
func (i *Item) Payable() int64 {
	var sum int64
	for t := range i.Taxes {
		if i.Taxes[t].Payable {
			sum += i.Taxes[t].Amount
		}
	}
	return sum
}

// Totals are the sums over a declaration's items, in minor units.
type Totals struct {
	CustomsValue int64
	Payable      int64 // payable tax lines
	Relieved     int64
	Shown        int64 // sum of Item.TaxTotal, as the system shows it
	Packages     int64
	GrossMass    int64 // grams
}

// Totals sums the items.
func (d *Declaration) Totals() Totals {
	var t Totals
	for i := range d.Items {
		item := &d.Items[i]
		t.CustomsValue += item.CustomsValue
		t.Payable += item.Payable()
		t.Shown += item.TaxTotal
		t.Packages += item.Packages
		t.GrossMass += item.GrossMass
		for j := range item.Taxes {
			t.Relieved += item.Taxes[j].Relieved
		}
	}
	return t
}

// Principal is the index of the item with the highest customs value, the lowest
// number on a tie, by which declaration measures are drilled by HS and origin; -1
// without items.
func (d *Declaration) Principal() int {
	best := -1
	for i := range d.Items {
		if best < 0 || d.Items[i].CustomsValue > d.Items[best].CustomsValue ||
			d.Items[i].CustomsValue == d.Items[best].CustomsValue && d.Items[i].Number < d.Items[best].Number {
			best = i
		}
	}
	return best
}
