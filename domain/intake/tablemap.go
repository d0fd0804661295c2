package intake

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"assay/domain/declaration"
)

// TableMap says how the rows of a table become declarations. README.md describes every field.
type TableMap struct {
	// Row is what a row is: "declaration", or "item" (rows with the same office, date and number
	// are one declaration).
	Row       string               `json:"row"`
	Sheet     string               `json:"sheet,omitempty"`      // of a workbook; the first one when empty
	HeaderRow int                  `json:"header_row,omitempty"` // row of a workbook that names the columns, from 1
	Fields    map[string]TableCell `json:"fields"`
	Taxes     []TableTax           `json:"taxes,omitempty"`
	Events    []TableEvent         `json:"events,omitempty"`
	Offences  []TableOffence       `json:"offences,omitempty"`
	Ignored   []string             `json:"ignored,omitempty"` // known columns that are not read
}

// TableCell is where a value comes from: a column or a constant.
type TableCell struct {
	Column string `json:"column,omitempty"`
	Value  string `json:"value,omitempty"` // constant; with a column, what an empty cell means
	// Values replaces what the source writes ("40" becomes "4"). What is not among them is taken as it is,
	// or gives a reject when Strict is set.
	Values map[string]string `json:"values,omitempty"`
	Strict bool              `json:"strict,omitempty"`
	// Unit of a mass: kg (when empty), g, t, lb; of an amount: "" (the currency), minor, thousand, million.
	Unit string `json:"unit,omitempty"`
	// Date is the form of a date: "" (any form with a month that cannot be mistaken), dmy, mdy, excel
	// (days since 1899-12-30), unix, unix_ms.
	Date string `json:"date,omitempty"`
}

// TableTax is a tax line of every item.
type TableTax struct {
	Code   string     `json:"code"`
	Amount *TableCell `json:"amount,omitempty"`
	Base   *TableCell `json:"base,omitempty"`
	Rate   *TableCell `json:"rate,omitempty"` // per cent
	// Computed takes base × rate / 100 as the amount, rounded half away from zero to the minor unit, where the
	// table has no amounts. Such revenue is an estimate.
	Computed bool       `json:"computed,omitempty"`
	Relieved *TableCell `json:"relieved,omitempty"`
	Exempt   bool       `json:"exempt,omitempty"` // the line is not to be paid
}

// TableEvent is an event of every declaration whose time is given.
type TableEvent struct {
	Kind      declaration.EventKind `json:"kind"`
	Operation string                `json:"operation,omitempty"`
	Time      TableCell             `json:"time"`
	User      *TableCell            `json:"user,omitempty"`
	From      *TableCell            `json:"from,omitempty"`
	To        *TableCell            `json:"to,omitempty"`
}

// TableOffence is an offence that a column marks, such as a flag of fraud.
type TableOffence struct {
	When   TableCell                 `json:"when"`
	Equals []string                  `json:"equals"` // values of When that mean an offence
	Number *TableCell                `json:"number,omitempty"`
	Code   *TableCell                `json:"code,omitempty"`
	Status declaration.OffenceStatus `json:"status,omitempty"` // confirmed when empty
	Time   *TableCell                `json:"time,omitempty"`   // the day of registration when it is not given
	User   *TableCell                `json:"user,omitempty"`
	// DeclaredValue and the rest are amounts of the case.
	DeclaredValue *TableCell `json:"declared_value,omitempty"`
	AssessedValue *TableCell `json:"assessed_value,omitempty"`
	ExtraDuties   *TableCell `json:"extra_duties,omitempty"`
	Fine          *TableCell `json:"fine,omitempty"`
}

const (
	rowDeclaration = "declaration"
	rowItem        = "item"
	maxTaxes       = 32
	maxTableEvents = 64
)

// Fields of a table, by their place. The first three are the key.
const (
	tableSerial = iota + keyFields
	tableFlow
	tableModel
	tableBorderOffice
	tableBroker
	tableBrokerName
	tableImporter
	tableImporterName
	tableLaneSelected
	tableLaneCurrent
	tableMode
	tableIncoterm
	tablePaymentTerms
	tableVehicles
	tableContainers
	tableManifest
	tableBills
	tableArrived
	tablePrelodged
	tableDeferredAccount
	tableGuarantee
	tablePrevious
	tableAssessedTotal
	tablePaperFinished
	tableCancelled
	tableTopUp
	tableItemNumber
	tableHS
	tableProcedure
	tableNationalProcedure
	tablePreference
	tableOrigin
	tableDescription
	tablePackages
	tablePackageKind
	tableQuantity
	tableGrossMass
	tableNetMass
	tableInvoiceAmount
	tableInvoiceCurrency
	tableInvoiceRate
	tableCustomsValue
	tableTaxTotal
	tableFields // taxes, events and offences follow
)

