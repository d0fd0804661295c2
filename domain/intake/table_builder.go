package intake

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"assay/domain/declaration"
)

// tableBuilder makes declarations of the rows of tables. It belongs to one goroutine.
type tableBuilder struct {
	row
	files []*survey
	table *TableMap
	items bool // the map gives items
}

func newTableBuilder(s *settings, files []*survey) *tableBuilder {
	b := &tableBuilder{files: files, row: row{scribe: newScribe(s)}, table: s.columns.Table}
	for _, name := range tableFieldNames[tableItemNumber:] {
		if _, given := b.table.Fields[name]; given {
			b.items = true
		}
	}
	b.items = b.items || len(b.table.Taxes) > 0
	return b
}

func (b *tableBuilder) counts() *tally { return &b.tally }

var errSecondRow = errors.New("is a second row of a declaration where the map says that a row is a declaration")

func (b *tableBuilder) build(h *gathered, g *group, repeated bool, out *built) {
	if repeated {
		b.rejectAll(b.files, h, g, keyDate, errRepeatedKey, out)
		return
	}
	day, office, number := splitKey(g.key)
	d := &declaration.Declaration{Reference: reference(day, validText(b.interner.text(office)), string(number))}
	d.Header.RegisteredOn = date(day)
	clock := b.clock(d.Reference.Office)
	if b.items {
		d.Items = make([]declaration.Item, 0, g.rows)
	}
	var taken []int32
	for n := g.first; n >= 0; n = h.rows[n].next {
		if repeatsRow(h, taken, n) {
			b.duplicates++
			continue
		}
		source := &h.rows[n]
		if b.begin(b.files[source.file], source.raw, source.line) {
			b.take(d, clock, len(taken) == 0)
		}
		if b.err != nil {
			out.rejects = append(out.rejects, b.reject())
			continue
		}
		taken = append(taken, n)
	}
	if len(taken) == 0 {
		return
	}
	if d.Header.Flow == "" {
		b.rejectRows(b.files, h, taken, flowFault(d.Header.Model), out)
		return
	}
	b.finish(d)
	out.documents = append(out.documents, Document{Declaration: d})
}

// take reads one row; the first one of a declaration gives its header, events and offences.
func (b *tableBuilder) take(d *declaration.Declaration, clock *zoneClock, first bool) {
	if !first && b.table.Row == rowDeclaration {
		b.fail(-1, errSecondRow)
		return
	}
	header := d.Header
	var events []declaration.Event
	var offences []declaration.Offence
	if first {
		header = b.header(clock, d.Header)
		events, offences = b.events(clock), b.offences(clock, d)
	}
	var item declaration.Item
	if b.items {
		item = b.item(len(d.Items) + 1)
	}
	if b.err == nil && slices.ContainsFunc(d.Items, func(i declaration.Item) bool { return i.Number == item.Number }) {
		b.fail(tableItemNumber, errTwice)
	}
	if b.err != nil {
		return
	}
	if first {
		d.Header, d.Events, d.Offences = header, events, offences
	}
	if b.items {
		d.Items = append(d.Items, item)
	}
}

func (b *tableBuilder) header(clock *zoneClock, h declaration.Header) declaration.Header {
	r := &b.row
	h.Model = modelCode(r.code(tableModel))
	text := r.code(tableFlow)
	if h.Flow = flowCode(text); h.Flow == "" && text != "" {
		r.fail(tableFlow, errWord)
	}
	if h.Flow == "" {
		h.Flow = r.flowOf(h.Model)
	}
	h.BorderOffice, h.Broker, h.BrokerName = r.code(tableBorderOffice), r.code(tableBroker), r.name(tableBrokerName)
	h.Importer, h.ImporterName = r.code(tableImporter), r.name(tableImporterName)
	h.LaneSelected, h.LaneCurrent = r.lane(r.cell(tableLaneSelected)), r.lane(r.cell(tableLaneCurrent))
	h.Mode, h.Incoterm, h.PaymentTerms = r.mode(r.code(tableMode)), r.code(tableIncoterm), r.code(tablePaymentTerms)
	h.Vehicles, h.Containers = r.list(tableVehicles), r.list(tableContainers)
	h.Manifest, h.Bills = r.code(tableManifest), r.list(tableBills)
	h.ArrivedAt, h.PaperFinishedAt = r.momentOf(tableArrived, clock), r.momentOf(tablePaperFinished, clock)
	h.Prelodged, h.Cancelled = r.flag(tablePrelodged), r.flag(tableCancelled)
	h.DeferredAccount, h.Guarantee, h.Previous = r.code(tableDeferredAccount), r.money(tableGuarantee), r.previous(tablePrevious)
	if len(r.cell(tableAssessedTotal)) > 0 {
		total := r.money(tableAssessedTotal)
		h.AssessedTotal = &total
	}
	h.TopUp = r.money(tableTopUp)
	return h
}

