package intake

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"assay/domain/declaration"
)

// maxParts is how many rows of a kind one declaration may have: what numbers them in the
// warehouse is a small integer.
const maxParts = 32_767

// draftEvent is an event before duplicates are taken out, with the row that it comes from.
type draftEvent struct {
	declaration.Event
	row    int32
	merged bool // a row of lanes or examiners has said more about it
	logged bool // comes from the operations file
}

// draft is a declaration being built. Its lists are taken over by the declaration.
type draft struct {
	declaration.Declaration
	clock    *zoneClock
	events   []draftEvent
	lanes    []laneRow
	vehicles []string // from the operations, where the transport header has none
	boxes    []string
	taken    int // rows taken
	highest  int // item number
}

// laneRow is a row of lanes, merged into the operations when all are there.
type laneRow struct {
	declaration.Event
	row int32
}

// header takes the parts of the header that items and operations share. What an earlier
// row gave stays.
func (d *draft) header(r *row, model, flow, status, selected, current int) {
	h := &d.Header
	if h.Model == "" {
		h.Model = modelCode(r.code(model))
	}
	if h.Flow == "" {
		h.Flow = flowCode(r.code(flow))
	}
	d.status(r, status)
	if h.LaneSelected == "" {
		h.LaneSelected = r.lane(r.cell(selected))
	}
	if h.LaneCurrent == "" {
		h.LaneCurrent = r.lane(r.cell(current))
	}
}

// status takes a status Cancelled, the only one by which a declaration is left out.
func (d *draft) status(r *row, field int) {
	if text := r.cell(field); len(text) >= 6 && strings.EqualFold(string(text[:6]), "cancel") {
		d.Header.Cancelled = true
	}
}

// modelCode writes a model as "IM4": without blanks, in capital letters.
func modelCode(text string) string {
	if strings.ContainsAny(text, " \t") {
		text = strings.Join(strings.Fields(text), "")
	}
	return strings.ToUpper(text)
}

// setIfEmpty keeps the first text given.
func setIfEmpty(to *string, text string) {
	if *to == "" {
		*to = text
	}
}

func (d *draft) item(r *row, taxes []TaxColumns) {
	item := declaration.Item{
		Number: int(r.whole(itemNumber, 1, 1<<31-1)), HS: hsCode(r.must(itemHS)),
		Procedure: r.code(itemProcedure), NationalProc: r.code(itemNationalProcedure), Preference: r.code(itemPreference),
		Origin: r.code(itemOrigin), Description: r.free(itemDescription), Packages: r.whole(itemPackages, 0, 1<<50),
		PackageKind: r.code(itemPackageKind), Quantity: r.decimal(itemQuantity), GrossMass: r.mass(itemGrossMass),
		NetMass: r.mass(itemNetMass), InvoiceAmount: r.decimal(itemInvoiceAmount), InvoiceCurrency: r.code(itemInvoiceCurrency),
		InvoiceRate: r.decimal(itemInvoiceRate), CustomsValue: r.money(itemCustomsValue), TaxTotal: r.money(itemTaxTotal),
	}
	if item.Description == "" {
		item.Description = r.name(itemTariffDescription)
	}
	if len(r.cell(itemNumber)) == 0 {
		r.fail(itemNumber, errEmpty)
	}
	item.Taxes = taxLines(r, taxes)
	topUp := r.money(itemTopUp)
	if item.Number <= d.highest && slices.ContainsFunc(d.Items, func(i declaration.Item) bool { return i.Number == item.Number }) {
		r.fail(itemNumber, errTwice)
	}
	if r.err != nil {
		return
	}
	d.Items = append(d.Items, item)
	d.highest = max(d.highest, item.Number)
	h := &d.Header
	h.TopUp += topUp
	d.itemHeader(r)
}

