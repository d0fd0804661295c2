package intake

import "slices"

// The files of an asycuda-world extract.
const (
	fileItems       = "items"
	fileOperations  = "operations"
	fileTransport   = "transport"
	fileLanes       = "lanes"
	fileExaminers   = "examiners"
	fileInspections = "inspections"
	fileOffences    = "offences"
	fileReceipts    = "receipts"
	fileVersions    = "versions"
	fileManifests   = "manifests"
	fileBills       = "bills"
	fileWriteOffs   = "writeoffs"
	fileTransits    = "transits"
	fileSuspense    = "suspense"
	fileDischarges  = "discharges"
	fileStaff       = "staff"
	fileSessions    = "sessions"
	fileOffices     = "offices"
	fileSections    = "sections"
	fileHolidays    = "holidays"
	fileTraders     = "traders"
	fileBrokers     = "brokers"
	fileTargets     = "targets"
)

// joint says with what other files a file is joined, and by which key.
type joint uint8

const (
	joinNone        joint = iota // every row is a document
	joinDeclaration              // office, date of registration, number
	joinManifest                 // office, year, number
	joinSuspense                 // account
)

// fileKind is one kind of file of an extract. Fields are addressed by their place in the list.
type fileKind struct {
	name   string
	rank   int // order in which rows of one document are taken
	joint  joint
	fields []fieldSpec
}

// fieldSpec is one field of a file.
type fieldSpec struct {
	name     string
	required bool // the file cannot be read without it
	number   bool // its values show whether the file has decimal points or commas
}

// field gives a field's place, -1 when there is none.
func (k *fileKind) field(name string) int {
	return slices.IndexFunc(k.fields, func(f fieldSpec) bool { return f.name == name })
}

func kindNamed(name string) *fileKind {
	for _, k := range fileKinds {
		if k.name == name {
			return k
		}
	}
	return nil
}

// fields makes a list of fields: "!" before a name marks it required, "#" a number.
func fields(names ...string) []fieldSpec {
	specs := make([]fieldSpec, len(names))
	for i, name := range names {
		s := &specs[i]
		for name[0] == '!' || name[0] == '#' {
			s.required = s.required || name[0] == '!'
			s.number = s.number || name[0] == '#'
			name = name[1:]
		}
		s.name = name
	}
	return specs
}

// Every file of a declaration begins with the same three fields.
const (
	keyOffice = iota
	keyDate
	keyNumber
	keyFields
)

// Fields of items.
const (
	itemBorderOffice = iota + keyFields
	itemBroker
	itemBrokerName
	itemImporter
	itemImporterName
	itemNumber
	itemLaneSelected
	itemLaneCurrent
	itemModel
	itemFlow
	itemStatus
	itemHS
	itemTariffDescription
	itemDescription
	itemProcedure
	itemNationalProcedure
	itemPreference
	itemQuantity
	itemPackageKind
	itemPackages
	itemOrigin
	itemGrossMass
	itemNetMass
	itemIncoterm
	itemInvoiceAmount
	itemInvoiceCurrency
	itemInvoiceRate
	itemCustomsValue
	itemTaxTotal
	itemTopUp
	itemOffenceCodes
	itemPaymentTerms
	itemMode
	itemFields // taxes follow: amount and relieved of each
)

// Fields of operations.
const (
	opModel = iota + keyFields
	opFlow
	opStatus
	opLaneSelected
	opLaneCurrent
	opVehicle
	opContainer
	opVersion
	opOperation
	opTime
	opUser
	opBinder
)

// Fields of transport.
const (
	transportFlow = iota + keyFields
	transportManifestOffice
	transportManifestYear
	transportManifestNumber
	transportBills
	transportContainers
	transportVehicles
	transportArrived
	transportPrelodged
	transportDeferredAccount
	transportGuarantee
	transportPrevious
	transportAssessedTotal
	transportPaperFinished
	transportStatus
)

