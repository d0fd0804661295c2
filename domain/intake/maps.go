package intake

import "assay/domain/declaration"

// ColumnMap says under which names a source keeps what. It is data: JSON, shipped under
// maps/ and copied by an administration that names things otherwise.
type ColumnMap struct {
	Name   string `json:"name"`
	Format string `json:"format"` // the format it is for
	// Files are, for asycuda-world, the names of files and columns: kind of file
	// (see EXTRACT.md) to field to accepted column names.
	Files map[string]FileMap `json:"files,omitempty"`
	// Table is, for format table, how a row becomes a document.
	Table *TableMap `json:"table,omitempty"`
	// Flows gives the direction of the goods by the beginning of a model
	// ("IM" to import); the longest beginning wins.
	Flows map[string]declaration.Flow `json:"flows,omitempty"`
}

// FileMap is how a site names one file and its columns.
type FileMap struct {
	Names   []string            `json:"names"`   // beginnings of file names
	Columns map[string][]string `json:"columns"` // field to accepted column names
}

// OperationMap gives each operation of a log its meaning by the name the source
// writes, letter case and repeated blanks ignored.
type OperationMap struct {
	Name       string               `json:"name"`
	Operations map[string]Operation `json:"operations"`
}

// Operation is the meaning of one operation.
type Operation struct {
	Kind declaration.EventKind `json:"kind"`
	To   declaration.Lane      `json:"to,omitempty"` // lane that the operation gives
	// Machine marks an operation that a program does in the name of the user
	// who is at work ("System re-route to green").
	Machine bool `json:"machine,omitempty"`
}

// LaneMap gives each lane its canonical name by the name the source writes,
// letter case ignored.
type LaneMap struct {
	Name  string                      `json:"name"`
	Lanes map[string]declaration.Lane `json:"lanes"`
}
