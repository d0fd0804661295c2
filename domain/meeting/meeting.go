package meeting

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/contract"
	"assay/domain/cube"
)

// State is where a meeting is in its life.
type State string

// The states.
const (
	Planned   State = "planned"
	Minuted   State = "minuted" // minutes wait for signatures; new minutes replace them until both have signed
	Signed    State = "signed"
	Cancelled State = "cancelled"
)

// States lists the states.
var States = []State{Planned, Minuted, Signed, Cancelled}

// Side is who signs for whom.
type Side string

// The sides.
const (
	SideChair   Side = "chair"
	SideHolders Side = "holders"
)

// Meeting is one monthly meeting.
type Meeting struct {
	ID        uuid.UUID
	Office    string     // code; empty for the whole administration
	Month     cube.Month // that is discussed
	HeldOn    cube.Date  // local day
	Place     string
	State     State
	Revision  int64
	Chair     uuid.UUID // account
	ChairName string
	Other     uuid.UUID // account that signs for the holders
	OtherName string
	Minutes   int // number of the current minutes; 0 before any
}

// SideOf is the side for which an account signs; empty for nobody.
func (m *Meeting) SideOf(account uuid.UUID) Side {
	switch account {
	case uuid.Nil:
	case m.Chair:
		return SideChair
	case m.Other:
		return SideHolders
	}
	return ""
}

// Attendee is somebody who is invited.
type Attendee struct {
	Account  uuid.UUID
	Name     string
	Post     string
	Contract uuid.UUID // of which the person is the holder; zero for others
	Present  bool
	Excuse   string
}

// RecommendationState says what became of a recommendation.
type RecommendationState string

// The states of a recommendation.
const (
	Open    RecommendationState = "open"
	Done    RecommendationState = "done"
	Dropped RecommendationState = "dropped"
)

// RecommendationStates lists them.
var RecommendationStates = []RecommendationState{Open, Done, Dropped}

// Recommendation is what a meeting decided that somebody does.
type Recommendation struct {
	ID        uuid.UUID
	Meeting   uuid.UUID
	Month     cube.Month // of the meeting
	Office    string
	Words     string
	Owner     uuid.UUID
	OwnerName string
	DueOn     cube.Date
	State     RecommendationState
	Outcome   string
	MadeAt    time.Time
	EndedAt   time.Time
	EndedBy   string
}

// Late reports whether it is open after its day.
func (r *Recommendation) Late(today cube.Date) bool { return r.State == Open && today > r.DueOn }

// Signature is one under minutes.
type Signature struct {
	Number      int
	Account     uuid.UUID
	Name        string
	Side        Side
	Hash        []byte
	Method      string
	ConfirmedAt time.Time
	SignedAt    time.Time
}

// mayHold says who calls and chairs meetings: the head of the office, and the Director General's office for all.
func mayHold(a contract.Actor, office string) bool {
	switch a.Role {
	case access.DirectorGeneral, access.Deputy:
		return true
	case access.HeadOfOffice:
		return office != "" && a.Office == office
	}
	return false
}

// visibleTo says who sees a meeting: with scope administration everybody, with scope office those of the office, and
// whoever is invited.
func (m *Meeting) visibleTo(r contract.Reader, invited []Attendee) bool {
	if m.SideOf(r.Account) != "" || slices.ContainsFunc(invited, func(a Attendee) bool { return a.Account == r.Account && r.Account != uuid.Nil }) {
		return r.Scope != ""
	}
	switch r.Scope {
	case access.ScopeAdministration:
		return true
	case access.ScopeOffice:
		return m.Office != "" && m.Office == r.Office
	}
	return false
}

func errNoMeeting() error { return domain.Errorf(domain.KindNotFound, "there is no such meeting") }

func errChanged() error {
	return domain.Errorf(domain.KindConflict, "the meeting has changed since you opened it; look at it again")
}

// Bounds of what is written.
const (
	longestWords  = 4000
	mostDecisions = 40
	shortestWords = 3
)

func checkWords(field, words string, needed bool) (string, *domain.FieldError) {
	words = strings.TrimSpace(words)
	letters := len([]rune(words))
	if letters > longestWords || needed && letters < shortestWords {
		return words, &domain.FieldError{Field: field, Message: "must have 3 to 4000 letters"}
	}
	return words, nil
}
