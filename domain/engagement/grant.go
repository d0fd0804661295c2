package engagement

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"assay/domain"
	"assay/domain/access"
)

// Bounds of what is granted.
const (
	longestMonths  = 12
	shortestReason = 10 // characters of a purpose: "help" says nothing
	longestReason  = 1000
	longestName    = 200
)

// Grant is what an administrator asks for.
type Grant struct {
	SignInName   string // of the expert
	Purpose      string
	Permissions  []access.Action // of Choices; Always are added
	NamesPurpose string          // with OfficerRead only
	EndsAt       time.Time
}

// tidy brings texts into the form in which they are kept.
func (g *Grant) tidy() {
	g.SignInName = strings.ToLower(strings.TrimSpace(g.SignInName))
	g.Purpose, g.NamesPurpose = strings.TrimSpace(g.Purpose), strings.TrimSpace(g.NamesPurpose)
	g.EndsAt = g.EndsAt.UTC().Truncate(time.Microsecond)
}

// Latest is the latest end of an engagement granted at an instant.
func Latest(now time.Time) time.Time { return now.UTC().AddDate(0, longestMonths, 0) }

// validate checks a grant at an instant.
func (g *Grant) validate(now time.Time) error {
	var wrong []domain.FieldError
	add := func(field, message string) { wrong = append(wrong, domain.FieldError{Field: field, Message: message}) }
	if g.SignInName == "" || utf8.RuneCountInString(g.SignInName) > longestName || strings.ContainsAny(g.SignInName, " \t\r\n\x00") {
		add("sign_in_name", "must be one word of at most 200 characters, as the expert signs in")
	}
	if !reasonable(g.Purpose) {
		add("purpose", "must say in 10 to 1000 characters what the access is for")
	}
	for _, action := range g.Permissions {
		if !slices.Contains(Choices, action) && !slices.Contains(Always, action) {
			add("permissions", "an expert can never be given "+string(action))
		}
	}
	switch names := slices.Contains(g.Permissions, access.OfficerRead); {
	case names && !reasonable(g.NamesPurpose):
		add("names_purpose", "must say in 10 to 1000 characters why officers are shown by name")
	case !names && g.NamesPurpose != "":
		add("names_purpose", "belongs to the permission to see officers by name")
	}
	wrong = append(wrong, wrongEnd(g.EndsAt, now, now)...)
	return domain.Invalid("the engagement cannot be granted like this", wrong...)
}

// wrongEnd says what is wrong with an end, for what begins at an instant and is granted now.
func wrongEnd(end, begins, now time.Time) []domain.FieldError {
	switch {
	case !end.After(begins):
		return []domain.FieldError{{Field: "ends_at", Message: "must lie after its beginning"}}
	case end.After(Latest(now)):
		return []domain.FieldError{{Field: "ends_at", Message: "must lie within 12 months from now"}}
	}
	return nil
}

func reasonable(text string) bool {
	length := utf8.RuneCountInString(text)
	return length >= shortestReason && length <= longestReason && !strings.ContainsRune(text, 0) && utf8.ValidString(text)
}
