// Package crosscheck compares what an administration's documents say about each
// other and about the order of the procedure, by the rules P1 to P14: across
// documents and over time, where the checks at data entry look at one document only.
//
// A broken rule is a lead for somebody to look at, never proof and never by itself a
// sanction. A rule whose inputs are missing is not evaluated, which is neither
// broken nor clean.
//
// Each rule exists twice: as a predicate in Go over one record of the warehouse
// (fast, with evidence) and as a reference query in SQL over the tables (slow,
// independent, folder reference). Tests hold the two together declaration by declaration.
package crosscheck

import "strconv"

// Rule is one of the fourteen rules, 1 for P1.
type Rule int

// The rules.
const (
	Order               Rule = iota + 1 // P1
	RedUninspected                      // P2
	OutsideInspection                   // P3
	ReleasedUnpaid                      // P4
	Rerouting                           // P5
	OffenceAgainstMoney                 // P6
	AdjustmentReversed                  // P7
	RegisteredAgain                     // P8
	WriteOffBalance                     // P9
	ImpossibleTransit                   // P10
	ExportUndischarged                  // P11
	ImpossibleUser                      // P12
	TaxArithmetic                       // P13
	LateManifest                        // P14
)

// Count is the number of rules.
const Count = 14

// String is the rule's code, "P1" to "P14".
func (r Rule) String() string { return "P" + strconv.Itoa(int(r)) }

// Bit is the rule's bit in the masks of Session.Examine: bit i-1 for Pi.
func (r Rule) Bit() uint16 { return 1 << (r - 1) }

// ParseRule reads a code such as "P7"; false when there is no such rule.
func ParseRule(code string) (Rule, bool) {
	for r := Order; r <= LateManifest; r++ {
		if r.String() == code {
			return r, true
		}
	}
	return 0, false
}

// Severity says how serious a broken rule is.
type Severity string

// The severities, the most serious first.
const (
	Critical Severity = "critical" // possible loss of revenue or control
	High     Severity = "high"     // the procedure was broken
	Medium   Severity = "medium"   // the record contradicts itself
	Low      Severity = "low"      // quality of data
)

// Input names something that a rule needs and a source may not give.
type Input string

// The inputs.
const (
	InputOperations   Input = "operations"
	InputItems        Input = "items"
	InputAssignments  Input = "assignments"
	InputInspections  Input = "inspections"
	InputOffences     Input = "offences"
	InputPayments     Input = "payments"
	InputVersions     Input = "versions"
	InputLanes        Input = "lanes"
	InputAssessment   Input = "assessment_total"
	InputImporter     Input = "importer"
	InputCargo        Input = "bills_or_containers"
	InputManifest     Input = "manifest"
	InputBill         Input = "bill"
	InputWriteOffs    Input = "write_offs"
	InputTransit      Input = "transit"
	InputSuspense     Input = "suspense_accounts"
	InputStaff        Input = "staff_or_sessions"
	InputMaturity     Input = "maturity"   // it is too early to tell
	InputLiveDocument Input = "cancelled"  // the declaration is cancelled: nothing to compare
	InputActAssigned  Input = "assignment" // nobody was assigned, or nobody is named, at the time of an act
)

// Definition describes a rule for readers.
type Definition struct {
	Rule      Rule
	Code      string // "P1"
	Version   int    // one more whenever the predicate changes
	Statement string // what breaks it, in one sentence
	Variants  []Variant
	Inputs    []Input // without which it is not evaluated
}

// Variant is one way in which a rule can be broken.
type Variant struct {
	Code      string // "a", "b", "c"; empty when there is only one way
	Statement string
	Severity  Severity // usual one
	Raised    Severity // the one it rises or falls to; empty when there is one only
	When      string   // when it does
}

// Definitions lists the rules in order.
func Definitions() []Definition { return append([]Definition(nil), definitions[:]...) }

