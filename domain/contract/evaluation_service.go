package contract

import (
	"context"
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

// Evaluations is what may be done with the evaluation of contracts.
type Evaluations struct{ *Service }

// NewEvaluations makes the service of evaluations beside that of contracts.
func NewEvaluations(contracts *Service) *Evaluations { return &Evaluations{contracts} }

// Outcomes lists what an evaluation may end with, retired ones too.
func (s *Evaluations) Outcomes(ctx context.Context, tenant domain.TenantID) (kinds []*OutcomeKind, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		kinds, err = findOutcomeKinds(tx, tenant)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list outcomes: %w", err)
	}
	return kinds, nil
}

// SaveOutcome adds an outcome to the administration's list, changes one, or retires one. The list that the
// program brings becomes the administration's own with the first change.
func (s *Evaluations) SaveOutcome(ctx context.Context, tenant domain.TenantID, actor Actor, o OutcomeKind) error {
	if err := o.check(); err != nil {
		return err
	}
	now := s.clock().UTC()
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		kinds, err := findOutcomeKinds(tx, tenant)
		if err != nil {
			return err
		}
		const most = 30
		before, place := findOutcome(kinds, o.Code), len(kinds)
		if before == nil && len(kinds) >= most {
			return domain.Errorf(domain.KindTooMany, "a list has at most %d outcomes", most)
		}
		for i, kind := range kinds {
			if kind.Code == o.Code {
				place = i
				continue
			}
			if err := saveOutcomeKind(tx, tenant, kind, i, now); err != nil {
				return err
			}
		}
		if err := saveOutcomeKind(tx, tenant, &o, place, now); err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant, audit.Entry{At: now, Actor: actor.SignInName, Capacity: string(actor.Role), Action: "outcome.write", Object: "outcome/" + o.Code, Before: before, After: o, Origin: actor.Origin})
	})
	if err != nil {
		return fmt.Errorf("change the list of outcomes: %w", err)
	}
	return nil
}

// SessionInput says what a session is about.
type SessionInput struct {
	Kind     SessionKind
	Function string
	From, To cube.Month // of a final session only To counts: the month in which the terms end
}

// leads reports whether somebody calls and locks sessions: the Director General and the deputies.
func leads(a Actor) bool { return a.Role == access.DirectorGeneral || a.Role == access.Deputy }

// errNotLeading is the refusal of those who may take part and not lead.
func errNotLeading() error {
	return domain.Errorf(domain.KindForbidden, "the Director General or a deputy opens and locks the session")
}

// OpenSession puts all comparable contracts of a period side by side. A quarterly one takes those in
// force within the period, a final one those whose terms end with it.
func (s *Evaluations) OpenSession(ctx context.Context, tenant *administration.Tenant, actor Actor, in SessionInput) (*Session, error) {
	if !leads(actor) {
		return nil, errNotLeading()
	}
	if in.Kind != Quarterly && in.Kind != Final || in.Kind == Quarterly && (in.To < in.From || in.To-in.From > 11) {
		return nil, domain.Errorf(domain.KindInvalid, "say whether the session is quarterly or final, and of which months: at most twelve")
	}
	now := s.clock().UTC()
	session := &Session{ID: domain.NewID(), Kind: in.Kind, Function: in.Function, From: in.From, To: in.To, OpenedAt: now, OpenedBy: actor.SignInName, OpenedName: actor.Name}
	err := s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		contracts, err := findContracts(tx, tenant.ID, false, `AND function = ? AND activated_at IS NOT NULL AND state IN ('active','suspended') ORDER BY number, edition`, in.Function)
		if err != nil {
			return err
		}
		contracts = slices.DeleteFunc(contracts, func(c *Contract) bool {
			if in.Kind == Final {
				return (c.EndsOn-1).Month() != in.To || c.State != Active
			}
			return c.StartsOn.Month() > in.To || (c.EndsOn-1).Month() < in.From
		})
		if len(contracts) == 0 {
			return domain.Errorf(domain.KindNotFound, "no contract of this function is in force in this period")
		}
		session.Level, session.Contracts = contracts[0].Level, len(contracts)
		if in.Kind == Final {
			session.From = in.To
			for _, c := range contracts {
				session.From = min(session.From, c.StartsOn.Month())
			}
		}
		if err := insertSession(tx, tenant.ID, session, contracts); err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: now, Actor: actor.SignInName, Capacity: string(actor.Role), Action: "evaluation.open", Object: "evaluation/" + session.ID.String(),
			After: map[string]any{"kind": in.Kind, "function": in.Function, "from": session.From.String(), "to": session.To.String(), "contracts": len(contracts)}, Origin: actor.Origin})
	})
	if err != nil {
		return nil, fmt.Errorf("open an evaluation: %w", err)
	}
	return session, nil
}

