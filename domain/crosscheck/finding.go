package crosscheck

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"assay/domain/cube"
)

// SubjectKind says what a finding is about.
type SubjectKind string

// The kinds of subject. A rule on a bill, a transit, an account or a user is
// raised on the declaration that is linked to it, and on the thing itself only where there is none.
const (
	OnDeclaration SubjectKind = "declaration"      // subject is its natural key
	OnBill        SubjectKind = "bill"             // manifest, a space, bill
	OnTransit     SubjectKind = "transit"          // reference of the T1
	OnAccount     SubjectKind = "suspense_account" // number of the account
	OnUser        SubjectKind = "user"             // user name
)

// State is where the handling of a finding stands.
type State string

// The states. Only an open finding becomes superseded, when a newer examination no longer
// finds its evidence; what people decided stays.
const (
	Open          State = "open"
	Explained     State = "explained"
	Confirmed     State = "confirmed"
	FalsePositive State = "false_positive"
	Waived        State = "waived"
	Superseded    State = "superseded"
)

// Finding is one broken rule with its evidence.
type Finding struct {
	ID          uuid.UUID
	Rule        Rule
	Version     int // of the rule's predicate
	Variant     string
	Severity    Severity
	SubjectKind SubjectKind
	Subject     string
	// DeclarationID is the warehouse's number of the declaration, 0 where the subject is something else.
	DeclarationID int64
	Office        string
	// Month is that of registration of the declaration, else of the act.
	Month    cube.Month
	Evidence Evidence
	// DetectedAt is when it was first found, State and the rest are read from the table only.
	DetectedAt  time.Time
	State       State
	Explanation string
	Reviewer    string
}

// Evidence is what a finding rests on.
type Evidence struct {
	// Facts are the source rows and sums that break the rule: one of the types
	// in evidence.go, as JSON. Their hash names the finding.
	Facts json.RawMessage `json:"facts"`
	// Parameters are the thresholds that were used. They are not in the hash: a
	// changed threshold does not raise an explained finding again.
	Parameters json.RawMessage `json:"parameters,omitempty"`
	// Batch brought the version of the declaration that was examined; Version is its number in the warehouse.
	Batch   *uuid.UUID `json:"batch,omitempty"`
	Version int        `json:"version,omitempty"`
}

// hash names the evidence of a finding: the same rule, subject and hash is raised once.
func (f *Finding) hash() []byte {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %s %s ", f.Rule, f.Variant, f.SubjectKind)
	sum.Write(f.Evidence.Facts)
	return sum.Sum(nil)
}
