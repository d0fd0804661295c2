package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/deploy/local/dbtest"
)

// TestImportOfASampleTwice follows the commands of a newcomer on a database of one's own.
func TestImportOfASampleTwice(t *testing.T) {
	database := dbtest.New(t)
	useDatabase(t, database.AppURL, database.OwnerURL)
	extract := filepath.Join(t.TempDir(), "extract")
	wantSuccess(t, runAssay(t, "sample", "--out", extract, "--declarations", "300", "--months", "2"), "declarations written")
	wantSuccess(t, runAssay(t, "tenant", "create", "douala", "--name", "Customs", "--currency", "XAF", "--zone", "Africa/Douala"), "is ready")

	dry := importJSON(t, "--tenant", "douala", "--format", "asycuda-world", "--dry-run", extract)
	first := importJSON(t, "--tenant", "douala", "--format", "asycuda-world", extract)
	if first["loaded"].(float64) < 300 || first["replaced"].(float64) != 0 || first["unchanged"].(float64) != 0 || first["read"].(float64) < 1000 {
		t.Errorf("first import: %v", first)
	}
	if dry["state"] != "dry_run" || dry["loaded"] != first["loaded"] || dry["read"] != first["read"] {
		t.Errorf("the dry run said %v, the import %v", dry, first)
	}
	second := importJSON(t, "--tenant", "douala", "--format", "asycuda-world", extract)
	if second["loaded"].(float64) != 0 || second["replaced"].(float64) != 0 || second["unchanged"] != first["loaded"] || second["repeats"] != first["batch"] {
		t.Errorf("second import: %v", second)
	}
	text := runAssay(t, "import", "--tenant", "douala", "--format", "asycuda-world", extract)
	wantSuccess(t, text, "These are the same bytes as in batch "+first["batch"].(string))
	if strings.Contains(text.stderr, "\r") {
		t.Errorf("a progress bar though there is no terminal:\n%s", text.stderr)
	}
}

// importJSON runs an import and checks that its summary has the promised fields.
func importJSON(t *testing.T, args ...string) map[string]any {
	t.Helper()
	got := runAssay(t, append([]string{"import", "--json"}, args...)...)
	var summary map[string]any
	if err := json.Unmarshal([]byte(got.stdout), &summary); err != nil || got.code != 0 {
		t.Fatalf("exit %d, %v:\n%s%s", got.code, err, got.stdout, got.stderr)
	}
	missing := []string{}
	for _, field := range []string{"batch", "read", "loaded", "replaced", "unchanged", "rejected", "unmapped_operations", "seconds"} {
		if summary[field] == nil {
			missing = append(missing, field)
		}
	}
	if diff := cmp.Diff([]string{}, missing); diff != "" {
		t.Errorf("missing fields:\n%s", diff)
	}
	return summary
}

func TestImportRefusesWhatItCannotDo(t *testing.T) {
	database := dbtest.New(t)
	useDatabase(t, database.AppURL, database.OwnerURL)
	file := filepath.Join(t.TempDir(), "items.csv")
	if err := os.WriteFile(file, []byte("OFFICE\nX\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	wantSentence(t, runAssay(t, "import", "--tenant", "nobody", "--format", "ndjson"), "assay import --tenant CODE --format FORMAT PATH...")
	wantSentence(t, runAssay(t, "import", "--tenant", "nobody", "--format", "ndjson", file), `no administration "nobody"`)
	wantSentence(t, runAssay(t, "import", "--tenant", "nobody", "--format", "ndjson", file+".gone"), "cannot be read")
	wantSentence(t, runAssay(t, "import", "--tenant", "nobody", "--format", "ndjson", "--map", file, file), "")
	wantSuccess(t, runAssay(t, "tenant", "create", "douala", "--name", "Customs"), "is ready")
	wantSentence(t, runAssay(t, "import", "--tenant", "douala", "--format", "papyrus", file), "papyrus")
}
