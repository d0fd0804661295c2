package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"assay/domain"
)

// SharedTables are the tables without row-level security, each with its reason.
// Only the rooms named may read or write them.
var SharedTables = map[string]string{ //nolint:gosec // names of tables, no secrets
	"tenant":              "administration: the list of administrations is read before one is chosen",
	"account":             "account: people sign in before their administration is known",
	"membership":          "account: says in which administrations a person works",
	"sign_in_session":     "account: found by the hash of its token",
	"api_token":           "account: found by its hash",
	"installation_member": "account: says who runs the installation, which is no administration's",
	"invitation":          "account: found by the hash of its link",
	"password_reset":      "account: found by the hash of its link",

	"account_authenticator":  "account: the second factor is asked for before an administration is chosen",
	"account_passkey":        "account: as account_authenticator",
	"account_recovery_code":  "account: as account_authenticator",
	"account_factor_failure": "account: as account_authenticator",

	"tenant_tombstone": "installation: what is left of an erased administration belongs to none",
	"goose_db_version": "migrations: version of the schema",

	"comparison_edition": "comparison: quartiles over at least five administrations, which belong to none of them",
}

// DefinerFunctions are the functions that run with more rights than the program
// has, each with what it may tell or do. A function that is not here stops the
// program at its start.
var DefinerFunctions = map[string]string{
	"assay_waiting_tenants": "tells which tenants have jobs waiting and how many, nothing of the jobs",
	"assay_erase_tenant":    "removes what is left of the transaction's own tenant when that is marked for erasing",
	"assay_engagements_of":  "tells which administrations engage an account as an expert: identifiers only",
	"assay_disclosed":       "tells figures that at least five administrations disclose to the transaction's own tenant, or to everybody",
	"assay_taking_part":     "tells how many administrations disclose each indicator, no figure",
	"assay_make_edition":    "makes an anonymous distribution over at least five administrations, once; tells whether it did",
	"assay_leave_editions":  "takes away the quartiles of the distributions that the transaction's own tenant is in",
	"assay_analyse":         "renews the planner's statistics of tables, tells how many",
}

// SharedSequences are the sequences that number rows of several tenants.
var SharedSequences = map[string]string{
	"declaration_number": "one number for every declaration loaded; it tells how many were loaded in the installation, nothing else",
	// goose numbers the rows of its table of versions; the program has no right to it.
	"goose_db_version_id_seq": "numbers the applied migrations",
}

// isolationCheck is a question to the catalogue whose answer must be empty.
type isolationCheck struct {
	complaint, query string
	arguments        []any
}

// visibleTables are the tables the program might reach: all but the system's and
// temporary ones.
const visibleTables = ` FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
	WHERE n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND c.relpersistence <> 't' `