// itemHeader takes the header from a row of items.
func (d *draft) itemHeader(r *row) {
	h := &d.Header
	if len(d.Items) > 1 && h.Model != "" && h.Broker != "" && h.Importer != "" {
		return // every row repeats the header; the first that has it is enough
	}
	d.header(r, itemModel, itemFlow, itemStatus, itemLaneSelected, itemLaneCurrent)
	setIfEmpty(&h.BorderOffice, r.code(itemBorderOffice))
	setIfEmpty(&h.Broker, r.code(itemBroker))
	setIfEmpty(&h.BrokerName, r.name(itemBrokerName))
	setIfEmpty(&h.Importer, r.code(itemImporter))
	setIfEmpty(&h.ImporterName, r.name(itemImporterName))
	setIfEmpty(&h.Incoterm, r.code(itemIncoterm))
	setIfEmpty(&h.PaymentTerms, r.code(itemPaymentTerms))
	if h.Mode == "" {
		h.Mode = r.mode(r.code(itemMode))
	}
}

// hsCode takes points and blanks out of a tariff code.
func hsCode(text string) string {
	if strings.ContainsAny(text, ". -") {
		return strings.NewReplacer(".", "", " ", "", "-", "").Replace(text)
	}
	return text
}

// taxLines reads the taxes that stand in columns. A line of nothing is left out.
func taxLines(r *row, taxes []TaxColumns) []declaration.TaxLine {
	var lines []declaration.TaxLine
	for i := range taxes {
		amount, relieved := r.money(itemFields+2*i), r.money(itemFields+2*i+1)
		if amount == 0 && relieved == 0 {
			continue
		}
		if lines == nil {
			lines = make([]declaration.TaxLine, 0, len(taxes)-i)
		}
		lines = append(lines, declaration.TaxLine{Code: taxes[i].Code, Amount: amount, Payable: true, Relieved: relieved})
	}
	return lines
}

// declarationBinder is the binder of declarations in a log that serves all kinds of document.
const declarationBinder = "B_asysad"

func (d *draft) operation(r *row, at int32) {
	if binder := r.cell(opBinder); len(binder) > 0 && !strings.EqualFold(string(binder), declarationBinder) {
		r.other++
		return
	}
	name := r.cell(opOperation)
	switch {
	case len(name) == 0:
		r.fail(opOperation, errEmpty)
	case len(name) > 4*maxCode:
		r.fail(opOperation, errTooLong)
	}
	version := r.whole(opVersion, 0, maxParts)
	moment := r.moment(opTime, d.clock)
	user := r.code(opUser)
	if r.err != nil {
		return
	}
	meaning := r.operation(name)
	d.events = append(d.events, draftEvent{row: at, logged: true, Event: declaration.Event{
		Kind: meaning.Kind, Operation: meaning.name, Version: int(version), Moment: moment, User: user,
		Machine: meaning.Machine || r.machine(user), To: meaning.To,
	}})
	if len(d.events) == 1 && (d.Header.Model == "" || d.Header.LaneSelected == "" || r.has(opStatus)) {
		d.header(r, opModel, opFlow, opStatus, opLaneSelected, opLaneCurrent)
	}
	d.vehicles = appendDistinct(d.vehicles, r, opVehicle)
	d.boxes = appendDistinct(d.boxes, r, opContainer)
}

// maxListed bounds the vehicles, containers and bills of one declaration.
const maxListed = 2000

func appendDistinct(list []string, r *row, field int) []string {
	cell := r.cell(field)
	if len(cell) == 0 || len(list) > 0 && list[len(list)-1] == string(cell) || len(list) >= maxListed {
		return list
	}
	for _, known := range list {
		if known == string(cell) {
			return list
		}
	}
	return append(list, r.code(field))
}

