package store

import (
	"context"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"assay/domain"
)

// SharedTables are the tables without row-level security, each with its reason.
// Only the rooms named may read or write them.
var SharedTables = map[string]string{
	"tenant":           "administration: the list of administrations is read before one is chosen",
	"account":          "account: people sign in before their administration is known",
	"membership":       "account: says in which administrations a person works",
	"sign_in_session":  "account: found by the hash of its token",
	"api_token":        "account: found by its hash",
	"goose_db_version": "migrations: version of the schema",
}

// Check refuses a database in which isolation would not hold: a role that is
// superuser, bypasses row-level security or owns a table, a table neither isolated nor
// in SharedTables, or a policy that does not look at the tenant.
func (db *DB) Check(ctx context.Context) error {
	return db.Shared(ctx, func(_ context.Context, tx *gorm.DB) error {
		names := make([]string, 0, len(SharedTables))
		for name := range SharedTables {
			names = append(names, name)
		}
		checks := []struct {
			complaint, query string
			arguments        []any
		}{
			{"the program's database role may bypass isolation", `SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)`, nil},
			{"the program's database role owns tables", `SELECT relname FROM pg_class WHERE relowner = current_user::regrole AND relkind IN ('r','p') AND relpersistence <> 't'`, nil},
			{"tables are not isolated by tenant", `SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r','p')
				AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND c.relname NOT IN (?)`, []any{names}},
			{"policies do not look at the tenant", `SELECT tablename || '.' || policyname FROM pg_policies WHERE schemaname = 'public'
				AND (qual IS NULL OR qual NOT LIKE '%assay.tenant_id%')`, nil},
		}
		for _, check := range checks {
			var found []string
			if err := tx.Raw(check.query, check.arguments...).Scan(&found).Error; err != nil {
				return fmt.Errorf("check isolation: %w", err)
			}
			if len(found) > 0 {
				return domain.Errorf(domain.KindNotReady, "%s (%s): Assay does not start on such a database", check.complaint, strings.Join(found, ", "))
			}
		}
		var migrated bool
		if err := tx.Raw(`SELECT to_regclass('public.tenant') IS NOT NULL`).Scan(&migrated).Error; err != nil {
			return fmt.Errorf("check schema: %w", err)
		}
		if !migrated {
			return domain.Errorf(domain.KindNotReady, "the database has no tables yet: run `assay migrate up` first")
		}
		return nil
	})
}
