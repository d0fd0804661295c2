package view

// Engagements lists what an administration granted to experts, and takes a new grant.
type Engagements struct {
	Layout
	Rows  []Engagement
	Empty *Empty
	Form  *GrantForm // nil when the person may not grant
}

// Engagement is a line in a list of engagements.
type Engagement struct {
	Address        string
	Expert         string // name, or the sign-in name while it is an offer
	SignInName     string
	Administration string // in the expert's own list
	Purpose        string
	State          Notice // kind and word
	Ends           string
	Opened         string // "12 openings, the last on ..", empty for none
	EndsSoon       bool
}

// GrantForm asks for a new engagement.
type GrantForm struct {
	Action       string
	SignInName   string
	Purpose      string
	NamesPurpose string
	Permissions  []Choice
	Ends         string // 2026-12-31
	Earliest     string
	Latest       string
	Fault        *FormFault
}

// EngagementPage shows one engagement to the administration.
type EngagementPage struct {
	Layout
	Back        string
	State       Notice
	Facts       []Fact
	Permissions []string
	Opened      []AuditRow
	Pager       Pager
	Withdraw    string // address of the form, empty when it is over
	Extend      string
	Earliest    string
	Latest      string
	Fault       *FormFault
}

// Expert is the expert's home: all administrations with an engagement.
type Expert struct {
	Layout
	Offers []Engagement
	Active []ExpertCard
	Over   []Engagement
	Empty  *Empty
}

// ExpertCard is one administration in which the expert works now, with some figures of its own.
type ExpertCard struct {
	Engagement
	Tenant   string // identifier
	Period   string
	Figures  []FigureSample
	NoData   bool
	Own      string // address of the terms
	Enter    string // where entering leads
	Currency string
}

// Offer are the terms of an engagement, as its expert reads them.
type Offer struct {
	Layout
	Back        string
	Grantor     string // name of the administration
	State       Notice
	Facts       []Fact
	Permissions []string
	Terms       []string
	Version     string
	Accept      string // addresses of the forms, empty when there is nothing to answer
	Decline     string
	GiveUp      string
}

// AuditPage is a page of the administration's record.
type AuditPage struct {
	Layout
	Action  string
	Filter  AuditFilter
	Rows    []AuditRow
	Pager   Pager
	Empty   *Empty
	Head    string // end of the record, to be noted elsewhere
	Exports []Link // none when the person may not export
}

// AuditFilter is what is searched for, as it was typed.
type AuditFilter struct {
	Actor, Do, Object, Engagement, From, To string
}

// AuditRow is one line of the record.
type AuditRow struct {
	Address  string
	At       string
	Actor    string
	Capacity string
	Do       string // the action
	Object   string
	Origin   string
}

// AuditEntry is one row of the record in full.
type AuditEntry struct {
	Layout
	Back    string
	Facts   []Fact
	Changes []AuditChange
}

// AuditChange is one place in which before and after differ.
type AuditChange struct {
	Path, Before, After string
	Added, Gone         bool
}
