package installation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"assay/deploy/local/dbtest"
	"assay/deploy/local/dbtest/everytable"
	"assay/domain"
	"assay/domain/administration"
	"assay/domain/installation"
	"assay/domain/store"
)

// The marks that are in every text of a row of A and of B.
const markA, markB = "TEXT-OF-A", "TEXT-OF-B"

// People by where they belong.
const (
	onlyA    = "00000000-0000-7000-8000-000000000001"
	both     = "00000000-0000-7000-8000-000000000002"
	operator = "00000000-0000-7000-8000-000000000003"
)

// kit is two administrations with a row in every table, a table that the program
// was never told of among them.
type kit struct {
	database        *dbtest.Database
	super           *pgx.Conn
	db              *store.DB
	administrations *administration.Service
	service         *installation.Service
	a, b            *administration.Tenant
	tables          []everytable.Table
}

func now() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }

var byOperator = installation.Actor{Name: "operator", Capacity: "installation_operator", Origin: "127.0.0.1"}

func newKit(t *testing.T) *kit {
	t.Helper()
	k := &kit{database: dbtest.New(t)}
	owner := everytable.Connect(t, k.database.OwnerURL)
	k.super = everytable.Connect(t, k.database.SuperURL)
	k.run(t, owner, `CREATE TABLE novelty (tenant_id uuid NOT NULL REFERENCES tenant, number int NOT NULL, words text NOT NULL, api_secret text NOT NULL DEFAULT '`+"hush-hush"+`', PRIMARY KEY (tenant_id, number))`)
	k.run(t, owner, `SELECT assay_isolate('novelty')`)
	var err error
	if k.db, err = store.Open(t.Context(), k.database.AppURL, store.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.db.Close)
	k.administrations = administration.New(k.db, now)
	k.service = installation.New(k.db, k.administrations, now)
	k.a, k.b = k.tenant(t, "alpha"), k.tenant(t, "beta")
	k.run(t, k.super, `INSERT INTO account (account_id, sign_in_name, name, password_hash, created_at) VALUES
		('`+everytable.Account+`', 'x', 'X', 'HASH', now()), ('`+onlyA+`', 'only', 'Only A', 'HASH', now()), ('`+both+`', 'both', 'Both', 'HASH', now()), ('`+operator+`', 'op', 'Operator', 'HASH', now())`)
	k.tables = everytable.Isolated(t, k.super)
	insert := func(sql string) error { _, err := k.super.Exec(t.Context(), sql); return err }
	everytable.Fill(t, k.tables, insert, k.a.ID.String(), markA)
	everytable.Fill(t, k.tables, insert, k.b.ID.String(), markB)
	// For each tenant anew: what fits one tenant's row of a shared table is chosen once.
	everytable.Fill(t, everytable.Shared(t, k.super), insert, k.a.ID.String(), markA)
	everytable.Fill(t, everytable.Shared(t, k.super), insert, k.b.ID.String(), markB)
	// Jobs of the generator would count as at work.
	k.run(t, k.super, `UPDATE outbox SET state = 'done'; UPDATE tenant_export SET state = 'done'`)
	for _, person := range []string{onlyA, both, operator} {
		k.run(t, k.super, fmt.Sprintf(`INSERT INTO membership (account_id, tenant_id, role) VALUES ('%s', '%s', 'analyst')`, person, k.a.ID))
		k.run(t, k.super, fmt.Sprintf(`INSERT INTO sign_in_session (token_hash, account_id, tenant_id, data, created_at, seen_at, expires_at) VALUES ('%s', '%s', '%s', 'SESSION', now(), now(), now())`, person, person, k.a.ID))
		k.run(t, k.super, fmt.Sprintf(`INSERT INTO api_token (token_hash, account_id, tenant_id, name, scopes, created_at, expires_at) VALUES ('TOKENHASH%s', '%s', '%s', 'script', '{}', now(), now())`, person, person, k.a.ID))
	}
	k.run(t, k.super, fmt.Sprintf(`INSERT INTO membership (account_id, tenant_id, role) VALUES ('%s', '%s', 'analyst')`, both, k.b.ID))
	k.run(t, k.super, `INSERT INTO installation_member (account_id, role, since) VALUES ('`+operator+`', 'installation_operator', now())`)
	return k
}

func (k *kit) run(t *testing.T, conn *pgx.Conn, sql string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (k *kit) tenant(t *testing.T, code string) *administration.Tenant {
	t.Helper()
	tenant := &administration.Tenant{Code: code, Names: map[string]string{"en": code}, Currency: "EUR", Zone: "UTC", Languages: []string{"en"}}
	if err := k.administrations.Create(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	return tenant
}

// allTables are the names of all tables with a tenant_id, asked in another way than the
// program asks.
func (k *kit) allTables(t *testing.T) []string {
	t.Helper()
	return everytable.List[string](t, k.super, `SELECT c.table_name::text FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
		WHERE c.table_schema = 'public' AND c.column_name = 'tenant_id' AND t.table_type = 'BASE TABLE' ORDER BY 1`)
}

// state is a fingerprint of all rows of a tenant, as the superuser sees them.
func (k *kit) state(t *testing.T, id domain.TenantID) map[string]string {
	t.Helper()
	state := map[string]string{}
	for _, name := range k.allTables(t) {
		state[name] = everytable.List[string](t, k.super, `SELECT coalesce(string_agg(md5(t::text), ',' ORDER BY md5(t::text)), '') FROM `+name+` t WHERE tenant_id = $1`, id.String())[0]
	}
	return state
}
