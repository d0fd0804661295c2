package contract

import (
	"regexp"
	"slices"

	"assay/domain"
)

// Bearing says how an outcome weighs for the holder.
type Bearing string

// The bearings.
const (
	Favourable   Bearing = "favourable"
	Neutral      Bearing = "neutral"
	Unfavourable Bearing = "unfavourable"
)

// OutcomeKind is something that an evaluation may end with. People choose it; the program never does.
type OutcomeKind struct {
	Code    string
	Names   map[string]string // by language
	Bearing Bearing
	Decider Capacity // director_general, or supervisor (the Director General may then too)
	Hearing bool     // the holder must be heard before
	Retired bool     // can no longer be chosen
}

// Name is the outcome's name in a language, else in English, else its code.
func (o *OutcomeKind) Name(language string) string {
	for _, code := range []string{language, "en"} {
		if name := o.Names[code]; name != "" {
			return name
		}
	}
	return o.Code
}

// The outcomes that the program brings, from the published lists of measures; an administration edits its own.
const (
	OutcomeLetter    = "letter"
	OutcomeBonus     = "bonus"
	OutcomeTraining  = "training"
	OutcomeFacility  = "facility"
	OutcomeNothing   = "nothing"
	OutcomeInterview = "interview"
	OutcomeWarning   = "warning"
	OutcomeReassign  = "reassign"
)

// builtInOutcomes are those of an administration that has not edited its list.
func builtInOutcomes() []*OutcomeKind {
	kinds := []*OutcomeKind{{Code: OutcomeLetter, Bearing: Favourable, Decider: DirectorGeneral}, {Code: OutcomeBonus, Bearing: Favourable, Decider: DirectorGeneral},
		{Code: OutcomeTraining, Bearing: Favourable, Decider: DirectorGeneral}, {Code: OutcomeFacility, Bearing: Favourable, Decider: DirectorGeneral},
		{Code: OutcomeNothing, Bearing: Neutral, Decider: Supervisor}, {Code: OutcomeInterview, Bearing: Unfavourable, Decider: Supervisor},
		{Code: OutcomeWarning, Bearing: Unfavourable, Decider: DirectorGeneral, Hearing: true}, {Code: OutcomeReassign, Bearing: Unfavourable, Decider: DirectorGeneral, Hearing: true}}
	for _, kind := range kinds {
		kind.Names = map[string]string{}
		for _, language := range TextLanguages {
			kind.Names[language] = builtInTexts[language]["outcome."+kind.Code]
		}
	}
	return kinds
}

var outcomeCode = regexp.MustCompile(`^[a-z][a-z0-9_]{1,30}$`)

func (o *OutcomeKind) check() error {
	var wrong []domain.FieldError
	add := func(field, message string) { wrong = append(wrong, domain.FieldError{Field: field, Message: message}) }
	if !outcomeCode.MatchString(o.Code) {
		add("code", "must be 2 to 31 small letters, digits or underscores")
	}
	named := false
	for language, name := range o.Names {
		named = named || name != ""
		if len([]rune(name)) > 100 || !slices.Contains(TextLanguages, language) {
			add("name", "must have at most 100 letters, in a language of the pages")
		}
	}
	if !named {
		add("name", "is needed in one language at least")
	}
	if o.Bearing != Favourable && o.Bearing != Neutral && o.Bearing != Unfavourable {
		add("bearing", "must be favourable, neutral or unfavourable")
	}
	if o.Decider != DirectorGeneral && o.Decider != Supervisor {
		add("decider", "must be director_general or supervisor")
	}
	return domain.Invalid("the outcome cannot be kept like this", wrong...)
}

// findOutcome gives one of a list, nil for one that there is not.
func findOutcome(kinds []*OutcomeKind, code string) *OutcomeKind {
	for _, kind := range kinds {
		if kind.Code == code {
			return kind
		}
	}
	return nil
}