// tableFieldNames are the names of the fields in a map, by their place.
var tableFieldNames = [tableFields]string{
	keyOffice: "office", keyDate: "registered_on", keyNumber: "number", tableSerial: "serial", tableFlow: "flow", tableModel: "model",
	tableBorderOffice: "border_office", tableBroker: "broker", tableBrokerName: "broker_name", tableImporter: "importer",
	tableImporterName: "importer_name", tableLaneSelected: "lane_selected", tableLaneCurrent: "lane_current", tableMode: "mode",
	tableIncoterm: "incoterm", tablePaymentTerms: "payment_terms", tableVehicles: "vehicles", tableContainers: "containers",
	tableManifest: "manifest", tableBills: "bills", tableArrived: "arrived_at", tablePrelodged: "prelodged",
	tableDeferredAccount: "deferred_account", tableGuarantee: "guarantee", tablePrevious: "previous",
	tableAssessedTotal: "assessed_total", tablePaperFinished: "paper_finished_at", tableCancelled: "cancelled", tableTopUp: "top_up",
	tableItemNumber: "item.number", tableHS: "item.hs", tableProcedure: "item.procedure", tableNationalProcedure: "item.national_procedure",
	tablePreference: "item.preference", tableOrigin: "item.origin", tableDescription: "item.description", tablePackages: "item.packages",
	tablePackageKind: "item.package_kind", tableQuantity: "item.quantity", tableGrossMass: "item.gross_mass", tableNetMass: "item.net_mass",
	tableInvoiceAmount: "item.invoice_amount", tableInvoiceCurrency: "item.invoice_currency", tableInvoiceRate: "item.invoice_rate",
	tableCustomsValue: "item.customs_value", tableTaxTotal: "item.tax_total",
}

// tableNumbers are the fields whose values show the decimal style.
var tableNumbers = []int{
	tableGuarantee, tableAssessedTotal, tableTopUp, tableQuantity, tableGrossMass, tableNetMass, tableInvoiceAmount, tableInvoiceRate,
	tableCustomsValue, tableTaxTotal,
}

var (
	knownUnits = []string{"", "kg", "g", "t", "lb", "minor", "thousand", "million"}
	knownDates = []string{"", "dmy", "mdy", "excel", "unix", "unix_ms"}
)

// validate adds what is wrong with a table's map.
func (t *TableMap) validate(add func(field, format string, args ...any)) {
	if t.Row != rowDeclaration && t.Row != rowItem {
		add("table.row", "must be declaration or item")
	}
	if t.HeaderRow < 0 || t.HeaderRow > 1000 {
		add("table.header_row", "must be from 1 to 1000")
	}
	for _, name := range slices.Sorted(maps.Keys(t.Fields)) {
		field := slices.Index(tableFieldNames[:], name)
		if field < 0 {
			add("table.fields."+name, "is not a field; there are %s", strings.Join(tableFieldNames[:], ", "))
		}
		cell := t.Fields[name]
		cell.validate("table.fields."+name, add)
	}
	for _, field := range []int{keyOffice, keyDate, keyNumber} {
		if _, given := t.Fields[tableFieldNames[field]]; !given {
			add("table.fields."+tableFieldNames[field], "is missing")
		}
	}
	_, flow := t.Fields["flow"]
	_, model := t.Fields["model"]
	if !flow && !model {
		add("table.fields.flow", "is missing; give flow or model")
	}
	if len(t.Taxes) > maxTaxes || len(t.Events) > maxTableEvents || len(t.Offences) > maxTaxes {
		add("table", "has too many taxes, events or offences")
		return
	}
	for i := range t.Taxes {
		t.Taxes[i].validate(fmt.Sprintf("table.taxes[%d]", i), add)
	}
	for i := range t.Events {
		t.Events[i].validate(fmt.Sprintf("table.events[%d]", i), add)
	}
	for i := range t.Offences {
		t.Offences[i].validate(fmt.Sprintf("table.offences[%d]", i), add)
	}
}

func (c *TableCell) validate(field string, add func(field, format string, args ...any)) {
	if c == nil {
		return
	}
	if c.Column == "" && c.Value == "" {
		add(field, "needs a column or a value")
	}
	if !slices.Contains(knownUnits, c.Unit) {
		add(field+".unit", "must be one of %s", strings.Join(knownUnits[1:], ", "))
	}
	if !slices.Contains(knownDates, c.Date) {
		add(field+".date", "must be one of %s", strings.Join(knownDates[1:], ", "))
	}
	if len(c.Values) > maxMapEntries {
		add(field+".values", "has too many entries")
	}
}

