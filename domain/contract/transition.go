package contract

import (
	"slices"
	"strings"

	"assay/domain"
)

// Transition is one line of the table: an action, where it may happen, who may
// do it, what must hold, where it leads, and what is written.
type Transition struct {
	Action  Action
	From    []State
	To      State // empty: the state stays
	By      []Capacity
	Guards  []Guard
	Effects []Effect
}

// Effect names what an action writes besides its line in the contract's life and in the audit record.
type Effect string

// The effects.
const (
	WritesText       Effect = "a new text"
	WritesComment    Effect = "a comment"
	WritesSignature  Effect = "a signature"
	SetsDeadline     Effect = "the deadline"
	SetsVetted       Effect = "which text was passed"
	SetsDeputy       Effect = "the deputy"
	OpensSuspension  Effect = "the beginning of a suspension"
	EndsSuspension   Effect = "the end of the suspension"
	DraftsAmendment  Effect = "a draft of the next edition"
	DraftsRenewal    Effect = "a draft of the next contract"
	ReplacesPrevious Effect = "the end of the edition that it amends"
)

// Transitions is the state machine, whole. README.md shows it as a diagram; a test keeps both alike.
var Transitions = []Transition{
	{Edit, []State{Draft}, "", []Capacity{Drafter}, []Guard{TextDiffers}, []Effect{WritesText}},
	{Propose, []State{Draft}, Proposed, []Capacity{Drafter}, []Guard{ContractsOpen, TextComplete, TermAhead}, []Effect{SetsDeadline}},
	{Counter, []State{Proposed, Negotiating}, Negotiating, []Capacity{Holder, Authority, Supervisor}, []Guard{BeforeDeadline, ReasonGiven, TextDiffers, TextComplete, NotSignedByActor}, []Effect{WritesText}},
	{Comment, []State{Draft, Proposed, Negotiating, Signed, Active, Suspended}, "", []Capacity{Holder, Authority, Supervisor, DirectorGeneral, Drafter, Verifier}, []Guard{ReasonGiven, SharedWithHolder}, []Effect{WritesComment}},
	{Extend, []State{Proposed, Negotiating}, "", []Capacity{Drafter}, []Guard{DeadlineAhead}, []Effect{SetsDeadline}},
	{Withdraw, []State{Proposed, Negotiating}, Draft, []Capacity{Drafter, Authority}, []Guard{ReasonGiven}, nil},
	{Decline, []State{Proposed, Negotiating}, Draft, []Capacity{Holder}, []Guard{NotSignedByActor}, nil},
	{Discard, []State{Draft}, Discarded, []Capacity{Drafter}, []Guard{ReasonGiven}, nil},
	{Vet, []State{Proposed, Negotiating}, "", []Capacity{Verifier}, []Guard{VettingWanted, SameText}, []Effect{SetsVetted}},
	{Deputise, []State{Draft, Proposed, Negotiating}, "", []Capacity{Authority}, []Guard{NotSignedByActor}, []Effect{SetsDeputy}},
	{Sign, []State{Proposed, Negotiating}, Signed, []Capacity{Holder, Authority}, []Guard{ContractsOpen, SameText, BeforeDeadline, VettedText, SignatoryOpen, InOrder, FreshlyConfirmed}, []Effect{WritesSignature}},
	{Activate, []State{Signed}, Active, []Capacity{System}, []Guard{FirstDayReached, ContractsOpen, PreviousGivesWay, FeedHealthy}, []Effect{ReplacesPrevious}},
	{Begin, []State{Signed}, Active, []Capacity{DirectorGeneral}, []Guard{ReasonGiven, FirstDayReached, ContractsOpen, PreviousGivesWay}, []Effect{ReplacesPrevious}},
	{Suspend, []State{Active}, Suspended, []Capacity{Supervisor, DirectorGeneral}, []Guard{ReasonGiven, GroundGiven}, []Effect{OpensSuspension}},
	{Resume, []State{Suspended}, Active, []Capacity{Supervisor, DirectorGeneral}, []Guard{ReasonGiven}, []Effect{EndsSuspension}},
	{Amend, []State{Active, Suspended}, "", []Capacity{Drafter, Authority}, []Guard{ReasonGiven}, []Effect{DraftsAmendment}},
	{Supersede, []State{Active, Suspended}, Amended, []Capacity{System}, []Guard{AmendmentSigned}, []Effect{EndsSuspension}},
	{Evaluate, []State{Active}, Evaluated, []Capacity{Reviewer}, []Guard{TermEnded, Calibrated, MonthsFrozen, ObjectionsDecided}, nil},
	{Close, []State{Evaluated}, Closed, []Capacity{DirectorGeneral}, []Guard{DecisionRecorded, AppealOver}, nil},
	{Renew, []State{Evaluated, Closed}, "", []Capacity{Drafter}, []Guard{ReasonGiven}, []Effect{DraftsRenewal}},
	{Terminate, []State{Active, Suspended}, Terminated, []Capacity{DirectorGeneral}, []Guard{ReasonGiven, FraudEstablished}, nil},
}

var transitionOf = func() map[Action]*Transition {
	byAction := make(map[Action]*Transition, len(Transitions))
	for i := range Transitions {
		byAction[Transitions[i].Action] = &Transitions[i]
	}
	return byAction
}()

// Decide says whether an action may happen, in which of the actor's capacities, and
// the state that it leads to. A wrong state is KindConflict (the contract may
// have changed meanwhile), a wrong person KindForbidden, a guard's refusal has the guard's kind.
func Decide(action Action, c *Circumstances) (Capacity, State, error) {
	t := transitionOf[action]
	if t == nil {
		return "", "", domain.Errorf(domain.KindInvalid, "there is no action %q", action)
	}
	capacity := t.capacity(c.Capacities)
	if capacity == "" {
		return "", "", domain.Errorf(domain.KindForbidden, "in this contract you cannot %s", action)
	}
	if !slices.Contains(t.From, c.Contract.State) {
		return "", "", domain.Errorf(domain.KindConflict, "the contract is %s; this is possible only while it is %s", c.Contract.State, orList(t.From))
	}
	for _, guard := range t.Guards {
		if err := guards[guard](c); err != nil {
			return "", "", err
		}
	}
	return capacity, t.leads(c), nil
}

// capacity is the first of the transition's capacities that the actor has.
func (t *Transition) capacity(has []Capacity) Capacity {
	for _, wanted := range t.By {
		if slices.Contains(has, wanted) {
			return wanted
		}
	}
	return ""
}

// leads gives the state after the action: that of the table, but a signature leads on only
// when it is the last one that was missing.
func (t *Transition) leads(c *Circumstances) State {
	if t.To == "" || t.Action == Sign && len(c.Signatures)+1 < len(c.Contract.Signatories) {
		return c.Contract.State
	}
	return t.To
}

// Possible lists the actions that the state and the capacities allow; whether the
// guards let one through is known when it is tried. Pages offer these.
func Possible(state State, has []Capacity) []Action {
	var actions []Action
	for i := range Transitions {
		t := &Transitions[i]
		if slices.Contains(t.From, state) && t.capacity(has) != "" {
			actions = append(actions, t.Action)
		}
	}
	return actions
}

func orList(states []State) string {
	words := make([]string, len(states))
	for i, s := range states {
		words[i] = string(s)
	}
	return strings.Join(words, " or ")
}
