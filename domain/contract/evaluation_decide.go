package contract

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/cube"
	"assay/domain/store"
)

// The actions of notices about evaluations.
const (
	OutcomeDecided Action = "outcome"
	AppealMade     Action = "appeal"
	AppealAnswered Action = "appeal_answer"
)

// shortestGrounds is the least that counts as reasons of a decision or an appeal, in letters.
const shortestGrounds = 10

func checkGrounds(words, field string) (string, error) {
	words = strings.TrimSpace(words)
	if n := len([]rune(words)); n < shortestGrounds || n > longestWords {
		return "", domain.Invalid("reasons are needed", domain.FieldError{Field: field, Message: fmt.Sprintf("must have %d to %d letters", shortestGrounds, longestWords)})
	}
	return words, nil
}

// deed is one thing that is done to an evaluation, under lock and in one transaction with its record and notices.
type deed struct {
	tx     *store.Tx
	tenant *administration.Tenant
	actor  Actor
	today  cube.Date
	*Evaluation
}

func (s *Evaluations) do(ctx context.Context, tenant *administration.Tenant, actor Actor, id uuid.UUID, action string, act func(context.Context, *deed) (after any, err error)) (*Evaluation, error) {
	var changed *Evaluation
	err := s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		e, err := lockEvaluation(tx, tenant.ID, id)
		if err != nil {
			return err
		}
		after, err := act(ctx, &deed{tx, tenant, actor, s.Today(tenant), e})
		if err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, tenant.ID, audit.Entry{At: s.clock().UTC(), Actor: actor.SignInName, Capacity: string(actor.Role), Action: "evaluation." + action,
			Object: "evaluation/" + e.ID.String(), After: after, Origin: actor.Origin}); err != nil {
			return err
		}
		found, err := findEvaluations(tx, tenant.ID, `AND e.evaluation_id = ?`, id)
		if err == nil {
			changed = found[0]
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", action, err)
	}
	return changed, nil
}

// onPanel reports whether somebody sits on the panel of a contract: Director General, deputies, and heads for their office.
func (d *deed) onPanel() error {
	c := d.Contract
	scope := access.ScopeAdministration
	if d.actor.Role == access.HeadOfOffice {
		scope = access.ScopeOffice
	} else if !leads(d.actor) {
		return domain.Errorf(domain.KindForbidden, "you do not sit on the panel")
	}
	if !d.visibleTo(Reader{d.actor, scope}, d.today) {
		return errNoEvaluation()
	}
	if slot := c.SlotOf(d.actor.Account, d.today); slot != nil && slot.Side == SideHolder {
		return errNoEvaluation()
	}
	return nil
}

// Answer notes what the panel thinks should be decided, while the session is open.
func (s *Evaluations) Answer(ctx context.Context, tenant *administration.Tenant, actor Actor, id uuid.UUID, revision int64, outcome, reason string) (*Evaluation, error) {
	return s.do(ctx, tenant, actor, id, "answer", func(_ context.Context, d *deed) (any, error) {
		if err := d.onPanel(); err != nil {
			return nil, err
		}
		kinds, err := findOutcomeKinds(d.tx, tenant.ID)
		if err != nil {
			return nil, err
		}
		reason, reasonErr := checkGrounds(reason, "reason")
		kind := findOutcome(kinds, outcome)
		switch {
		case d.Session.Locked():
			return nil, domain.Errorf(domain.KindConflict, "the session is locked: its answers are frozen; comments are still possible")
		case kind == nil || kind.Retired:
			return nil, domain.Invalid("choose an outcome", domain.FieldError{Field: "outcome", Message: "is not on the administration's list"})
		case reasonErr != nil:
			return nil, reasonErr
		case revision != d.Revision:
			return nil, domain.Errorf(domain.KindConflict, "somebody else has answered meanwhile; look at it again")
		}
		d.Evaluation.Answer = Answer{outcome, reason, actor.SignInName, actor.Name, s.clock().UTC()}
		return map[string]any{"outcome": outcome, "reason": reason}, saveAnswer(d.tx, tenant.ID, d.Evaluation)
	})
}

