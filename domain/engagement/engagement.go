// Package engagement keeps what an administration grants to an outside expert: for a
// purpose, with a set of permissions, until an end. It ends by itself at that instant, can be
// withdrawn at once, and everything the expert opens is in the administration's audit record
// under the engagement's identifier.
package engagement

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
)

// Engagement is one grant. It is never changed but by being accepted, declined or withdrawn.
type Engagement struct {
	ID         uuid.UUID
	Tenant     domain.TenantID
	SignInName string    // of the expert
	Account    uuid.UUID // who accepted; nil while it is an offer
	ExpertName string    // the account's name once accepted; empty before, so that nobody learns which accounts there are
	Purpose    string
	// Permissions are the actions granted, in the order of Choices.
	Permissions []access.Action
	// NamesPurpose says why officers are shown by name; empty where they have pseudonyms.
	NamesPurpose string
	StartsAt     time.Time // UTC; of an extension the end of what it extends
	EndsAt       time.Time // UTC, the first instant at which it holds no more
	GrantedBy    string    // sign-in name
	GrantedAt    time.Time
	Extends      uuid.UUID // nil when it extends nothing
	Terms        int       // version of the terms
	AcceptedAt   *time.Time
	DeclinedAt   *time.Time
	WithdrawnAt  *time.Time
	WithdrawnBy  string
	WithdrawnFor string // the reason
}

// State is where an engagement stands at an instant. It is derived, never stored: an end that has come needs no job.
type State string

// The states.
const (
	Offered   State = "offered"  // the expert has not answered yet
	Waiting   State = "waiting"  // accepted, begins later (an extension)
	Active    State = "active"   // it holds
	Declined  State = "declined" // by the expert
	Withdrawn State = "withdrawn"
	Ended     State = "ended" // its end has come
)

// State is the state at an instant. What was withdrawn or declined before its end stays so.
func (e *Engagement) State(now time.Time) State {
	switch {
	case e.WithdrawnAt != nil:
		return Withdrawn
	case e.DeclinedAt != nil:
		return Declined
	case !now.Before(e.EndsAt):
		return Ended
	case e.AcceptedAt == nil:
		return Offered
	case now.Before(e.StartsAt):
		return Waiting
	}
	return Active
}

// Over reports whether it can give nothing any more.
func (e *Engagement) Over(now time.Time) bool {
	state := e.State(now)
	return state == Ended || state == Withdrawn || state == Declined
}

// soon is how long before its end an engagement counts as ending.
const soon = 30 * 24 * time.Hour

// EndsSoon reports whether an active engagement has at most 30 days left.
func (e *Engagement) EndsSoon(now time.Time) bool {
	return e.State(now) == Active && e.EndsAt.Sub(now) <= soon
}

// Allows reports whether an action is granted.
func (e *Engagement) Allows(action access.Action) bool { return slices.Contains(e.Permissions, action) }

// scopes are the permissions as access wants them: an expert's reach is the whole
// administration, and access cuts it to what the role of an expert has.
func (e *Engagement) scopes() map[access.Action]access.Scope {
	scopes := map[access.Action]access.Scope{}
	for _, action := range e.Permissions {
		scopes[action] = access.ScopeAdministration
	}
	for action, scope := range ownScopes {
		scopes[action] = scope
	}
	return scopes
}

// ownScopes are what every expert may do for himself: see notices, and why something is allowed.
var ownScopes = map[access.Action]access.Scope{access.NoticeRead: access.ScopeOwn, access.AccessExplain: access.ScopeOwn}

// Always are the permissions that every engagement has: without them there is nothing to open.
var Always = []access.Action{access.FigureRead, access.FigureFormula, access.DictionaryRead}

// Choices are the permissions that an administration may add, all of them only for reading.
// OfficerRead shows officers by name and asks for a purpose of its own.
var Choices = []access.Action{access.ComparisonRead, access.FindingRead, access.DeclarationRead, access.FigureExport,
	access.OfficerPseudonym, access.OfficerRead, access.ScorecardRead, access.MeetingRead}

// order brings permissions into the order of Always and Choices, each once.
func order(chosen []access.Action) []access.Action {
	ordered := slices.Clone(Always)
	for _, action := range Choices {
		if slices.Contains(chosen, action) {
			ordered = append(ordered, action)
		}
	}
	return ordered
}

// Terms is the version of the terms that experts accept now.
const Terms = 1
