package contract

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/cube"
	"assay/domain/store"
)

// Programme gives an administration's programme; one that never began is in preparation.
func (s *Service) Programme(ctx context.Context, tenant domain.TenantID) (p *Programme, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		p, err = findProgramme(tx, tenant)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read programme: %w", err)
	}
	return p, nil
}

// changeProgramme does one change under a lock on the programme's row, which it makes when there is none.
func (s *Service) changeProgramme(ctx context.Context, tenant domain.TenantID, actor Actor, action string, change func(tx *store.Tx, p *Programme) (after any, err error)) error {
	err := s.db.InTenant(ctx, tenant, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Exec(`INSERT INTO programme (tenant_id) VALUES (?) ON CONFLICT DO NOTHING`, tenant.String()).Error; err != nil {
			return err
		}
		if err := tx.Exec(`UPDATE programme SET revision = revision + 1 WHERE tenant_id = ?`, tenant.String()).Error; err != nil {
			return err
		}
		p, err := findProgramme(tx, tenant)
		if err != nil {
			return err
		}
		after, err := change(tx, p)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, tenant, audit.Entry{At: s.clock().UTC(), Actor: actor.SignInName, Capacity: string(actor.Role), Action: "programme." + action,
			Object: "programme", After: after, Origin: actor.Origin})
	})
	if err != nil {
		return fmt.Errorf("change programme: %w", err)
	}
	return nil
}

// BeginDescription begins the descriptive phase on a day.
func (s *Service) BeginDescription(ctx context.Context, tenant domain.TenantID, actor Actor, startsOn cube.Date) error {
	return s.changeProgramme(ctx, tenant, actor, "describe", func(tx *store.Tx, p *Programme) (any, error) {
		if p.Phase != Preparing {
			return nil, domain.Errorf(domain.KindConflict, "the descriptive phase has begun already")
		}
		return map[string]any{"starts_on": startsOn.String()}, tx.Exec(`UPDATE programme SET phase = 'descriptive', starts_on = CAST(? AS date) WHERE tenant_id = ?`, startsOn.String(), tenant.String()).Error
	})
}

// NotePrerequisite ticks a prerequisite with its evidence, or takes the tick away.
func (s *Service) NotePrerequisite(ctx context.Context, tenant domain.TenantID, actor Actor, key string, met bool, evidence string) error {
	evidence = strings.TrimSpace(evidence)
	switch {
	case !slices.Contains(prerequisiteKeys, key):
		return domain.Errorf(domain.KindInvalid, "%q is no prerequisite", key)
	case met && len([]rune(evidence)) < shortestReason:
		return domain.Invalid("a prerequisite is met when something shows it", domain.FieldError{Field: "evidence", Message: "say what shows it: a decision's number, a version, a list"})
	case len([]rune(evidence)) > longestWords:
		return domain.Errorf(domain.KindInvalid, "the evidence has at most %d letters", longestWords)
	}
	return s.changeProgramme(ctx, tenant, actor, "prerequisite", func(tx *store.Tx, _ *Programme) (any, error) {
		return map[string]any{"key": key, "met": met, "evidence": evidence}, tx.Exec(`INSERT INTO programme_prerequisite (tenant_id, key, met, evidence, noted_by, noted_at) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (tenant_id, key) DO UPDATE SET met = excluded.met, evidence = excluded.evidence, noted_by = excluded.noted_by, noted_at = excluded.noted_at`,
			tenant.String(), key, met, evidence, actor.SignInName, s.clock().UTC()).Error
	})
}

// AddMember adds somebody to the project team; a new leader takes the old one's place.
func (s *Service) AddMember(ctx context.Context, tenant domain.TenantID, actor Actor, m TeamMember) error {
	m.Name = strings.TrimSpace(m.Name)
	if m.Name == "" || len([]rune(m.Name)) > 200 || !slices.Contains(Units, m.Unit) {
		return domain.Errorf(domain.KindInvalid, "a member of the team needs a name and a unit")
	}
	return s.changeProgramme(ctx, tenant, actor, "member", func(tx *store.Tx, _ *Programme) (any, error) {
		if m.Leader {
			if err := tx.Exec(`UPDATE programme_member SET leader = false WHERE tenant_id = ? AND leader`, tenant.String()).Error; err != nil {
				return nil, err
			}
		}
		return map[string]any{"name": m.Name, "unit": m.Unit, "leader": m.Leader},
			tx.Exec(`INSERT INTO programme_member (tenant_id, member_id, name, unit, leader) VALUES (?, ?, ?, ?, ?)`, tenant.String(), domain.NewID(), m.Name, m.Unit, m.Leader).Error
	})
}

// RemoveMember takes somebody out of the project team.
func (s *Service) RemoveMember(ctx context.Context, tenant domain.TenantID, actor Actor, id uuid.UUID) error {
	return s.changeProgramme(ctx, tenant, actor, "member", func(tx *store.Tx, _ *Programme) (any, error) {
		result := tx.Exec(`DELETE FROM programme_member WHERE tenant_id = ? AND member_id = ?`, tenant.String(), id)
		if result.Error == nil && result.RowsAffected == 0 {
			return nil, domain.Errorf(domain.KindNotFound, "there is no such member")
		}
		return map[string]any{"removed": id}, result.Error
	})
}

