// Package view holds what the pages show: one struct a page, filled by its
// handler and read by its template. Texts in it are ready to read: translated,
// and with numbers, dates and money written in the reader's language. Nothing
// here knows HTTP, the database, or how a figure is computed.
package view

// Layout is what every page has round its content.
type Layout struct {
	Title          string // of the window, without the product's name
	Language       string
	Direction      string // "ltr" or "rtl"
	Theme          string // "light", "dark", or empty for what the reader's system prefers
	Nonce          string // of this page's scripts
	Forgery        string // token that every form carries
	Here           string // path and query of this page, to come back to
	Person         *Person
	Administration *Administration
	Navigation     []Link
	Help           string // where the handbook speaks of this page
	Languages      []Choice
	Charts         bool // load the chart library
	Notice         *Notice
	Live           *Live
	Renew          bool // the page asks for itself again every few seconds: something on it is under way
	Bell           *Bell
	Wide           bool // tables that use the whole width
}

// Live makes a page renew its figures when new data are in.
type Live struct {
	Address  string // of the stream of news
	Revision int64  // of the data that the page shows
	Said     string // what the mark says after a renewal, "Updated at 14:05"
}

// Person is who is signed in.
type Person struct {
	Name     string
	Role     string // translated
	Links    []Link // to pages about the person
	Several  bool   // may choose another administration or role
	Initials string
}

// Administration is where the person works.
type Administration struct {
	Code string
	Name string
	Home string // address
	Logo string // address, empty for none
}

// Bell leads to what the person was told in the administration chosen.
type Bell struct {
	Address string
	Unread  string // in the reader's digits, empty for none
	Label   string // what is read out
	Current bool
}

// Link leads to a page. An empty address is plain text.
type Link struct {
	Text    string
	Address string
	Current bool
	Icon    string
}

// Choice is one option of a selection.
type Choice struct {
	Value    string
	Text     string
	Selected bool
}

// ChoiceGroup is options under one heading.
type ChoiceGroup struct {
	Name    string
	Choices []Choice
}

// Notice is a message on top of a page.
type Notice struct {
	Kind string // "info", "good", "warning" or "bad"
	Text string
	More []string
}

// Empty says in words why there is nothing and what to do.
type Empty struct {
	Icon   string
	Title  string
	Text   string
	Action *Link
}

// Hidden is a form field that is carried along.
type Hidden struct {
	Name  string
	Value string
}

// FilterBar is the choice of period and scope on top of a page of figures. It is a
// form that leads to the same page with other parameters.
type FilterBar struct {
	Action        string
	Periods       []ChoiceGroup
	Offices       []Choice // empty when the person sees only one scope
	OfficeFixed   string   // the scope's name when it cannot be chosen
	Hidden        []Hidden
	Earlier       *Link
	Later         *Link
	PeriodName    string
	PeriodDates   string // "1 to 30 September 2026"
	DataNote      string // until when data are known
	DataNoteTitle string
}

// Pager leads through a long table.
type Pager struct {
	Summary  string // "51 to 100 of 2,314"
	Previous string // address, empty on the first page
	Next     string
	Target   string // selector of what is exchanged without loading the whole page, empty for none
}

// Head is a column of a table.
type Head struct {
	Text    string
	Address string // sorts by this column; empty when it cannot
	Sorted  string // "ascending", "descending" or empty
	Numeric bool
	Title   string
	Target  string
}

// Fact is a name with its value.
type Fact struct {
	Name   string
	Text   string
	Code   bool // written in digits and letters that must not be turned round
	Number bool
	Link   string
	Muted  string // said after the value, quietly
}
