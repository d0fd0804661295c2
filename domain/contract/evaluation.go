package contract

import (
	"encoding/hex"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"

	"assay/domain/cube"
)

// SessionKind says what an evaluation is for.
type SessionKind string

// The kinds.
const (
	Quarterly SessionKind = "quarterly" // within the term; the contract goes on
	Final     SessionKind = "final"     // of the whole term; the contract is evaluated when the session is locked
)

// Session is the calibration of comparable contracts: same function, same level, side by side.
type Session struct {
	ID         uuid.UUID
	Kind       SessionKind
	Level      Level
	Function   string
	From, To   cube.Month // both belong to the period
	OpenedAt   time.Time
	OpenedBy   string
	OpenedName string
	LockedAt   time.Time // zero while it is open
	LockedBy   string
	LockedName string
	Contracts  int // in it
	Answered   int
	Decided    int
}

// Locked reports whether the answers are frozen.
func (s *Session) Locked() bool { return !s.LockedAt.IsZero() }

// Evaluation is one contract in one session.
type Evaluation struct {
	ID       uuid.UUID
	Session  *Session
	Contract *Contract // without its text
	Revision int64
	Facts    Facts
	Answer   Answer
	Remarks  []PanelRemark
	// Decisions are the first and, when an appeal was granted, the one on appeal.
	Decisions []Decision
	Appeal    *Appeal // nil when there is none
}

// Decision is the one that holds, nil before there is one.
func (e *Evaluation) Decision() *Decision {
	if len(e.Decisions) == 0 {
		return nil
	}
	return &e.Decisions[len(e.Decisions)-1]
}

// Answer is what the panel thinks should be decided.
type Answer struct {
	Outcome string // empty before there is one
	Reason  string
	By      string
	ByName  string
	At      time.Time
}

// PanelRemark is a comment within the panel.
type PanelRemark struct {
	Words, Author, AuthorName string
	WrittenAt                 time.Time
}

// Decision is what a person decided, with reasons.
type Decision struct {
	Sequence    int
	Outcome     string
	Reasons     string
	Hearing     string // when and how the holder was heard
	Capacity    Capacity
	Account     uuid.UUID
	By, ByName  string
	At          time.Time
	AppealUntil cube.Date // last day to appeal; 0 for a decision on appeal
}

// FactMonth is one month of an evaluation, as its card says.
type FactMonth struct {
	Month     string   `json:"month"`
	Version   int      `json:"version"` // of the card; 0 when there is none
	Hash      string   `json:"hash,omitempty"`
	Composite *float64 `json:"composite"`
	Part      float64  `json:"part"`
	Achieved  bool     `json:"achieved"`
	Red       float64  `json:"red"` // per cent of the month's weight that did not reach its threshold
}

// Facts are what an evaluation stands on. They are frozen when the session is locked.
type Facts struct {
	Months   []FactMonth `json:"months"`
	Score    *float64    `json:"score"` // mean of the months by the part that each counts
	Standing Standing    `json:"standing"`
	Scored   int         `json:"scored"`             // months with a score
	Missing  int         `json:"missing"`            // months of the period in the term without a card
	Immature bool        `json:"immature"`           // a month is missing, or too few are scored to say anything
	Findings int         `json:"findings,omitempty"` // open critical findings about the party's work in these months
	// Unusual are what people should look at first: corrected, beyond_red, diverging, few_cases, findings.
	Unusual  []string `json:"unusual,omitempty"`
	Proposal string   `json:"proposal"` // an outcome that the rule suggests; nobody is bound by it
	Why      string   `json:"why"`      // immature, achieved, amber, red, diverging, red_again, red_repeated, findings
}

// unusual signs.
const (
	UnusualCorrected = "corrected"  // a card was corrected after it was published
	UnusualBeyondRed = "beyond_red" // an indicator was beyond a red line
	UnusualDiverging = "diverging"  // an indicator reached its target while one that it is paired with missed its threshold
	UnusualFewCases  = "few_cases"  // months without a score
)

// Unusuals lists the signs.
var Unusuals = []string{UnusualCorrected, UnusualBeyondRed, UnusualDiverging, UnusualFewCases, UnusualFindings}

// Reasons of a proposal.
const (
	WhyImmature  = "immature"
	WhyAchieved  = "achieved"
	WhyAmber     = "amber"
	WhyRed       = "red"
	WhyDiverging = "diverging"
	WhyRedAgain  = "red_again"
	WhyRepeated  = "red_repeated"
)

// Whys lists the reasons.
var Whys = []string{WhyImmature, WhyAchieved, WhyAmber, WhyRed, WhyDiverging, WhyRedAgain, WhyRepeated, WhyFindings}

