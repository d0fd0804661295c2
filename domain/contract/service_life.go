package contract

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/store"
)

// lifeCircumstances fills what the guards of a signed contract's life ask for.
// What evaluations write is read by evaluationCircumstances.
func (s *Service) lifeCircumstances(tx *store.Tx, tenant *administration.Tenant, at *Circumstances) error {
	c := at.Contract
	var inForce []uuid.UUID
	err := tx.Raw(`SELECT contract_id FROM contract WHERE tenant_id = ? AND level = ? AND subject = ? AND contract_id <> ? AND state IN ('active','suspended')`,
		tenant.ID.String(), c.Level, c.Subject, c.ID).Scan(&inForce).Error
	if err != nil {
		return err
	}
	at.PreviousInForce = len(inForce) > 0
	at.AmendsPrevious = c.Kind == Amendment && slices.Contains(inForce, c.Previous)
	var begins int
	err = tx.Raw(`SELECT count(*) FROM contract WHERE tenant_id = ? AND previous_id = ? AND kind = 'amendment' AND state = 'signed' AND starts_on <= CAST(? AS date)`,
		tenant.ID.String(), c.ID, at.Today.String()).Scan(&begins).Error
	at.AmendmentBegins = begins > 0
	if err != nil {
		return err
	}
	if err := evaluationCircumstances(tx, tenant.ID, at); err != nil {
		return err
	}
	return s.objectionCircumstances(tx.Statement.Context, tx, tenant, at)
}

// lockPrevious locks the edition that a contract amends, nothing for one that amends none.
func lockPrevious(tx *store.Tx, tenant domain.TenantID, id uuid.UUID) error {
	return tx.Exec(`SELECT FROM contract WHERE tenant_id = ? AND contract_id = (SELECT previous_id FROM contract WHERE tenant_id = ? AND contract_id = ? AND kind = 'amendment') FOR UPDATE`,
		tenant.String(), tenant.String(), id).Error
}

// supersede ends the edition that an amendment amends. It reports false for one that is not in force any more: what people have ended, an
// amendment does not bring back.
func (s *Service) supersede(ctx context.Context, tx *store.Tx, tenant *administration.Tenant, amendment *Contract) (superseded bool, err error) {
	previous, err := lockContract(tx, tenant.ID, amendment.Previous)
	if err != nil || !previous.State.InForce() {
		return false, err
	}
	_, err = s.act(ctx, tenant, Supersede, Ask{Contract: previous.ID, Revision: previous.Revision, Actor: Program}, nil, func(_ context.Context, st *step) error {
		st.Contract.EndedAt = st.Now
		return endSuspension(st.tx, tenant.ID, previous.ID, st.Today)
	})
	return err == nil, err
}

// Suspend stops the count of months from a day on, for a ground that is no fault of the holder's.
func (s *Service) Suspend(ctx context.Context, tenant *administration.Tenant, ask Ask, ground string, from cube.Date) (*Contract, error) {
	return s.act(ctx, tenant, Suspend, ask, func(st *step) error { st.Ground = ground; return nil }, func(_ context.Context, st *step) error {
		return insertSuspension(st.tx, tenant.ID, st.Contract.ID, &Suspension{ID: domain.NewID(), Ground: ground, Reason: st.Reason,
			StartsOn: max(from, st.Contract.StartsOn), NotedBy: st.Actor.SignInName, NotedAt: st.Now})
	})
}

// Resume lets months count again; last is the last day that does not.
func (s *Service) Resume(ctx context.Context, tenant *administration.Tenant, ask Ask, last cube.Date) (*Contract, error) {
	return s.act(ctx, tenant, Resume, ask, nil, func(_ context.Context, st *step) error { return endSuspension(st.tx, tenant.ID, st.Contract.ID, last) })
}

// Terminate ends a contract on established fraud; basis names the case.
func (s *Service) Terminate(ctx context.Context, tenant *administration.Tenant, ask Ask, basis string) (*Contract, error) {
	return s.act(ctx, tenant, Terminate, ask, func(st *step) error { st.Basis = basis; return nil }, func(_ context.Context, st *step) error {
		st.Reason = fmt.Sprintf("%s (%s)", st.Reason, basis)
		st.Contract.EndedAt = st.Now
		return endSuspension(st.tx, tenant.ID, st.Contract.ID, st.Today)
	})
}

// Amend drafts the next edition of a contract in force, with other figures from a day on. This
// edition stays in force until both parties have signed the next one and its first day has come.
func (s *Service) Amend(ctx context.Context, tenant *administration.Tenant, ask Ask, from cube.Date, figures map[string]Figure) (*Contract, error) {
	var next *Contract
	_, err := s.act(ctx, tenant, Amend, ask, func(st *step) error {
		if from <= st.Contract.StartsOn || from >= st.Contract.EndsOn {
			return domain.Errorf(domain.KindInvalid, "an amendment begins within the term")
		}
		return nil
	}, func(ctx context.Context, st *step) (err error) {
		next, err = s.follow(ctx, st, Amendment, from, st.Contract.EndsOn, figures)
		return err
	})
	return next, err
}

// Renew drafts the contract that follows an evaluated one, for a term of the same length.
func (s *Service) Renew(ctx context.Context, tenant *administration.Tenant, ask Ask, from cube.Date, figures map[string]Figure) (*Contract, error) {
	var next *Contract
	_, err := s.act(ctx, tenant, Renew, ask, nil, func(ctx context.Context, st *step) (err error) {
		from = max(from, st.Contract.EndsOn)
		next, err = s.follow(ctx, st, Renewal, from, addMonths(from, st.Contract.Text.Document.Terms.Months), figures)
		return err
	})
	return next, err
}

// follow drafts what amends or renews the contract of a step.
func (s *Service) follow(ctx context.Context, st *step, kind Kind, from, to cube.Date, figures map[string]Figure) (*Contract, error) {
	old := st.Contract
	next := *old
	next.ID, next.Kind, next.Previous, next.State, next.Revision = domain.NewID(), kind, old.ID, Draft, 1
	next.StartsOn, next.EndsOn, next.DeadlineOn, next.VettedText = from, to, 0, 0
	next.Signatories = slices.Clone(old.Signatories)
	if kind == Renewal {
		next.Lineage, next.Number, next.Edition = next.ID, "", 1
	} else if err := st.tx.Raw(`SELECT max(edition) + 1 FROM contract WHERE tenant_id = ? AND lineage_id = ?`, st.tenant.ID.String(), old.Lineage).Scan(&next.Edition).Error; err != nil {
		return nil, err
	}
	document := old.Text.Document.Clone()
	document.Kind, document.Edition, document.PreviousHash = kind, next.Edition, hex.EncodeToString(old.Text.Hash)
	document.StartsOn, document.EndsOn = from.String(), (to - 1).String()
	for code, figure := range figures {
		target := document.Find(code)
		if target == nil {
			return nil, domain.Errorf(domain.KindInvalid, "the contract has no indicator %s", code)
		}
		if err := target.set(figure); err != nil {
			return nil, err
		}
	}
	templates, err := findTemplates(st.tx, st.tenant.ID, `AND template_id = ?`, old.Template)
	if err != nil || len(templates) != 1 {
		return nil, fmt.Errorf("read the template of %s: %d found: %w", old.Number, len(templates), err)
	}
	document.Articles = templates[0].Content.Articles
	next.Text = &Text{Number: 1, Document: document}
	return &next, s.insert(ctx, st.tenant, &next, st.Actor, st.Reason, nil)
}
