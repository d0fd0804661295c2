// Package trespass is what tests of routes need to try the doors of another administration:
// words planted in its data, identifiers that only it has, a sum over all its rows to see
// that nothing has changed, and an engagement that claims more than one may have.
//
// It looks at the database as superuser and knows no table by name but those that it writes to.
package trespass

import (
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Planted begins every name that Plant has been to, so that any of them is found in an answer.
const Planted = "zzplanted "

// Declaration, behind SELECT and a column of d, finds the first declaration whose reference only
// the other administration has.
const Declaration = `FROM declaration d WHERE tenant_id = $1 AND NOT EXISTS (SELECT FROM declaration o WHERE o.tenant_id = $2 AND o.reference = d.reference)
	ORDER BY reference LIMIT 1`

// Account finds an account that works in the other administration and not in one's own.
const Account = `SELECT account_id::text FROM membership WHERE tenant_id = $1 AND account_id NOT IN (SELECT account_id FROM membership WHERE tenant_id = $2) LIMIT 1`

// Batch finds a batch of the other administration.
const Batch = `SELECT batch_id::text FROM batch WHERE tenant_id = $1 LIMIT 1`

// Code finds a code of a table that only the other administration has.
func Code(table string) string {
	return `SELECT code FROM ` + table + ` o WHERE tenant_id = $1 AND NOT EXISTS (SELECT FROM ` + table + ` m WHERE m.tenant_id = $2 AND m.code = o.code) ORDER BY code LIMIT 1`
}

// View is the sight from above on one's own and another administration.
type View struct {
	super      *pgx.Conn
	own, other string
}

// Open looks at the database of superURL; own and other are identifiers of administrations. The
// connection ends with the test.
func Open(tb testing.TB, superURL, own, other string) *View {
	tb.Helper()
	super, err := pgx.Connect(tb.Context(), superURL)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = super.Close(tb.Context()) })
	return &View{super: super, own: own, other: other}
}

// Exec runs a statement as superuser.
func (v *View) Exec(tb testing.TB, statement string, arguments ...any) {
	tb.Helper()
	if _, err := v.super.Exec(tb.Context(), statement, arguments...); err != nil {
		tb.Fatal(err)
	}
}

// Find gives the first value of a statement with the other administration as $1 and, where it
// is used, one's own as $2. That there is none fails the test.
func (v *View) Find(tb testing.TB, statement string) (value string) {
	tb.Helper()
	arguments := []any{v.other}
	if strings.Contains(statement, "$2") {
		arguments = append(arguments, v.own)
	}
	if err := v.super.QueryRow(tb.Context(), statement, arguments...).Scan(&value); err != nil {
		tb.Fatalf("no value of the other administration by %s: %v", statement, err)
	}
	return value
}

// Plant puts Planted before every name that the other administration has.
func (v *View) Plant(tb testing.TB) {
	tb.Helper()
	for _, table := range v.tables(tb, `AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'name' AND a.atttypid = 'text'::regtype)`) {
		v.Exec(tb, `UPDATE `+table+` SET name = $1 || name WHERE tenant_id = $2`, Planted, v.other)
	}
}

// given are rows that the other administration ($1) would not have of its own data.
var given = []string{
	`INSERT INTO notice (tenant_id, notice_id, account_id, kind, created_at)
		SELECT tenant_id, gen_random_uuid(), account_id, 'planted', '2026-01-01' FROM membership WHERE tenant_id = $1 LIMIT 1`,
	`INSERT INTO invitation (invitation_id, tenant_id, token_hash, email, name, language, memberships, invited_by, created_at, expires_at)
		VALUES (gen_random_uuid(), $1, 'planted', 'planted@example.org', '` + Planted + `guest', 'en', '[{"role":"analyst"}]', 'planted', '2026-01-01', '2030-01-01')`,
	`INSERT INTO own_indicator (tenant_id, code, version, content, retired, saved_by, saved_at)
		VALUES ($1, 'OWN76', 1, '{"names": {"en": "` + Planted + `indicator"}, "formula": {"Rows": "declaration", "Text": "count()"}, "unit": "count"}', false, 'planted', '2026-01-01')`,
	`INSERT INTO own_role (tenant_id, code, names, permissions, state, version, created_at, changed_at)
		VALUES ($1, 'own-foreign', '{"en": "` + Planted + `role"}', '{"figure.read": "administration"}', 'active', 1, '2026-01-01', '2026-01-01')`,
	// Where the tests have made contracts there, these stand beside them.
	`INSERT INTO contract_template (tenant_id, template_id, code, version, state, content, created_at, created_by)
		VALUES ($1, gen_random_uuid(), 'planted', 1, 'in_use', '{}', '2026-01-01', 'planted')`,
	`INSERT INTO contract (tenant_id, contract_id, lineage_id, number, edition, kind, state, level, subject, subject_name, function, template_id, starts_on, ends_on, signing_order, vetting, text_number, created_at, created_by)
		SELECT tenant_id, gen_random_uuid(), gen_random_uuid(), '` + Planted + `', 1, 'original', 'terminated', 'officer', '` + Planted + `', '` + Planted + `subject', 'officer', template_id, '2025-01-01', '2025-12-31', 'any', false, 1, '2025-01-01', 'planted'
		FROM contract_template WHERE tenant_id = $1 AND code = 'planted'`,
	`INSERT INTO scorecard (tenant_id, contract_id, month, version, content, hash, reason, published_at, published_by)
		SELECT tenant_id, contract_id, 24300, 1, '` + Planted + `card', sha256('x'), '', '2026-01-01', 'system' FROM contract WHERE tenant_id = $1 AND subject = '` + Planted + `'`,
	`INSERT INTO objection (tenant_id, objection_id, contract_id, month, card_version, indicator, ground, words, state, filed_at, filed_by, filed_name, answer_on)
		SELECT tenant_id, gen_random_uuid(), contract_id, month, version, 'CLR01', 'data', '` + Planted + `words', 'filed', '2026-01-01', gen_random_uuid(), '` + Planted + `name', '2030-01-01' FROM scorecard WHERE tenant_id = $1 LIMIT 1`,
	`INSERT INTO meeting (tenant_id, meeting_id, office, month, held_on, state, chair_id, chair_name, other_id, other_name, planned_by, planned_at)
		VALUES ($1, gen_random_uuid(), '', 24300, '2026-01-01', 'planned', gen_random_uuid(), '` + Planted + `chair', gen_random_uuid(), '` + Planted + `other', 'planted', '2026-01-01')`,
	`INSERT INTO recommendation (tenant_id, recommendation_id, meeting_id, words, owner_id, owner_name, due_on, made_at)
		SELECT tenant_id, gen_random_uuid(), meeting_id, '` + Planted + `words', gen_random_uuid(), '` + Planted + `owner', '2026-02-01', '2026-01-01' FROM meeting WHERE tenant_id = $1 LIMIT 1`,
	`INSERT INTO purpose (tenant_id, purpose_id, account_id, sign_in_name, reason, recorded_at, ends_at)
		SELECT tenant_id, gen_random_uuid(), account_id, 'other', '` + Planted + `reason of another', '2026-01-01', '2026-03-01' FROM membership WHERE tenant_id = $1 LIMIT 1`,
	`INSERT INTO tenant_export (tenant_id, export_id, state, started_at, started_by, capacity)
		VALUES ($1, gen_random_uuid(), 'done', '2026-01-01', 'planted', 'administrator')`,
	`INSERT INTO office_closure (tenant_id, closure_id, first_day, last_day, reason, changed_at, changed_by)
		VALUES ($1, gen_random_uuid(), '2026-01-01', '2026-01-01', '` + Planted + `reason', '2026-01-01', 'planted')`,
	`INSERT INTO engagement (tenant_id, engagement_id, sign_in_name, purpose, permissions, starts_at, ends_at, granted_by, granted_at, terms)
		VALUES ($1, gen_random_uuid(), 'planted@example.org', '` + Planted + `purpose', '{figure.read}', '2026-01-01', '2026-12-01', 'planted', '2026-01-01', 1)`,
}

