package contract

import (
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/cube"
)

func findProgramme(tx *gorm.DB, tenant domain.TenantID) (*Programme, error) {
	p := &Programme{Phase: Preparing, ReportsRequired: 2}
	var rows []struct {
		Phase           Phase
		StartsOn        *cube.Date
		ReportsRequired int
		OpenedAt        *time.Time
		OpenedBy        string
		OverrideReason  string
		Revision        int64
	}
	err := tx.Raw(`SELECT phase, starts_on - date '1970-01-01' AS starts_on, reports_required, opened_at, opened_by, override_reason, revision FROM programme WHERE tenant_id = ?`, tenant.String()).Scan(&rows).Error
	if err != nil {
		return nil, err
	}
	if len(rows) == 1 {
		r := rows[0]
		p.Phase, p.ReportsRequired, p.OpenedAt, p.OpenedBy, p.OverrideReason, p.Revision = r.Phase, r.ReportsRequired, timeOf(r.OpenedAt), r.OpenedBy, r.OverrideReason, r.Revision
		if r.StartsOn != nil {
			p.StartsOn = *r.StartsOn
		}
	}
	for _, read := range []func(*gorm.DB, domain.TenantID, *Programme) error{findPrerequisites, findMembers, findMissions, findReports} {
		if err := read(tx, tenant, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func findPrerequisites(tx *gorm.DB, tenant domain.TenantID, p *Programme) error {
	var rows []struct {
		Key, Evidence, NotedBy string
		Met                    bool
		NotedAt                time.Time
	}
	err := tx.Raw(`SELECT key, met, evidence, noted_by, noted_at FROM programme_prerequisite WHERE tenant_id = ?`, tenant.String()).Scan(&rows).Error
	noted := map[string]Prerequisite{}
	for _, r := range rows {
		noted[r.Key] = Prerequisite{r.Key, r.Met, r.Evidence, r.NotedBy, r.NotedAt.UTC()}
	}
	for _, key := range prerequisiteKeys {
		each := noted[key]
		each.Key = key
		p.Prerequisites = append(p.Prerequisites, each)
	}
	return err
}

func findMembers(tx *gorm.DB, tenant domain.TenantID, p *Programme) error {
	var rows []struct {
		MemberID   uuid.UUID
		Name, Unit string
		Leader     bool
	}
	err := tx.Raw(`SELECT member_id, name, unit, leader FROM programme_member WHERE tenant_id = ? ORDER BY leader DESC, unit, name`, tenant.String()).Scan(&rows).Error
	for _, r := range rows {
		p.Members = append(p.Members, TeamMember{r.MemberID, r.Name, r.Unit, r.Leader})
	}
	return err
}

func findMissions(tx *gorm.DB, tenant domain.TenantID, p *Programme) error {
	var rows []struct {
		MissionID            uuid.UUID
		Kind, Title, Outcome string
		StartsOn, EndsOn     cube.Date
	}
	err := tx.Raw(`SELECT mission_id, kind, title, outcome, starts_on - date '1970-01-01' AS starts_on, ends_on - date '1970-01-01' AS ends_on FROM programme_mission WHERE tenant_id = ? ORDER BY starts_on, mission_id`, tenant.String()).Scan(&rows).Error
	for _, r := range rows {
		p.Missions = append(p.Missions, Mission{r.MissionID, r.Kind, r.Title, r.StartsOn, r.EndsOn, r.Outcome})
	}
	return err
}

func findReports(tx *gorm.DB, tenant domain.TenantID, p *Programme) error {
	var rows []struct {
		Month       cube.Month
		PublishedAt time.Time
		PublishedBy string
	}
	err := tx.Raw(`SELECT month, published_at, published_by FROM descriptive_report WHERE tenant_id = ? ORDER BY month DESC`, tenant.String()).Scan(&rows).Error
	for _, r := range rows {
		p.Reports = append(p.Reports, ReportOfMonth{r.Month, r.PublishedAt.UTC(), r.PublishedBy})
	}
	return err
}
