package intake

import (
	"context"
	"io"
	"time"
)

// The formats.
const (
	FormatWorld  = "asycuda-world" // delimited files as in EXTRACT.md
	FormatXML    = "asycuda-xml"   // declarations and manifests as ASYCUDA XML
	FormatTable  = "table"         // any CSV, TSV, XLSX or Parquet through a column map
	FormatNDJSON = "ndjson"        // the canonical model, a document a line
)

// Formats lists every format, for pages and commands.
var Formats = []string{FormatWorld, FormatXML, FormatTable, FormatNDJSON}

// Input is one delivered file. Open may be called more than once, also at the
// same time, and must give the same bytes each time.
type Input struct {
	Name string // as delivered, without folders
	Size int64  // bytes as delivered
	Open func() (io.ReadCloser, error)
}

// Source is a delivery: files and folders by path (a folder means the regular
// files in it, not those below), or readers, or both.
type Source struct {
	Paths  []string
	Inputs []Input
}

// Options say how to read a delivery. The zero value reads asycuda-world in UTC
// with two decimals through the shipped maps.
type Options struct {
	Format string
	// Columns, Operations and Lanes are the administration's own maps; the zero value of each
	// means the shipped one. Format table has no shipped default: Columns must be given.
	Columns    ColumnMap
	Operations OperationMap
	Lanes      LaneMap
	// Zone is the administration's time zone, UTC when nil. OfficeZone gives an office's own,
	// nil for the administration's; the offices of the same delivery come before it.
	Zone       *time.Location
	OfficeZone func(office string) *time.Location
	// MinorDigits is the number of decimals of the administration's currency (0 to 4).
	// Nil means 2.
	MinorDigits *int
	// MachineUsers are beginnings of names of users that are programs, letter case ignored.
	// Nil means "system".
	MachineUsers []string
	// SpillDir is where rows that must be sorted are kept meanwhile; the system's
	// folder for temporary files when empty. What was written is removed before Read returns.
	SpillDir string
	// MemoryBytes bounds what a reading holds in memory, 128 MB when 0.
	MemoryBytes int64
	// Workers is how many goroutines build documents, 1 when 0. One more reads each file.
	Workers int
	// Fingerprint is the delivery's, where the caller has it from FingerprintOf already.
	Fingerprint *Fingerprint
	Progress    func(Progress) // may be nil; called from one goroutine, at most some ten times a second
}

// Reader is the shape of Read, for callers that take a double.
type Reader func(ctx context.Context, source Source, options Options, sink Sink) (Summary, error)
