// Package audit keeps who did what: an append-only record of each
// administration, in which every row is hashed over the row before it. A row
// that was changed, taken out, put in, moved or cut off is found by Verify.
//
// Every room writes its record in the transaction of the deed (Record), so that
// neither exists without the other. The package stands below all rooms.
package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"assay/domain"
)

// Entry is one deed, as the room that did it describes it. What it leaves empty of who, in
// which capacity and from where is taken from the context (see In).
type Entry struct {
	At       time.Time // when it was done, by the caller's clock
	Actor    string    // who: an account's sign-in name, or "system"
	Capacity string    // as what: the role under which it was allowed
	Action   string    // what, "import.load" or "finding.explain"
	Object   string    // on what, "batch/0192..." or "declaration/BIR/2022/C678"
	Before   any       // state before, as JSON; nil when there was none
	After    any       // state after, as JSON; nil when there is none
	Origin   string    // address of the request, or the command
	// Engagement is the identifier of the engagement under which an expert acted.
	Engagement string
	Session    string // fingerprint of the session or API token (see Fingerprint)
	Request    string // number of the request, as in the log
}

// Row is one record as it is kept. Its JSON form is a line of an export.
type Row struct {
	Tenant     domain.TenantID `json:"tenant"`
	Sequence   int64           `json:"sequence"` // from 1, without gaps
	Form       int             `json:"form"`     // which fields the hash is taken over
	At         time.Time       `json:"at"`
	Actor      string          `json:"actor"`
	Capacity   string          `json:"capacity"`
	Engagement string          `json:"engagement"`
	Action     string          `json:"action"`
	Object     string          `json:"object"`
	Before     json.RawMessage `json:"before"` // nil when there was none
	After      json.RawMessage `json:"after"`
	Origin     string          `json:"origin"`
	Session    string          `json:"session"`
	Request    string          `json:"request"`
	Previous   []byte          `json:"-"` // hash of the row before
	Hash       []byte          `json:"-"` // SHA-256, see README.md for what it is taken over
}

// Filter narrows List and Export. Empty fields do not narrow.
type Filter struct {
	Actor      string
	Action     string // this action, or with a dot at the end all that begin with it: "import."
	Object     string // this object, or with a slash at the end all that begin with it: "batch/"
	Engagement string // its identifier
	From, To   time.Time
}

// Whole reports whether the filter leaves nothing out.
func (f Filter) Whole() bool { return f == Filter{} }

// Page asks for one page of List: rows before a sequence (0 begins at the
// newest), at most Limit (0 means 50, never more than 1000).
type Page struct {
	Before int64
	Limit  int
}

const (
	usualPage   = 50
	longestPage = 1000
)

func (p Page) limit() int {
	if p.Limit <= 0 {
		return usualPage
	}
	return min(p.Limit, longestPage)
}

// Bounds of an entry, so that one request cannot fill the record: longer texts are cut, larger
// states refused.
const (
	longestText  = 1000 // bytes of a field
	largestState = 1 << 20
)

func (e *Entry) validate() error {
	var wrong []domain.FieldError
	if e.Actor == "" {
		wrong = append(wrong, domain.FieldError{Field: "actor", Message: "a record says who did it"})
	}
	if e.Action == "" {
		wrong = append(wrong, domain.FieldError{Field: "action", Message: "a record says what was done"})
	}
	if e.At.IsZero() {
		wrong = append(wrong, domain.FieldError{Field: "at", Message: "a record says when it was done"})
	}
	return domain.Invalid("this cannot be recorded", wrong...)
}

// encodeState gives a state as JSON, nil for none.
func encodeState(state any) (*string, error) {
	if state == nil {
		return nil, nil
	}
	content, err := json.Marshal(state)
	if err != nil {
		return nil, fmt.Errorf("write a state as JSON: %w", err)
	}
	if bytes.Equal(content, []byte("null")) { // a nil pointer or map in the interface
		return nil, nil
	}
	if len(content) > largestState {
		return nil, domain.Errorf(domain.KindInvalid, "a state of %d bytes is too large for the record", len(content))
	}
	text := string(content)
	return &text, nil
}
