package intake

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"assay/domain/declaration"
)

// xmlBuilder makes one document of its XML. A fault of the header makes the document unusable; a fault
// of an item or bill rejects that alone.
type xmlBuilder struct {
	*scribe
	file    string
	fault   *documentFault
	rejects []Reject
}

func (b *xmlBuilder) fail(e *element, value, reason string) {
	if b.fault == nil {
		name := ""
		if e != nil {
			name = e.name
		}
		b.fault = &documentFault{field: name, value: clip(validText(value), 500), reason: reason}
	}
}

func (b *xmlBuilder) failValue(field, value string, err error) {
	if b.fault == nil {
		b.fault = &documentFault{field: field, value: clip(validText(value), 500), reason: "The value " + err.Error() + "."}
	}
}

// alone runs what reads a part; its fault rejects the part and not the document.
func (b *xmlBuilder) alone(e *element, read func()) {
	outer := b.fault
	b.fault = nil
	read()
	fault := b.fault
	b.fault = outer
	if fault != nil {
		b.rejects = append(b.rejects, xmlReject(Place{File: b.file, Line: e.line}, e, fault))
	}
}

// code is a short text.
func (b *xmlBuilder) code(field, text string) string {
	if len(text) > maxCode {
		b.failValue(field, text, errTooLong)
		return ""
	}
	return b.interner.text([]byte(validText(text)))
}

func (b *xmlBuilder) scaled(field, text string, scale int) int64 {
	value, lost, err := parseScaled([]byte(text), b.style(), scale)
	if err != nil {
		b.failValue(field, text, err)
	}
	if lost {
		b.rounded++
	}
	return value
}

func (b *xmlBuilder) style() decimalStyle {
	if b.columns.Decimal == "comma" {
		return decimalComma
	}
	return decimalPoint
}

func (b *xmlBuilder) money(field, text string) int64 { return b.scaled(field, text, b.digits) }

func (b *xmlBuilder) whole(field, text string, least int64) int64 {
	if text == "" {
		return 0
	}
	value, err := parseWhole([]byte(text), b.style())
	if err == nil && (value < least || value > 1<<50) {
		err = errRange
	}
	if err != nil {
		b.failValue(field, text, err)
	}
	return value
}

func (b *xmlBuilder) decimal(field, text string) string {
	if text == "" {
		return ""
	}
	plain, err := normalDecimal([]byte(text), b.style(), nil)
	if err != nil {
		b.failValue(field, text, err)
		return ""
	}
	return b.interner.text(plain)
}

// day reads a date of a document, by default written M/d/yy.
func (b *xmlBuilder) day(field, text string) (int32, bool) {
	if text == "" {
		return 0, false
	}
	day, err := parseDay([]byte(text), b.columns.dateOrder())
	if err != nil {
		b.failValue(field, text, err)
		return 0, false
	}
	return day, true
}

// moment reads a date, with a time of day where there is one. Nil when there is no date.
func (b *xmlBuilder) moment(field, day, clock, office string) *declaration.Moment {
	number, given := b.day(field, day)
	if !given {
		return nil
	}
	c := civil{day: number, precision: declaration.Day}
	if clock != "" {
		if err := c.parseClock([]byte(clock)); err != nil {
			b.failValue(field, clock, err)
			return nil
		}
	}
	m := b.clock(office).moment(c)
	return &m
}

var errUnregistered = errors.New("is missing: the declaration has not been registered")

// declaration reads a document with root ASYCUDA.
func (b *xmlBuilder) declaration(root *element) *declaration.Declaration {
	identification := root.child("identification")
	registration := identification.child("registration")
	d := &declaration.Declaration{}
	office := b.code("Customs_clearance_office_code", identification.get("office_segment", "customs_clearance_office_code"))
	if err := checkOffice([]byte(office)); err != nil {
		b.failValue("Customs_clearance_office_code", office, err)
	}
	day, registered := b.day("Registration/Date", registration.get("date"))
	number := string(appendWithoutBlanks(nil, []byte(registration.get("number"))))
	if !registered || number == "" {
		b.failValue("Registration", registration.get("number"), errUnregistered)
	}
	serial := string(appendWithoutBlanks(nil, []byte(registration.get("serial_number"))))
	if len(serial)+len(number) > maxCode {
		b.failValue("Registration", number, errTooLong)
	}
	if b.fault != nil {
		return d
	}
	d.Reference = reference(day, office, serial+number)
	d.Header.RegisteredOn = date(day)
	b.header(d, root, identification)
	b.dates(d, root, identification)
	for i, e := range root.all("item") {
		b.alone(e, func() { b.item(d, e, i+1) })
	}
	if d.Items == nil {
		d.Items = []declaration.Item{}
	}
	return d
}