// Fields of lanes.
const (
	laneTime = iota + keyFields
	laneUser
	laneFrom
	laneTo
	laneCause
	laneCriterion
	laneReason
)

// Fields of examiners.
const (
	examinerTime = iota + keyFields
	examinerSection
	examinerExaminer
	examinerChief
	examinerMode
	examinerAssignedBy
	examinerWeight
)

// Fields of inspections.
const (
	inspectionAct = iota + keyFields
	inspectionTime
	inspectionFinished
	inspectionUser
	inspectionPhysical
	inspectionConform
	inspectionResult
	inspectionRemarks
)

// Fields of offences.
const (
	offenceCase = iota + keyFields
	offenceTime
	offenceUser
	offenceCode
	offenceStatus
	offenceDeclaredValue
	offenceAssessedValue
	offenceExtraDuties
	offenceFine
	offenceExtraDutiesPaid
	offenceFinePaid
	offencePaidOn
)

// Fields of receipts.
const (
	receiptNumber = iota + keyFields
	receiptTime
	receiptKind
	receiptUser
	receiptTax
	receiptAmount
)

// Fields of versions.
const (
	versionNumber = iota + keyFields
	versionTime
	versionUser
	versionCause
	versionByCustoms
	versionReason
	versionCustomsValue
	versionPayable
)

// Fields of manifests.
const (
	manifestOffice = iota
	manifestYear
	manifestNumber
	manifestVoyage
	manifestCarrier
	manifestMode
	manifestTransport
	manifestDeparted
	manifestArrived
	manifestDischarged
	manifestRegistered
	manifestValidated
	manifestUser
)

// Fields of bills; the first three are those of manifests.
const (
	billLine = iota + manifestNumber + 1
	billReference
	billNature
	billConsignee
	billPackages
	billGrossMass
	billRemainingPackages
	billRemainingMass
)

// Fields of writeoffs; the first three are those of manifests.
const (
	writeOffReference = iota + manifestNumber + 1
	writeOffTime
	writeOffType
	writeOffDocumentOffice
	writeOffDocumentDate
	writeOffDocumentNumber
	writeOffPackages
	writeOffGrossMass
	writeOffUser
)

// Fields of suspense.
const (
	suspenseAccount = iota
	suspenseOffice
	suspenseRegime
	suspenseHolder
	suspenseHS
	suspenseDocumentOffice
	suspenseDocumentDate
	suspenseDocumentNumber
	suspenseOpened
	suspenseDue
	suspenseClosed
	suspenseQuantity
	suspenseGuarantee
	suspenseOffence
)

// Fields of discharges; the first is that of suspense.
const (
	dischargeTime = iota + suspenseAccount + 1
	dischargeDocumentOffice
	dischargeDocumentDate
	dischargeDocumentNumber
	dischargeQuantity
)

// Fields of transits.
const (
	transitReference = iota
	transitDeparture
	transitDestination
	transitPrincipal
	transitCarrier
	transitHS
	transitRegistered
	transitTransmitted
	transitLimit
	transitArrived
	transitValidated
	transitStatus
	transitUser
	transitDistance
	transitOffence
)

