package contract

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/cube"
)

// ObjectionState is where an objection is in its life.
type ObjectionState string

// The states.
const (
	ObjectionFiled      ObjectionState = "filed"
	ObjectionInReview   ObjectionState = "in_review"
	ObjectionAccepted   ObjectionState = "accepted"
	ObjectionPartly     ObjectionState = "partly_accepted"
	ObjectionRejected   ObjectionState = "rejected"
	ObjectionAppealed   ObjectionState = "appealed"
	ObjectionWithdrawn  ObjectionState = "withdrawn"
	ObjectionUnanswered ObjectionState = "unanswered" // not answered in time: the indicator is left out
	ObjectionFinal      ObjectionState = "final"
)

// ObjectionStates lists the states in the order of a life.
var ObjectionStates = []ObjectionState{ObjectionFiled, ObjectionInReview, ObjectionAccepted, ObjectionPartly, ObjectionRejected, ObjectionAppealed, ObjectionWithdrawn, ObjectionUnanswered, ObjectionFinal}

// Open reports whether somebody still has to answer.
func (s ObjectionState) Open() bool {
	return s == ObjectionFiled || s == ObjectionInReview || s == ObjectionAppealed
}

// ObjectionAction is something that is done to an objection.
type ObjectionAction string

// The actions.
const (
	ObjectionFile         ObjectionAction = "file"
	ObjectionTake         ObjectionAction = "take"          // a reviewer takes it up
	ObjectionAccept       ObjectionAction = "accept"        // as it was asked
	ObjectionAcceptPartly ObjectionAction = "accept_partly" // less than was asked
	ObjectionReject       ObjectionAction = "reject"
	ObjectionWithdraw     ObjectionAction = "withdraw"
	ObjectionLapse        ObjectionAction = "lapse"    // nobody answered in time
	ObjectionAppeal       ObjectionAction = "appeal"   // to somebody who did not decide
	ObjectionSettle       ObjectionAction = "settle"   // the decision on the appeal
	ObjectionConclude     ObjectionAction = "conclude" // nobody appealed in time
)

// ObjectionActions lists the actions.
var ObjectionActions = []ObjectionAction{ObjectionFile, ObjectionTake, ObjectionAccept, ObjectionAcceptPartly, ObjectionReject, ObjectionWithdraw, ObjectionLapse, ObjectionAppeal, ObjectionSettle, ObjectionConclude}

// ObjectionGround is what is wrong in the eyes of the holder.
type ObjectionGround string

// ObjectionGrounds lists the grounds: the declarations were somebody else's, the data are wrong, the holder was away,
// the system was out, the definition does not fit, or something else.
var ObjectionGrounds = []ObjectionGround{"attribution", "data", "absence", "outage", "definition", "other"}

// ObjectionEffect is what a granted objection does to the month's figure.
type ObjectionEffect string

// The effects. None can be right too, where the data themselves are corrected at their source.
const (
	NoEffect      ObjectionEffect = ""
	LeavesOut     ObjectionEffect = "leave_out" // the indicator does not count in the month
	ExcludesCases ObjectionEffect = "exclude"   // the figure is computed without some declarations
)

// Disputed is a declaration that an objection is about.
type Disputed struct {
	ID        int64  `json:"id"` // number in the warehouse
	Reference string `json:"reference"`
}

// Objection is what a holder objects to on a published card.
type Objection struct {
	ID           uuid.UUID
	Contract     uuid.UUID // the edition that the card is of
	Month        cube.Month
	CardVersion  int
	Indicator    string
	Ground       ObjectionGround
	Words        string
	Declarations []Disputed
	State        ObjectionState
	Revision     int64
	Effect       ObjectionEffect
	Excluded     []int64 // declarations that the figure is computed without
	FiledAt      time.Time
	FiledBy      uuid.UUID
	FiledName    string
	AnswerOn     cube.Date // last day to answer
	Reviewer     uuid.UUID
	ReviewerName string
	DecidedAt    time.Time
	Decision     string    // reasons of the latest decision
	AppealOn     cube.Date // last day to appeal; 0 before a decision
	Settler      uuid.UUID
}

// Grants reports whether the month's figure is computed as the objection asks, in whole or in part.
func (o *Objection) Grants() bool {
	return o.Effect != NoEffect && !slices.Contains([]ObjectionState{ObjectionFiled, ObjectionInReview, ObjectionWithdrawn}, o.State)
}

// Decided reports whether nothing can change any more on a day.
func (o *Objection) Decided(today cube.Date) bool {
	switch o.State {
	case ObjectionAccepted, ObjectionWithdrawn, ObjectionUnanswered, ObjectionFinal:
		return true
	case ObjectionPartly, ObjectionRejected:
		return today > o.AppealOn
	}
	return false
}

// ObjectionEvent is one line of an objection's life.
type ObjectionEvent struct {
	Sequence   int
	Action     ObjectionAction
	From, To   ObjectionState
	Capacity   ObjectionCapacity
	Actor      string
	ActorName  string
	Reason     string
	HappenedAt time.Time
}

