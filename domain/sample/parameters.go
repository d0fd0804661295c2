package sample

import (
	"fmt"
	"time"

	"assay/domain"
)

// Profile says which administration is imitated.
type Profile string

// The profiles.
const (
	Before Profile = "before" // legacy practice
	After  Profile = "after"  // reformed
	Mixed  Profile = "mixed"  // reformed during the series
	Clean  Profile = "clean"  // as after, with nothing planted and no rule broken
)

// Timing says when selectivity gives the lane; it is a national setting.
type Timing string

// The timings.
const (
	BeforeAssessment Timing = "before_assessment" // registered, selected, examined, assessed, paid, released
	AfterPayment     Timing = "after_payment"     // registered and assessed at once, paid, selected, examined, cleared
)

// Rules lists the consistency rules that can be broken on purpose.
var Rules = []string{"P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12", "P13", "P14"}

// Bounds of the parameters.
const (
	MaxDeclarations = 100_000_000
	MaxMonths       = 240
	MaxOffices      = 40
	MaxBrokers      = 50_000
	MaxImporters    = 200_000
)

// Parameters decide every byte of an extract. DefaultParameters fills what a
// caller does not care about.
type Parameters struct {
	Declarations int     `json:"declarations"`
	Seed         uint64  `json:"seed"`
	Months       int     `json:"months"`
	End          string  `json:"end"` // last month, YYYY-MM; the extract ends with its last minute
	Profile      Profile `json:"profile"`

	Locale    string  `json:"locale"`     // en, fr or ar: names of offices, people and firms
	Country   string  `json:"country"`    // ISO 3166 alpha-2; empty takes the locale's
	Currency  string  `json:"currency"`   // ISO 4217; empty takes the locale's
	Zone      string  `json:"zone"`       // IANA; empty takes the locale's. Written beside the offices; times are local
	Timing    Timing  `json:"timing"`     // when selectivity fires
	Offices   int     `json:"offices"`    // number of offices
	Brokers   int     `json:"brokers"`    // 0 chooses by size
	Importers int     `json:"importers"`  // 0 chooses by size
	Scale     float64 `json:"scale"`      // multiplies the number of examiners; 0 chooses by workload
	FavourQ   float64 `json:"favour_q"`   // share of a favoured broker's declarations diverted; negative takes the profile's
	Favours   int     `json:"favours"`    // favoured pairs; negative takes the profile's
	Gzip      bool    `json:"gzip"`       // write NAME.csv.gz
	KeysLimit int     `json:"keys_limit"` // keys listed per rule in truth.json; truth_keys.csv has all

	// PerTenThousand is how often each rule is broken per 10,000 declarations; a
	// rule that is not named takes DefaultRate. The clean profile ignores it.
	PerTenThousand map[string]float64 `json:"per_ten_thousand"`
}

// DefaultRate gives how often a rule is broken per 10,000 declarations when a
// caller does not say.
func DefaultRate(rule string) float64 {
	if rule == "P2" || rule == "P7" {
		return 60
	}
	return 20
}

// DefaultParameters are 60,000 declarations of a small country over two years
// with a reform in the middle.
func DefaultParameters() Parameters {
	return Parameters{
		Declarations: 60_000, Seed: 1, Months: 24, End: "2025-12", Profile: Mixed,
		Locale: "en", Timing: BeforeAssessment, Offices: 6, FavourQ: -1, Favours: -1, KeysLimit: 2000,
		PerTenThousand: map[string]float64{},
	}
}

// Validate says everything that is wrong with the parameters; the error is KindInvalid.
func (p Parameters) Validate() error {
	var wrong []domain.FieldError
	check := func(good bool, field, format string, args ...any) {
		if !good {
			wrong = append(wrong, domain.FieldError{Field: field, Message: fmt.Sprintf(format, args...)})
		}
	}
	check(p.Declarations >= 1 && p.Declarations <= MaxDeclarations, "declarations", "must be from 1 to %d, not %d", MaxDeclarations, p.Declarations)
	check(p.Months >= 1 && p.Months <= MaxMonths, "months", "must be from 1 to %d, not %d", MaxMonths, p.Months)
	end, err := time.Parse("2006-01", p.End)
	check(err == nil && end.Year() >= 1980 && end.Year() <= 2100, "end", "%q is not a month of the form 2025-12 between 1980 and 2100", p.End)
	switch p.Profile {
	case Before, After, Mixed, Clean:
	default:
		check(false, "profile", "%q is not before, after, mixed or clean", p.Profile)
	}
	switch p.Timing {
	case BeforeAssessment, AfterPayment:
	default:
		check(false, "timing", "%q is not before_assessment or after_payment", p.Timing)
	}
	language, known := locales[p.Locale]
	check(known, "locale", "%q is not en, fr or ar", p.Locale)
	if known {
		currency := or(p.Currency, language.currency)
		_, known := usdRates[currency]
		check(known, "currency", "no rate of exchange is known for %q; known are %s", currency, knownCurrencies())
	}
	if p.Zone != "" {
		_, err := time.LoadLocation(p.Zone)
		check(err == nil && p.Zone != "Local", "zone", "%q is not an IANA time zone", p.Zone)
	}
	check(p.Country == "" || len(p.Country) == 2, "country", "%q is not a code of two letters", p.Country)
	check(p.Offices >= 1 && p.Offices <= MaxOffices, "offices", "must be from 1 to %d, not %d", MaxOffices, p.Offices)
	check(p.Brokers >= 0 && p.Brokers <= MaxBrokers && (p.Brokers == 0 || p.Brokers >= 10), "brokers", "must be 0 or from 10 to %d, not %d", MaxBrokers, p.Brokers)
	check(p.Importers >= 0 && p.Importers <= MaxImporters && (p.Importers == 0 || p.Importers >= 10), "importers", "must be 0 or from 10 to %d, not %d", MaxImporters, p.Importers)
	check(p.Scale >= 0 && p.Scale <= 100, "scale", "must be from 0 to 100, not %g", p.Scale)
	check(p.FavourQ <= 1, "favour_q", "must be at most 1, not %g", p.FavourQ)
	check(p.Favours <= 8, "favours", "must be at most 8, not %d", p.Favours)
	check(p.KeysLimit >= 0, "keys_limit", "must not be negative")
	for rule, rate := range p.PerTenThousand {
		check(isRule(rule), "per_ten_thousand", "%q is not one of P1 to P14", rule)
		check(rate >= 0 && rate <= 500, "per_ten_thousand", "%s: must be from 0 to 500 per 10,000, not %g", rule, rate)
	}
	return domain.Invalid("the parameters of the sample are wrong", wrong...)
}

// rate gives how often a rule is to be broken per 10,000 declarations.
func (p Parameters) rate(rule string) float64 {
	if p.Profile == Clean {
		return 0
	}
	if rate, given := p.PerTenThousand[rule]; given {
		return rate
	}
	return DefaultRate(rule)
}

func isRule(name string) bool {
	for _, rule := range Rules {
		if rule == name {
			return true
		}
	}
	return false
}

// or gives the first text that is not empty.
func or(text, otherwise string) string {
	if text != "" {
		return text
	}
	return otherwise
}
