// Package warehouse keeps the facts of an administration in PostgreSQL: it loads
// batches all or nothing, keeps earlier versions readable, says which months
// became dirty, and streams whole records back to whoever derives from them.
package warehouse

import (
	"github.com/google/uuid"

	"assay/domain/declaration"
)

// Record is one declaration as the warehouse keeps it, with what other documents
// say about it.
type Record struct {
	declaration.Declaration
	ID      int64     // stable over versions
	Version int       // 1 when first loaded, one more for each extract in which it changed
	Batch   uuid.UUID // the batch that brought this version
	Parts   Parts     // which parts the sources have given
	Totals  declaration.Totals
	// Cargo is the manifest that the header cites with those of its bills that the header
	// cites, write-offs included; nil when the warehouse has no such manifest.
	Cargo *declaration.Manifest
}

// Parts says which parts of a declaration a source gave. A part that was never
// given makes what needs it "not evaluated", which is neither yes nor no.
type Parts int16

// The parts.
const (
	PartItems Parts = 1 << iota
	PartEvents
	PartAssignments
	PartInspections
	PartOffences
	PartPayments
	PartVersions
)

// Has reports whether all the given parts are there.
func (p Parts) Has(parts Parts) bool { return p&parts == parts }
