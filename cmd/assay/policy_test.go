package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"assay/policies"
)

func TestPolicyCheck(t *testing.T) {
	t.Parallel()
	if got := runAssay(t, "policy", "check"); got.code != 0 || !strings.Contains(got.stdout, "are as expected") {
		t.Errorf("the table of the program: %+v", got)
	}
	other := filepath.Join(t.TempDir(), "expected.csv")
	table := strings.Replace(policies.Expected, "officer, figure.export, none", "officer, figure.export, own", 1)
	if err := os.WriteFile(other, []byte(table), 0o600); err != nil {
		t.Fatal(err)
	}
	got := runAssay(t, "policy", "check", other)
	if got.code == 0 || !strings.Contains(got.stdout, "officer, figure.export: expected own, the policies decide none") || strings.Count(got.stdout, "\n") != 1 {
		t.Errorf("another table: %+v", got)
	}
	if list := runAssay(t, "policy", "list"); list.stdout != policies.Expected {
		t.Errorf("policy list does not print policies/expected.csv: %.200s", list.stdout)
	}
	wantSentence(t, runAssay(t, "policy", "check", filepath.Join(t.TempDir(), "none.csv")), "cannot be opened")
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), []string{"policy", "check", "-"}, strings.NewReader("king, figure.read, own\n"), &stdout, &stderr)
	wantSentence(t, result{code, stdout.String(), stderr.String()}, "there is no role")
}
