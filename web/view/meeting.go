package view

// Meetings lists meetings and one's own recommendations.
type Meetings struct {
	Layout
	Sub   string
	New   string // address of the form; empty for who may not
	Rows  []MeetingRow
	Mine  []RecommendationRow
	Empty *Empty
}

// MeetingRow is one meeting in a list.
type MeetingRow struct {
	Address, Month, Office, Day, Open string
	State                             Mark
}

// RecommendationRow is one recommendation.
type RecommendationRow struct {
	Words, Owner, Due, Month, Outcome string
	State                             Mark
	Action                            string // address of the form that ends it; empty for who may not
	ID, Forgery                       string
}

// MeetingNew is the form that calls a meeting.
type MeetingNew struct {
	Layout
	Back, Action, Look string
	Offices, Months    []Choice
	Others             []Choice
	Office, Month      string // chosen
	Day, Place         string
	Fault              *FormFault
}

// MeetingPage is one meeting.
type MeetingPage struct {
	Layout
	Back, Over      string
	State           Mark
	Facts           []Fact
	Success         string
	Tally           string
	FollowUp        []RecommendationRow
	Indicators      []IndicatorTally
	Cards           []MeetingCard
	Lost            []Fact
	Objections      []ObjectionRow
	Causes          string
	Obligations     string
	Decisions       []RecommendationRow
	Attendance      []AttendeeRow
	Number          string // of the minutes; empty before any
	Hash            string
	Paper           string // address of the minutes as PDF
	Signatures      []SignatureRow
	Missing         []string // who has not signed
	Sign            *SignForm
	Write           *MinutesForm
	Cancel          bool
	Action          string
	Revision        string
	Fault           *FormFault
	Recommendations []RecommendationRow
}

// IndicatorTally says how an indicator stands on the cards.
type IndicatorTally struct {
	Code, Name                 string
	Green, Amber, Red, LeftOut string
}

// MeetingCard is one card that is talked about.
type MeetingCard struct {
	Address, Number, Holder, Composite, Red string
	Verdict                                 Mark
	Words, Answer                           string // of the minutes
}

// AttendeeRow is somebody who is invited.
type AttendeeRow struct {
	Account, Name, Post, Excuse string
	Present                     bool
}

// MinutesForm is the form in which minutes are written.
type MinutesForm struct {
	Action     string
	Attendance []AttendeeRow
	Cards      []MeetingCard
	Causes     string
	Duties     string
	Decisions  []DecisionRow
	Owners     []Choice
}

// DecisionRow is one line of decisions in the form.
type DecisionRow struct {
	Number, Words, Due string
	Owners             []Choice
}
