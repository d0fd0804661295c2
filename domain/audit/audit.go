// Package audit keeps who did what: an append-only record of each
// administration, in which every row is hashed over the row before it. A row
// that was changed, taken out, put in or moved is found by Verify.
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

// Entry is one deed, as the room that did it describes it.
type Entry struct {
	At       time.Time // when it was done, by the caller's clock
	Actor    string    // who: an account's sign-in name, or "system"
	Capacity string    // as what: the role or engagement under which it was allowed
	Action   string    // what, "import.load" or "finding.explain"
	Object   string    // on what, "batch/0192..." or "declaration/BIR/2022/C678"
	Before   any       // state before, as JSON; nil when there was none
	After    any       // state after, as JSON; nil when there is none
	Origin   string    // address of the request, or the command
}

// Row is one record as it is kept.
type Row struct {
	Sequence int64 // from 1, without gaps
	At       time.Time
	Actor    string
	Capacity string
	Action   string
	Object   string
	Before   json.RawMessage // nil when there was none
	After    json.RawMessage
	Origin   string
	Hash     []byte // SHA-256, see README.md for what it is taken over
}

// Filter narrows List. Empty fields do not narrow.
type Filter struct {
	Actor    string
	Action   string // this action, or with a dot at the end all that begin with it: "import."
	Object   string // this object, or with a slash at the end all that begin with it: "batch/"
	From, To time.Time
}

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

// Problem says what is wrong at the first broken place of a record.
type Problem string

// The problems.
const (
	Intact  Problem = ""        // nothing is wrong
	Changed Problem = "changed" // the row does not match its own hash: its content, place or hash was changed
	Missing Problem = "missing" // one or more rows before this one are gone
	// Unlinked is a row that matches its own hash but does not follow the row before it: rows
	// were moved, or one before it was written anew with a hash that fits it.
	Unlinked Problem = "unlinked"
)

// Report is what Verify found.
type Report struct {
	Records int64 // rows read, all of them when intact
	// FirstBroken is the sequence of the first row that does not fit, 0 when all do.
	FirstBroken int64
	Problem     Problem
	// LastSequence and LastHash name the end of the intact part. Rows cut off at the end leave
	// an intact shorter record: only somebody who noted an earlier end elsewhere can tell.
	LastSequence int64
	LastHash     []byte
}

// Intact reports whether nothing is wrong.
func (r Report) Intact() bool { return r.FirstBroken == 0 }

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
	text := string(content)
	return &text, nil
}
