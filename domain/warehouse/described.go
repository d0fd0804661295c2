package warehouse

import (
	"time"

	"assay/domain/intake"
)

// wrong says why a document that describes a dimension cannot be kept, with what
// it is about; both are empty when it can.
func wrong(d *intake.Document) (key, why string) {
	switch {
	case d.Office != nil:
		return d.Office.Code, wrongOffice(d.Office)
	case d.Section != nil:
		return d.Section.Code, needed(d.Section.Office, "office", d.Section.Code, "section")
	case d.Holiday != nil:
		if why := code(d.Holiday.Office, "office"); why != "" {
			return d.Holiday.Name, why
		}
		return d.Holiday.Name, day(d.Holiday.Day, "day")
	case d.Posting != nil:
		return d.Posting.User, wrongPosting(d.Posting)
	case d.Session != nil:
		return d.Session.User, wrongSession(d.Session)
	case d.Trader != nil:
		return d.Trader.Code, needed(d.Trader.Code, "code")
	case d.Broker != nil:
		return d.Broker.Code, needed(d.Broker.Code, "code")
	case d.Target != nil:
		if d.Target.Month < 1900*12 || d.Target.Month >= 10000*12 {
			return d.Target.Office, "the month of the target is not between the years 1900 and 9999"
		}
		return d.Target.Office, needed(d.Target.Office, "office")
	}
	return "", "the document is empty"
}

func code(text, what string) string {
	switch {
	case len(text) > shortText:
		return "the " + what + " is longer than 200 bytes"
	case !storable(text):
		return "the " + what + " is not valid text"
	}
	return ""
}

// needed checks pairs of a code and what it is called.
func needed(pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i] == "" {
			return "the " + pairs[i+1] + " is missing"
		}
		if why := code(pairs[i], pairs[i+1]); why != "" {
			return why
		}
	}
	return ""
}

func day(t time.Time, what string) string {
	if t.IsZero() || t.Year() < 1900 || t.Year() > latestYear {
		return "the " + what + " is missing or not between the years 1900 and 9999"
	}
	return ""
}

func wrongOffice(o *intake.Office) string {
	switch o.Kind {
	case "", "seaport", "airport", "land", "post", "inland":
	default:
		return "the kind of the office is not seaport, airport, land, post or inland"
	}
	if given := o.Opens != 0 || o.Closes != 0; given && (o.Opens < 0 || o.Closes > 24*60 || o.Opens >= o.Closes) {
		return "the office does not open before it closes on the same day"
	}
	if o.Workdays != "" && !sevenDigits(o.Workdays) {
		return "the working days are not seven digits 0 or 1, Monday first"
	}
	if _, err := time.LoadLocation(o.Zone); err != nil || o.Zone == "Local" {
		return "the zone of the office is not an IANA time zone"
	}
	return needed(o.Code, "code")
}

func sevenDigits(text string) bool {
	for i := range len(text) {
		if text[i] != '0' && text[i] != '1' {
			return false
		}
	}
	return len(text) == 7
}

func wrongPosting(p *intake.Posting) string {
	switch p.Function {
	case "examiner", "chief", "head", "cashier", "system", "broker", "other":
	default:
		return "the function is not examiner, chief, head, cashier, system, broker or other"
	}
	switch p.Status {
	case "active", "suspended", "leave", "transferred", "deleted":
	default:
		return "the status is not active, suspended, leave, transferred or deleted"
	}
	if why := day(p.From, "first day"); why != "" {
		return why
	}
	if p.To != nil {
		if why := day(*p.To, "last day"); why != "" {
			return why
		}
		if p.To.Before(p.From) {
			return "the last day is before the first"
		}
	}
	for _, pair := range [][2]string{{p.Office, "office"}, {p.Section, "section"}, {p.Chief, "chief"}} {
		if why := code(pair[0], pair[1]); why != "" {
			return why
		}
	}
	return needed(p.User, "user")
}

func wrongSession(s *intake.Session) string {
	if why := day(s.StartedAt, "beginning"); why != "" {
		return why
	}
	if s.EndedAt != nil {
		if why := day(*s.EndedAt, "end"); why != "" {
			return why
		}
	}
	if why := code(s.Workstation, "workstation"); why != "" {
		return why
	}
	return needed(s.User, "user")
}