func (d *draft) transport(r *row) {
	h := &d.Header
	office, number := r.code(transportManifestOffice), r.code(transportManifestNumber)
	year := r.whole(transportManifestYear, firstYear, lastYear)
	arrived, finished := r.momentOf(transportArrived, d.clock), r.momentOf(transportPaperFinished, d.clock)
	prelodged, guarantee := r.flag(transportPrelodged), r.money(transportGuarantee)
	var assessed *int64
	if len(r.cell(transportAssessedTotal)) > 0 {
		total := r.money(transportAssessedTotal)
		assessed = &total
	}
	flow := flowCode(r.code(transportFlow))
	bills, boxes, vehicles := r.list(transportBills), r.list(transportContainers), r.list(transportVehicles)
	previous, account := r.previous(transportPrevious), r.code(transportDeferredAccount)
	if r.err != nil {
		return
	}
	if flow != "" { // the transport header says it outright, the model only by its letters
		h.Flow = flow
	}
	if office != "" && number != "" {
		h.Manifest = declaration.ManifestReference(office, int(year), number)
	}
	h.Bills, h.Containers, h.Vehicles = bills, boxes, vehicles
	h.ArrivedAt, h.PaperFinishedAt, h.Prelodged = arrived, finished, prelodged
	h.DeferredAccount, h.Guarantee, h.Previous, h.AssessedTotal = account, guarantee, previous, assessed
	d.status(r, transportStatus)
}

// previous is the natural key of the declaration that is written off.
func (r *row) previous(field int) string {
	text := r.code(field)
	if text == "" {
		return ""
	}
	ref, err := declaration.ParseReference(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		r.fail(field, fmt.Errorf("is not of the form OFFICE/YEAR/NUMBER"))
		return ""
	}
	return ref.String()
}

// list is several codes with semicolons between them.
func (r *row) list(field int) []string {
	cell := r.cell(field)
	if len(cell) == 0 {
		return nil
	}
	list := make([]string, 0, 1+bytes.Count(cell, []byte{';'}))
	for part := range bytes.SplitSeq(cell, []byte{';'}) {
		part = bytes.TrimSpace(part)
		if len(part) > maxCode || len(list) == maxListed {
			r.fail(field, errTooLong)
			return nil
		}
		if len(part) > 0 {
			list = append(list, r.fit(string(part)))
		}
	}
	return list
}

func (d *draft) lane(r *row, at int32) {
	from, to := r.cell(laneFrom), r.cell(laneTo)
	if len(to) == 0 {
		r.fail(laneTo, errEmpty)
	}
	event := declaration.Event{
		Kind: declaration.Selected, Moment: r.moment(laneTime, d.clock), User: r.code(laneUser),
		Cause: selectionCause(r, laneCause), Criterion: r.code(laneCriterion), Reason: r.name(laneReason),
	}
	if len(from) > 0 {
		event.Kind = declaration.Rerouted
	}
	if r.err != nil {
		return
	}
	event.From, event.To, event.Machine = r.lane(from), r.lane(to), r.machine(event.User)
	d.lanes = append(d.lanes, laneRow{Event: event, row: at})
}

// keyword finds a cell among words; unknown ones are a fault.
func keyword[T ~string](r *row, field int, empty T, words map[string]T) T {
	cell := r.cell(field)
	if len(cell) == 0 {
		return empty
	}
	word, known := words[string(cell)]
	if !known {
		if word, known = words[strings.ToUpper(string(cell))]; !known {
			r.fail(field, errWord)
		}
	}
	return word
}

var errWord = fmt.Errorf("is not one of the words this field may have")

var selectionCauses = map[string]declaration.SelectionCause{
	"CRITERION": declaration.CauseCriterion, "RANDOM": declaration.CauseRandom,
	"TOPUP": declaration.CauseTopUp, "TOP_UP": declaration.CauseTopUp, "MANUAL": declaration.CauseManual,
}

func selectionCause(r *row, field int) declaration.SelectionCause {
	return keyword(r, field, "", selectionCauses)
}

var assignmentModes = map[string]string{"AUTO": "AUTO", "MANUAL": "MANUAL", "A": "AUTO", "M": "MANUAL"}

func (d *draft) examiner(r *row) {
	a := declaration.Assignment{
		Moment: r.moment(examinerTime, d.clock), Section: r.code(examinerSection), Examiner: r.must(examinerExaminer),
		Chief: r.code(examinerChief), Manual: keyword(r, examinerMode, "AUTO", assignmentModes) == "MANUAL",
		AssignedBy: r.code(examinerAssignedBy), Weight: int(r.whole(examinerWeight, 0, 1<<31-1)),
	}
	if r.err == nil {
		d.Assignments = append(d.Assignments, a)
	}
}

