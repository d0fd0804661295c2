package view

// Imports lists the batches and takes new files.
type Imports struct {
	Layout
	Form     *ImportForm // nil when the person may not load data
	Batches  []Batch
	Pager    Pager
	Empty    *Empty
	Unmapped []Unmapped
}

// ImportForm takes files.
type ImportForm struct {
	Action  string
	Formats []Format
	Maps    []Choice
	Fault   *FormFault
	Largest string
}

// Format is a kind of file.
type Format struct {
	Value    string
	Name     string
	Text     string
	Selected bool
}

// FormFault is what is wrong with a form that was sent.
type FormFault struct {
	Text   string
	Fields []Fact
}

// Batch is a line in the list of batches.
type Batch struct {
	Address     string
	Source      string
	Format      string
	Started     string
	Took        string
	By          string
	State       string // translated
	StateKind   string // "good", "bad", "running", "info"
	Read        string
	Loaded      string
	Replaced    string
	Unchanged   string
	Rejected    string
	HasReject   bool
	Percent     string // of 100, for the drawing; empty when not known
	PercentText string // as it is read
}

// Import shows one batch.
type Import struct {
	Back  string
	Again string // address that loads a failed batch once more, empty for none
	Layout
	Batch    Batch
	Running  bool
	Poll     string // address that is asked while it runs
	Percent  string // empty when not known
	Phase    string
	Counts   []Fact
	Facts    []Fact
	Failure  string
	Unmapped []Unmapped
	Warnings []string
	Unknown  []string
	Rejects  *Rejects
}

// Unmapped is a value that no map of the administration knows.
type Unmapped struct {
	Kind  string
	Value string
	Seen  string
}

// Rejects are the rows that could not be taken.
type Rejects struct {
	Rows     []Reject
	Reasons  []Fact
	Pager    Pager
	Download string
	Why      string // what to do with them
}

// Reject is one of them.
type Reject struct {
	File, Line, Field, Value, Reason, Row string
}
