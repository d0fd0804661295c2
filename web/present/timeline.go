package present

import (
	"sort"

	"assay/domain/administration"
	"assay/domain/confidentiality"
	"assay/domain/declaration"
	"assay/domain/warehouse"
	"assay/web/view"
)

// station is one step of clearance with when and by whom it was made.
type station struct {
	key string
	at  *declaration.Moment
	by  string
}

// steps are the stations of clearance in the order in which they happened, with the
// time each took in elapsed and in office hours, and after them those still to come.
func (p Presenter) steps(d Dossier) []view.Step {
	done, open := stations(d.Record)
	sort.SliceStable(done, func(i, j int) bool { return done[i].at.At.Before(done[j].at.At) })
	var steps []view.Step
	for i, s := range done {
		step := view.Step{Name: p.T("step." + s.key), When: p.Moment(*s.at), Done: true, By: s.by}
		if s.by == confidentiality.Colleague {
			step.By = p.who(d, s.by)
		}
		if i > 0 {
			took, seconds := p.between(*done[i-1].at, *s.at)
			if seconds != 0 {
				step.Took = took
				if s.at.HasTime() && done[i-1].at.HasTime() {
					step.Working = p.Locale.Duration(d.Calendar.WorkingSeconds(done[i-1].at.At, s.at.At))
					step.TookTitle = p.T("step.took", "Elapsed", took, "Working", step.Working)
				}
			}
		}
		steps = append(steps, step)
	}
	if len(done) == 0 {
		return nil
	}
	for _, key := range open {
		steps = append(steps, view.Step{Name: p.T("step." + key), When: p.T("step.open")})
	}
	return steps
}

// stations finds what has happened, and what is still to come unless the declaration is cancelled.
func stations(r *warehouse.Record) (done []station, open []string) {
	add := func(key string, expected bool, kinds ...declaration.EventKind) {
		for _, kind := range kinds {
			if e := first(r.Events, kind); e != nil {
				by := e.User
				if e.Machine {
					by = ""
				}
				done = append(done, station{key, &e.Moment, by})
				return
			}
		}
		if expected && !r.Header.Cancelled {
			open = append(open, key)
		}
	}
	if r.Header.ArrivedAt != nil {
		done = append(done, station{key: "arrived", at: r.Header.ArrivedAt})
	}
	add("registered", false, declaration.Registered)
	add("selected", false, declaration.Selected)
	if len(r.Inspections) > 0 {
		done = append(done, station{"inspected", &r.Inspections[0].Moment, r.Inspections[0].User})
	}
	add("assessed", true, declaration.Assessed)
	switch {
	case first(r.Events, declaration.Paid) == nil && len(r.Payments) > 0:
		done = append(done, station{"paid", &r.Payments[0].Moment, r.Payments[0].User})
	default:
		add("paid", r.Totals.Payable > 0, declaration.Paid)
	}
	add("released", true, declaration.Released)
	add("exited", false, declaration.Exited)
	return done, open
}

// longGap is from how many days on a pause between two days of events is said.
const longGap = 2

// timeline groups the events by local day.
func (p Presenter) timeline(d Dossier) []view.TimelineDay {
	var days []view.TimelineDay
	var last *declaration.Event
	var lastDay int32
	for i := range d.Record.Events {
		e := &d.Record.Events[i]
		local := e.At.In(p.Zone)
		day := administration.DayNumber(local)
		if last == nil || day != lastDay {
			entry := view.TimelineDay{Name: p.ShortDate(local)}
			if last != nil && day-lastDay >= longGap {
				entry.Gap = p.T("timeline.gap", "Duration", p.Locale.Duration(int64(day-lastDay)*86400))
			}
			days = append(days, entry)
		}
		event := p.event(d, e)
		if last != nil && day == lastDay && last.HasTime() && e.HasTime() {
			if text, seconds := p.between(last.Moment, e.Moment); seconds >= 60 {
				event.Since = p.T("event.since", "Duration", text)
			}
		}
		days[len(days)-1].Events = append(days[len(days)-1].Events, event)
		last, lastDay = e, day
	}
	return days
}

func (p Presenter) event(d Dossier, e *declaration.Event) view.Event {
	event := view.Event{Kind: string(e.Kind), Name: p.T("event." + string(e.Kind)), Operation: e.Operation, By: p.who(d, e.User), Machine: e.Machine,
		Unmapped: e.Kind == declaration.Unmapped, Reason: e.Reason, DayOnly: !e.HasTime(), Clock: p.Clock(e.At)}
	if e.Version > 0 {
		event.Version = p.T("event.version", "Number", p.Plain(e.Version))
	}
	if e.From != "" {
		event.From = p.Lane(e.From, d.Lanes)
	}
	if e.To != "" {
		event.To = p.Lane(e.To, d.Lanes)
	}
	if e.Cause != "" {
		event.Cause = p.T("cause." + string(e.Cause))
		if e.Criterion != "" {
			event.Cause += " " + e.Criterion
		}
	}
	return event
}

// who writes a user name with the person's name where it is known.
func (p Presenter) who(d Dossier, user string) string {
	name := d.Names.Of("officer", user)
	if user == confidentiality.Colleague {
		return name // it is nobody's user name
	}
	if user != "" && name != "" && name != user {
		return name + " (" + user + ")"
	}
	return user
}
