// Package intake turns the files of a clearance system into a stream of
// canonical documents. It knows formats, column maps, operation maps and lanes;
// it knows no database. The warehouse loads what it produces.
//
// Memory stays bounded whatever the files' size: files are read as streams, and
// what must be joined is joined a registration day at a time.
package intake

import (
	"encoding/hex"
	"fmt"
	"time"

	"assay/domain/declaration"
)

// Document is one thing read from a source; exactly one field is set. It belongs
// to the sink that gets it: intake keeps no reference and never reuses it.
type Document struct {
	Declaration *declaration.Declaration     `json:"declaration,omitempty"`
	Manifest    *declaration.Manifest        `json:"manifest,omitempty"`
	Transit     *declaration.TransitDocument `json:"transit,omitempty"`
	Suspense    *declaration.SuspenseAccount `json:"suspense,omitempty"`
	Office      *Office                      `json:"office,omitempty"`
	Section     *Section                     `json:"section,omitempty"`
	Holiday     *Holiday                     `json:"holiday,omitempty"`
	Posting     *Posting                     `json:"posting,omitempty"`
	Session     *Session                     `json:"session,omitempty"`
	Trader      *Trader                      `json:"trader,omitempty"`
	Broker      *Broker                      `json:"broker,omitempty"`
	Target      *Target                      `json:"target,omitempty"`
}

// Office is a Customs office as a source describes it.
type Office struct {
	Code string `json:"code"`
	Name string `json:"name,omitempty"`
	Kind string `json:"kind,omitempty"` // seaport, airport, land, post, inland or empty
	Zone string `json:"zone,omitempty"` // IANA time zone; empty means the administration's
	// Opens and Closes are minutes after local midnight; both 0 means not given.
	Opens    int    `json:"opens,omitempty"`
	Closes   int    `json:"closes,omitempty"`
	Workdays string `json:"workdays,omitempty"` // seven digits, Monday first, 1 is a working day; empty means not given
}

// Section is a section of an office to which examiners belong.
type Section struct {
	Office string `json:"office"`
	Code   string `json:"code"`
	Name   string `json:"name,omitempty"`
}

// Holiday is a non-working day; an empty Office means the whole country.
type Holiday struct {
	Office string    `json:"office,omitempty"`
	Day    time.Time `json:"day"` // local date at midnight UTC of that date
	Name   string    `json:"name,omitempty"`
}

// Posting is where and as what a user worked, or why not, as whole days.
type Posting struct {
	User     string     `json:"user"`
	Name     string     `json:"name,omitempty"`
	Office   string     `json:"office,omitempty"`
	Section  string     `json:"section,omitempty"`
	Function string     `json:"function"` // examiner, chief, head, cashier, system, broker or other
	Status   string     `json:"status"`   // active, suspended, leave, transferred or deleted
	From     time.Time  `json:"from"`     // local date at midnight UTC of that date
	To       *time.Time `json:"to,omitempty"`
	Chief    string     `json:"chief,omitempty"`
}

// Session is a session of a user in the clearance system, in UTC.
type Session struct {
	User        string     `json:"user"`
	Workstation string     `json:"workstation,omitempty"`
	StartedAt   time.Time  `json:"started_at"`
	EndedAt     *time.Time `json:"ended_at,omitempty"`
}

// Trader is an importer, exporter or holder of a suspense account.
type Trader struct {
	Code string `json:"code"`
	Name string `json:"name,omitempty"`
}

// Broker is a declarant.
type Broker struct {
	Code string `json:"code"`
	Name string `json:"name,omitempty"`
}

// Target is the revenue expected of an office in a month.
type Target struct {
	Office string `json:"office"`
	Month  int    `json:"month"`  // year * 12 + month - 1
	Amount int64  `json:"amount"` // minor units
}

// Place is where in a delivery something stands.
type Place struct {
	File string `json:"file"`           // name as delivered; for a zip "archive.zip/inner.csv", for a workbook "book.xlsx/Sheet1"
	Line int64  `json:"line,omitempty"` // first line of the record, from 1; for Parquet the row, for XML 0 or the element's line
}

