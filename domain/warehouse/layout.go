package warehouse

import "strings"

// table is one table as the warehouse writes and reads it. Columns are in the
// order of both; tenant_id is not among them, because a load of one tenant never
// stages it.
type table struct {
	name    string
	columns []string
	read    []string // columns without those that follow from others or are of no use to a reader
}

// newTable makes a table; a column with a hyphen in front is written and not read.
func newTable(name, columns string) table {
	t := table{name: name}
	for _, column := range strings.Fields(columns) {
		column, unread := strings.CutPrefix(column, "-")
		t.columns = append(t.columns, column)
		if !unread {
			t.read = append(t.read, column)
		}
	}
	return t
}

func (t *table) stage() string { return "stage_" + t.name }

func (t *table) list() string { return strings.Join(t.columns, ", ") }

// The tables of a declaration. Their order is that of the parts.
const (
	tableDeclaration = iota
	tableItem
	tableEvent
	tableAssignment
	tableInspection
	tableOffence
	tablePayment
	tableVersion
	declarationTables
)

var declarationLayout = [declarationTables]table{
	// What the warehouse adds comes first and is of fixed size, so that it can be
	// filled in after the rest is written; the header's hash begins at reference.
	newTable("declaration", `declaration_id version batch_id -fingerprint parts -item_count customs_value payable relieved
		shown_total packages gross_mass
		reference -office registered_on flow model border_office broker importer lane_selected lane_current mode incoterm
		payment_terms vehicles containers manifest bills arrived_at arrived_precision prelodged deferred_account guarantee
		previous assessed_total paper_finished_at paper_finished_precision cancelled top_up`),
	newTable("item", `declaration_id number hs procedure national_procedure preference origin description packages package_kind
		quantity gross_mass net_mass invoice_amount invoice_currency invoice_rate customs_value tax_total -payable -relieved
		tax_code tax_amount tax_payable tax_relieved tax_base tax_rate relief_code`),
	newTable("event", `declaration_id sequence doc_version machine at precision kind operation user_code from_lane to_lane cause
		criterion reason`),
	newTable("assignment", `declaration_id sequence at precision section examiner chief manual assigned_by weight`),
	newTable("inspection", `declaration_id -sequence number at precision finished_at finished_precision user_code physical conform
		result remarks`),
	newTable("offence", `declaration_id -sequence number at precision user_code code status declared_value assessed_value
		extra_duties fine extra_duties_paid fine_paid paid_on`),
	newTable("payment", `declaration_id sequence receipt at precision kind user_code tax amount`),
	newTable("document_version", `declaration_id number at precision user_code cause by_customs reason customs_value payable`),
}

// Positions in the row of declaration, from the row's beginning: a field count of
// two bytes, then each value behind its length of four.
const (
	declarationIDAt   = 2 + 4
	versionAt         = declarationIDAt + 8 + 4
	batchAt           = versionAt + 4 + 4
	fingerprintAt     = batchAt + 16 + 4
	partsAt           = fingerprintAt + fingerprintSize + 4
	itemCountAt       = partsAt + 2 + 4
	totalsAt          = itemCountAt + 4 + 4 // six values of 8 bytes, 4 between
	headerAt          = totalsAt + 6*8 + 5*4
	partRowContentsAt = declarationIDAt + 8 // of a row of any other table: what stands behind the identifier
)

// The tables of the documents round declarations.
const (
	tableManifest = iota
	tableBill
	tableWriteOff
	manifestTables
)

var manifestLayout = [manifestTables]table{
	newTable("manifest", `-version -batch_id -fingerprint reference office voyage carrier mode transport departed_on arrived_at
		arrived_precision last_discharged_at last_discharged_precision registered_at registered_precision validated_at
		validated_precision user_code`),
	newTable("bill", `manifest reference line nature consignee packages gross_mass remaining_packages remaining_mass`),
	newTable("write_off", `manifest bill sequence at precision type declaration packages gross_mass user_code`),
}

var transitLayout = newTable("transit", `-version -batch_id -fingerprint reference departure destination principal carrier hs
	registered_at registered_precision transmitted_at transmitted_precision limit_at limit_precision arrived_at
	arrived_precision validated_at validated_precision status user_code distance_km offence`)

const (
	tableSuspense = iota
	tableDischarge
	suspenseTables
)

var suspenseLayout = [suspenseTables]table{
	newTable("suspense_account", `-version -batch_id -fingerprint account office regime holder hs declaration opened_on due_on
		closed_on quantity guarantee offence`),
	newTable("discharge", `account sequence at precision declaration quantity`),
}

var sessionLayout = newTable("workstation_session", `officer workstation started_at ended_at`)
