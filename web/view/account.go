package view

// Notices lists what a person was told.
type Notices struct {
	Layout
	Rows      []NoticeRow
	AnyUnread bool
	Pager     Pager
	Empty     *Empty
}

// NoticeRow is one notice.
type NoticeRow struct {
	Address string
	Title   string
	Text    string
	At      string
	Unread  bool
	Leads   bool // opening it leads to another page
}

// StepUp is the part of a form that asks for a fresh second factor.
type StepUp struct {
	Codes   bool   // codes are taken
	Passkey string // the question for the browser as JSON; empty where the person or the site has no passkeys
	SetUp   string // where to set a second factor up; empty for who has one
}
