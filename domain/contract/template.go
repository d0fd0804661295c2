package contract

import (
	"regexp"
	"slices"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/indicator"
)

// TemplateState says whether a template may still be changed.
type TemplateState string

// The states of a template.
const (
	TemplateDraft   TemplateState = "draft"
	TemplateInUse   TemplateState = "in_use"  // frozen; a change is a new version
	TemplateRetired TemplateState = "retired" // frozen, and no new contracts
)

// Template is what contracts of one function are made from.
type Template struct {
	ID        uuid.UUID
	Code      string
	Version   int
	Office    string // empty: for every office
	State     TemplateState
	Content   Content
	Origin    string // what it was copied from
	CreatedAt time.Time
	CreatedBy string
	Revision  int64
}

// Content is what a template says.
type Content struct {
	Names     map[string]string `json:"names"` // by language
	Function  string            `json:"function"`
	Level     Level             `json:"level"`
	Lines     []Line            `json:"lines"`
	Articles  []Article         `json:"articles"`
	Terms     Terms             `json:"terms"`
	Rule      Rule              `json:"rule"`
	Order     SigningOrder      `json:"signing_order"`
	Vetting   bool              `json:"vetting"`
	Languages []string          `json:"languages"` // in which the articles must stand
}

// Line is one indicator of a template.
type Line struct {
	Code      string              `json:"code"`
	Weight    int                 `json:"weight"`
	Aim       Aim                 `json:"aim"`
	Direction indicator.Direction `json:"direction"`
	RedLow    *float64            `json:"red_low,omitempty"`
	RedHigh   *float64            `json:"red_high,omitempty"`
	Floor     *int64              `json:"floor,omitempty"` // least amount of a case that counts, minor units
}

// Terms are the durations and windows of a contract, in the units of their names.
type Terms struct {
	Months           int `json:"months"`            // of the term
	ReviewEveryMonth int `json:"review_months"`     // rhythm of the review in months
	MaturityDays     int `json:"maturity_days"`     // after the end of a month, before it is scored
	ObjectionDays    int `json:"objection_days"`    // working days from the publication of a card
	AnswerDays       int `json:"answer_days"`       // working days to answer an objection
	AppealDays       int `json:"appeal_days"`       // working days from a decision
	NegotiationDays  int `json:"negotiation_days"`  // days from the proposal to the deadline
	MinimalCases     int `json:"minimal_cases"`     // declarations a month needs to be scored
	FullMonthDays    int `json:"full_month_days"`   // working days below which a month counts in part
	CapPercent       int `json:"cap_percent"`       // most that one indicator can give
	SamePairPercent  int `json:"same_pair_percent"` // weight of a case beyond the usual number with the same operator
}

// DefaultTerms are the terms of the built-in templates.
func DefaultTerms() Terms {
	return Terms{Months: 6, ReviewEveryMonth: 1, MaturityDays: 30, ObjectionDays: 10, AnswerDays: 15, AppealDays: 10, NegotiationDays: 21,
		MinimalCases: 30, FullMonthDays: 10, CapPercent: 150, SamePairPercent: 50}
}

func (t Terms) check() []string {
	var wrong []string
	within := func(name string, value, low, high int) {
		if value < low || value > high {
			wrong = append(wrong, domain.Sentence("%s must be from %d to %d", name, low, high))
		}
	}
	within("months", t.Months, 1, 36)
	within("review_months", t.ReviewEveryMonth, 1, 12)
	within("maturity_days", t.MaturityDays, 0, 120)
	within("objection_days", t.ObjectionDays, 5, 60)
	within("answer_days", t.AnswerDays, 5, 90)
	within("appeal_days", t.AppealDays, 5, 90)
	within("negotiation_days", t.NegotiationDays, 3, 120)
	within("minimal_cases", t.MinimalCases, 1, 1000)
	within("full_month_days", t.FullMonthDays, 1, 23)
	within("cap_percent", t.CapPercent, 100, 300)
	within("same_pair_percent", t.SamePairPercent, 0, 100)
	return wrong
}

var templateCode = regexp.MustCompile(`^[a-z][a-z0-9_-]{1,40}$`)

// Bounds of a template's indicators.
const (
	fewestIndicators = 6
	mostIndicators   = 8
	leastOfAnAim     = 3
	fullWeight       = 100
)

// Check says what keeps a template from being used (KindInvalid).
func (t *Template) Check() error {
	var wrong []domain.FieldError
	add := func(field, message string) { wrong = append(wrong, domain.FieldError{Field: field, Message: message}) }
	c := &t.Content
	if !templateCode.MatchString(t.Code) {
		add("code", "must be 2 to 41 small letters, digits, hyphens or underscores")
	}
	if !slices.Contains(Levels, c.Level) {
		add("level", "is none of the levels")
	}
	if c.Order != AnyOrder && c.Order != HolderFirst && c.Order != AdministrationFirst {
		add("signing_order", "is none of any, holder_first, administration_first")
	}
	for _, each := range c.LineProblems() {
		if each.Code == "" {
			add("indicators", each.Message)
		} else {
			add(each.Code, each.Message)
		}
	}
	for _, each := range c.Terms.check() {
		add("terms", each)
	}
	for _, each := range c.Rule.check() {
		add("rule", each)
	}
	for _, each := range c.checkArticles() {
		add("articles", each)
	}
	return domain.Invalid("the template is not complete", wrong...)
}

// dimensionOf is the dimension by which the work of a level's subject is told apart.
func dimensionOf(level Level, function string) string {
	switch level {
	case LevelOfficer, LevelTeam:
		return "officer"
	case LevelOffice:
		return "office"
	case LevelOperator:
		if function == FunctionBroker {
			return "broker"
		}
		return "importer"
	}
	return ""
}

// checkArticles wants all articles in every language that the template names.
func (c *Content) checkArticles() []string {
	var wrong []string
	if len(c.Languages) == 0 {
		wrong = append(wrong, domain.Sentence("the template names no language"))
	}
	if len(c.Articles) == 0 {
		wrong = append(wrong, domain.Sentence("there are no articles"))
	}
	for i, a := range c.Articles {
		if a.Number != i+1 {
			wrong = append(wrong, domain.Sentence("article %d stands in place %d", a.Number, i+1))
		}
		for _, language := range c.Languages {
			if a.Title[language] == "" || a.Text[language] == "" {
				wrong = append(wrong, domain.Sentence("article %d is missing in %s", a.Number, language))
			}
		}
	}
	return wrong
}

// Name is the template's name in a language, else in English, else its code.
func (t *Template) Name(language string) string {
	for _, code := range []string{language, "en"} {
		if name := t.Content.Names[code]; name != "" {
			return name
		}
	}
	return t.Code
}

// Frozen reports whether the template's content stays as it is.
func (t *Template) Frozen() bool { return t.State != TemplateDraft }