// isolationChecks are all conditions under which the two locks hold.
func isolationChecks() []isolationCheck {
	shared, functions, sequences := keys(SharedTables), keys(DefinerFunctions), keys(SharedSequences)
	return []isolationCheck{
		{"the program's database role may bypass isolation", `SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolsuper OR rolbypassrls)`, nil},
		{"the program's database role may make roles, or copy the database by replication", `SELECT rolname FROM pg_roles WHERE rolname = current_user AND (rolcreaterole OR rolreplication)`, nil},
		{"a setting of the role or the database names a tenant, or turns row-level security off", `SELECT name FROM pg_db_role_setting s CROSS JOIN LATERAL unnest(s.setconfig) AS name
			WHERE (s.setrole IN (0, current_user::regrole)) AND (s.setdatabase = 0 OR s.setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
			AND (name LIKE 'assay.%' OR name LIKE 'row\_security=%' OR name LIKE 'search\_path=%')`, nil},
		{"the program's database role owns tables", `SELECT c.relname` + visibleTables + `AND c.relowner = current_user::regrole AND c.relkind IN ('r','p','v','m','S')`, nil},
		{"the program's database role may become a role that isolation does not bind", `SELECT r.rolname FROM pg_roles r WHERE r.rolname <> current_user
			AND pg_has_role(current_user, r.oid, 'MEMBER') AND (r.rolsuper OR r.rolbypassrls OR EXISTS (SELECT FROM pg_class o
			WHERE o.relowner = r.oid AND o.relkind IN ('r','p')))`, nil},
		{"the program's database role may make tables that are not isolated", `SELECT nspname FROM pg_namespace
			WHERE nspname NOT LIKE 'pg\_%' AND has_schema_privilege(current_user, oid, 'CREATE')`, nil},
		{"tables are not isolated by tenant", `SELECT c.relname` + visibleTables + `AND c.relkind IN ('r','p','f')
			AND NOT (c.relrowsecurity AND c.relforcerowsecurity) AND c.relname NOT IN (?)`, []any{shared}},
		{"isolated tables have no tenant_id that must be there", `SELECT c.relname` + visibleTables + `AND c.relkind IN ('r','p') AND c.relrowsecurity AND NOT EXISTS
			(SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.attnotnull AND a.atttypid = 'uuid'::regtype)`, nil},
		{"isolated tables have no policy", `SELECT c.relname` + visibleTables + `AND c.relkind IN ('r','p') AND c.relrowsecurity
			AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*')`, nil},
		// Policies are alternatives: one that lets in more than the tenant's rows opens the table.
		{"policies do not look at the tenant alone", `SELECT DISTINCT tablename || '.' || policyname FROM pg_policies p
			CROSS JOIN LATERAL unnest(ARRAY[coalesce(p.qual, ''), coalesce(p.with_check, p.qual, '')]) AS written
			WHERE schemaname NOT LIKE 'pg\_%' AND (written NOT LIKE '(tenant_id = %current_setting(''assay.tenant_id''::text, true)%' OR written ~* '\m(or|case|union|coalesce)\M')`, nil},
		{"keys of isolated tables do not begin with tenant_id, so that they would tell one tenant of another's rows", `SELECT i.indexrelid::regclass::text` +
			` FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
			WHERE c.relrowsecurity AND (i.indisunique OR i.indisexclusion) AND a.attname <> 'tenant_id'
			UNION SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
			WHERE c.relrowsecurity AND (i.indisunique OR i.indisexclusion) AND i.indkey[0] = 0`, nil},
		{"foreign keys among isolated tables do not begin with tenant_id, so that they would reach across tenants", `SELECT k.conrelid::regclass::text || '.' || k.conname
			FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class f ON f.oid = k.confrelid
			JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1] JOIN pg_attribute b ON b.attrelid = k.confrelid AND b.attnum = k.confkey[1]
			WHERE k.contype = 'f' AND c.relrowsecurity
			AND (f.relrowsecurity OR EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = f.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped))
			AND (a.attname <> 'tenant_id' OR b.attname <> 'tenant_id')`, nil},
		{"views run as their owner", `SELECT c.relname` + visibleTables + `AND c.relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)`, nil},
		{"materialized views hold rows of all tenants", `SELECT c.relname` + visibleTables + `AND c.relkind = 'm'`, nil},
		{"functions have more rights than the program and are not on its list", `SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
			WHERE p.prosecdef AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND p.proname NOT IN (?)`, []any{functions}},
		{"functions with more rights are open to everybody, or look names up where others may put them", `SELECT p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
			WHERE p.prosecdef AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema' AND (has_function_privilege('public', p.oid, 'EXECUTE')
			OR NOT EXISTS (SELECT FROM unnest(p.proconfig) AS setting WHERE setting LIKE 'search\_path=%pg\_temp'))`, nil},
		{"sequences number rows of several tenants and are not on the program's list", `SELECT c.relname` + visibleTables + `AND c.relkind = 'S' AND c.relname NOT IN (?)`, []any{sequences}},
	}
}

// Check refuses a database in which isolation would not hold, and says by what:
// the rights of the program's role, tables neither isolated nor in SharedTables,
// policies, keys, views, functions (DefinerFunctions) and sequences.
func (db *DB) Check(ctx context.Context) error {
	return db.Shared(ctx, func(_ context.Context, tx *gorm.DB) error {
		for _, check := range isolationChecks() {
			var found []string
			if err := tx.Raw(check.query, check.arguments...).Scan(&found).Error; err != nil {
				return fmt.Errorf("check isolation: %w", err)
			}
			if len(found) > 0 {
				slices.Sort(found)
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

func keys(named map[string]string) []string {
	names := make([]string, 0, len(named))
	for name := range named {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
