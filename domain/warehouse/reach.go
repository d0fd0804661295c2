package warehouse

import (
	"time"

	"assay/domain/administration"
	"assay/domain/declaration"
)

// reach collects what other documents may look at in the documents of a load, in
// their old and their new form: a declaration of an older month is derived and
// examined anew when one that it is compared with has changed. See reached.
//
// It is bounded: a load that touches more than mostReached reaches everything.
type reach struct {
	settings *administration.Settings

	everything   bool
	references   map[string]struct{}    // of declarations, and the documents that they name as previous
	bills        map[[2]string]struct{} // cited: manifest and bill of lading
	transits     map[string]struct{}
	routes       map[[2]string]struct{} // of transits: departure and destination
	discharged   map[string]struct{}    // declarations that discharges name
	cancelled    []importerDays
	holders      []importerDays      // of accounts: who is discharged without a declaration, and when it may be for one of theirs
	users        map[string]struct{} // who inspected or was assigned
	days         []dayRange          // on which acts are looked at anew
	transitDates []time.Time         // findings on a transit itself are dated by its departure
	gone         []formerAct         // acts of versions that the load replaced

	// declarations are those that the load reaches. Every month in which one has a row is made again: rows of all its
	// acts name the carrier of its manifest, and the act that closes it says which rules it broke.
	declarations map[int64]struct{}
}

// importerDays is when declarations of an importer are compared with a document of the load.
type importerDays struct {
	importer string
	dayRange
}

// formerAct is an act that a replaced version had.
type formerAct struct {
	user, office string
	at           time.Time
}

type dayRange struct{ first, last time.Time }

const (
	mostReached = 50_000
	// dayMargin is more than what zones and tolerances of clocks may move a day.
	dayMargin = 2
	// dischargeDays is within how many days of each other the crosschecks look for an export and its discharge.
	dischargeDays = 7
)

func newReach(settings *administration.Settings) *reach {
	return &reach{settings: settings, references: map[string]struct{}{}, bills: map[[2]string]struct{}{}, transits: map[string]struct{}{},
		routes: map[[2]string]struct{}{}, discharged: map[string]struct{}{}, users: map[string]struct{}{}, declarations: map[int64]struct{}{}}
}

// round is the days round a moment.
func round(at time.Time, before, after int) dayRange {
	return dayRange{at.AddDate(0, 0, -before-dayMargin), at.AddDate(0, 0, after+dayMargin)}
}

// bound gives up the details when they become many.
func (r *reach) bound() {
	if len(r.references)+len(r.bills)+len(r.transits)+len(r.discharged)+len(r.cancelled)+len(r.holders)+len(r.days)+len(r.gone)+len(r.declarations) > mostReached {
		*r = reach{settings: r.settings, everything: true}
	}
}

func (r *reach) declaration(d *declaration.Declaration) {
	if r.everything {
		return
	}
	h := &d.Header
	r.references[d.Reference.String()] = struct{}{}
	if h.Previous != "" {
		r.references[h.Previous] = struct{}{}
	}
	if h.Manifest != "" {
		for _, bill := range h.Bills {
			r.bills[[2]string{h.Manifest, bill}] = struct{}{}
		}
	}
	for i := range d.Events {
		if e := &d.Events[i]; h.Cancelled && h.Importer != "" && e.Kind == declaration.Cancelled {
			r.cancelled = append(r.cancelled, importerDays{h.Importer, round(e.At, 1, int(r.settings.ReRegistrationDays))})
		}
	}
	for i := range d.Inspections {
		r.users[d.Inspections[i].User] = struct{}{}
	}
	for i := range d.Assignments {
		r.users[d.Assignments[i].Examiner] = struct{}{}
		r.users[d.Assignments[i].Chief] = struct{}{}
	}
	r.bound()
}

// replaced notes the acts of a version that is there no more.
func (r *reach) replaced(d *declaration.Declaration) {
	if r.everything {
		return
	}
	for i := range d.Events {
		if e := &d.Events[i]; !e.Machine && e.User != "" && e.HasTime() {
			r.gone = append(r.gone, formerAct{e.User, d.Reference.Office, e.At})
		}
	}
	r.bound()
}

func (r *reach) transit(t *declaration.TransitDocument) {
	if r.everything {
		return
	}
	r.transits[t.Reference] = struct{}{}
	r.routes[[2]string{t.Departure, t.Destination}] = struct{}{}
	for _, m := range []*declaration.Moment{t.RegisteredAt, t.TransmittedAt} {
		if m != nil && len(r.transitDates) < mostReached {
			r.transitDates = append(r.transitDates, m.At)
		}
	}
	r.bound()
}

func (r *reach) account(a *declaration.SuspenseAccount) {
	if r.everything {
		return
	}
	for i := range a.Discharges {
		discharge := &a.Discharges[i]
		if discharge.Declaration != "" {
			r.discharged[discharge.Declaration] = struct{}{}
			r.days = append(r.days, round(discharge.At, 0, 0)) // a finding on the account is dated by it
			continue
		}
		near := round(discharge.At, dischargeDays, dischargeDays)
		r.days = append(r.days, near)
		r.holders = append(r.holders, importerDays{a.Holder, near})
	}
	r.bound()
}

func (r *reach) manifest(m *declaration.Manifest) {
	if r.everything {
		return
	}
	if m.RegisteredAt != nil {
		r.days = append(r.days, round(m.RegisteredAt.At, 0, 0)) // so is one on a bill of lading
	}
	for i := range m.Bills {
		r.bills[[2]string{m.Reference, m.Bills[i].Reference}] = struct{}{}
	}
	r.bound()
}

// matured is the days whose acts can be judged since the data reach further, when
// judging must wait so long.
func matured(before, after time.Time, wait int) dayRange {
	return dayRange{before.AddDate(0, 0, -wait-dayMargin), after.AddDate(0, 0, -wait+dayMargin)}
}

// pairs gives a set of pairs as two lists.
func pairs(set map[[2]string]struct{}) (first, second []string) {
	for pair := range set {
		first, second = append(first, pair[0]), append(second, pair[1])
	}
	return first, second
}
