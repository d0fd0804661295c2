package contract

import (
	"assay/domain"
	"assay/domain/cube"
	"assay/domain/store"
)

// criticalFindings counts the open critical findings of months [from, to] that are about the party's work: of an officer or a team the
// declarations on which they acted, and what is said of their user; of an office all of the office; of an operator the own declarations.
func criticalFindings(tx *store.Tx, tenant domain.TenantID, c *Contract, from, to cube.Month) (n int, err error) {
	about, arguments := "", []any(nil)
	switch c.Level {
	case LevelOfficer, LevelTeam:
		users := []string{c.Subject}
		if c.Level == LevelTeam {
			users = users[:0]
			for _, m := range c.Members {
				users = append(users, m.Officer)
			}
		}
		if len(users) == 0 {
			return 0, nil
		}
		about = `AND (f.subject_kind = 'user' AND f.subject IN (?) OR EXISTS (SELECT FROM event e WHERE e.tenant_id = f.tenant_id AND e.declaration_id = f.declaration_id AND e.user_code IN (?) AND NOT e.machine))`
		arguments = []any{users, users}
		if c.Office != "" {
			about, arguments = about+` AND f.office IN (?, '')`, append(arguments, c.Office)
		}
	case LevelOffice:
		about, arguments = `AND f.office = ?`, []any{c.Subject}
	case LevelOperator:
		column := map[string]string{"broker": "broker", "importer": "importer"}[dimensionOf(c.Level, c.Function)]
		about = `AND EXISTS (SELECT FROM declaration d WHERE d.tenant_id = f.tenant_id AND d.declaration_id = f.declaration_id AND d.` + column + ` = ?)`
		arguments = []any{c.Subject}
	}
	err = tx.Raw(`SELECT count(*) FROM finding f WHERE f.tenant_id = ? AND f.month BETWEEN ? AND ? AND f.severity = 'critical' AND f.state = 'open' `+about,
		append([]any{tenant.String(), int(from), int(to)}, arguments...)...).Scan(&n).Error
	return n, err
}