// redShare is the per cent of the weight that, missed over the period, makes it red (ours).
const redShare = 50

// Earlier is one evaluation of the same party before this one.
type Earlier struct {
	Standing Standing
	Outcome  string // decided
}

// evaluate makes the facts of a contract over months [from, to] from its cards, of each month the latest
// version, and proposes an outcome by the rule of 3.9. earlier are the evaluations before, the latest first.
//
// The rule: achieved proposes a favourable outcome; red a coaching interview, red again after an interview a warning, red
// again after a warning a reassignment; a paired indicator that diverges an interview; all else, and everything immature, nothing.
// Statistical flags are no ground and do not come in here; open critical findings hold a favourable proposal back (hold).
func evaluate(level Level, from, to cube.Month, cards []*CardVersion, earlier []Earlier) Facts {
	byMonth := map[cube.Month]*CardVersion{}
	for _, card := range cards {
		if known := byMonth[card.Month]; known == nil || known.Version < card.Version {
			byMonth[card.Month] = card
		}
	}
	f := Facts{Standing: Amber}
	unusual := map[string]bool{}
	var scores []Score
	red, parts := 0.0, 0.0
	for month := from; month <= to; month++ {
		card := byMonth[month]
		line := FactMonth{Month: month.String()}
		if card == nil {
			f.Missing++
			f.Months = append(f.Months, line)
			continue
		}
		c := card.Card
		line.Version, line.Hash, line.Composite, line.Part, line.Achieved, line.Red = card.Version, hex.EncodeToString(card.Hash), c.Composite, c.Part, c.Achieved, c.redShare()
		f.Months = append(f.Months, line)
		unusual[UnusualCorrected] = unusual[UnusualCorrected] || card.Version > 1
		unusual[UnusualDiverging] = unusual[UnusualDiverging] || c.diverges()
		for i := range c.Lines {
			unusual[UnusualBeyondRed] = unusual[UnusualBeyondRed] || c.Lines[i].BeyondRed
		}
		scores = append(scores, Score{Part: c.Part, Composite: c.Composite})
		if c.Composite == nil {
			unusual[UnusualFewCases] = true
			continue
		}
		f.Scored++
		red, parts = red+c.Part*line.Red, parts+c.Part
	}
	f.Score = TermScore(scores)
	f.Immature = f.Missing > 0 || f.Score == nil || 2*f.Scored < len(f.Months)
	for _, sign := range Unusuals {
		if unusual[sign] {
			f.Unusual = append(f.Unusual, sign)
		}
	}
	switch {
	case f.Score != nil && *f.Score >= 100 && !unusual[UnusualBeyondRed]:
		f.Standing = Green
	case parts > 0 && red/parts >= redShare:
		f.Standing = Red
	}
	f.Proposal, f.Why = f.propose(level, earlier)
	return f
}

func (f *Facts) propose(level Level, earlier []Earlier) (outcome, why string) {
	before := Earlier{}
	if len(earlier) > 0 {
		before = earlier[0]
	}
	switch {
	case f.Immature:
		return OutcomeNothing, WhyImmature
	case f.Standing == Green && level == LevelOperator:
		return OutcomeFacility, WhyAchieved
	case f.Standing == Green:
		return OutcomeLetter, WhyAchieved
	case f.Standing == Red && before.Standing == Red && before.Outcome == OutcomeWarning && level != LevelOperator:
		return OutcomeReassign, WhyRepeated
	case f.Standing == Red && before.Standing == Red && (before.Outcome == OutcomeInterview || before.Outcome == OutcomeWarning):
		return OutcomeWarning, WhyRedAgain
	case f.Standing == Red:
		return OutcomeInterview, WhyRed
	case slices.Contains(f.Unusual, UnusualDiverging):
		return OutcomeInterview, WhyDiverging
	}
	return OutcomeNothing, WhyAmber
}

// redShare is the per cent of the month's weight on indicators that missed their threshold.
func (c *Card) redShare() float64 {
	share := 0.0
	for i := range c.Lines {
		if c.Lines[i].LeftOut == Counted && c.Lines[i].Standing == Red {
			share += c.Lines[i].Weight
		}
	}
	return math.Round(share*100) / 100
}

// diverges reports whether an indicator reached its target while one that it is paired with, scored on the same
// card, missed its threshold: speed that is paid for with control, or the other way round.
func (c *Card) diverges() bool {
	for i := range c.Lines {
		line := &c.Lines[i]
		if line.LeftOut != Counted || line.Standing != Green {
			continue
		}
		for _, code := range line.Paired {
			if pair := c.Find(code); pair != nil && pair.LeftOut == Counted && pair.Standing == Red {
				return true
			}
		}
	}
	return false
}
