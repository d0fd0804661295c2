// Package administration keeps the administrations of the installation: their
// names, currency, zone and settings, offices with working calendars, sections,
// the users of the clearance system with their postings over time, and
// revenue targets.
package administration

import (
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/currency"

	"assay/domain"
)

// Tenant is one Customs administration hosted by the installation.
type Tenant struct {
	ID        domain.TenantID
	Code      string            // short name in commands and addresses
	Names     map[string]string // by language
	Currency  string            // ISO 4217
	Zone      string            // IANA time zone; offices may have their own
	Languages []string          // the first is the default
	Settings  Settings
	State     string // Active, Suspended or Erasing
	CreatedAt time.Time

	StateSince  *time.Time // nil while it never changed
	StateReason string     // in the words of the operator who changed it

	Logo string // SHA-256 of the logo, hexadecimal; empty for none
}

// Name is the name in a language, else in the tenant's first language, else the code.
func (t *Tenant) Name(language string) string {
	if name := t.Names[language]; name != "" {
		return name
	}
	if len(t.Languages) > 0 && t.Names[t.Languages[0]] != "" {
		return t.Names[t.Languages[0]]
	}
	return t.Code
}

// Location is the tenant's time zone, UTC when it cannot be loaded.
func (t *Tenant) Location() *time.Location { return location(t.Zone) }

func location(zone string) *time.Location {
	l, err := time.LoadLocation(zone)
	if err != nil {
		return time.UTC
	}
	return l
}

// MinorDigits is the number of decimals of the tenant's currency, by ISO 4217:
// 2 for most, 0 for XAF or KRW, 3 for TND.
func (t *Tenant) MinorDigits() int { return minorDigits(t.Currency) }

func minorDigits(code string) int {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	digits, _ := currency.Standard.Rounding(unit)
	return digits
}

var codeForm = regexp.MustCompile(`^[a-z][a-z0-9-]{1,30}$`)

// IsCode reports whether a text has the form of an administration's code.
func IsCode(text string) bool { return codeForm.MatchString(text) }

// Validate checks a tenant before it is created.
func (t *Tenant) Validate() error {
	var wrong []domain.FieldError
	add := func(field, message string) { wrong = append(wrong, domain.FieldError{Field: field, Message: message}) }
	if !codeForm.MatchString(t.Code) {
		add("code", "must be 2 to 31 small letters, digits or hyphens and begin with a letter")
	}
	if _, err := currency.ParseISO(t.Currency); err != nil {
		add("currency", "must be an ISO 4217 code such as EUR")
	}
	if _, err := time.LoadLocation(t.Zone); err != nil || t.Zone == "" || t.Zone == "Local" {
		add("zone", "must be an IANA time zone such as Africa/Douala")
	}
	if len(t.Languages) == 0 {
		add("languages", "at least one language is needed")
	}
	named := false
	for _, name := range t.Names {
		named = named || strings.TrimSpace(name) != ""
	}
	if !named {
		add("names", "a name in at least one language is needed")
	}
	return domain.Invalid("the administration cannot be created like this", wrong...)
}