func (d *draft) inspection(r *row) {
	i := declaration.Inspection{
		Number: r.code(inspectionAct), Moment: r.moment(inspectionTime, d.clock),
		FinishedAt: r.momentOf(inspectionFinished, d.clock), User: r.code(inspectionUser),
		Physical: r.flag(inspectionPhysical), Conform: len(r.cell(inspectionConform)) == 0 || r.flag(inspectionConform),
		Result: r.name(inspectionResult), Remarks: r.name(inspectionRemarks),
	}
	if r.err == nil {
		d.Inspections = append(d.Inspections, i)
	}
}

var offenceStatuses = map[string]declaration.OffenceStatus{
	"OPEN": declaration.OffenceOpen, "CONFIRMED": declaration.OffenceConfirmed, "DISMISSED": declaration.OffenceDismissed,
}

func (d *draft) offence(r *row) {
	o := declaration.Offence{
		Number: r.must(offenceCase), Moment: r.moment(offenceTime, d.clock), User: r.code(offenceUser), Code: r.code(offenceCode),
		Status:        keyword(r, offenceStatus, declaration.OffenceOpen, offenceStatuses),
		DeclaredValue: r.money(offenceDeclaredValue), AssessedValue: r.money(offenceAssessedValue),
		ExtraDuties: r.money(offenceExtraDuties), Fine: r.money(offenceFine),
		ExtraDutiesPaid: r.money(offenceExtraDutiesPaid), FinePaid: r.money(offenceFinePaid), PaidOn: r.dateOf(offencePaidOn),
	}
	if r.err == nil {
		d.Offences = append(d.Offences, o)
	}
}

var paymentKinds = map[string]declaration.PaymentKind{
	"RECEIPT": declaration.Receipt, "ACCOUNT": declaration.AccountDebit, "REFUND": declaration.Refund,
}

func (d *draft) receipt(r *row) {
	p := declaration.Payment{
		Receipt: r.code(receiptNumber), Moment: r.moment(receiptTime, d.clock),
		Kind: keyword(r, receiptKind, declaration.Receipt, paymentKinds), User: r.code(receiptUser),
		Tax: r.code(receiptTax), Amount: r.money(receiptAmount),
	}
	if len(r.cell(receiptAmount)) == 0 {
		r.fail(receiptAmount, errEmpty)
	} else if p.Amount < 0 {
		r.fail(receiptAmount, errRange)
	}
	if r.err == nil {
		d.Payments = append(d.Payments, p)
	}
}

var versionCauses = map[string]declaration.VersionCause{
	"REGISTERED": declaration.VersionRegistered, "AMENDED": declaration.VersionAmended, "ASSESSED": declaration.VersionAssessed,
	"POST_ENTRY": declaration.VersionPostEntry, "POST-ENTRY": declaration.VersionPostEntry, "CANCELLED": declaration.VersionCancelled,
	"REFUND": declaration.VersionRefund,
}

func (d *draft) version(r *row) {
	v := declaration.Version{
		Number: int(r.whole(versionNumber, 1, maxParts)), Moment: r.moment(versionTime, d.clock), User: r.code(versionUser),
		Cause: keyword(r, versionCause, declaration.VersionAmended, versionCauses), ByCustoms: r.flag(versionByCustoms),
		Reason: r.name(versionReason), CustomsValue: r.money(versionCustomsValue), Payable: r.money(versionPayable),
	}
	if len(r.cell(versionNumber)) == 0 {
		r.fail(versionNumber, errEmpty)
	}
	if slices.ContainsFunc(d.Versions, func(other declaration.Version) bool { return other.Number == v.Number }) {
		r.fail(versionNumber, errTwice)
	}
	if r.err == nil {
		d.Versions = append(d.Versions, v)
	}
}
