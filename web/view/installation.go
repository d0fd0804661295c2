package view

// Installation is the page of who runs the installation. It holds no figure of any administration.
type Installation struct {
	Layout
	Health          []Fact
	Working         bool
	Administrations []Installed
	Create          CreateAdministration
	Tombstones      []Tombstone
}

// Installed is an administration as its operator sees it.
type Installed struct {
	Address      string
	Code         string
	Name         string
	State        string // translated
	StateKind    string
	Declarations string
	Months       string
	Size         string
	LastLoad     string
	Waiting      string
	Failed       string
	HasFailed    bool
}

// CreateAdministration is the form for a new one.
type CreateAdministration struct {
	Action    string
	Fault     *FormFault
	Code      string
	Name      string
	Currency  string
	Zone      string
	Languages []Choice
}

// Tombstone is what is left of an erased administration.
type Tombstone struct {
	Identifier, ErasedAt, ErasedBy, Rows string
}

// InstalledOne is one administration with what may be done.
type InstalledOne struct {
	Layout
	Back      string
	Code      string
	State     Notice
	Facts     []Fact
	Active    bool
	Erasing   bool
	Fault     *FormFault
	StateForm string // address
	Exports   Exports
	EraseForm string // address
}

// Exports lists the exports of an administration.
type Exports struct {
	Start string // address; empty when the person may not start one
	Rows  []ExportRow
	Busy  bool
}

// ExportRow is one of them.
type ExportRow struct {
	Started, By, State, StateKind, Size, Rows, Until, SHA256 string
	Download                                                 string // address, empty when it cannot be downloaded here
}

// Erased is the proof of an erasing.
type Erased struct {
	Layout
	Back   string
	Notice Notice
	Facts  []Fact
	Tables []ErasedTable
}

// ErasedTable is a table with what was removed and what is left.
type ErasedTable struct {
	Name, Removed, Left string
}