// ObjectionCapacity is what a person is in an objection.
type ObjectionCapacity string

// The capacities. Nobody who signed the contract, and nobody whom it measures, reviews an objection to its cards.
const (
	Objector ObjectionCapacity = "objector"
	Judge    ObjectionCapacity = "reviewer"    // may review and decide
	Appealed ObjectionCapacity = "appeal_body" // may decide on an appeal
	Clock    ObjectionCapacity = "system"
)

// objectionCapacities says what an actor may be in objections to the cards of a contract.
func (c *Contract) objectionCapacities(a Actor, today cube.Date) []ObjectionCapacity {
	if a == Program {
		return []ObjectionCapacity{Clock}
	}
	if a.Account == uuid.Nil {
		return nil
	}
	slot := c.placeOf(a, today)
	if c.heldBy(a) || slot != nil && slot.Side == SideHolder {
		return []ObjectionCapacity{Objector}
	}
	if slot != nil {
		return nil // who signed for the administration is a party
	}
	switch a.Role {
	case access.HeadOfOffice:
		if a.Office != "" && a.Office == c.Office {
			return []ObjectionCapacity{Judge}
		}
	case access.DirectorGeneral, access.Deputy, access.Auditor:
		return []ObjectionCapacity{Judge, Appealed}
	}
	return nil
}

// objectionRule is one line of the table of objections.
type objectionRule struct {
	action ObjectionAction
	from   []ObjectionState
	to     ObjectionState
	by     ObjectionCapacity
	when   []objectionGuard
}

// objectionGuard is a condition of a step, with the words that README shows.
type objectionGuard struct {
	words string
	holds func(*objectionStep) error
}

// objectionStep is one step under way.
type objectionStep struct {
	*Objection
	contract   *Contract
	actor      Actor
	capacities []ObjectionCapacity
	today      cube.Date
	now        time.Time
	reason     string
	effect     ObjectionEffect
	excluded   []int64
}

var (
	reasonGiven = objectionGuard{"a reason is given", func(s *objectionStep) error {
		return unless(len([]rune(strings.TrimSpace(s.reason))) >= shortestReason, domain.KindInvalid, "give a reason: the other side will read it")
	}}
	answerInTime = objectionGuard{"the time to answer has not passed", func(s *objectionStep) error {
		return unless(s.today <= s.AnswerOn, domain.KindConflict, "the time to answer ended on %s; the indicator is left out of the month", s.AnswerOn)
	}}
	answerOver = objectionGuard{"the time to answer has passed", func(s *objectionStep) error {
		return unless(s.today > s.AnswerOn, domain.KindNotReady, "there is time to answer until %s", s.AnswerOn)
	}}
	ownReview = objectionGuard{"the actor is who took it up", func(s *objectionStep) error {
		return unless(s.Reviewer == s.actor.Account, domain.KindForbidden, "%s has taken this objection up", s.ReviewerName)
	}}
	effectFits = objectionGuard{"the effect fits what is disputed", func(s *objectionStep) error { return s.checkEffect() }}
	granting   = objectionGuard{"something is granted", func(s *objectionStep) error {
		return unless(s.effect != NoEffect || s.Ground == "data", domain.KindInvalid, "say what is granted: the indicator is left out, or declarations are")
	}}
	nothingMore = objectionGuard{"nothing is granted", func(s *objectionStep) error {
		return unless(s.effect == NoEffect, domain.KindInvalid, "what is rejected changes no figure")
	}}
	appealInTime = objectionGuard{"the time to appeal has not passed", func(s *objectionStep) error {
		return unless(s.today <= s.AppealOn, domain.KindConflict, "the time to appeal ended on %s", s.AppealOn)
	}}
	appealOver = objectionGuard{"the time to appeal has passed", func(s *objectionStep) error {
		return unless(s.today > s.AppealOn, domain.KindNotReady, "there is time to appeal until %s", s.AppealOn)
	}}
	otherPerson = objectionGuard{"the actor did not take the decision", func(s *objectionStep) error {
		return unless(s.Reviewer != s.actor.Account, domain.KindForbidden, "somebody else must decide on the appeal: you took the decision")
	}}
)

