package engagement

import (
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/access"
)

// holds are the engagements of an account that hold at an instant, which is given twice. A suspended
// administration and a disabled account open nothing.
const holds = `e.account_id = ? AND e.accepted_at IS NOT NULL AND e.withdrawn_at IS NULL AND e.starts_at <= ? AND e.ends_at > ?
	AND a.state = 'active' AND EXISTS (SELECT FROM tenant t WHERE t.tenant_id = e.tenant_id AND t.state = 'active')`

type row struct {
	EngagementID                        uuid.UUID
	AccountID, Extends                  *uuid.UUID
	SignInName, ExpertName              string
	Purpose, Permissions, NamesPurpose  string
	GrantedBy, WithdrawnBy              string
	WithdrawnFor                        string
	StartsAt, EndsAt, GrantedAt         time.Time
	AcceptedAt, DeclinedAt, WithdrawnAt *time.Time
	Terms                               int
}

func (r *row) engagement(tenant domain.TenantID) *Engagement {
	e := &Engagement{ID: r.EngagementID, Tenant: tenant, SignInName: r.SignInName, ExpertName: r.ExpertName, Purpose: r.Purpose, NamesPurpose: r.NamesPurpose,
		StartsAt: r.StartsAt.UTC(), EndsAt: r.EndsAt.UTC(), GrantedBy: r.GrantedBy, GrantedAt: r.GrantedAt.UTC(), Terms: r.Terms,
		AcceptedAt: inUTC(r.AcceptedAt), DeclinedAt: inUTC(r.DeclinedAt), WithdrawnAt: inUTC(r.WithdrawnAt), WithdrawnBy: r.WithdrawnBy, WithdrawnFor: r.WithdrawnFor}
	for _, action := range strings.Split(r.Permissions, ",") {
		e.Permissions = append(e.Permissions, access.Action(action))
	}
	if r.AccountID != nil {
		e.Account = *r.AccountID
	}
	if r.Extends != nil {
		e.Extends = *r.Extends
	}
	return e
}

func inUTC(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	utc := at.UTC()
	return &utc
}

// find reads engagements of a tenant under a condition on e (engagement) and a (the account that accepted).
func find(tx *gorm.DB, tenant domain.TenantID, where string, arguments ...any) ([]*Engagement, error) {
	var rows []row
	err := tx.Raw(`SELECT e.engagement_id, e.account_id, e.extends, e.sign_in_name, coalesce(a.name, '') AS expert_name, e.purpose,
		array_to_string(e.permissions, ',') AS permissions, e.names_purpose, e.granted_by, e.withdrawn_by, e.withdrawn_for, e.starts_at, e.ends_at,
		e.granted_at, e.accepted_at, e.declined_at, e.withdrawn_at, e.terms
		FROM engagement e LEFT JOIN account a ON a.account_id = e.account_id WHERE e.tenant_id = ? AND `+where, append([]any{tenant.String()}, arguments...)...).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	found := make([]*Engagement, len(rows))
	for i := range rows {
		found[i] = rows[i].engagement(tenant)
	}
	return found, nil
}

func one(tx *gorm.DB, tenant domain.TenantID, where string, arguments ...any) (*Engagement, error) {
	found, err := find(tx, tenant, where, arguments...)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, errNone
	}
	return found[0], nil
}

// lock reads an engagement for changing it.
func lock(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID) (*Engagement, error) {
	return one(tx, tenant, `e.engagement_id = ? FOR UPDATE OF e`, id)
}

// placesOf asks the one function that sees across administrations, and leaves suspended ones out.
func placesOf(tx *gorm.DB, account uuid.UUID) ([]place, error) {
	var rows []struct{ TenantID, EngagementID uuid.UUID }
	err := tx.Raw(`SELECT f.tenant_id, f.engagement_id FROM assay_engagements_of(?) f JOIN tenant t ON t.tenant_id = f.tenant_id
		WHERE t.state = 'active' ORDER BY f.engagement_id DESC LIMIT 1000`, account).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	places := make([]place, len(rows))
	for i, r := range rows {
		places[i] = place{domain.TenantID(r.TenantID), r.EngagementID}
	}
	return places, nil
}

func insert(tx *gorm.DB, e *Engagement) error {
	actions := make([]string, len(e.Permissions))
	for i, action := range e.Permissions {
		actions[i] = string(action)
	}
	err := tx.Exec(`INSERT INTO engagement (tenant_id, engagement_id, sign_in_name, account_id, purpose, permissions, names_purpose, starts_at, ends_at,
		granted_by, granted_at, extends, terms, accepted_at)
		VALUES (?, ?, ?, ?, ?, string_to_array(?, ','), ?, ?, ?, ?, ?, ?, ?, ?)`,
		e.Tenant.String(), e.ID, e.SignInName, orNull(e.Account), e.Purpose, strings.Join(actions, ","), e.NamesPurpose, e.StartsAt, e.EndsAt,
		e.GrantedBy, e.GrantedAt, orNull(e.Extends), e.Terms, e.AcceptedAt).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return domain.Errorf(domain.KindConflict, "this engagement has been extended already; extend that one")
	}
	return err
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func answer(tx *gorm.DB, e *Engagement) error {
	return tx.Exec(`UPDATE engagement SET account_id = ?, accepted_at = ?, declined_at = ? WHERE tenant_id = ? AND engagement_id = ?`,
		orNull(e.Account), e.AcceptedAt, e.DeclinedAt, e.Tenant.String(), e.ID).Error
}

func withdraw(tx *gorm.DB, e *Engagement) error {
	return tx.Exec(`UPDATE engagement SET withdrawn_at = ?, withdrawn_by = ?, withdrawn_for = ? WHERE tenant_id = ? AND engagement_id = ?`,
		e.WithdrawnAt, e.WithdrawnBy, e.WithdrawnFor, e.Tenant.String(), e.ID).Error
}

// extension finds what extends an engagement, nil when nothing does.
func extension(tx *gorm.DB, tenant domain.TenantID, id uuid.UUID) (uuid.UUID, error) {
	found, err := find(tx, tenant, `e.extends = ? AND e.withdrawn_at IS NULL`, id)
	if err != nil || len(found) == 0 {
		return uuid.Nil, err
	}
	return found[0].ID, nil
}
