package main

import (
	"archive/zip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"assay/deploy/local/dbtest"
	"assay/deploy/local/dbtest/everytable"
)

// TestTheLifeOfAnAdministration follows the commands of an operator, from the first to the last.
func TestTheLifeOfAnAdministration(t *testing.T) {
	database := dbtest.New(t)
	useDatabase(t, database.AppURL, database.OwnerURL)
	t.Setenv(redisURLVariable, "redis://"+dbtest.Redis(t)+"/0")
	wantSuccess(t, runAssay(t, "tenant", "create", "douala", "--name", "Customs", "--currency", "XAF", "--zone", "Africa/Douala"), "is ready")
	wantSuccess(t, runAssay(t, "tenant", "create", "other", "--name", "Other"), "is ready")
	extract := filepath.Join(t.TempDir(), "extract")
	wantSuccess(t, runAssay(t, "sample", "--out", extract, "--declarations", "120", "--months", "2"), "declarations written")
	wantSuccess(t, runAssay(t, "import", "--tenant", "douala", "--format", "asycuda-world", extract), "")
	wantSuccess(t, runAssay(t, "tenant", "suspend", "douala", "--reason", "moves"), "is suspended")
	listed := runAssay(t, "tenant", "list")
	if !regexp.MustCompile(`(?m)^douala .* suspended .* 1 +0$`).MatchString(listed.stdout) {
		t.Errorf("the list does not show a suspended administration with a job that waits:\n%s", listed.stdout)
	}
	wantSuccess(t, runAssay(t, "tenant", "resume", "douala"), "is active")

	directory := filepath.Join(t.TempDir(), "export")
	wantSuccess(t, runAssay(t, "tenant", "export", "douala", "--to", directory), "files with")
	for _, name := range []string{"manifest.json", "README.txt", "tables/declaration.parquet", "tables/tenant.json", "tables/audit_record.json"} {
		if info, err := os.Stat(filepath.Join(directory, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantSentence(t, runAssay(t, "tenant", "export", "douala", "--to", directory), "it must be new or empty")
	wantSuccess(t, runAssay(t, "tenant", "export", "douala", "--to", directory+".zip"), "files with")
	archive, err := zip.OpenReader(directory + ".zip")
	if err != nil {
		t.Fatal(err)
	}
	_ = archive.Close()
	wantSentence(t, runAssay(t, "tenant", "export", "douala", "--to", directory+".zip"), "is there already")

	wantSentence(t, runAssay(t, "tenant", "erase", "douala"), "must be the code douala")
	wantSentence(t, runAssay(t, "tenant", "erase", "douala", "--confirm", "other"), "must be the code douala")
	erased := runAssay(t, "tenant", "erase", "douala", "--confirm", "douala")
	wantSuccess(t, erased, "0 rows are left")
	if !regexp.MustCompile(`(?m)^ +declaration +1\d\d +0$`).MatchString(erased.stdout) {
		t.Errorf("the proof does not say how many declarations were removed:\n%s", erased.stdout)
	}
	wantSentence(t, runAssay(t, "tenant", "export", "douala"), `no administration "douala"`)
	wantSuccess(t, runAssay(t, "tenant", "list"), "other")
	// The superuser sees what row-level security would hide.
	super := everytable.Connect(t, database.SuperURL)
	if rows := everytable.List[int64](t, super, `SELECT count(*) FROM declaration`); rows[0] != 0 {
		t.Errorf("%d declarations are left", rows[0])
	}
	if stone := everytable.List[string](t, super, `SELECT erased_by FROM tenant_tombstone`); len(stone) != 1 || !strings.HasPrefix(stone[0], "command/") {
		t.Errorf("tombstones by %v", stone)
	}
}