func (b *xmlBuilder) header(d *declaration.Declaration, root, identification *element) {
	h := &d.Header
	kind := identification.child("type")
	h.Model = modelCode(b.code("Type_of_declaration", kind.get("type_of_declaration")) +
		b.code("Declaration_gen_procedure_code", kind.get("declaration_gen_procedure_code")))
	if h.Flow = flowCode(root.get("property", "sad_flow")); h.Flow == "" {
		h.Flow = b.flowOf(h.Model)
	}
	if h.Flow == "" {
		b.failValue("Type", h.Model, errors.New("is a model whose flow no map knows"))
	}
	transport := root.child("transport")
	border := transport.child("means_of_transport", "border_information")
	h.BorderOffice = b.code("Border_office", transport.get("border_office", "code"))
	h.Mode = b.mode(b.code("Mode", border.get("mode")))
	h.Incoterm = b.code("Delivery_terms", transport.get("delivery_terms", "code"))
	h.Vehicles = b.listed("Identity", border.get("identity"))
	h.Broker = b.code("Declarant_code", root.get("declarant", "declarant_code"))
	h.BrokerName = firstLine(root.get("declarant", "declarant_name"))
	b.trader(h, root.child("traders"))
	financial := root.child("financial")
	h.PaymentTerms = b.code("Mode_of_payment", financial.get("mode_of_payment"))
	h.DeferredAccount = b.code("Deffered_payment_reference", financial.either("deffered_payment_reference", "deferred_payment_reference"))
	h.Guarantee = b.money("Guarantee/Amount", financial.get("guarantee", "amount"))
	h.Manifest = b.manifestReference(identification.get("manifest_reference_number"), d.Reference.Office)
	for _, e := range root.all("container") {
		h.Containers = append(h.Containers, b.listed("Container_identity", e.get("container_identity"))...)
	}
	for _, e := range root.all("item") {
		bill := b.code("Summary_declaration", e.get("previous_doc", "summary_declaration"))
		if bill != "" && !slices.Contains(h.Bills, bill) && len(h.Bills) < maxListed {
			h.Bills = append(h.Bills, bill)
		}
	}
	h.Previous = b.previous(root.child("prev_decl"))
	if identification.get("assessment", "date") != "" {
		b.assessed(h, root, financial)
	}
}

// trader takes the importer, for exports the exporter.
func (b *xmlBuilder) trader(h *declaration.Header, traders *element) {
	consignee, exporter := traders.child("consignee"), traders.child("exporter")
	h.Importer, h.ImporterName = b.code("Consignee_code", consignee.get("consignee_code")), firstLine(consignee.get("consignee_name"))
	if h.Flow == declaration.Export {
		h.Importer, h.ImporterName = b.code("Exporter_code", exporter.get("exporter_code")), firstLine(exporter.get("exporter_name"))
	}
}

// assessed takes the total of the assessment notice.
func (b *xmlBuilder) assessed(h *declaration.Header, root, financial *element) {
	text := root.get("assessment_notice", "total_item_taxes")
	if text == "" {
		text = financial.get("amounts", "totals_taxes")
	}
	if text != "" {
		total := b.money("Total_item_taxes", text)
		h.AssessedTotal = &total
	}
}

// firstLine is the name in a text of name and address.
func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return clip(validText(strings.TrimSpace(line)), maxText)
}

func (b *xmlBuilder) listed(field, text string) []string {
	if text = b.code(field, text); text == "" {
		return nil
	}
	return []string{text}
}

// manifestReference reads "2015 299", with or without the office before it. Without it the manifest is
// taken to be of the office of clearance.
func (b *xmlBuilder) manifestReference(text, office string) string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '/' || r == '\t' })
	if len(parts) == 3 {
		office, parts = b.code("Manifest_reference_number", parts[0]), parts[1:]
	}
	if len(parts) != 2 {
		return b.code("Manifest_reference_number", text)
	}
	year, err := strconv.Atoi(parts[0])
	if err != nil || year < firstYear || year > lastYear {
		return b.code("Manifest_reference_number", text)
	}
	return declaration.ManifestReference(office, year, b.code("Manifest_reference_number", parts[1]))
}

// previous is the natural key of the declaration that is written off.
func (b *xmlBuilder) previous(e *element) string {
	office, year := e.get("prev_decl_office_code"), e.get("prev_decl_reg_year")
	number := e.get("prev_decl_reg_serial") + e.get("prev_decl_reg_number")
	if office == "" || year == "" || number == "" {
		return ""
	}
	ref, err := declaration.ParseReference(office + "/" + year + "/" + number)
	if err != nil {
		b.failValue("Prev_decl", office+"/"+year+"/"+number, errors.New("is not the key of a declaration"))
		return ""
	}
	return b.code("Prev_decl", ref.String())
}