// Give writes into the other administration a notice, an invitation, a role, a contract with what is said about it, a purpose, an export, a closure and an engagement, with Planted in a text where they have one.
func (v *View) Give(tb testing.TB) {
	tb.Helper()
	for _, statement := range given {
		v.Exec(tb, statement, v.other)
	}
}

// Checksums are a sum over all rows of the other administration, by table. Sessions and tokens
// are left out: every request touches them, those of the tests' own people too.
func (v *View) Checksums(tb testing.TB) map[string]string {
	tb.Helper()
	sums := map[string]string{}
	for _, table := range v.tables(tb, "") {
		var sum string
		err := v.super.QueryRow(tb.Context(), `SELECT count(*) || ' ' || coalesce(md5(string_agg(md5(x::text), '' ORDER BY md5(x::text))), '') FROM `+table+` x WHERE tenant_id = $1`,
			v.other).Scan(&sum)
		if err != nil {
			tb.Fatal(err)
		}
		sums[table] = sum
	}
	return sums
}

// Save keeps the rows of a table of sessions or tokens, for Restore.
func (v *View) Save(tb testing.TB, table string) {
	tb.Helper()
	v.Exec(tb, `CREATE TABLE `+saved(table)+` AS SELECT * FROM `+table)
}

// Restore brings back rows that Save has kept, as they were: some routes end sessions and tokens.
func (v *View) Restore(tb testing.TB, table string) {
	tb.Helper()
	v.Exec(tb, `DELETE FROM `+table+` WHERE token_hash IN (SELECT token_hash FROM `+saved(table)+`)`)
	v.Exec(tb, `INSERT INTO `+table+` SELECT * FROM `+saved(table))
}

// savedPrefix begins the names of tables that Save makes.
const savedPrefix = "saved_"

func saved(table string) string { return savedPrefix + table }

// tables lists the tables of administrations' data by name.
func (v *View) tables(tb testing.TB, where string) []string {
	tb.Helper()
	rows, err := v.super.Query(tb.Context(), `SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
		AND c.relname NOT IN ('sign_in_session', 'api_token') AND NOT starts_with(c.relname, '`+savedPrefix+`')
		AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id') `+where+` ORDER BY 1`)
	if err != nil {
		tb.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(names) == 0 {
		tb.Fatalf("tables %v, %v", names, err)
	}
	return names
}

// Engage gives an account an engagement in one's own administration, from an instant on for an
// hour, that claims the given actions. It is written by hand: the service would not grant more
// than an expert may have, and a row with more must give no more either.
func (v *View) Engage(tb testing.TB, account, signInName string, actions []string, at time.Time) {
	tb.Helper()
	v.Exec(tb, `INSERT INTO engagement (tenant_id, engagement_id, sign_in_name, account_id, purpose, permissions, names_purpose, starts_at, ends_at,
		granted_by, granted_at, terms, accepted_at) VALUES ($1, 'ffffffff-ffff-ffff-ffff-ffffffffffff', $2, $3, 'a test of routes', $4, 'a test of names', $5, $6, 'test', $5, 1, $5) ON CONFLICT DO NOTHING`,
		v.own, signInName, account, actions, at, at.Add(time.Hour))
}