// Sessions lists the sessions, the latest first.
func (s *Evaluations) Sessions(ctx context.Context, tenant domain.TenantID) (sessions []*Session, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		sessions, err = findSessions(tx, tenant, `ORDER BY to_month DESC, opened_at DESC`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list evaluations: %w", err)
	}
	return sessions, nil
}

// Calibration is a session with its contracts side by side.
type Calibration struct {
	*Session
	Evaluations []*Evaluation // the highest score first
	Outcomes    []*OutcomeKind
}

// Session gives a session with what the reader may see of it: heads of office see the contracts of their office, nobody the own
// contract among those that are compared. While it is open the facts are those of now.
func (s *Evaluations) Session(ctx context.Context, tenant *administration.Tenant, r Reader, id uuid.UUID) (*Calibration, error) {
	c := &Calibration{}
	today := s.Today(tenant)
	err := s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) (err error) {
		if c.Evaluations, err = findEvaluations(tx, tenant.ID, `AND e.session_id = ?`, id); err != nil {
			return err
		}
		if len(c.Evaluations) == 0 {
			return errNoEvaluation()
		}
		c.Session = c.Evaluations[0].Session
		if c.Outcomes, err = findOutcomeKinds(tx, tenant.ID); err != nil {
			return err
		}
		c.Evaluations = slices.DeleteFunc(c.Evaluations, func(e *Evaluation) bool { return !e.visibleTo(r, today) })
		return freshFacts(tx, tenant.ID, c.Evaluations)
	})
	if err != nil {
		return nil, fmt.Errorf("read an evaluation: %w", err)
	}
	slices.SortStableFunc(c.Evaluations, byScore)
	return c, nil
}

// visibleTo reports whether a member of the panel sees an evaluation.
func (e *Evaluation) visibleTo(r Reader, today cube.Date) bool {
	return !e.Contract.heldBy(r.Actor) && e.Contract.VisibleTo(r.Actor, r.Scope, today)
}

func byScore(a, b *Evaluation) int {
	value := func(e *Evaluation) float64 {
		if e.Facts.Score == nil {
			return -1
		}
		return *e.Facts.Score
	}
	switch {
	case value(a) > value(b):
		return -1
	case value(a) < value(b):
		return 1
	}
	return strings.Compare(a.Contract.Number, b.Contract.Number)
}

// freshFacts computes the facts of the evaluations whose session is open.
func freshFacts(tx *store.Tx, tenant domain.TenantID, evaluations []*Evaluation) error {
	for _, e := range evaluations {
		if e.Session.Locked() {
			continue
		}
		// A month belongs to the edition in force on its first day: the cards are of the whole lineage.
		cards, err := findCards(tx, tenant, true, `AND contract_id IN (SELECT contract_id FROM contract WHERE tenant_id = ? AND lineage_id = ?) AND month BETWEEN ? AND ?`,
			tenant.String(), e.Contract.Lineage, int(e.Session.From), int(e.Session.To))
		if err != nil {
			return err
		}
		from, err := firstMonth(tx, tenant, e)
		if err != nil {
			return err
		}
		earlier, err := earlierOf(tx, tenant, e)
		if err != nil {
			return err
		}
		to := min(e.Session.To, (e.Contract.EndsOn - 1).Month())
		critical, err := criticalFindings(tx, tenant, e.Contract, from, to)
		if err != nil {
			return fmt.Errorf("count findings about %s: %w", e.Contract.Number, err)
		}
		e.Facts = evaluate(e.Contract.Level, from, to, cards, earlier)
		e.Facts.hold(critical)
	}
	return nil
}

// firstMonth is the first month of the session in which the contract, in whatever edition, had begun on the first day.
func firstMonth(tx *store.Tx, tenant domain.TenantID, e *Evaluation) (cube.Month, error) {
	var first cube.Date
	err := tx.Raw(`SELECT min(starts_on) - date '1970-01-01' FROM contract WHERE tenant_id = ? AND lineage_id = ? AND activated_at IS NOT NULL`, tenant.String(), e.Contract.Lineage).Row().Scan(&first)
	month := first.Month()
	if month.First() < first {
		month++
	}
	return max(e.Session.From, month), err
}