// dates makes events of the dates of the header. They have no time of day.
func (b *xmlBuilder) dates(d *declaration.Declaration, root, identification *element) {
	d.Events = []declaration.Event{}
	office := d.Reference.Office
	add := func(kind declaration.EventKind, operation string, at *declaration.Moment) {
		if at != nil {
			d.Events = append(d.Events, declaration.Event{Kind: kind, Operation: operation, Moment: *at})
		}
	}
	for _, step := range []struct {
		kind    declaration.EventKind
		element string
		name    string
	}{
		{declaration.Registered, "registration", "Registration"},
		{declaration.Assessed, "assessment", "Assessment"},
		{declaration.Paid, "receipt", "receipt"},
	} {
		add(step.kind, step.name, b.moment(step.name+"/Date", identification.get(step.element, "date"), "", office))
	}
	if release := root.child("export_release"); d.Header.Flow == declaration.Export {
		add(declaration.Released, "Export_release",
			b.moment("Export_release/Date_of_exit", release.get("date_of_exit"), release.get("time_of_exit"), office))
	}
}

func (b *xmlBuilder) item(d *declaration.Declaration, e *element, number int) {
	tarification, goods := e.child("tarification"), e.child("goods_description")
	value, packages := e.child("valuation_item"), e.child("packages")
	item := declaration.Item{
		Number: number, HS: b.hs(tarification.child("hscode")),
		Procedure:    b.code("Extended_customs_procedure", tarification.get("extended_customs_procedure")),
		NationalProc: b.code("National_customs_procedure", tarification.get("national_customs_procedure")),
		Preference:   b.code("Preference_code", tarification.get("preference_code")),
		Origin:       b.code("Country_of_origin_code", goods.get("country_of_origin_code")),
		Packages:     b.whole("Number_of_packages", packages.get("number_of_packages"), 0),
		PackageKind:  b.code("Kind_of_packages_code", packages.get("kind_of_packages_code")),
		Quantity:     b.quantity(tarification),
		GrossMass:    b.scaled("Gross_weight_itm", value.get("weight_itm", "gross_weight_itm"), 3),
		NetMass:      b.scaled("Net_weight_itm", value.get("weight_itm", "net_weight_itm"), 3),
		TaxTotal:     b.money("Item_taxes_amount", e.get("taxation", "item_taxes_amount")),
	}
	invoice := value.child("item_invoice")
	item.InvoiceAmount = b.decimal("Amount_foreign_currency", invoice.get("amount_foreign_currency"))
	item.InvoiceCurrency = b.code("Currency_code", invoice.get("currency_code"))
	item.InvoiceRate = b.decimal("Currency_rate", invoice.get("currency_rate"))
	text := value.get("total_cif_itm")
	if text == "" {
		text = value.get("statistical_value")
	}
	item.CustomsValue = b.money("Total_CIF_itm", text)
	item.Description = goods.get("commercial_description")
	if item.Description == "" {
		item.Description = goods.get("description_of_goods")
	}
	item.Description = clip(validText(item.Description), maxText)
	item.Taxes = b.taxes(e.child("taxation"), b.code("Tax_relief_code", tarification.get("tax_relief_code")))
	if b.fault == nil && item.HS == "" {
		b.failValue("Commodity_code", "", errEmpty)
	}
	if b.fault == nil {
		d.Items = append(d.Items, item)
	}
}

// hs is the national code: eight digits, and the first two of precision where they say something. What
// some countries keep in the other precisions (a company's code) is no tariff code.
func (b *xmlBuilder) hs(e *element) string {
	code, precision := hsCode(b.code("Commodity_code", e.get("commodity_code"))), e.get("precision_1")
	if code == "" || len(precision) > 4 || strings.Trim(precision, "0") == "" || strings.Trim(precision, "0123456789") != "" {
		return code
	}
	return code + precision
}

// quantity is the first supplementary quantity that is given.
func (b *xmlBuilder) quantity(tarification *element) string {
	for _, unit := range tarification.all("supplementary_unit") {
		if text := unit.either("suppplementary_unit_quantity", "supplementary_unit_quantity"); text != "" {
			return b.decimal("Suppplementary_unit_quantity", text)
		}
	}
	return ""
}

