package administration

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/currency"

	"assay/domain"
	"assay/domain/store"
)

// Profile is what an administration says about itself and may change.
type Profile struct {
	Names     map[string]string `json:"names"`
	Languages []string          `json:"languages"`
	Currency  string            `json:"currency"`
	Zone      string            `json:"zone"`
	Settings  Settings          `json:"settings"`
}

// longestText bounds a name of an administration, an office, a holiday or a lane, in characters.
const longestText = 200

const cannotKeep = "the settings cannot be kept like this"

// Profile is the profile of an administration as it stands.
func (t *Tenant) Profile() (Profile, error) {
	p := Profile{Names: map[string]string{}, Languages: slices.Clone(t.Languages), Currency: t.Currency, Zone: t.Zone}
	for language, name := range t.Names {
		p.Names[language] = name
	}
	// Copied by way of JSON, so that a change does not reach the maps and lists of what stood before.
	content, err := json.Marshal(t.Settings)
	if err == nil {
		err = json.Unmarshal(content, &p.Settings)
	}
	if err != nil {
		return Profile{}, fmt.Errorf("copy the settings of %s: %w", t.Code, err)
	}
	return p, nil
}

// AltersFigures reports whether going from one profile to another changes figures or findings
// of months that are computed already: the time zone and every setting but those that only order and label what is
// shown (lane names, digits, fiscal year) or are asked for with each figure (least denominator).
func (p *Profile) AltersFigures(next *Profile) bool {
	plain := func(p *Profile) string {
		s := p.Settings
		s.LaneNames, s.Digits, s.FiscalYearStart, s.SmallDenominator = nil, "", 0, 0
		content, err := json.Marshal(s)
		if err != nil {
			return fmt.Sprint(s)
		}
		return string(content) + p.Zone
	}
	return plain(p) != plain(next)
}

// Validate checks a profile.
func (p *Profile) Validate() error {
	var wrong []domain.FieldError
	add := func(field, key, message string) {
		wrong = append(wrong, domain.FieldError{Field: field, Key: key, Message: message})
	}
	if !knownZone(p.Zone) {
		add("zone", "zone", "must be an IANA time zone such as Africa/Douala")
	}
	if _, err := currency.ParseISO(p.Currency); err != nil {
		add("currency", "currency", "must be an ISO 4217 code such as EUR")
	}
	if len(p.Languages) == 0 {
		add("languages", "languages", "at least one language is needed")
	} else if strings.TrimSpace(p.Names[p.Languages[0]]) == "" {
		add("names", "names", "a name in the first language is needed")
	}
	if p.tooLong() {
		add("names", "length", fmt.Sprintf("must have at most %d characters", longestText))
	}
	if p.Settings.FiscalYearStart < 1 || p.Settings.FiscalYearStart > 12 {
		add("fiscal_year", "fiscal_year", "must be a month from 1 to 12")
	}
	if !slices.Contains([]string{"latn", "arab"}, p.Settings.Digits) {
		add("digits", "digits", "must be latn or arab")
	}
	for _, t := range Thresholds {
		if value := t.Of(&p.Settings); value < t.Low || value > t.High {
			wrong = append(wrong, domain.FieldError{Field: "threshold." + t.Key, Message: fmt.Sprintf("must be between %d and %d", t.Low, t.High),
				Key: "between", Blanks: []any{"Low", t.Low, "High", t.High}})
		}
	}
	return domain.Invalid(cannotKeep, wrong...)
}

// tooLong looks at every name.
func (p *Profile) tooLong() bool {
	names := []map[string]string{p.Names}
	for _, lanes := range p.Settings.LaneNames {
		plain := map[string]string{}
		for lane, name := range lanes {
			plain[string(lane)] = name
		}
		names = append(names, plain)
	}
	for _, each := range names {
		for key, name := range each {
			if utf8.RuneCountInString(name) > longestText || len(key) > longestText || strings.ContainsRune(name, 0) || strings.ContainsRune(key, 0) {
				return true
			}
		}
	}
	return false
}

// Change changes what an administration says about itself, under a lock on its row, with what
// stood before and stands after in the audit record. When figures are altered, all months
// are computed again, by a job that stands or falls with the change; altered says so. The currency
// is fixed once data are there, because all money is kept in it.
func (s *Service) Change(ctx context.Context, id domain.TenantID, by Actor, to func(*Profile) error) (altered bool, err error) {
	return s.recorded(ctx, id, by, "tenant.settings", "tenant/"+id.String(), func(_ context.Context, tx *store.Tx) (change, error) {
		found, err := findTenants(tx, `WHERE tenant_id = ? FOR UPDATE`, id.String())
		if err != nil {
			return change{}, err
		}
		if len(found) == 0 {
			return change{}, domain.Errorf(domain.KindNotFound, "there is no such administration")
		}
		before, err := found[0].Profile()
		if err != nil {
			return change{}, err
		}
		after, err := found[0].Profile()
		if err != nil {
			return change{}, err
		}
		if err := to(&after); err != nil {
			return change{}, err
		}
		if err := after.Validate(); err != nil {
			return change{}, err
		}
		if before.Currency != after.Currency {
			if err := s.changeCurrency(tx, id, &before, &after); err != nil {
				return change{}, err
			}
		}
		return change{before: before, after: after, alters: before.AltersFigures(&after)}, updateProfile(tx, id, &after)
	})
}

// changeCurrency refuses another currency where money is kept, and brings thresholds of money to
// the decimals of the new one.
func (s *Service) changeCurrency(tx *store.Tx, id domain.TenantID, before, after *Profile) error {
	has, err := hasData(tx, id)
	if err != nil {
		return err
	}
	if has {
		return domain.Invalid(cannotKeep, domain.FieldError{Field: "currency", Key: "currency_fixed",
			Message: "cannot be changed any more: data are loaded, and all money is kept in " + before.Currency})
	}
	for _, t := range Thresholds {
		if t.Unit == "money" && t.Of(&before.Settings) == t.Of(&after.Settings) {
			*t.position(&after.Settings) = min(t.High, rescale(t.Of(&after.Settings), minorDigits(before.Currency), minorDigits(after.Currency)))
		}
	}
	return nil
}

func rescale(amount int64, from, to int) int64 {
	for ; from < to; from++ {
		amount *= 10
	}
	for ; from > to; from-- {
		amount /= 10
	}
	return amount
}

// CurrencyFixed reports whether the currency can be changed no more.
func (s *Service) CurrencyFixed(ctx context.Context, id domain.TenantID) (fixed bool, err error) {
	err = s.db.Read(ctx, id, func(_ context.Context, tx *store.Tx) error {
		fixed, err = hasData(tx, id)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("see whether data are loaded: %w", err)
	}
	return fixed, nil
}