// earlierOf gives the locked evaluations of the same party before, the latest first.
func earlierOf(tx *store.Tx, tenant domain.TenantID, e *Evaluation) ([]Earlier, error) {
	found, err := findEvaluations(tx, tenant, `AND e.contract_id IN (SELECT contract_id FROM contract WHERE tenant_id = ? AND level = ? AND subject = ?)
		AND EXISTS (SELECT FROM evaluation_session s WHERE s.tenant_id = e.tenant_id AND s.session_id = e.session_id AND s.locked_at IS NOT NULL AND s.to_month < ?)`,
		tenant.String(), e.Contract.Level, e.Contract.Subject, int(e.Session.To))
	slices.SortFunc(found, func(a, b *Evaluation) int { return int(b.Session.To - a.Session.To) })
	var earlier []Earlier
	for _, before := range found {
		each := Earlier{Standing: before.Facts.Standing}
		if d := before.Decision(); d != nil {
			each.Outcome = d.Outcome
		}
		earlier = append(earlier, each)
	}
	return earlier, err
}

// OfContract gives the evaluations of a contract that a reader of it may see: those of locked sessions, and to
// the holder those that are decided.
func (s *Evaluations) OfContract(ctx context.Context, tenant *administration.Tenant, r Reader, id uuid.UUID) (c *Contract, found []*Evaluation, kinds []*OutcomeKind, err error) {
	today := s.Today(tenant)
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		contracts, err := findContracts(tx, tenant.ID, false, `AND contract_id = ?`, id)
		if err != nil {
			return err
		}
		if len(contracts) == 0 || !contracts[0].VisibleTo(r.Actor, r.Scope, today) {
			return errNoContract()
		}
		c = contracts[0]
		if kinds, err = findOutcomeKinds(tx, tenant.ID); err != nil {
			return err
		}
		found, err = findEvaluations(tx, tenant.ID, `AND e.contract_id = ? AND EXISTS (SELECT FROM evaluation_session s WHERE s.tenant_id = e.tenant_id AND s.session_id = e.session_id AND s.locked_at IS NOT NULL)`, id)
		return err
	})
	if err != nil {
		return nil, nil, nil, fmt.Errorf("read the evaluations of a contract: %w", err)
	}
	holder := slices.Contains(c.Capacities(r.Actor, today), Holder) || c.heldBy(r.Actor)
	found = slices.DeleteFunc(found, func(e *Evaluation) bool { return holder && e.Decision() == nil })
	for _, e := range found {
		if holder || r.Role == access.HumanResources {
			e.Answer, e.Remarks = Answer{}, nil // the panel's own
		}
		if r.Role == access.HumanResources {
			e.Facts = Facts{} // outcomes, not the figures behind them
		}
		e.hidePeople(r.Actor)
	}
	slices.Reverse(found)
	return c, found, kinds, nil
}

// ToHear lists the evaluations whose open appeal the reader may take up or has taken up.
func (s *Evaluations) ToHear(ctx context.Context, tenant *administration.Tenant, r Reader) (found []*Evaluation, err error) {
	today := s.Today(tenant)
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		found, err = findEvaluations(tx, tenant.ID, `AND EXISTS (SELECT FROM evaluation_appeal a WHERE a.tenant_id = e.tenant_id AND a.evaluation_id = e.evaluation_id AND a.state IN ('filed','in_review'))`)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list appeals: %w", err)
	}
	return slices.DeleteFunc(found, func(e *Evaluation) bool {
		taken := e.Appeal != nil && e.Appeal.State == AppealInReview && e.Appeal.HeardAccount != r.Account
		return e.Appeal == nil || taken || !e.Contract.VisibleTo(r.Actor, r.Scope, today) || !e.MayHear(r.Actor, today)
	}), nil
}

// Decided lists the decided evaluations that a reader of outcomes may see, the latest decision first. Of figures they hold
// nothing where figures says so: human resources sees outcomes, not raw data.
func (s *Evaluations) Decided(ctx context.Context, tenant *administration.Tenant, r Reader) (found []*Evaluation, kinds []*OutcomeKind, err error) {
	today := s.Today(tenant)
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		if kinds, err = findOutcomeKinds(tx, tenant.ID); err != nil {
			return err
		}
		found, err = findEvaluations(tx, tenant.ID, `AND EXISTS (SELECT FROM evaluation_decision d WHERE d.tenant_id = e.tenant_id AND d.evaluation_id = e.evaluation_id)`)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("list decisions: %w", err)
	}
	found = slices.DeleteFunc(found, func(e *Evaluation) bool { return !e.Contract.VisibleTo(r.Actor, r.Scope, today) })
	for _, e := range found {
		e.Facts, e.Answer, e.Remarks = Facts{}, Answer{}, nil
	}
	slices.SortFunc(found, func(a, b *Evaluation) int { return b.Decision().At.Compare(a.Decision().At) })
	return found, kinds, nil
}
