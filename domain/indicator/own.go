package indicator

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"assay/domain"
	"assay/domain/cube/fact"
)

// Own is an indicator that an administration defined by itself. It has the drill-down, the units, the
// directions and the maturity of those of the catalogue, but neither companions nor reference SQL, and contracts
// are not made of it.
type Own struct {
	Code      string            `json:"code"` // OWN01; given when it is first saved
	Version   int               `json:"version"`
	Names     map[string]string `json:"names"` // by language; the administration's first language is required
	Texts     map[string]string `json:"texts"` // what it says, in full sentences, by language
	Formula   Formula           `json:"formula"`
	Unit      Unit              `json:"unit"`
	Direction Direction         `json:"direction"`
	// MatureDays is how many days old what is counted must be.
	MatureDays int `json:"mature_days"`

	Retired bool      `json:"-"` // no longer shown; its code is not given again
	SavedBy string    `json:"-"` // sign-in name
	SavedAt time.Time `json:"-"`
}

// The bounds of an own indicator.
const (
	mostOwn         = 50 // of an administration, retired ones among them
	longestOwnName  = 120
	longestOwnText  = 1000
	longestMaturity = 400
)

var ownCode = regexp.MustCompile(`^OWN[0-9]{2}$`)

// IsOwn reports whether a code is in the form of an administration's own indicators.
func IsOwn(code string) bool { return ownCode.MatchString(strings.ToUpper(strings.TrimSpace(code))) }

// Name is the name in a language, else in any language there is.
func (o *Own) Name(language string) string { return inLanguage(o.Names, language) }

// Meaning is the text in a language, else in any language there is.
func (o *Own) Meaning(language string) string { return inLanguage(o.Texts, language) }

func inLanguage(texts map[string]string, language string) string {
	if text := texts[language]; text != "" {
		return text
	}
	for _, other := range []string{"en", "fr", "es", "pt", "ar"} {
		if texts[other] != "" {
			return texts[other]
		}
	}
	return ""
}

// OwnRows are the kinds of rows that formulas can be about: not hours, which are counts already.
func OwnRows() []string {
	var names []string
	for _, g := range fact.Grains() {
		if _, countable := ownBasis[g.Name]; countable {
			names = append(names, g.Name)
		}
	}
	return names
}

// ownBasis says by which date the rows of a grain count.
var ownBasis = map[string]Basis{
	fact.Declaration: CohortOfRegistration, fact.Item: CohortOfRegistration, fact.Tax: CohortOfRegistration, fact.Act: ActivityOfAct,
	fact.Arrival: CohortOfArrival, fact.OfficerDay: ActivityOfAct, fact.Offence: ActivityOfCase, fact.Payment: ActivityOfPayment,
	fact.Manifest: CohortOfArrival, fact.Bill: CohortOfDischarge, fact.Transit: DueInPeriod, fact.Suspense: DueInPeriod,
}

// dimensionsOf are the dimensions of the catalogue's indicators over the same rows.
func dimensionsOf(rows string) []string {
	var names []string
	for _, d := range catalogue {
		if d.Rows != rows {
			continue
		}
		for _, name := range d.Dimensions {
			if !slices.Contains(names, name) && !d.isDetail(name) && slices.Contains(fact.Grain(rows).Dimensions(), name) {
				names = append(names, name)
			}
		}
	}
	if names == nil { // no indicator of the catalogue is over these rows
		for _, name := range drill {
			if slices.Contains(fact.Grain(rows).Dimensions(), name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// definition makes the definition that is computed. The error is KindInvalid and names the field, and of a
// formula the letter. Minor is how many minor units one of the currency has.
func (o *Own) definition(minor int64) (*Definition, error) {
	figure, q, err := o.Formula.figure(minor)
	if err != nil {
		var wrong *fault
		if !errors.As(err, &wrong) {
			return nil, fmt.Errorf("read the formula of %s: %w", o.Code, err)
		}
		return nil, domain.Invalid("the formula cannot be used", wrong.fieldError())
	}
	if !q.fits(o.Unit) {
		return nil, domain.Invalid("the unit does not fit the formula", domain.FieldError{Field: "unit", Message: fmt.Sprintf("what the formula computes is not in %s", o.Unit), Key: "formula.unit"})
	}
	if figure.Spread != nil {
		figure.Spread.Unit = o.Unit
	}
	return &Definition{Number: ownNumber + o.number(), Code: o.Code, Version: o.Version, Family: OwnFamily, Name: o.Name("en"), Text: o.Meaning("en"),
		Unit: o.Unit, Direction: o.Direction, Basis: ownBasis[o.Formula.Rows], Dimensions: dimensionsOf(o.Formula.Rows),
		Mature: Maturity{Days: o.MatureDays}, Interval: q.share && o.Unit == Percent, Figure: *figure, Own: o}, nil
}

// ownNumber is after all numbers of the catalogue.
const ownNumber = 1000

func (o *Own) number() int {
	n := 0
	_, _ = fmt.Sscanf(o.Code, "OWN%d", &n)
	return n
}

// fits reports whether what a formula computes can be in a unit.
func (q quantity) fits(unit Unit) bool {
	switch unit {
	case Percent:
		return q.ratio && !q.rank
	case Hours, Days:
		return q.rank && q.unit == "s"
	case Money:
		return q.unit == "minor" && !q.ratio
	case Count, Points:
		return q.unit != "s" && (q.unit != "minor" || q.ratio)
	}
	return false
}

// check refuses what is wrong beside the formula. Language is the administration's first.
func (o *Own) check(language string) error {
	var wrong []domain.FieldError
	refuse := func(field, key, message string, blanks ...any) {
		wrong = append(wrong, domain.FieldError{Field: field, Message: message, Key: "own." + key, Blanks: blanks})
	}
	if strings.TrimSpace(o.Names[language]) == "" {
		refuse("name", "name", "it needs a name in the administration's first language")
	}
	for _, text := range o.Names {
		if utf8.RuneCountInString(text) > longestOwnName || strings.ContainsAny(text, "\r\n\x00") {
			refuse("name", "name_long", fmt.Sprintf("a name is one line of at most %d letters", longestOwnName), "Most", longestOwnName)
			break
		}
	}
	for _, text := range o.Texts {
		if utf8.RuneCountInString(text) > longestOwnText || strings.ContainsRune(text, 0) {
			refuse("text", "text_long", fmt.Sprintf("what it says has at most %d letters", longestOwnText), "Most", longestOwnText)
			break
		}
	}
	if !slices.Contains([]Direction{Higher, Lower, Band, Context}, o.Direction) {
		refuse("direction", "direction", "say which way is better")
	}
	if o.MatureDays < 0 || o.MatureDays > longestMaturity {
		refuse("mature_days", "mature_days", fmt.Sprintf("from 0 to %d days", longestMaturity), "Most", longestMaturity)
	}
	return domain.Invalid("this indicator cannot be saved", wrong...)
}