func (x *TableTax) validate(field string, add func(field, format string, args ...any)) {
	if x.Code == "" || len(x.Code) > maxCode {
		add(field+".code", "is missing or too long")
	}
	switch {
	case x.Computed && (x.Base == nil || x.Rate == nil || x.Amount != nil):
		add(field, "a computed amount needs base and rate and no amount")
	case !x.Computed && x.Amount == nil && x.Relieved == nil:
		add(field, "needs an amount, or computed with base and rate")
	}
	x.Amount.validate(field+".amount", add)
	x.Base.validate(field+".base", add)
	x.Rate.validate(field+".rate", add)
	x.Relieved.validate(field+".relieved", add)
}

func (e *TableEvent) validate(field string, add func(field, format string, args ...any)) {
	if !slices.Contains(declaration.EventKinds, e.Kind) {
		add(field+".kind", "%q is not a kind of event", e.Kind)
	}
	if len(e.Operation) > 4*maxCode {
		add(field+".operation", "is too long")
	}
	e.Time.validate(field+".time", add)
	e.User.validate(field+".user", add)
	e.From.validate(field+".from", add)
	e.To.validate(field+".to", add)
}

func (o *TableOffence) validate(field string, add func(field, format string, args ...any)) {
	if len(o.Equals) == 0 {
		add(field+".equals", "is missing")
	}
	if !slices.Contains([]declaration.OffenceStatus{"", declaration.OffenceOpen, declaration.OffenceConfirmed, declaration.OffenceDismissed}, o.Status) {
		add(field+".status", "must be open, confirmed or dismissed")
	}
	o.When.validate(field+".when", add)
	o.Number.validate(field+".number", add)
	o.Code.validate(field+".code", add)
	o.Time.validate(field+".time", add)
	o.User.validate(field+".user", add)
	o.DeclaredValue.validate(field+".declared_value", add)
	o.AssessedValue.validate(field+".assessed_value", add)
	o.ExtraDuties.validate(field+".extra_duties", add)
	o.Fine.validate(field+".fine", add)
}

// Places of the cells of a tax, an event and an offence, from its first.
const (
	taxAmount = iota
	taxBase
	taxRate
	taxRelieved
	taxCells
)

const (
	eventTime = iota
	eventUser
	eventFrom
	eventTo
	eventCells
)

const (
	offenceWhen = iota
	caseNumber
	caseCode
	caseTime
	caseUser
	caseDeclared
	caseAssessed
	caseDuties
	caseFine
	caseCells
)

// cells lists every cell of the map by its place; nil where the map has none.
func (t *TableMap) cells() []*TableCell {
	list := make([]*TableCell, tableFields, int(tableFields)+taxCells*len(t.Taxes)+eventCells*len(t.Events)+caseCells*len(t.Offences))
	for i, name := range tableFieldNames {
		if cell, given := t.Fields[name]; given {
			list[i] = &cell
		}
	}
	for i := range t.Taxes {
		x := &t.Taxes[i]
		list = append(list, x.Amount, x.Base, x.Rate, x.Relieved)
	}
	for i := range t.Events {
		e := &t.Events[i]
		list = append(list, &e.Time, e.User, e.From, e.To)
	}
	for i := range t.Offences {
		o := &t.Offences[i]
		list = append(list, &o.When, o.Number, o.Code, o.Time, o.User, o.DeclaredValue, o.AssessedValue, o.ExtraDuties, o.Fine)
	}
	return list
}

func (t *TableMap) taxAt(i int) int     { return tableFields + taxCells*i }
func (t *TableMap) eventAt(i int) int   { return tableFields + taxCells*len(t.Taxes) + eventCells*i }
func (t *TableMap) offenceAt(i int) int { return t.eventAt(len(t.Events)) + caseCells*i }

// kind is the table as a kind of file, so that it is surveyed, joined and rejected like the files
// of an extract.
func (t *TableMap) kind() *fileKind {
	cells := t.cells()
	k := &fileKind{name: FormatTable, joint: joinDeclaration, fields: make([]fieldSpec, len(cells))}
	for i := range cells {
		spec := &k.fields[i]
		switch {
		case i < int(tableFields):
			*spec = fieldSpec{name: tableFieldNames[i], required: i < keyFields, number: slices.Contains(tableNumbers, i)}
		default:
			*spec = fieldSpec{name: "taxes", number: i < t.eventAt(0)}
			if i >= t.eventAt(0) {
				spec.name = "events"
			}
			if i >= t.offenceAt(0) {
				spec.name = "offences"
			}
		}
	}
	return k
}
