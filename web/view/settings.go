package view

// Settings is what an administration says about itself.
type Settings struct {
	Layout
	Tabs          []Link
	Fault         *FormFault
	Writable      bool
	Address       string // of the forms
	Names         []SettingText
	Languages     []Choice
	Currency      string
	CurrencyFixed bool
	Zone          string
	Months        []Choice
	Digits        []Choice
	LaneNames     []LaneSetting
	Logo          string // address, empty for none
	LogoBounds    string
}

// SettingText is a text in one language.
type SettingText struct {
	Field, Language, Native, Value string
}

// LaneSetting is the administration's own names of a lane.
type LaneSetting struct {
	Name  string
	Texts []SettingText
}

// Thresholds are the numbers that figures and crosschecks are computed with.
type Thresholds struct {
	Layout
	Tabs     []Link
	Fault    *FormFault
	Writable bool
	Address  string
	Families []ThresholdFamily
}

// ThresholdFamily is thresholds under one heading.
type ThresholdFamily struct {
	Key, Name string
	Rows      []ThresholdRow
}

// ThresholdRow is one number with its bounds, what it moves, and what holds when nobody sets it.
type ThresholdRow struct {
	Field, Name, Text, Unit, Value string
	Low, High                      string // for the form
	Range, Usual                   string // sentences
	Changed                        bool
	Moves                          []Link // empty for all shares
}

// WorkCalendar is the working calendar of all offices, or of one.
type WorkCalendar struct {
	Layout
	Tabs     []Link
	Fault    *FormFault
	Writable bool
	Address  string // of the calendar of all offices
	Felt     []Link // the indicators that a change moves
	Offices  []CalendarOffice
	Office   *OfficeHours // of the page of one
	Kinds    []Choice
	Years    []Link
	Year     string
	Holidays []CalendarHoliday
	Closures []CalendarClosure
	Scope    string // code of the office that forms are about, empty for all
}

// CalendarOffice is an office in the list.
type CalendarOffice struct {
	Address, Code, Name, Kind, Zone, Hours string
	SeenOnly                               bool
}

// OfficeHours are the working hours of one office.
type OfficeHours struct {
	Code, Name, Zone string
	Weeks            []WeekRow // the latest first
	Today            string    // first day that the form offers
	Days             []DayHours
}

// WeekRow is a working week with the time in which it holds.
type WeekRow struct {
	From    string // sentence
	Current bool
	Hours   string // a week
	Days    []Fact
	Drop    string // day that names it; empty for the first, which cannot be dropped
}

// DayHours is a day in the form.
type DayHours struct {
	Name   string
	Fields []TimeField
}

// TimeField is one time of day.
type TimeField struct {
	Name, Label, Value string
}

// CalendarHoliday is a holiday with what names it.
type CalendarHoliday struct {
	Day, Value, Name, Office string
	Whole                    bool // of the whole administration
	Editable                 bool
}

// CalendarClosure is an exceptional closure.
type CalendarClosure struct {
	ID, Days, Reason, Office, Noted string
	Whole, Editable                 bool
}

// ExportsPage is the page of exports.
type ExportsPage struct {
	Layout
	Tabs    []Link
	Fault   *FormFault
	Exports Exports
}
