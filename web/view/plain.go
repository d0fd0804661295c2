package view

// SignIn is the page on which a person signs in.
type SignIn struct {
	Layout
	Fault  string
	Name   string
	Return string
	// Through leads to the identity provider of an administration.
	Through string
	// Out is where to end the session with the provider too, after signing out here; else empty.
	Out  string
	Demo []DemoPerson
}

// DemoPerson is a sign-in name of the demonstration.
type DemoPerson struct {
	Administration string
	People         []DemoAccount
}

// DemoAccount is a name to sign in with, shown only by the demonstration.
type DemoAccount struct {
	SignInName string
	Name       string
	Role       string
	Password   string
}

// Choose is the choice among the administrations in which a person works.
type Choose struct {
	Layout
	Memberships  []Membership
	Suspended    []Notice // administrations in which nobody can work at the moment
	Installation *Link    // for who runs it
	Return       string
}

// Membership is one of them.
type Membership struct {
	Tenant   string // identifier
	Name     string
	Code     string
	Role     string // key
	RoleName string
	Unit     string
	Currency string
	Current  bool
}

// Failure is a full page for something that did not work.
type Failure struct {
	Layout
	Status  string
	Heading string
	Text    string
	Fields  []Fact
	Request string // number to quote
	Actions []Link
	Icon    string
}

// Dictionary documents the warehouse.
type Dictionary struct {
	Layout
	Tables []DictionaryTable
	Empty  *Empty
}

// DictionaryTable is a table of the warehouse.
type DictionaryTable struct {
	Name    string
	Comment string
	Columns []DictionaryColumn
}

// DictionaryColumn is one of its columns.
type DictionaryColumn struct {
	Name, Type, Comment string
	Required            bool
	Key                 bool
}
