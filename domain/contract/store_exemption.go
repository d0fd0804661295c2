package contract

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/cube"
)

func findExemptions(tx *gorm.DB, tenant domain.TenantID, where string, arguments ...any) ([]*Exemption, error) {
	var rows []struct {
		ExemptionID                  uuid.UUID
		Whom, Code, Ground, Evidence string
		StartsOn, EndsOn             cube.Date
		NotedBy                      string
		NotedAt                      time.Time
		WithdrawnAt                  *time.Time
		WithdrawnBy, WithdrawnFor    string
	}
	err := tx.Raw(`SELECT exemption_id, whom, code, ground, evidence, starts_on - date '1970-01-01' AS starts_on, ends_on - date '1970-01-01' AS ends_on, noted_by, noted_at, withdrawn_at, withdrawn_by, withdrawn_for
		FROM exemption WHERE tenant_id = ? `+where, append([]any{tenant.String()}, arguments...)...).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read exemptions: %w", err)
	}
	found := make([]*Exemption, len(rows))
	for i, r := range rows {
		found[i] = &Exemption{ID: r.ExemptionID, Whom: r.Whom, Code: r.Code, Ground: r.Ground, StartsOn: r.StartsOn, EndsOn: r.EndsOn, Evidence: r.Evidence, NotedBy: r.NotedBy, NotedAt: r.NotedAt.UTC(),
			WithdrawnAt: timeOf(r.WithdrawnAt), WithdrawnBy: r.WithdrawnBy, WithdrawnFor: r.WithdrawnFor}
	}
	slices.SortFunc(found, func(a, b *Exemption) int {
		if a.StartsOn != b.StartsOn {
			return int(a.StartsOn - b.StartsOn)
		}
		return strings.Compare(a.ID.String(), b.ID.String())
	})
	return found, nil
}