// SaveMission adds a mission, or changes the one with its identifier.
func (s *Service) SaveMission(ctx context.Context, tenant domain.TenantID, actor Actor, m Mission) error {
	m.Title, m.Outcome = strings.TrimSpace(m.Title), strings.TrimSpace(m.Outcome)
	switch {
	case !slices.Contains(MissionKinds, m.Kind) || m.Title == "" || len([]rune(m.Title)) > 200 || len([]rune(m.Outcome)) > longestWords:
		return domain.Errorf(domain.KindInvalid, "a mission needs a kind and a title")
	case m.StartsOn == 0 || m.EndsOn < m.StartsOn:
		return domain.Errorf(domain.KindInvalid, "a mission ends on its first day or later")
	}
	if m.ID == uuid.Nil {
		m.ID = domain.NewID()
	}
	return s.changeProgramme(ctx, tenant, actor, "mission", func(tx *store.Tx, _ *Programme) (any, error) {
		return map[string]any{"kind": m.Kind, "title": m.Title, "starts_on": m.StartsOn.String(), "ends_on": m.EndsOn.String(), "outcome": m.Outcome},
			tx.Exec(`INSERT INTO programme_mission (tenant_id, mission_id, kind, title, starts_on, ends_on, outcome) VALUES (?, ?, ?, ?, CAST(? AS date), CAST(? AS date), ?)
				ON CONFLICT (tenant_id, mission_id) DO UPDATE SET kind = excluded.kind, title = excluded.title, starts_on = excluded.starts_on, ends_on = excluded.ends_on, outcome = excluded.outcome`,
				tenant.String(), m.ID, m.Kind, m.Title, m.StartsOn.String(), m.EndsOn.String(), m.Outcome).Error
	})
}

// PublishReport publishes the descriptive report of a month, once: the figures by office as they
// are now, without targets. A month that has not ended or has a report already is refused.
func (s *Service) PublishReport(ctx context.Context, tenant *administration.Tenant, actor Actor, month cube.Month) error {
	if (month + 1).First() > s.Today(tenant) {
		return domain.Errorf(domain.KindNotReady, "%s has not ended yet", month)
	}
	report, err := s.describe(ctx, tenant, month)
	if err != nil {
		return err
	}
	content, err := json.Marshal(report)
	if err != nil {
		return fmt.Errorf("write report of %s: %w", month, err)
	}
	sum := sha256.Sum256(content)
	return s.changeProgramme(ctx, tenant.ID, actor, "report", func(tx *store.Tx, p *Programme) (any, error) {
		if p.Phase == Preparing {
			return nil, domain.Errorf(domain.KindNotReady, "the descriptive phase has not begun yet")
		}
		if slices.ContainsFunc(p.Reports, func(r ReportOfMonth) bool { return r.Month == month }) {
			return nil, domain.Errorf(domain.KindConflict, "the report of %s is published already", month)
		}
		return map[string]any{"month": month.String()}, tx.Exec(`INSERT INTO descriptive_report (tenant_id, month, published_at, published_by, content, hash) VALUES (?, ?, ?, ?, ?, ?)`,
			tenant.ID.String(), int(month), s.clock().UTC(), actor.SignInName, string(content), sum[:]).Error
	})
}

// OpenContracts ends the descriptive phase. Where something is missing a person may give a
// reason, which stays in the programme and in the audit record; without one it is KindNotReady.
func (s *Service) OpenContracts(ctx context.Context, tenant domain.TenantID, actor Actor, reason string) error {
	reason = strings.TrimSpace(reason)
	return s.changeProgramme(ctx, tenant, actor, "open", func(tx *store.Tx, p *Programme) (any, error) {
		if err := p.open(reason); err != nil {
			return nil, err
		}
		missing := p.Missing()
		if len(missing) == 0 {
			reason = ""
		}
		return map[string]any{"missing": missing, "reason": reason}, tx.Exec(`UPDATE programme SET phase = 'prescriptive', opened_at = ?, opened_by = ?, override_reason = ? WHERE tenant_id = ?`,
			s.clock().UTC(), actor.SignInName, reason, tenant.String()).Error
	})
}

// contractsOpen reads the phase alone.
func contractsOpen(tx *store.Tx, tenant domain.TenantID) (open bool, err error) {
	err = tx.Raw(`SELECT EXISTS (SELECT FROM programme WHERE tenant_id = ? AND phase = 'prescriptive')`, tenant.String()).Scan(&open).Error
	return open, err
}

// Report gives a published descriptive report, KindNotFound when there is none.
func (s *Service) Report(ctx context.Context, tenant domain.TenantID, month cube.Month) (*DescriptiveReport, error) {
	var rows []struct {
		PublishedAt time.Time
		PublishedBy string
		Content     string
		Hash        []byte
	}
	err := s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT published_at, published_by, content, hash FROM descriptive_report WHERE tenant_id = ? AND month = ?`, tenant.String(), int(month)).Scan(&rows).Error
	})
	if err != nil {
		return nil, fmt.Errorf("read report of %s: %w", month, err)
	}
	if len(rows) == 0 {
		return nil, domain.Errorf(domain.KindNotFound, "there is no report of %s", month)
	}
	if sum := sha256.Sum256([]byte(rows[0].Content)); string(sum[:]) != string(rows[0].Hash) {
		return nil, fmt.Errorf("the report of %s does not give its hash: it was changed outside the program", month)
	}
	var report DescriptiveReport
	if err := json.Unmarshal([]byte(rows[0].Content), &report); err != nil {
		return nil, fmt.Errorf("read report of %s: %w", month, err)
	}
	report.PublishedAt, report.PublishedBy = rows[0].PublishedAt.UTC(), rows[0].PublishedBy
	return &report, nil
}
