// Package firstrun says how far a new administration is on its way to the first board: which steps
// are done, and what is missing. Nothing is ticked by hand: every state is computed from what is there.
package firstrun

import (
	"assay/domain/cube"
)

// State is where a step stands.
type State string

// The states.
const (
	Open    State = "open"    // something is missing
	Working State = "working" // a job is at it
	Done    State = "done"
)

// Step is one step with what is missing in it.
type Step struct {
	Key     string // offices, calendar, people, extract, coverage or board
	State   State
	Missing []Sentence // what is missing; of a step that is done none
	Advice  []Sentence // what would be better, and holds nobody up
	Known   Sentence   // what is there already
}

// Sentence is a text by its key, "firstrun.KEY", with pairs of a blank's name and its value.
type Sentence struct {
	Key    string
	Blanks []any
}

// Facts are what the states are computed from.
type Facts struct {
	Offices, OnlySeen      int // all that there are, and those that only data have named
	Holidays               int // of Year
	Year                   int
	People, Readers        int          // who works here; who of them may read the figures of the whole administration
	Feeders                int          // who may send data
	Invitations            int          // that wait for an answer
	Loaded, Failed, InWork int          // loads of data
	Months                 []cube.Month // with declarations, in order
	Unmapped               int          // values of the last load that no map knows
	Computed               bool         // figures are there
}

// FullYear is how many months compare a month with the same month of the year before.
const FullYear = 13

// Steps computes the states, in the order of the way.
func Steps(f Facts) []Step {
	return []Step{f.offices(), f.calendar(), f.people(), f.extract(), f.coverage(), f.board()}
}

// Complete reports whether every step is done.
func Complete(steps []Step) bool {
	for _, s := range steps {
		if s.State != Done {
			return false
		}
	}
	return true
}

// step is done when nothing is missing.
func step(key string, known Sentence, missing ...Sentence) Step {
	s := Step{Key: key, State: Done, Known: known, Missing: missing}
	if len(missing) > 0 {
		s.State = Open
	}
	return s
}

func (f *Facts) offices() Step {
	known := Sentence{"offices.known", []any{"Count", f.Offices - f.OnlySeen}}
	switch {
	case f.Offices == f.OnlySeen && f.OnlySeen == 0:
		return step("offices", known, Sentence{Key: "offices.none"})
	case f.OnlySeen > 0:
		return step("offices", known, Sentence{"offices.seen", []any{"Count", f.OnlySeen}})
	}
	return step("offices", known)
}

func (f *Facts) calendar() Step {
	known := Sentence{"calendar.known", []any{"Count", f.Holidays, "Year", f.Year}}
	if f.Holidays == 0 {
		return step("calendar", known, Sentence{"calendar.none", []any{"Year", f.Year}})
	}
	return step("calendar", known)
}

func (f *Facts) people() Step {
	var missing []Sentence
	if f.Readers == 0 {
		missing = append(missing, Sentence{Key: "people.readers"})
	}
	if f.Feeders == 0 {
		missing = append(missing, Sentence{Key: "people.feeders"})
	}
	if len(missing) > 0 && f.Invitations > 0 {
		missing = append(missing, Sentence{"people.invited", []any{"Count", f.Invitations}})
	}
	return step("people", Sentence{"people.known", []any{"Count", f.People}}, missing...)
}

func (f *Facts) extract() Step {
	known := Sentence{"extract.known", []any{"Count", f.Loaded}}
	switch {
	case f.Loaded > 0:
		return step("extract", known)
	case f.InWork > 0:
		return Step{Key: "extract", State: Working, Known: known, Missing: []Sentence{{Key: "extract.working"}}}
	case f.Failed > 0:
		return step("extract", known, Sentence{Key: "extract.failed"})
	}
	return step("extract", known, Sentence{Key: "extract.none"})
}

func (f *Facts) coverage() Step {
	known := Sentence{"coverage.known", []any{"Count", len(f.Months)}}
	if f.Loaded == 0 || len(f.Months) == 0 {
		return step("coverage", known, Sentence{Key: "coverage.wait"})
	}
	var missing []Sentence
	if gaps := Gaps(f.Months); len(gaps) > 0 {
		missing = append(missing, Sentence{"coverage.gaps", []any{"Count", len(gaps), "First", gaps[0]}})
	}
	if f.Unmapped > 0 {
		missing = append(missing, Sentence{"coverage.unmapped", []any{"Count", f.Unmapped}})
	}
	s := step("coverage", known, missing...)
	if len(f.Months) < FullYear {
		s.Advice = append(s.Advice, Sentence{"coverage.short", []any{"Count", len(f.Months), "Wanted", FullYear}})
	}
	return s
}

func (f *Facts) board() Step {
	known := Sentence{Key: "board.known"}
	switch {
	case f.Computed:
		return step("board", known)
	case f.Loaded > 0:
		return Step{Key: "board", State: Working, Known: known, Missing: []Sentence{{Key: "board.working"}}}
	}
	return step("board", known, Sentence{Key: "board.wait"})
}

// Gaps are the months without a declaration between the first and the last that have some.
func Gaps(months []cube.Month) (gaps []cube.Month) {
	for i := 1; i < len(months); i++ {
		for m := months[i-1] + 1; m < months[i]; m++ {
			gaps = append(gaps, m)
		}
	}
	return gaps
}
