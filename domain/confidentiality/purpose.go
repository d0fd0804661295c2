package confidentiality

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"assay/domain"
)

// Purpose is why a person who sees pseudonyms sees officers' names until a day.
type Purpose struct {
	ID          uuid.UUID
	Account     uuid.UUID
	SignInName  string
	Reason      string
	RecordedAt  time.Time
	EndsAt      time.Time
	WithdrawnAt *time.Time
}

// longestPurpose bounds how long names are shown for one purpose.
const longestPurpose = 92 * 24 * time.Hour

const (
	shortestReason = 20 // characters: a reason, not a word
	longestReason  = 1000
)

// NewPurpose is what a person records.
type NewPurpose struct {
	Reason string
	Ends   time.Time // names are shown until then, at most 92 days
}

func (n NewPurpose) validate(now time.Time) error {
	var wrong []domain.FieldError
	if length := utf8.RuneCountInString(strings.TrimSpace(n.Reason)); length < shortestReason || length > longestReason || strings.Contains(n.Reason, "\x00") {
		wrong = append(wrong, domain.FieldError{Field: "reason", Message: "say in 20 to 1,000 characters for what the names are needed"})
	}
	if !n.Ends.After(now) || n.Ends.Sub(now) > longestPurpose {
		wrong = append(wrong, domain.FieldError{Field: "ends", Message: "must lie in the future, at most 92 days"})
	}
	return domain.Invalid("the purpose cannot be recorded like this", wrong...)
}

// Holds reports whether names are shown for the purpose at an instant.
func (p *Purpose) Holds(at time.Time) bool {
	return p.WithdrawnAt == nil && at.Before(p.EndsAt)
}
