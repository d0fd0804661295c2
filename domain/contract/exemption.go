package contract

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/cube"
	"assay/domain/store"
)

// Whom an exemption concerns.
const (
	ExemptOfficer = "officer"
	ExemptOffice  = "office" // everybody at it
)

// GroundLeave is the ground of days on which an officer was on leave.
const GroundLeave = "leave"

// ExemptionGrounds lists why days may be exempt.
var ExemptionGrounds = []string{GroundLeave, "illness", "training", "mission", "outage", "strike", "other"}

// Exemption are days that are no working days on scorecards, recorded with what shows it.
type Exemption struct {
	ID           uuid.UUID
	Whom         string // ExemptOfficer or ExemptOffice
	Code         string
	Ground       string
	StartsOn     cube.Date
	EndsOn       cube.Date // last day
	Evidence     string    // a decision, a certificate, an incident's number
	NotedBy      string
	NotedAt      time.Time
	WithdrawnAt  time.Time // zero while it holds
	WithdrawnBy  string
	WithdrawnFor string
}

// longestExemption bounds the days of one record.
const longestExemption = 366

func (e *Exemption) check() error {
	var wrong []domain.FieldError
	add := func(field, message string) { wrong = append(wrong, domain.FieldError{Field: field, Message: message}) }
	if e.Whom != ExemptOfficer && e.Whom != ExemptOffice {
		add("whom", "must be officer or office")
	}
	if e.Code == "" || len(e.Code) > 100 {
		add("code", "say whom it concerns")
	}
	if !slices.Contains(ExemptionGrounds, e.Ground) {
		add("ground", "must be one of "+strings.Join(ExemptionGrounds, ", "))
	}
	if e.EndsOn < e.StartsOn || e.EndsOn-e.StartsOn >= longestExemption || e.StartsOn < cube.MinDate || e.EndsOn > cube.MaxDate {
		add("ends_on", "must be the first day or later, at most a year")
	}
	if letters := len([]rune(e.Evidence)); letters < shortestReason || letters > longestWords {
		add("evidence", "say what shows it: a decision, a certificate, an incident's number")
	}
	return domain.Invalid("the exemption cannot be recorded", wrong...)
}

// Exempt records days that do not count. Nobody does so for themselves; a head of office does it for
// officers posted there, the Director General's office and human resources for all. Cards already published
// get a new version at the next computing.
func (s *Service) Exempt(ctx context.Context, tenant *administration.Tenant, actor Actor, e Exemption) (*Exemption, error) {
	e.Evidence = strings.TrimSpace(e.Evidence)
	if err := e.check(); err != nil {
		return nil, err
	}
	e.ID, e.NotedBy, e.NotedAt = domain.NewID(), actor.SignInName, s.clock().UTC()
	err := s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		if err := mayExempt(tx, tenant.ID, actor, &e); err != nil {
			return err
		}
		err := tx.Exec(`INSERT INTO exemption (tenant_id, exemption_id, whom, code, ground, starts_on, ends_on, evidence, noted_by, noted_at) VALUES (?, ?, ?, ?, ?, CAST(? AS date), CAST(? AS date), ?, ?, ?)`,
			tenant.ID.String(), e.ID, e.Whom, e.Code, e.Ground, e.StartsOn.String(), e.EndsOn.String(), e.Evidence, e.NotedBy, e.NotedAt).Error
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: e.NotedAt, Actor: actor.SignInName, Capacity: string(actor.Role), Action: "exemption.record", Object: "exemption/" + e.ID.String(),
			After: map[string]any{"whom": e.Whom, "code": e.Code, "ground": e.Ground, "starts_on": e.StartsOn.String(), "ends_on": e.EndsOn.String(), "evidence": e.Evidence}, Origin: actor.Origin})
	})
	if err != nil {
		return nil, fmt.Errorf("record an exemption: %w", err)
	}
	return &e, nil
}

// WithdrawExemption takes an exemption back with a reason; the record stays.
func (s *Service) WithdrawExemption(ctx context.Context, tenant *administration.Tenant, actor Actor, id uuid.UUID, reason string) error {
	reason = strings.TrimSpace(reason)
	if letters := len([]rune(reason)); letters < shortestReason || letters > longestWords {
		return domain.Errorf(domain.KindInvalid, "say why the exemption is withdrawn")
	}
	err := s.db.InTenant(ctx, tenant.ID, func(ctx context.Context, tx *store.Tx) error {
		found, err := findExemptions(tx, tenant.ID, `AND exemption_id = ? FOR UPDATE`, id)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return domain.Errorf(domain.KindNotFound, "there is no such exemption")
		}
		if err := mayExempt(tx, tenant.ID, actor, found[0]); err != nil {
			return err
		}
		if !found[0].WithdrawnAt.IsZero() {
			return domain.Errorf(domain.KindConflict, "the exemption is withdrawn already")
		}
		now := s.clock().UTC()
		err = tx.Exec(`UPDATE exemption SET withdrawn_at = ?, withdrawn_by = ?, withdrawn_for = ? WHERE tenant_id = ? AND exemption_id = ?`, now, actor.SignInName, reason, tenant.ID.String(), id).Error
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant.ID, audit.Entry{At: now, Actor: actor.SignInName, Capacity: string(actor.Role), Action: "exemption.withdraw", Object: "exemption/" + id.String(),
			After: map[string]any{"reason": reason}, Origin: actor.Origin})
	})
	if err != nil {
		return fmt.Errorf("withdraw an exemption: %w", err)
	}
	return nil
}

// mayExempt holds who may record or withdraw.
func mayExempt(tx *store.Tx, tenant domain.TenantID, actor Actor, e *Exemption) error {
	refused := domain.Errorf(domain.KindForbidden, "you may not exempt these days")
	if e.Whom == ExemptOfficer && actor.Officer != "" && actor.Officer == e.Code {
		return domain.Errorf(domain.KindForbidden, "nobody exempts their own days")
	}
	switch actor.Role {
	case access.DirectorGeneral, access.Deputy, access.HumanResources:
		return nil
	case access.HeadOfOffice:
		if e.Whom != ExemptOfficer || actor.Office == "" {
			return refused
		}
		var posted bool
		err := tx.Raw(`SELECT EXISTS (SELECT FROM posting WHERE tenant_id = ? AND officer = ? AND office = ? AND starts_on <= CAST(? AS date) AND coalesce(ends_on, 'infinity') >= CAST(? AS date))`,
			tenant.String(), e.Code, actor.Office, e.EndsOn.String(), e.StartsOn.String()).Scan(&posted).Error
		if err != nil || posted {
			return err
		}
	}
	return refused
}
