package view

// Access says what one person may do in the administration, and what gives it.
type Access struct {
	Layout
	Sub    string // whose rights these are
	Back   *Link
	Held   []string // the roles and engagements of the person
	Groups []AccessGroup
	Others []Link // whose rights the reader may look at
	Empty  *Empty
}

// AccessGroup is what concerns one subject.
type AccessGroup struct {
	Code string
	Name string
	Rows []AccessRow
}

// AccessRow is one thing that can be done. Without reasons the person may not do it.
type AccessRow struct {
	Name    string
	Code    string
	Scope   string // the widest
	Reasons []AccessReason
}

// AccessReason is one role or engagement that gives something.
type AccessReason struct {
	Name  string
	Where string // office, section or user name to which the role is tied
	Scope string
}

// OwnRoles lists the roles that the administration has put together.
type OwnRoles struct {
	Layout
	People string // who works here; empty for who may not read it
	New    string
	Rows   []OwnRoleRow
	Empty  *Empty
}

// OwnRoleRow is one of them.
type OwnRoleRow struct {
	Address string
	Name    string
	Code    string
	Gives   string // how many permissions
	Holders string // how many people have it
	Changed string
	State   Mark
}

// OwnRole is the form of one role: a new one, or one that is changed. A retired one is only shown.
type OwnRole struct {
	Layout
	Back    string
	Action  string
	Fault   *FormFault
	New     bool
	Retired bool
	Code    string
	Version string // that was read, carried along
	State   Mark
	Holders string
	Names   []NameInput
	Groups  []PermissionGroup
}

// NameInput is the role's name in one language.
type NameInput struct {
	Language string
	Native   string // what the language calls itself
	Value    string
}

// PermissionGroup is the permissions of one subject.
type PermissionGroup struct {
	Code string
	Name string
	Rows []PermissionRow
}

// PermissionRow offers the scopes in which a role may have one permission.
type PermissionRow struct {
	Action string
	Name   string
	Fixed  string // said instead of a choice, of what every role has anyway
	Scopes []Choice
}

// Purposes lists for what the reader has asked to see names, and takes another purpose.
type Purposes struct {
	Layout
	Action string
	Fault  *FormFault
	Holds  *Notice
	Reason string
	Ends   string
	First  string // first and last day that can be chosen
	Latest string
	Hint   string
	Rows   []PurposeRow
	Empty  *Empty
}

// PurposeRow is one purpose. Withdraw is where it can be ended, empty once it is over.
type PurposeRow struct {
	Reason   string
	Recorded string
	Ends     string
	State    Mark
	Withdraw string
}