// objectionRules is the state machine of objections, whole. README.md shows it; a test keeps both alike.
var objectionRules = []objectionRule{
	{ObjectionTake, []ObjectionState{ObjectionFiled}, ObjectionInReview, Judge, []objectionGuard{answerInTime}},
	{ObjectionAccept, []ObjectionState{ObjectionInReview}, ObjectionAccepted, Judge, []objectionGuard{answerInTime, ownReview, reasonGiven, granting, effectFits}},
	{ObjectionAcceptPartly, []ObjectionState{ObjectionInReview}, ObjectionPartly, Judge, []objectionGuard{answerInTime, ownReview, reasonGiven, granting, effectFits}},
	{ObjectionReject, []ObjectionState{ObjectionInReview}, ObjectionRejected, Judge, []objectionGuard{answerInTime, ownReview, reasonGiven, nothingMore}},
	{ObjectionWithdraw, []ObjectionState{ObjectionFiled, ObjectionInReview}, ObjectionWithdrawn, Objector, nil},
	{ObjectionLapse, []ObjectionState{ObjectionFiled, ObjectionInReview}, ObjectionUnanswered, Clock, []objectionGuard{answerOver}},
	{ObjectionAppeal, []ObjectionState{ObjectionPartly, ObjectionRejected}, ObjectionAppealed, Objector, []objectionGuard{appealInTime, reasonGiven}},
	{ObjectionSettle, []ObjectionState{ObjectionAppealed}, ObjectionFinal, Appealed, []objectionGuard{otherPerson, reasonGiven, effectFits}},
	{ObjectionConclude, []ObjectionState{ObjectionAccepted, ObjectionPartly, ObjectionRejected}, ObjectionFinal, Clock, []objectionGuard{appealOver}},
}

func objectionRuleOf(action ObjectionAction) *objectionRule {
	for i := range objectionRules {
		if objectionRules[i].action == action {
			return &objectionRules[i]
		}
	}
	return nil
}

// decideObjection says where a step leads: KindForbidden for the wrong person, KindConflict in the wrong state,
// a guard's refusal has the guard's kind.
func decideObjection(action ObjectionAction, s *objectionStep) (ObjectionCapacity, ObjectionState, error) {
	r := objectionRuleOf(action)
	if r == nil {
		return "", "", domain.Errorf(domain.KindInvalid, "there is no action %q", action)
	}
	if !slices.Contains(s.capacities, r.by) {
		return "", "", domain.Errorf(domain.KindForbidden, "in this objection you cannot %s", strings.ReplaceAll(string(action), "_", " "))
	}
	if !slices.Contains(r.from, s.State) {
		return "", "", domain.Errorf(domain.KindConflict, "the objection is %s; it has moved on", strings.ReplaceAll(string(s.State), "_", " "))
	}
	for _, guard := range r.when {
		if err := guard.holds(s); err != nil {
			return "", "", err
		}
	}
	return r.by, r.to, nil
}

// checkEffect lets declarations be excluded only among those disputed.
func (s *objectionStep) checkEffect() error {
	switch s.effect {
	case NoEffect, LeavesOut:
		return unless(len(s.excluded) == 0, domain.KindInvalid, "declarations are named only where the figure is computed without them")
	case ExcludesCases:
		if len(s.excluded) == 0 {
			return domain.Errorf(domain.KindInvalid, "say which declarations the figure is computed without")
		}
		for _, id := range s.excluded {
			if !slices.ContainsFunc(s.Declarations, func(d Disputed) bool { return d.ID == id }) {
				return domain.Errorf(domain.KindInvalid, "only declarations that are disputed can be taken out of the figure")
			}
		}
		return nil
	}
	return domain.Errorf(domain.KindInvalid, "there is no effect %q", s.effect)
}

// PossibleObjection lists what a reader may do with an objection in its state; guards decide when it is tried.
func PossibleObjection(o *Objection, c *Contract, a Actor, today cube.Date) []ObjectionAction {
	has := c.objectionCapacities(a, today)
	step := &objectionStep{Objection: o, contract: c, actor: a, capacities: has, today: today}
	var actions []ObjectionAction
	for _, r := range objectionRules {
		if !slices.Contains(has, r.by) || !slices.Contains(r.from, o.State) {
			continue
		}
		personal := true
		for _, guard := range r.when {
			if guard.words == ownReview.words || guard.words == otherPerson.words || guard.words == answerInTime.words || guard.words == appealInTime.words {
				personal = personal && guard.holds(step) == nil
			}
		}
		if personal {
			actions = append(actions, r.action)
		}
	}
	return actions
}

// workingDayAfter is the n-th working day after a day.
func workingDayAfter(calendar *administration.Calendar, day cube.Date, n int) cube.Date {
	const endless = 3660 // a calendar without working days must not hang
	for range endless {
		if n <= 0 {
			return day
		}
		day++
		if calendar.IsWorkday(int32(day)) {
			n--
		}
	}
	return day
}

// ObjectionTable draws the state machine as README.md shows it.
func ObjectionTable() string {
	var b strings.Builder
	b.WriteString("| action | from | to | who | when |\n|---|---|---|---|---|\n")
	for _, r := range objectionRules {
		from := make([]string, len(r.from))
		for i, s := range r.from {
			from[i] = string(s)
		}
		when := make([]string, len(r.when))
		for i, g := range r.when {
			when[i] = g.words
		}
		b.WriteString("| " + string(r.action) + " | " + strings.Join(from, ", ") + " | " + string(r.to) + " | " + string(r.by) + " | " + strings.Join(when, ", ") + " |\n")
	}
	return b.String()
}
