package identity

import (
	"strings"
	"time"

	"gorm.io/gorm"

	"assay/domain"
)

type providerRow struct {
	Issuer, ClientID, Name, Scopes, Domains, JoinsAs, Factor, FactorValues string
	Sealed                                                                 []byte
	Enabled                                                                bool
	ChangedAt                                                              time.Time
}

func (r *providerRow) provider() Provider {
	return Provider{Issuer: r.Issuer, ClientID: r.ClientID, Name: r.Name, Scopes: strings.Fields(r.Scopes), Domains: strings.Fields(r.Domains), JoinsAs: r.JoinsAs,
		Factor: Factor(r.Factor), FactorValues: strings.Fields(r.FactorValues), Enabled: r.Enabled, HasSecret: len(r.Sealed) > 0, ChangedAt: r.ChangedAt.UTC()}
}

// findProvider is nil when the administration has none.
func findProvider(tx *gorm.DB, tenant domain.TenantID) (*providerRow, error) {
	var rows []providerRow
	err := tx.Raw(`SELECT issuer, client_id, name, scopes, domains, joins_as, factor, factor_values, sealed, enabled, changed_at
		FROM identity_provider WHERE tenant_id = ?`, tenant.String()).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

func saveProvider(tx *gorm.DB, tenant domain.TenantID, p Provider, sealed []byte, now time.Time) error {
	// The secret stands last: gorm would spread a []byte directly behind a parenthesis.
	return tx.Exec(`INSERT INTO identity_provider (tenant_id, issuer, client_id, name, scopes, domains, joins_as, factor, factor_values, enabled, changed_at, sealed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant_id) DO UPDATE SET issuer = excluded.issuer, client_id = excluded.client_id, name = excluded.name, scopes = excluded.scopes,
		domains = excluded.domains, joins_as = excluded.joins_as, factor = excluded.factor, factor_values = excluded.factor_values,
		enabled = excluded.enabled, changed_at = excluded.changed_at, sealed = excluded.sealed`,
		tenant.String(), p.Issuer, p.ClientID, p.Name, strings.Join(p.Scopes, " "), strings.Join(p.Domains, " "), p.JoinsAs, string(p.Factor),
		strings.Join(p.FactorValues, " "), p.Enabled, now, sealed).Error
}

func deleteProvider(tx *gorm.DB, tenant domain.TenantID) error {
	return tx.Exec(`DELETE FROM identity_provider WHERE tenant_id = ?`, tenant.String()).Error
}