// Remark adds a comment of the panel, also after the session is locked.
func (s *Evaluations) Remark(ctx context.Context, tenant *administration.Tenant, actor Actor, id uuid.UUID, words string) (*Evaluation, error) {
	return s.do(ctx, tenant, actor, id, "comment", func(_ context.Context, d *deed) (any, error) {
		if err := d.onPanel(); err != nil {
			return nil, err
		}
		words = strings.TrimSpace(words)
		if words == "" || len([]rune(words)) > longestWords {
			return nil, domain.Invalid("a comment is needed", domain.FieldError{Field: "words", Message: fmt.Sprintf("must have 1 to %d letters", longestWords)})
		}
		return nil, d.tx.Exec(`INSERT INTO evaluation_comment (tenant_id, comment_id, evaluation_id, words, author, author_name, written_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			tenant.ID.String(), domain.NewID(), d.ID, words, actor.SignInName, actor.Name, s.clock().UTC()).Error
	})
}

// Lock ends a session: facts and answers are frozen. Every contract must have an answer. It gives the session.
func (s *Evaluations) Lock(ctx context.Context, tenant *administration.Tenant, actor Actor, id uuid.UUID) (*Session, error) {
	if !leads(actor) {
		return nil, errNotLeading()
	}
	now := s.clock().UTC()
	var session *Session
	err := s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Exec(`SELECT FROM evaluation_session WHERE tenant_id = ? AND session_id = ? FOR UPDATE`, tenant.ID.String(), id).Error; err != nil {
			return err
		}
		if err := tx.Exec(`SELECT FROM evaluation WHERE tenant_id = ? AND session_id = ? ORDER BY evaluation_id FOR UPDATE`, tenant.ID.String(), id).Error; err != nil {
			return err
		}
		evaluations, err := findEvaluations(tx, tenant.ID, `AND e.session_id = ?`, id)
		if err != nil {
			return err
		}
		if len(evaluations) == 0 {
			return errNoEvaluation()
		}
		session = evaluations[0].Session
		if session.Locked() {
			return domain.Errorf(domain.KindConflict, "the session is locked already")
		}
		for _, e := range evaluations {
			if e.Answer.Outcome == "" {
				return domain.Errorf(domain.KindConflict, "contract %s with %s has no answer yet", e.Contract.Number, e.Contract.SubjectName)
			}
		}
		if err := freshFacts(tx, tenant.ID, evaluations); err != nil {
			return err
		}
		session.LockedAt, session.LockedBy, session.LockedName = now, actor.SignInName, actor.Name
		if err := lockSession(tx, tenant.ID, session, evaluations); err != nil {
			return err
		}
		answers := map[string]string{}
		for _, e := range evaluations {
			answers[e.Contract.Number] = e.Answer.Outcome
		}
		return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: now, Actor: actor.SignInName, Capacity: string(actor.Role), Action: "evaluation.lock", Object: "evaluation/" + id.String(), After: answers, Origin: actor.Origin})
	})
	if err != nil {
		return nil, fmt.Errorf("lock an evaluation: %w", err)
	}
	return session, nil
}

// DecisionInput is what a decision needs.
type DecisionInput struct {
	Outcome string
	Reasons string
	Hearing string // when and how the holder was heard, where the outcome asks for it
}

// Decide is a person's decision on a locked evaluation. The Director General decides all; the supervisor what the list leaves to
// supervisors. It may differ from what the panel answered and from what the program proposed.
func (s *Evaluations) Decide(ctx context.Context, tenant *administration.Tenant, actor Actor, id uuid.UUID, in DecisionInput) (*Evaluation, error) {
	calendars, err := s.administrations.Calendars(ctx, tenant)
	if err != nil {
		return nil, fmt.Errorf("read calendars: %w", err)
	}
	return s.do(ctx, tenant, actor, id, "decide", func(ctx context.Context, d *deed) (any, error) {
		capacities := d.Contract.Capacities(actor, d.today)
		capacity := Capacity("")
		for _, c := range []Capacity{Supervisor, DirectorGeneral} {
			if slices.Contains(capacities, c) {
				capacity = c
			}
		}
		if capacity == "" || d.Contract.heldBy(actor) || slices.Contains(capacities, Holder) {
			return nil, domain.Errorf(domain.KindForbidden, "the Director General or the supervisor decides")
		}
		if !d.Session.Locked() {
			return nil, domain.Errorf(domain.KindNotReady, "the session is still open: it is decided after it is locked")
		}
		if len(d.Decisions) > 0 {
			return nil, domain.Errorf(domain.KindConflict, "it is decided already; the holder can appeal")
		}
		kind, err := d.decidable(in, capacity)
		if err != nil {
			return nil, err
		}
		terms, err := findText(d.tx, tenant.ID, d.Contract.ID, d.Contract.Text.Number)
		if err != nil {
			return nil, err
		}
		made := Decision{Sequence: 1, Outcome: kind.Code, Reasons: strings.TrimSpace(in.Reasons), Hearing: strings.TrimSpace(in.Hearing), Capacity: capacity, Account: actor.Account, By: actor.SignInName,
			ByName: actor.Name, At: s.clock().UTC(), AppealUntil: workingDayAfter(calendars.Of(d.Contract.officeOfWork()), d.today, terms.Document.Terms.AppealDays)}
		if err := insertDecision(d.tx, tenant.ID, d.Evaluation, &made); err != nil {
			return nil, err
		}
		return map[string]any{"outcome": made.Outcome, "reasons": made.Reasons, "appeal_until": made.AppealUntil.String()}, s.tellHolders(ctx, d, OutcomeDecided, made.Reasons)
	})
}

// decidable holds a decision against the list of outcomes.
func (d *deed) decidable(in DecisionInput, capacity Capacity) (*OutcomeKind, error) {
	kinds, err := findOutcomeKinds(d.tx, d.tenant.ID)
	if err != nil {
		return nil, err
	}
	kind := findOutcome(kinds, in.Outcome)
	if kind == nil || kind.Retired {
		return nil, domain.Invalid("choose an outcome", domain.FieldError{Field: "outcome", Message: "is not on the administration's list"})
	}
	if capacity == Supervisor && kind.Decider != Supervisor {
		return nil, domain.Errorf(domain.KindForbidden, "only the Director General decides this")
	}
	if _, err := checkGrounds(in.Reasons, "reasons"); err != nil {
		return nil, err
	}
	if kind.Hearing {
		if _, err := checkGrounds(in.Hearing, "hearing"); err != nil {
			return nil, domain.Invalid("the holder must be heard before", domain.FieldError{Field: "hearing", Message: "say when and how the holder was heard"})
		}
	}
	return kind, nil
}

// Appeal is the holder's appeal against a decision, within the window that the contract names.
func (s *Evaluations) Appeal(ctx context.Context, tenant *administration.Tenant, actor Actor, id uuid.UUID, grounds string) (*Evaluation, error) {
	return s.do(ctx, tenant, actor, id, "appeal", func(ctx context.Context, d *deed) (any, error) {
		if !d.Contract.heldBy(actor) && !slices.Contains(d.Contract.Capacities(actor, d.today), Holder) {
			return nil, errNoEvaluation()
		}
		if err := d.mayAppeal(actor, d.today); err != nil {
			return nil, err
		}
		grounds, err := checkGrounds(grounds, "grounds")
		if err != nil {
			return nil, err
		}
		a := &Appeal{ID: domain.NewID(), State: AppealFiled, Grounds: grounds, FiledBy: actor.SignInName, FiledName: actor.Name, FiledAt: s.clock().UTC()}
		if err := insertAppeal(d.tx, tenant.ID, d.Evaluation, a); err != nil {
			return nil, err
		}
		n := Notice{Action: AppealMade, To: []uuid.UUID{d.Decision().Account}, By: actor.Name, Reason: grounds}
		return map[string]any{"grounds": grounds}, s.tellOf(ctx, d, n)
	})
}

// onAppeal changes the open appeal of an evaluation.
func (s *Evaluations) onAppeal(ctx context.Context, tenant *administration.Tenant, actor Actor, id uuid.UUID, action string, change func(context.Context, *deed) (any, error)) (*Evaluation, error) {
	return s.do(ctx, tenant, actor, id, action, func(ctx context.Context, d *deed) (any, error) {
		if d.Evaluation.Appeal == nil || !d.Evaluation.Appeal.State.Open() {
			return nil, domain.Errorf(domain.KindConflict, "there is no open appeal")
		}
		after, err := change(ctx, d)
		if err != nil {
			return nil, err
		}
		return after, saveAppeal(d.tx, tenant.ID, d.Evaluation.Appeal)
	})
}

// WithdrawAppeal takes the holder's own appeal back.
func (s *Evaluations) WithdrawAppeal(ctx context.Context, tenant *administration.Tenant, actor Actor, id uuid.UUID) (*Evaluation, error) {
	return s.onAppeal(ctx, tenant, actor, id, "appeal_withdraw", func(_ context.Context, d *deed) (any, error) {
		if d.Evaluation.Appeal.FiledBy != actor.SignInName {
			return nil, domain.Errorf(domain.KindForbidden, "who appealed takes it back, nobody else")
		}
		d.Evaluation.Appeal.State = AppealWithdrawn
		return nil, nil
	})
}

// TakeAppeal is somebody's word to hear an appeal: from here on nobody else decides it.
func (s *Evaluations) TakeAppeal(ctx context.Context, tenant *administration.Tenant, actor Actor, id uuid.UUID) (*Evaluation, error) {
	return s.onAppeal(ctx, tenant, actor, id, "appeal_take", func(_ context.Context, d *deed) (any, error) {
		a := d.Evaluation.Appeal
		if err := d.mayHear(actor, d.today); err != nil {
			return nil, err
		}
		if a.State != AppealFiled {
			return nil, domain.Errorf(domain.KindConflict, "%s hears this appeal already", a.HeardName)
		}
		a.State, a.HeardBy, a.HeardName, a.HeardAccount = AppealInReview, actor.SignInName, actor.Name, actor.Account
		return nil, nil
	})
}

// DecideAppeal grants an appeal with another outcome, or rejects it. The answer is final.
func (s *Evaluations) DecideAppeal(ctx context.Context, tenant *administration.Tenant, actor Actor, id uuid.UUID, granted bool, in DecisionInput) (*Evaluation, error) {
	return s.onAppeal(ctx, tenant, actor, id, "appeal_decide", func(ctx context.Context, d *deed) (any, error) {
		a := d.Evaluation.Appeal
		if err := d.mayHear(actor, d.today); err != nil {
			return nil, err
		}
		if a.State != AppealInReview || a.HeardAccount != actor.Account {
			return nil, domain.Errorf(domain.KindConflict, "who has taken the appeal up decides it")
		}
		reasons, err := checkGrounds(in.Reasons, "reasons")
		if err != nil {
			return nil, err
		}
		now := s.clock().UTC()
		a.State, a.DecidedAt, a.Reasons = AppealRejected, now, reasons
		if granted {
			if in.Outcome == d.Decision().Outcome {
				return nil, domain.Invalid("an appeal that is granted changes the outcome", domain.FieldError{Field: "outcome", Message: "is the one that was appealed"})
			}
			kind, err := d.decidable(in, DirectorGeneral)
			if err != nil {
				return nil, err
			}
			a.State = AppealGranted
			if err := insertDecision(d.tx, tenant.ID, d.Evaluation, &Decision{Sequence: 2, Outcome: kind.Code, Reasons: reasons, Hearing: strings.TrimSpace(in.Hearing), Capacity: Reviewer, Account: actor.Account,
				By: actor.SignInName, ByName: actor.Name, At: now}); err != nil {
				return nil, err
			}
		}
		return map[string]any{"state": a.State, "outcome": in.Outcome, "reasons": reasons}, s.tellHolders(ctx, d, AppealAnswered, reasons)
	})
}

func (s *Evaluations) tellHolders(ctx context.Context, d *deed, action Action, reason string) error {
	n := d.Contract.saidBy(Notice{Action: action, Reason: reason}, d.actor)
	for _, party := range d.Contract.Signatories {
		if party.Side == SideHolder && party.Account != uuid.Nil {
			n.To = append(n.To, party.Account)
		}
	}
	return s.tellOf(ctx, d, n)
}

func (s *Evaluations) tellOf(ctx context.Context, d *deed, n Notice) error {
	if s.notifier == nil || len(n.To) == 0 {
		return nil
	}
	n.Path = "contracts/" + d.Contract.ID.String() + "/evaluations"
	n.Contract, n.Number, n.Subject = d.Contract.ID, d.Contract.Number, d.Contract.SubjectName
	return s.notifier.Contract(ctx, d.tx, d.tenant.ID, n)
}

// Evaluate ends the term of a contract whose final evaluation is locked.
func (s *Service) Evaluate(ctx context.Context, tenant *administration.Tenant, ask Ask) (*Contract, error) {
	return s.act(ctx, tenant, Evaluate, ask, nil, nil)
}

// EvaluateSession ends the terms of all contracts of a locked final session, each in a transaction of its own. One that is
// refused does not keep the others back.
func (s *Evaluations) EvaluateSession(ctx context.Context, tenant *administration.Tenant, actor Actor, session uuid.UUID) ([]Outcome, error) {
	c, err := s.Session(ctx, tenant, Reader{actor, access.ScopeAdministration}, session)
	if err != nil {
		return nil, err
	}
	var outcomes []Outcome
	for _, e := range c.Evaluations {
		if c.Kind != Final || e.Contract.State != Active {
			continue
		}
		after, err := s.Evaluate(ctx, tenant, Ask{Contract: e.Contract.ID, Revision: e.Contract.Revision, Actor: actor})
		var refusal *domain.Error
		switch {
		case err == nil:
			outcomes = append(outcomes, Outcome{Contract: after})
		case errors.As(err, &refusal) && refusal.Kind != domain.KindInternal:
			outcomes = append(outcomes, Outcome{Contract: e.Contract, Refused: refusal.Message})
		default:
			return outcomes, err
		}
	}
	return outcomes, nil
}

// Close ends a contract's life: the decision stands.
func (s *Service) Close(ctx context.Context, tenant *administration.Tenant, ask Ask) (*Contract, error) {
	return s.act(ctx, tenant, Close, ask, nil, func(_ context.Context, st *step) error { st.Contract.EndedAt = st.Now; return nil })
}