func (b *tableBuilder) item(number int) declaration.Item {
	r := &b.row
	if len(r.cell(tableItemNumber)) > 0 {
		number = int(r.whole(tableItemNumber, 1, 1<<31-1))
	}
	item := declaration.Item{
		Number: number, HS: hsCode(r.code(tableHS)), Procedure: r.code(tableProcedure), NationalProc: r.code(tableNationalProcedure),
		Preference: r.code(tablePreference), Origin: r.code(tableOrigin), Description: r.free(tableDescription),
		Packages: r.whole(tablePackages, 0, 1<<50), PackageKind: r.code(tablePackageKind), Quantity: r.decimal(tableQuantity),
		GrossMass: r.mass(tableGrossMass), NetMass: r.mass(tableNetMass), InvoiceAmount: r.decimal(tableInvoiceAmount),
		InvoiceCurrency: r.code(tableInvoiceCurrency), InvoiceRate: r.decimal(tableInvoiceRate),
		CustomsValue: r.money(tableCustomsValue), TaxTotal: r.money(tableTaxTotal),
	}
	for i := range b.table.Taxes {
		if line, given := b.tax(i); given {
			item.Taxes = append(item.Taxes, line)
		}
	}
	if !r.has(tableTaxTotal) {
		item.TaxTotal = item.Payable()
	}
	return item
}

// tax is one tax line; given is false when it is of nothing.
func (b *tableBuilder) tax(i int) (line declaration.TaxLine, given bool) {
	r, spec, at := &b.row, &b.table.Taxes[i], b.table.taxAt(i)
	line = declaration.TaxLine{
		Code: spec.Code, Base: r.money(at + taxBase), Rate: r.decimal(at + taxRate), Amount: r.money(at + taxAmount),
		Relieved: r.money(at + taxRelieved), Payable: !spec.Exempt,
	}
	if spec.Computed {
		line.Amount = b.computed(at, line.Base)
	}
	return line, line.Amount != 0 || line.Relieved != 0
}

// rateDecimals are the decimals of a rate that count.
const rateDecimals = 6

// computed is base × rate / 100.
func (b *tableBuilder) computed(at int, base int64) int64 {
	rate, _, err := parseScaled(b.cell(at+taxRate), b.file.decimal, rateDecimals)
	if err != nil {
		b.fail(at+taxRate, err)
		return 0
	}
	if rate < 0 {
		b.fail(at+taxRate, errRange)
		return 0
	}
	if rate == 0 || base == 0 {
		return 0
	}
	amount, err := mulDiv(base, rate, 100*1e6)
	if err != nil {
		b.fail(at+taxBase, err)
	}
	return amount
}

func (b *tableBuilder) events(clock *zoneClock) []declaration.Event {
	if len(b.table.Events) == 0 {
		return nil
	}
	r := &b.row
	events := make([]declaration.Event, 0, len(b.table.Events))
	for i := range b.table.Events {
		spec, at := &b.table.Events[i], b.table.eventAt(i)
		when := r.momentOf(at+eventTime, clock)
		if when == nil || r.err != nil {
			continue
		}
		event := declaration.Event{
			Kind: spec.Kind, Operation: spec.Operation, Moment: *when, User: r.code(at + eventUser),
			From: r.lane(r.cell(at + eventFrom)), To: r.lane(r.cell(at + eventTo)),
		}
		event.Machine = r.machine(event.User)
		events = append(events, event)
	}
	return events
}

func (b *tableBuilder) offences(clock *zoneClock, d *declaration.Declaration) []declaration.Offence {
	if len(b.table.Offences) == 0 {
		return nil
	}
	r := &b.row
	offences := []declaration.Offence{}
	for i := range b.table.Offences {
		spec, at := &b.table.Offences[i], b.table.offenceAt(i)
		if !slices.Contains(spec.Equals, string(r.cell(at+offenceWhen))) {
			continue
		}
		o := declaration.Offence{
			Number: r.code(at + caseNumber), Code: r.code(at + caseCode), Status: spec.Status, User: r.code(at + caseUser),
			DeclaredValue: r.money(at + caseDeclared), AssessedValue: r.money(at + caseAssessed), ExtraDuties: r.money(at + caseDuties),
			Fine: r.money(at + caseFine),
		}
		o.Status = cmp.Or(o.Status, declaration.OffenceConfirmed)
		o.Number = cmp.Or(o.Number, o.Code, "1")
		if when := r.momentOf(at+caseTime, clock); when != nil {
			o.Moment = *when
		} else {
			o.Moment = dayMoment(clock, d.Header)
		}
		offences = append(offences, o)
	}
	return offences
}

// dayMoment is the day of registration as a moment without time of day.
func dayMoment(clock *zoneClock, h declaration.Header) declaration.Moment {
	return clock.moment(civil{day: int32(h.RegisteredOn.Unix() / secondsOfDay), precision: declaration.Day})
}

func (b *tableBuilder) finish(d *declaration.Declaration) {
	slices.SortStableFunc(d.Items, func(x, y declaration.Item) int { return cmp.Compare(x.Number, y.Number) })
	slices.SortStableFunc(d.Events, func(x, y declaration.Event) int { return x.At.Compare(y.At) })
	for i := range d.Events {
		d.Events[i].Sequence = i + 1
		if d.Events[i].Kind == declaration.Cancelled {
			d.Header.Cancelled = true
		}
		if d.Events[i].At.After(b.watermark) {
			b.watermark = d.Events[i].At
		}
	}
}

// flowFault says why the direction of the goods is not known.
func flowFault(model string) error {
	if model == "" {
		return errors.New("belongs to a declaration of which no row gives the regime or the flow")
	}
	return errors.New("belongs to a declaration with the regime " + strings.ToValidUTF8(clip(model, 20), "?") + ", whose flow no map knows")
}