// Reject is a row (or element) that could not be taken, with the reason. Row is
// the raw row, so that it can be corrected and sent again.
type Reject struct {
	Place
	Field  string `json:"field,omitempty"` // column as the source names it
	Value  string `json:"value,omitempty"`
	Reason string `json:"reason"` // one sentence in English
	Row    string `json:"row,omitempty"`
}

// Sink takes what a reader finds. Calls come from one goroutine, one after the
// other; an error stops the reading and is returned by Read as it is.
type Sink interface {
	Document(Document) error
	Reject(Reject) error
}

// Progress is how far a reading has come. Bytes are of the delivered files; formats
// that look every file through before they read it have a Total of twice their size.
type Progress struct {
	Bytes     int64
	Total     int64
	Rows      int64
	Documents int64
	Rejects   int64
}

// Fingerprint identifies the delivered bytes, whatever the files' names and order.
type Fingerprint [32]byte

// String is the fingerprint in hexadecimal.
func (f Fingerprint) String() string { return hex.EncodeToString(f[:]) }

// MarshalText is String, for JSON.
func (f Fingerprint) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads String's form.
func (f *Fingerprint) UnmarshalText(text []byte) error {
	if len(text) != 2*len(f) {
		return fmt.Errorf("a fingerprint has %d hexadecimal digits, not %d", 2*len(f), len(text))
	}
	if _, err := hex.Decode(f[:], text); err != nil {
		return fmt.Errorf("reading a fingerprint: %w", err)
	}
	return nil
}

// Counted is a value and how often it was seen.
type Counted struct {
	Value string `json:"value"`
	Seen  int64  `json:"seen"`
}

// UnknownColumn is a column that no column map knows. It is not read.
type UnknownColumn struct {
	File   string `json:"file"`
	Column string `json:"column"`
}

// MissingColumn is an optional column that a delivered file lacks.
type MissingColumn struct {
	File   string `json:"file"`
	Column string `json:"column"`
}

// Counts is how many documents of each kind were given to the sink.
type Counts struct {
	Declarations int64 `json:"declarations"`
	Items        int64 `json:"items"`
	Events       int64 `json:"events"`
	Manifests    int64 `json:"manifests,omitempty"`
	Transits     int64 `json:"transits,omitempty"`
	Suspense     int64 `json:"suspense,omitempty"`
	References   int64 `json:"references,omitempty"` // offices, sections, holidays, postings, sessions, traders, brokers, targets
}

// Summary is what a reading found. Lists are sorted;
// an empty list means that nothing of the sort was seen.
type Summary struct {
	Format             string          `json:"format"`
	Read               int64           `json:"read"`       // rows or elements of all kinds
	Rejected           int64           `json:"rejected"`   // rows or elements
	Duplicates         int64           `json:"duplicates"` // rows that only repeat one already taken
	Rounded            int64           `json:"rounded"`    // amounts and masses with more decimals than the minor unit or gram
	Counts             Counts          `json:"counts"`
	UnmappedOperations []Counted       `json:"unmapped_operations"` // kept as events of kind unmapped
	UnmappedLanes      []Counted       `json:"unmapped_lanes"`      // taken as lane not known
	UnknownColumns     []UnknownColumn `json:"unknown_columns"`
	MissingColumns     []MissingColumn `json:"missing_columns"`
	IgnoredFiles       []string        `json:"ignored_files"`
	// OtherDocuments are rows of the log that belong to other kinds of document.
	OtherDocuments int64 `json:"other_documents,omitempty"`
	// MissingFiles are the files of the format that were not delivered ("inspections");
	// what needs them cannot be evaluated from this delivery.
	MissingFiles []string `json:"missing_files"`
	// Watermark is the latest time of an event seen; nil when there was none.
	Watermark   *time.Time  `json:"watermark,omitempty"`
	Fingerprint Fingerprint `json:"fingerprint"`
}
