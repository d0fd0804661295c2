package declaration

import "time"

// Precision says how much of a time the source gave. Hours are never derived
// from a time with precision Day.
type Precision string

// The precisions.
const (
	Day    Precision = "day"
	Minute Precision = "minute"
	Second Precision = "second"
)

// Moment is a time in UTC with the precision of its source. For precision Day
// the time is midnight of the local date in the office's zone, in UTC.
type Moment struct {
	At        time.Time `json:"at"`
	Precision Precision `json:"precision"`
}

// HasTime reports whether the source gave a time of day.
func (m Moment) HasTime() bool { return m.Precision != Day && m.Precision != "" }

// EventKind is one word of the canonical vocabulary of operations.
type EventKind string

// The event kinds. Unmapped keeps an operation whose name no map knows: it is
// shown on the timeline and listed for the data officer, never dropped.
const (
	Stored           EventKind = "stored"
	Registered       EventKind = "registered"
	Assessed         EventKind = "assessed"
	PaymentRequested EventKind = "payment_requested"
	Paid             EventKind = "paid"
	Selected         EventKind = "selected"
	ExaminerAssigned EventKind = "examiner_assigned"
	RoutedToShed     EventKind = "routed_to_shed"
	ControlRecorded  EventKind = "control_recorded" // an inspection result keyed; the act itself is an Inspection
	Queried          EventKind = "queried"
	Answered         EventKind = "answered"
	DocumentAdded    EventKind = "document_added"
	Amended          EventKind = "amended"    // before assessment
	PostEntry        EventKind = "post_entry" // after assessment
	Cleared          EventKind = "cleared"
	Rerouted         EventKind = "rerouted"
	Released         EventKind = "released"
	ExitNoted        EventKind = "exit_noted"
	Exited           EventKind = "exited"
	Cancelled        EventKind = "cancelled"
	Refunded         EventKind = "refunded"
	TransitGenerated EventKind = "transit_generated"
	Locked           EventKind = "locked"
	Unlocked         EventKind = "unlocked"
	Unmapped         EventKind = "unmapped"
)

// EventKinds lists every kind in the order of a usual life, for pages and checks.
var EventKinds = []EventKind{
	Stored, Registered, Assessed, PaymentRequested, Paid, Selected, ExaminerAssigned, RoutedToShed,
	ControlRecorded, Queried, Answered, DocumentAdded, Amended, PostEntry, Cleared, Rerouted, Released,
	ExitNoted, Exited, Cancelled, Refunded, TransitGenerated, Locked, Unlocked, Unmapped,
}

// Event is one operation on a declaration as the log gives it. Events are kept
// in the order (time, order of the source); Sequence is that order from 1.
type Event struct {
	Sequence  int       `json:"sequence"`
	Kind      EventKind `json:"kind"`
	Operation string    `json:"operation"` // the name as the source writes it
	Version   int       `json:"version,omitempty"`
	Moment
	User      string         `json:"user,omitempty"`
	Machine   bool           `json:"machine,omitempty"` // a machine user ("System ..."), never counted as an officer
	From      Lane           `json:"from,omitempty"`    // re-routes
	To        Lane           `json:"to,omitempty"`      // selections and re-routes
	Cause     SelectionCause `json:"cause,omitempty"`
	Criterion string         `json:"criterion,omitempty"`
	Reason    string         `json:"reason,omitempty"`
}

// SelectionCause says why a lane was given.
type SelectionCause string

// The causes of a selection.
const (
	CauseCriterion SelectionCause = "criterion"
	CauseRandom    SelectionCause = "random"
	CauseTopUp     SelectionCause = "top_up" // topped up to the expected rate
	CauseManual    SelectionCause = "manual"
)

// Assignment gives a declaration to an examiner from a time until the next assignment.
type Assignment struct {
	Sequence int `json:"sequence"`
	Moment
	Section    string `json:"section,omitempty"`
	Examiner   string `json:"examiner,omitempty"` // G1, inspects
	Chief      string `json:"chief,omitempty"`    // G2, supervises and endorses
	Manual     bool   `json:"manual,omitempty"`
	AssignedBy string `json:"assigned_by,omitempty"`
	Weight     int    `json:"weight,omitempty"`
}

// Inspection is an inspection act.
type Inspection struct {
	Number string `json:"number"`
	Moment
	FinishedAt *Moment `json:"finished_at,omitempty"` // on paper, before it was keyed
	User       string  `json:"user,omitempty"`
	Physical   bool    `json:"physical"`
	Conform    bool    `json:"conform"`
	Result     string  `json:"result,omitempty"`
	Remarks    string  `json:"remarks,omitempty"`
}

// OffenceStatus is where a case stands.
type OffenceStatus string

// The statuses of a case.
const (
	OffenceOpen      OffenceStatus = "open"
	OffenceConfirmed OffenceStatus = "confirmed"
	OffenceDismissed OffenceStatus = "dismissed"
)

// Offence is one offence case. Amounts in minor units.
type Offence struct {
	Number string `json:"number"`
	Moment
	User            string        `json:"user,omitempty"`
	Code            string        `json:"code,omitempty"`
	Status          OffenceStatus `json:"status"`
	DeclaredValue   int64         `json:"declared_value,omitempty"`
	AssessedValue   int64         `json:"assessed_value,omitempty"`
	ExtraDuties     int64         `json:"extra_duties,omitempty"`
	Fine            int64         `json:"fine,omitempty"`
	ExtraDutiesPaid int64         `json:"extra_duties_paid,omitempty"`
	FinePaid        int64         `json:"fine_paid,omitempty"`
	PaidOn          *time.Time    `json:"paid_on,omitempty"` // local date at midnight UTC of that date
}

// PaymentKind says how money moved.
type PaymentKind string

// The kinds of payment.
const (
	Receipt      PaymentKind = "receipt"
	AccountDebit PaymentKind = "account_debit"
	Refund       PaymentKind = "refund"
)

// Payment is one tax of a receipt, account debit or refund. Amount is positive
// in minor units, for refunds too.
type Payment struct {
	Sequence int    `json:"sequence"`
	Receipt  string `json:"receipt,omitempty"`
	Moment
	Kind   PaymentKind `json:"kind"`
	User   string      `json:"user,omitempty"`
	Tax    string      `json:"tax,omitempty"`
	Amount int64       `json:"amount"`
}

// Signed is the amount as it counts for revenue: negative for a refund.
func (p Payment) Signed() int64 {
	if p.Kind == Refund {
		return -p.Amount
	}
	return p.Amount
}

// VersionCause says what made a document version.
type VersionCause string

// The causes of a version.
const (
	VersionRegistered VersionCause = "registered"
	VersionAmended    VersionCause = "amended"
	VersionAssessed   VersionCause = "assessed"
	VersionPostEntry  VersionCause = "post_entry"
	VersionCancelled  VersionCause = "cancelled"
	VersionRefund     VersionCause = "refund"
	VersionExtract    VersionCause = "extract" // seen as a difference between two extracts; author not known
)

// Version is the amounts of one document version. Version 1 is the first
// registered one.
type Version struct {
	Number int `json:"number"`
	Moment
	User         string       `json:"user,omitempty"`
	Cause        VersionCause `json:"cause"`
	ByCustoms    bool         `json:"by_customs,omitempty"` // made or ordered by a Customs user
	Reason       string       `json:"reason,omitempty"`
	CustomsValue int64        `json:"customs_value"`
	Payable      int64        `json:"payable"` // payable duties and taxes
}
