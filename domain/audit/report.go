package audit

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"assay/domain"
)

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
	// Truncated: rows from this place on are gone; an end was noted that lies beyond.
	Truncated Problem = "truncated"
	// Appended: rows from this place on were not written by Assay: the noted end lies before.
	Appended Problem = "appended"
	// Rewritten: the row at this place is another one than that whose hash was noted.
	Rewritten Problem = "rewritten"
)

// Report is what Verify found.
type Report struct {
	Records int64 // rows read, all of them when intact
	First   int64 // sequence of the first row read, 0 when there is none
	// FirstBroken is the sequence of the first row that does not fit, 0 when all do.
	FirstBroken int64
	Problem     Problem
	// LastSequence and LastHash name the end of the intact part.
	LastSequence int64
	LastHash     []byte
}

// Intact reports whether nothing is wrong.
func (r Report) Intact() bool { return r.FirstBroken == 0 }

// End gives the end of the intact part in a form that can be deposited.
func (r Report) End() Head { return Head{Sequence: r.LastSequence, Hash: r.LastHash} }

// Head is the end of a record: the place and hash of its last row. Noted outside the database it proves
// later that nothing up to that row was changed, not even by somebody with the whole database in hands.
type Head struct {
	Sequence int64
	Hash     []byte
	At       time.Time // when the last row was written; zero when not known
}

// String is SEQUENCE:HASH, with the hash in hexadecimal.
func (h Head) String() string {
	return strconv.FormatInt(h.Sequence, 10) + ":" + hex.EncodeToString(h.Hash)
}

// ParseHead reads SEQUENCE:HASH. The error is KindInvalid.
func ParseHead(text string) (Head, error) {
	place, hash, found := strings.Cut(strings.TrimSpace(text), ":")
	sequence, err := strconv.ParseInt(place, 10, 64)
	decoded, hexErr := hex.DecodeString(hash)
	if !found || err != nil || hexErr != nil || sequence < 1 || len(decoded) != len(beginning) {
		return Head{}, domain.Errorf(domain.KindInvalid, "%q is not the end of a record; it looks like 4711:9f86d081... with 64 hexadecimal digits", text)
	}
	return Head{Sequence: sequence, Hash: decoded}, nil
}

// Sentence says in English what the report found, for commands.
func (r Report) Sentence() string {
	switch r.Problem {
	case Intact:
		if r.Records == 0 {
			return "no rows"
		}
		return fmt.Sprintf("intact: %d rows, %d to %d", r.Records, r.First, r.LastSequence)
	case Changed:
		return fmt.Sprintf("row %d was changed: it does not match its hash", r.FirstBroken)
	case Missing:
		return fmt.Sprintf("rows are missing between %d and %d", r.LastSequence, r.FirstBroken)
	case Unlinked:
		return fmt.Sprintf("row %d does not follow row %d: rows were moved, or one was written anew", r.FirstBroken, r.LastSequence)
	case Truncated:
		return fmt.Sprintf("rows from %d on are gone: the noted end of the record lies beyond", r.FirstBroken)
	case Appended:
		return fmt.Sprintf("rows from %d on were not written by Assay: the noted end of the record lies before", r.FirstBroken)
	case Rewritten:
		return fmt.Sprintf("row %d is not the one whose hash was noted: the record was written anew", r.FirstBroken)
	}
	return string(r.Problem)
}
