package warehouse

import (
	"time"

	"github.com/google/uuid"

	"assay/domain/intake"
)

// BatchState is where a batch stands.
type BatchState string

// The states of a batch. A batch goes from waiting to reading to loaded or failed; a failed
// one may be processed again. A dry run ends as dry_run.
const (
	BatchWaiting BatchState = "waiting"
	BatchReading BatchState = "reading"
	BatchLoaded  BatchState = "loaded"
	BatchFailed  BatchState = "failed"
	BatchDryRun  BatchState = "dry_run"
)

// Batch is one delivery of data and what became of it.
type Batch struct {
	ID          uuid.UUID
	Format      string
	Source      string // names of what was delivered, for people
	Fingerprint intake.Fingerprint
	State       BatchState
	StartedAt   time.Time
	EndedAt     time.Time // zero while it is not over
	By          string    // who delivered it: a sign-in name, or the command
	Read        int64     // rows or elements of all kinds
	Loaded      int64     // documents new in the warehouse: declarations, manifests, transits, suspense accounts
	Replaced    int64     // known documents that changed
	Unchanged   int64     // known documents that are the same
	Rejected    int64     // rows or documents that could not be taken
	Watermark   time.Time // latest event seen; zero when there was none
	Failure     string    // why it failed, one sentence
	Percent     *int      // of the delivered bytes that are read, while it is loaded by a job; nil when not known
	Detail      BatchDetail
}

// BatchDetail is what else is told about a batch.
type BatchDetail struct {
	Reading intake.Summary  `json:"reading"`
	Kinds   map[string]Kind `json:"kinds"`             // declaration, manifest, transit and suspense_account
	Repeats *uuid.UUID      `json:"repeats,omitempty"` // an earlier batch with the same bytes
	Wanted  *Wanted         `json:"wanted,omitempty"`  // of a delivery over a page or the API
	Months  []int           `json:"months"`            // months that became dirty, year * 12 + month - 1
}

// Wanted is how a delivery is to be read when its turn comes.
type Wanted struct {
	MapName   string `json:"map,omitempty"`
	DryRun    bool   `json:"dry_run,omitempty"`
	NoRefresh bool   `json:"no_refresh,omitempty"`
}

// Kind counts the documents of one kind.
type Kind struct {
	Loaded    int64 `json:"loaded"`
	Replaced  int64 `json:"replaced"`
	Unchanged int64 `json:"unchanged"`
}

// Seconds is how long the batch took.
func (b *Batch) Seconds() float64 {
	if b.EndedAt.IsZero() {
		return 0
	}
	return b.EndedAt.Sub(b.StartedAt).Seconds()
}

// Report is the summary of a batch as commands and the API print it.
type Report struct {
	Batch              string                 `json:"batch"`
	State              BatchState             `json:"state"`
	Read               int64                  `json:"read"`
	Loaded             int64                  `json:"loaded"`
	Replaced           int64                  `json:"replaced"`
	Unchanged          int64                  `json:"unchanged"`
	Rejected           int64                  `json:"rejected"`
	UnmappedOperations []intake.Counted       `json:"unmapped_operations"`
	UnmappedLanes      []intake.Counted       `json:"unmapped_lanes"`
	UnknownColumns     []intake.UnknownColumn `json:"unknown_columns"`
	Repeats            string                 `json:"repeats,omitempty"` // the earlier batch with the same bytes
	Seconds            float64                `json:"seconds"`
}

// Report gives the summary; its lists are never null.
func (b *Batch) Report() Report {
	r := Report{Batch: b.ID.String(), State: b.State, Read: b.Read, Loaded: b.Loaded, Replaced: b.Replaced,
		Unchanged: b.Unchanged, Rejected: b.Rejected, Seconds: b.Seconds(),
		UnmappedOperations: b.Detail.Reading.UnmappedOperations, UnmappedLanes: b.Detail.Reading.UnmappedLanes,
		UnknownColumns: b.Detail.Reading.UnknownColumns}
	if r.UnmappedOperations == nil {
		r.UnmappedOperations = []intake.Counted{}
	}
	if r.UnmappedLanes == nil {
		r.UnmappedLanes = []intake.Counted{}
	}
	if r.UnknownColumns == nil {
		r.UnknownColumns = []intake.UnknownColumn{}
	}
	if b.Detail.Repeats != nil {
		r.Repeats = b.Detail.Repeats.String()
	}
	return r
}

func (b *Batch) count(kind string, add Kind) {
	if b.Detail.Kinds == nil {
		b.Detail.Kinds = map[string]Kind{}
	}
	k := b.Detail.Kinds[kind]
	k.Loaded += add.Loaded
	k.Replaced += add.Replaced
	k.Unchanged += add.Unchanged
	b.Detail.Kinds[kind] = k
	b.Loaded += add.Loaded
	b.Replaced += add.Replaced
	b.Unchanged += add.Unchanged
}
