package view

import "html/template"

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

// PNG makes the address of a picture out of its bytes in base64.
func PNG(content string) template.URL {
	return template.URL("data:image/png;base64," + content) //nolint:gosec // drawn by us
}

// Account is everything of the own account.
type Account struct {
	Layout
	SignInName    string
	Fault         *FormFault
	Confined      bool // signed in through an identity provider: nothing can be changed
	Required      bool // the administration asks for a second factor
	Authenticator bool
	AnyFactor     bool
	PasskeysWork  bool
	Passkeys      []Passkey
	RecoveryLeft  string
	Sessions      []Session
	Others        bool    // there are other sessions
	Tokens        *Tokens // nil outside an administration
	NewToken      string  // shown once
}

// Passkey is one of the own passkeys.
type Passkey struct{ ID, Name, Made, Used string }

// Session is one of the own sessions.
type Session struct {
	ID, Device, Address, Since, Seen string
	Current                          bool
}

// Tokens are the own API tokens in an administration.
type Tokens struct {
	Administration string
	Rows           []Token
	Scopes         []string
	Lifetimes      []Choice
}

// Token is one of them.
type Token struct {
	ID, Name, Made, Ends, Used string
	Scopes                     []string
}

// Factor asks for a second factor.
type Factor struct {
	Layout
	Sub, Action, Return, Fault string
	StepUp                     StepUp
}

// Authenticator sets up an authenticator.
type Authenticator struct {
	Layout
	Secret, Fault string
	Picture       template.URL
}

// NewPasskey makes a passkey.
type NewPasskey struct {
	Layout
	Question, Name, Fault string
}

// Recovery shows new recovery codes, once.
type Recovery struct {
	Layout
	Codes []string
}

// Forgotten asks for whom a new password is wanted.
type Forgotten struct{ Layout }

// Sent says what happens next, without saying whether anything does.
type Sent struct {
	Layout
	Text string
}

// NewPassword is the page behind a link of a letter: an invitation, or a forgotten password.
type NewPassword struct {
	Layout
	Action, Sub, SignInName, Submit, Fault string
	Roles                                  []string
	Known                                  bool   // the address has an account already
	Mine                                   bool   // and its owner is signed in
	SignIn                                 string // where to sign in
}

// People lists who works in the administration.
type People struct {
	Layout
	Members     []Member
	Invitations []Invitation
	Fault       *FormFault
	Link        string // of a new invitation, shown once
	Writes      bool
	Address     string
	Provider    string // where the administration sets its identity provider; empty for who may not
	OwnRoles    string // where the administration puts its own roles together; empty for who may not
	Officer     string // always empty: the form of an invitation begins so
	Trader      string // the same
	TraderKinds []Choice
	Roles       []Choice
	Offices     []Choice
	InLanguages []Choice
	Rules       []Choice
}

// Member is one of them.
type Member struct {
	Address, Name, SignInName, Roles, Sessions, Seen string
	Suspended, Factor                                bool
}

// Invitation is one that is open.
type Invitation struct {
	ID, Name, Email, Roles, By, Ends string
	Ended                            bool
}

// PersonPage is one person of the administration.
type PersonPage struct {
	Layout
	Member   Member
	Back     string
	Rights   string // where it is explained what the person may do; empty for who may not read it
	Facts    []Fact
	Writes   bool
	Self     bool // who may write, but not about the own person
	OnlyHere bool
	Linked   bool // the administration's identity provider knows the person
	Officer  string
	// Trader is the code for which an economic operator signs in; of TraderKinds one says what it is.
	Trader      string
	TraderKinds []Choice
	Roles       []Choice
	Offices     []Choice
	Fault       string
}
