package contract

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/cube"
)

// AppealState is where an appeal is.
type AppealState string

// The states.
const (
	AppealFiled     AppealState = "filed"
	AppealInReview  AppealState = "in_review"
	AppealGranted   AppealState = "granted"
	AppealRejected  AppealState = "rejected"
	AppealWithdrawn AppealState = "withdrawn"
)

// AppealStates lists them.
var AppealStates = []AppealState{AppealFiled, AppealInReview, AppealGranted, AppealRejected, AppealWithdrawn}

// Open reports whether the appeal still waits for an answer.
func (s AppealState) Open() bool { return s == AppealFiled || s == AppealInReview }

// Appeal is the holder's no to a decision.
type Appeal struct {
	ID           uuid.UUID
	State        AppealState
	Grounds      string
	FiledBy      string
	FiledName    string
	FiledAt      time.Time
	HeardBy      string // who hears it, once taken up
	HeardName    string
	HeardAccount uuid.UUID
	DecidedAt    time.Time
	Reasons      string
}

// mayHear says whether somebody may hear the appeal of an evaluation: the Director General, a deputy or the
// internal auditor, who is no party of the contract, took no part in the decision and did not answer for the panel.
func (e *Evaluation) mayHear(a Actor, today cube.Date) error {
	if a.Role != access.DirectorGeneral && a.Role != access.Deputy && a.Role != access.Auditor {
		return domain.Errorf(domain.KindForbidden, "appeals are heard by the Director General, a deputy or the internal auditor")
	}
	part := e.Answer.By == a.SignInName || e.Contract.placeOf(a, today) != nil || e.Contract.heldBy(a) || e.Session.LockedBy == a.SignInName
	for _, d := range e.Decisions {
		part = part || d.Account == a.Account || d.By == a.SignInName
	}
	if part {
		return domain.Errorf(domain.KindForbidden, "who took part in the decision or is a party of the contract does not hear the appeal")
	}
	return nil
}

// mayAppeal says whether somebody may appeal on a day.
func (e *Evaluation) mayAppeal(a Actor, today cube.Date) error {
	decision := e.Decision()
	switch {
	case !slices.Contains(e.Contract.Capacities(a, today), Holder) && !e.Contract.heldBy(a):
		return domain.Errorf(domain.KindForbidden, "only the holder appeals")
	case decision == nil:
		return domain.Errorf(domain.KindConflict, "nothing is decided yet")
	case e.Appeal != nil || decision.AppealUntil == 0:
		return domain.Errorf(domain.KindConflict, "there was an appeal already; its answer is final")
	case today > decision.AppealUntil:
		return domain.Errorf(domain.KindConflict, "the time to appeal ended on %s", decision.AppealUntil)
	}
	return nil
}

// Over reports whether the decision stands: nobody can appeal any more, and no appeal waits.
func (e *Evaluation) Over(today cube.Date) bool {
	decision := e.Decision()
	if decision == nil || e.Appeal != nil && e.Appeal.State.Open() {
		return false
	}
	return e.Appeal != nil || decision.AppealUntil == 0 || today > decision.AppealUntil
}

// MayAppeal reports whether somebody can appeal against the decision on a day; the verb says why not.
func (e *Evaluation) MayAppeal(a Actor, today cube.Date) bool { return e.mayAppeal(a, today) == nil }

// MayHear reports whether somebody can hear the appeal.
func (e *Evaluation) MayHear(a Actor, today cube.Date) bool { return e.mayHear(a, today) == nil }