// fileKinds are all files, those that others need first.
var fileKinds = []*fileKind{
	{name: fileOffices, fields: fields("!code", "name", "kind", "zone", "opens", "closes", "workdays")},
	{name: fileSections, fields: fields("!office", "!code", "name")},
	{name: fileHolidays, fields: fields("office", "!day", "name")},
	{name: fileTraders, fields: fields("!code", "!name")},
	{name: fileBrokers, fields: fields("!code", "!name")},
	{name: fileStaff, fields: fields("!user", "name", "office", "section", "!function", "!status", "!from", "to", "chief")},
	{name: fileSessions, fields: fields("!user", "workstation", "!started", "ended")},
	{name: fileTargets, fields: fields("!office", "!month", "!#amount")},
	{name: fileManifests, joint: joinManifest, rank: 0, fields: fields("!office", "!year", "!number", "voyage", "carrier", "mode",
		"transport", "departed_on", "arrived", "discharged", "registered", "validated", "user")},
	{name: fileBills, joint: joinManifest, rank: 1, fields: fields("!office", "!year", "!number", "line", "!reference", "nature",
		"consignee", "packages", "#gross_mass", "remaining_packages", "#remaining_mass")},
	{name: fileWriteOffs, joint: joinManifest, rank: 2, fields: fields("!office", "!year", "!number", "!reference", "!time", "type",
		"document_office", "document_date", "document_number", "packages", "#gross_mass", "user")},
	{name: fileTransits, fields: fields("!reference", "!departure", "!destination", "principal", "carrier", "hs", "registered",
		"transmitted", "limit", "arrived", "validated", "status", "user", "distance", "offence")},
	{name: fileSuspense, joint: joinSuspense, rank: 0, fields: fields("!account", "!office", "!regime", "holder", "hs", "document_office",
		"document_date", "document_number", "!opened_on", "!due_on", "closed_on", "#quantity", "#guarantee", "offence")},
	{name: fileDischarges, joint: joinSuspense, rank: 1, fields: fields("!account", "!time", "document_office", "document_date",
		"document_number", "!#quantity")},
	{name: fileItems, joint: joinDeclaration, rank: 0, fields: fields("!office", "!registered_on", "!number", "border_office", "broker",
		"broker_name", "importer", "importer_name", "!item", "lane_selected", "lane_current", "model", "flow", "status", "!hs",
		"tariff_description", "description", "procedure", "national_procedure", "preference", "quantity", "package_kind", "packages",
		"origin", "#gross_mass", "#net_mass", "incoterm", "#invoice_amount", "invoice_currency", "#invoice_rate", "#customs_value",
		"#tax_total", "#top_up", "offence_codes", "payment_terms", "mode")},
	{name: fileOperations, joint: joinDeclaration, rank: 1, fields: fields("!office", "!registered_on", "!number", "model", "flow", "status",
		"lane_selected", "lane_current", "vehicle", "container", "version", "!operation", "!time", "user", "binder")},
	{name: fileTransport, joint: joinDeclaration, rank: 2, fields: fields("!office", "!registered_on", "!number", "flow", "manifest_office",
		"manifest_year", "manifest_number", "bills", "containers", "vehicles", "arrived", "prelodged", "deferred_account", "#guarantee",
		"previous", "#assessed_total", "paper_finished", "status")},
	{name: fileLanes, joint: joinDeclaration, rank: 3, fields: fields("!office", "!registered_on", "!number", "!time", "user", "from", "!to",
		"cause", "criterion", "reason")},
	{name: fileExaminers, joint: joinDeclaration, rank: 4, fields: fields("!office", "!registered_on", "!number", "!time", "section",
		"!examiner", "chief", "mode", "assigned_by", "weight")},
	{name: fileInspections, joint: joinDeclaration, rank: 5, fields: fields("!office", "!registered_on", "!number", "act", "!time",
		"finished", "user", "physical", "conform", "result", "remarks")},
	{name: fileOffences, joint: joinDeclaration, rank: 6, fields: fields("!office", "!registered_on", "!number", "!case", "!time", "user",
		"code", "status", "#declared_value", "#assessed_value", "#extra_duties", "#fine", "#extra_duties_paid", "#fine_paid", "paid_on")},
	{name: fileReceipts, joint: joinDeclaration, rank: 7, fields: fields("!office", "!registered_on", "!number", "receipt", "!time", "kind",
		"user", "tax", "!#amount")},
	{name: fileVersions, joint: joinDeclaration, rank: 8, fields: fields("!office", "!registered_on", "!number", "!version", "!time", "user",
		"cause", "by_customs", "reason", "#customs_value", "#payable")},
}