// taxes reads the tax lines; there are always eight, the unused ones empty.
func (b *xmlBuilder) taxes(taxation *element, relief string) []declaration.TaxLine {
	var lines []declaration.TaxLine
	for _, e := range taxation.all("taxation_line") {
		code := b.code("Duty_tax_code", e.get("duty_tax_code"))
		if code == "" {
			continue
		}
		line := declaration.TaxLine{
			Code: code, Base: b.money("Duty_tax_Base", e.get("duty_tax_base")), Rate: b.decimal("Duty_tax_rate", e.get("duty_tax_rate")),
			Amount: b.money("Duty_tax_amount", e.get("duty_tax_amount")), Payable: b.payable[e.get("duty_tax_mp")],
		}
		if !line.Payable {
			line.Relief = relief
		}
		lines = append(lines, line)
	}
	return lines
}

// manifest reads a document with root Awmds. It has no number of registration: voyage and day of departure
// identify it with its office, as in the system itself.
func (b *xmlBuilder) manifest(root *element) *declaration.Manifest {
	general := root.child("general_segment")
	id, transport := general.child("general_segment_id"), general.child("transport_information")
	office := b.code("Customs_office_code", id.get("customs_office_code"))
	if err := checkOffice([]byte(office)); err != nil {
		b.failValue("Customs_office_code", office, err)
	}
	m := &declaration.Manifest{
		Office: office, Voyage: b.code("Voyage_number", id.get("voyage_number")), Carrier: b.code("Carrier_code", carrierCode(transport)),
		Mode:      b.mode(b.code("Mode_of_transport_code", transport.get("mode_of_transport_code"))),
		Transport: b.code("Identity_of_transporter", transport.get("identity_of_transporter")),
	}
	departed, given := b.day("Date_of_departure", id.get("date_of_departure"))
	if !given || m.Voyage == "" {
		b.failValue("Voyage_number", m.Voyage, errors.New("is missing, or the date of departure is"))
	}
	if b.fault != nil {
		return m
	}
	on := date(departed)
	m.DepartedOn = &on
	m.ArrivedAt = b.moment("Date_of_arrival", id.get("date_of_arrival"), id.get("time_of_arrival"), office)
	m.LastDischargedAt = b.moment("Date_of_last_discharge", id.get("date_of_last_discharge"), "", office)
	b.registered(m, id, departed)
	m.Bills = []declaration.Bill{}
	lines := map[string]bool{}
	for i, e := range root.all("bol_segment") {
		b.alone(e, func() { b.bill(m, e, i+1, lines) })
	}
	return m
}

// registered takes number and date of registration where a site's export adds them.
func (b *xmlBuilder) registered(m *declaration.Manifest, id *element, departed int32) {
	number := string(appendWithoutBlanks(nil, []byte(id.get("registration_number"))))
	m.RegisteredAt = b.moment("Registration_date", id.get("registration_date"), id.get("registration_time"), m.Office)
	if day, given := b.day("Registration_date", id.get("registration_date")); given && number != "" {
		m.Reference = declaration.ManifestReference(m.Office, yearOf(day), b.code("Registration_number", number))
		return
	}
	voyage := strings.ReplaceAll(string(appendWithoutBlanks(nil, []byte(m.Voyage))), "/", "-")
	m.Reference = declaration.ManifestReference(m.Office, yearOf(departed), voyage+"@"+date(departed).Format("20060102"))
}

func carrierCode(transport *element) string {
	if code := transport.get("carrier", "carrier_code"); code != "" {
		return code
	}
	return transport.get("carrier", "carrier_name")
}

func (b *xmlBuilder) bill(m *declaration.Manifest, e *element, line int, seen map[string]bool) {
	id, goods := e.child("bol_id"), e.child("goods_segment")
	bill := declaration.Bill{
		Line: line, Reference: b.code("Bol_reference", id.get("bol_reference")), Nature: b.code("Bol_nature", id.get("bol_nature")),
		Consignee: b.code("Consignee_code", e.get("traders_segment", "consignee", "consignee_code")),
		Packages:  b.whole("Number_of_packages", goods.get("number_of_packages"), 0),
		GrossMass: b.scaled("Gross_mass", goods.get("gross_mass"), 3),
	}
	if number := b.whole("Line_number", id.get("line_number"), 1); number > 0 && number < 1<<31 {
		bill.Line = int(number)
	}
	switch {
	case b.fault != nil:
	case bill.Reference == "":
		b.failValue("Bol_reference", "", errEmpty)
	case seen[bill.Reference]:
		b.failValue("Bol_reference", bill.Reference, fmt.Errorf("occurs twice on the manifest"))
	default:
		seen[bill.Reference] = true
		m.Bills = append(m.Bills, bill)
	}
}
