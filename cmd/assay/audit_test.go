package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"assay/deploy/local/dbtest"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/store"
)

// TestAuditCommands follows the record of two administrations: intact, noted, exported, tampered with.
func TestAuditCommands(t *testing.T) {
	database := dbtest.New(t)
	useDatabase(t, database.AppURL, database.OwnerURL)
	db, err := store.Open(t.Context(), database.AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	tenants := map[string]*administration.Tenant{}
	for _, code := range []string{"bir", "dla"} {
		tenant := &administration.Tenant{Code: code, Names: map[string]string{"en": "Customs"}, Currency: "XAF", Zone: "UTC", Languages: []string{"en"}}
		if err := administration.New(db, time.Now).Create(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		tenants[code] = tenant
		for range 4 {
			if err := audit.Deed(t.Context(), db, tenant.ID, audit.Entry{At: time.Now(), Actor: "amina", Action: "import.load", After: map[string]int{"rows": 3}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	wantSuccess(t, runAssay(t, "audit", "verify"), "bir  intact: 4 rows, 1 to 4\ndla  intact: 4 rows, 1 to 4\n")
	heads := runAssay(t, "audit", "heads")
	wantSuccess(t, heads, "dla 4:")
	noted := filepath.Join(t.TempDir(), "heads.txt")
	write(t, noted, heads.stdout)
	wantSuccess(t, runAssay(t, "audit", "verify", "--heads", noted), "dla  intact")

	file := filepath.Join(t.TempDir(), "record.jsonl")
	var exported strings.Builder
	if _, err := audit.Export(t.Context(), db, tenants["bir"].ID, audit.Filter{}, audit.JSONLines, &exported); err != nil {
		t.Fatal(err)
	}
	write(t, file, exported.String())
	head := strings.Fields(heads.stdout)[1]
	wantSuccess(t, runAssay(t, "audit", "verify", file, "--head", head), "intact: 4 rows, 1 to 4  "+head)
	write(t, file, strings.Replace(exported.String(), "amina", "omar", 1))
	wantSentence(t, runAssay(t, "audit", "verify", file), "row 1 was changed")
	wantSentence(t, runAssay(t, "audit", "verify", file+".none"), "there is no file")
	wantSentence(t, runAssay(t, "audit", "verify", file, "--head", "4:00"), "is not the end of a record")
	wantSentence(t, runAssay(t, "audit", "verify", "--head", head), "say which with --tenant")
	wantSentence(t, runAssay(t, "audit", "verify", "--tenant", "none"), "there is no administration")

	tamper(t, database.SuperURL, `DELETE FROM audit_record WHERE sequence = 4 AND tenant_id = '`+tenants["dla"].ID.String()+`'`)
	got := runAssay(t, "audit", "verify")
	if got.code == 0 || !strings.Contains(got.stdout, "dla  rows from 4 on are gone") || !strings.Contains(got.stderr, "1 of 2 administrations is broken") {
		t.Fatalf("a cut-off end: %+v", got)
	}
	wantSuccess(t, runAssay(t, "audit", "verify", "--tenant", "bir"), "intact")
	// With the kept end cut back too, only the deposited one tells.
	tamper(t, database.SuperURL, `UPDATE audit_head h SET sequence = 3, hash = r.hash FROM audit_record r WHERE r.sequence = 3 AND r.tenant_id = h.tenant_id
		AND h.tenant_id = '`+tenants["dla"].ID.String()+`'`)
	wantSuccess(t, runAssay(t, "audit", "verify", "--tenant", "dla"), "intact: 3 rows")
	got = runAssay(t, "audit", "verify", "--tenant", "dla", "--heads", noted)
	if got.code == 0 || !strings.Contains(got.stdout, "rows from 4 on are gone") {
		t.Fatalf("against the deposited end: %+v", got)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// tamper changes the database as somebody with the server in hands would.
func tamper(t *testing.T, url, statement string) {
	t.Helper()
	super, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = super.Close(context.Background()) }()
	tag, err := super.Exec(t.Context(), statement)
	if err != nil || tag.RowsAffected() != 1 {
		t.Fatalf("%s: %d rows, %v", statement, tag.RowsAffected(), err)
	}
}