var definitions = [Count]Definition{
	{Order, "P1", 1, "The steps registration, assessment, payment, release and exit are not in this order.",
		[]Variant{{"", "A step lies before the one it follows.", High, Critical, "release or exit lies before payment or registration"}},
		[]Input{InputOperations}},
	{RedUninspected, "P2", 1, "A declaration left the red lane without an inspection act.",
		[]Variant{{"", "Routed out of red, assessed (where selection comes before assessment) or released without an act.", Critical, "", ""}},
		[]Input{InputOperations, InputLanes, InputInspections}},
	{OutsideInspection, "P3", 1, "Somebody inspected who was neither the examiner nor the chief examiner assigned at that time.",
		[]Variant{{"", "The act's user was not assigned.", Medium, High, "the user was assigned only after the act"}},
		[]Input{InputInspections, InputAssignments}},
	{ReleasedUnpaid, "P4", 1, "Goods were released although duties and taxes were neither paid nor deferred.",
		[]Variant{{"", "Paid until release is less than what was due.", Critical, "", ""}},
		[]Input{InputOperations, InputPayments, InputItems}},
	{Rerouting, "P5", 1, "A declaration was re-routed without a reason or too late.",
		[]Variant{{"a", "No reason is given, and it is not a clearance after an inspection act.", Medium, High, "the new lane controls less"},
			{"b", "The re-route came after assessment (where selection comes before it), else after release.", High, "", ""}},
		[]Input{InputOperations, InputLanes, InputInspections}},
	{OffenceAgainstMoney, "P6", 1, "An offence and the amounts of the declaration do not go together.",
		[]Variant{{"a", "A confirmed offence changed no value, duty or fine.", Medium, High, "one officer has five or more in a month"},
			{"b", "Customs raised value or duty, with no offence recorded and inspections that say conform.", Medium, High, "one officer has five or more in a month"}},
		[]Input{InputOffences, InputVersions}},
	{AdjustmentReversed, "P7", 1, "An adjustment was reversed by post-entry, cancellation or refund soon after.",
		[]Variant{{"", "Most of an increase of duties was taken back.", High, "", ""}},
		[]Input{InputVersions}},
	{RegisteredAgain, "P8", 1, "The same importer registered the same goods again after a cancellation.",
		[]Variant{{"", "Same importer, cargo and goods as a cancelled declaration.", Medium, High, "the lane is softer, the tax lower, or office or officer differ; low when nothing differs"}},
		[]Input{InputOperations, InputItems, InputImporter, InputCargo}},
	{WriteOffBalance, "P9", 1, "A bill of lading and what was written off it do not balance.",
		[]Variant{{"a", "More was written off than the bill holds.", High, "", ""},
			{"b", "Packages written off differ from the packages declared.", Medium, "", ""},
			{"c", "The mass written off differs from the mass declared.", Low, "", ""}},
		[]Input{InputManifest, InputBill, InputWriteOffs, InputItems}},
	{ImpossibleTransit, "P10", 1, "A transit ended before it began, or faster than possible.",
		[]Variant{{"a", "Validated before departure.", Critical, "", ""},
			{"b", "Arrived sooner than the distance or the route's history allows.", High, "", ""}},
		[]Input{InputTransit}},
	{ExportUndischarged, "P11", 1, "Goods left a suspense regime, but no account was discharged.",
		[]Variant{{"a", "Re-export without a discharge within seven days.", High, "", ""},
			{"b", "Home use after suspense without a discharge within seven days.", High, "", ""},
			{"c", "More was discharged than the account took in.", High, "", ""}},
		[]Input{InputItems, InputOperations, InputSuspense}},
	{ImpossibleUser, "P12", 1, "A user acted who could not have acted.",
		[]Variant{{"a", "The user was suspended, on leave, transferred or deleted on that day.", Critical, "", ""},
			{"b", "Two sessions of one user overlapped at different workstations.", Critical, "", ""},
			{"c", "One user acted at two offices within too short a time.", Critical, "", ""}},
		[]Input{InputOperations, InputStaff}},
	{TaxArithmetic, "P13", 1, "The taxes of the items, the assessment and the receipts do not add up.",
		[]Variant{{"a", "The sum of the payable taxes of the items differs from the assessment.", Medium, "", ""},
			{"b", "The receipts differ from the assessment although it is paid.", Medium, High, "less was received than assessed"}},
		[]Input{InputItems, InputAssessment}},
	{LateManifest, "P14", 1, "The manifest was registered after the declaration that uses it.",
		[]Variant{{"", "The manifest is younger than the declaration, which was not lodged before arrival.", Medium, Low, "the cargo came by air or road"}},
		[]Input{InputManifest}},
}

// Describe gives the definition of a rule.
func Describe(r Rule) Definition { return definitions[r-1] }
