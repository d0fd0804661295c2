package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"assay/domain/sample"
)

func TestSampleWritesItsFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "extract")
	got := runAssay(t, "sample", "--out", dir, "--declarations", "300", "--months", "4", "--profile", "before", "--rate", "p4=100", "--json")
	wantSuccess(t, got, `"declarations":300`)
	var summary struct{ Planted map[string]int }
	if err := json.Unmarshal([]byte(got.stdout), &summary); err != nil || summary.Planted["P4"] != 3 {
		t.Errorf("P4 is planted %d times, want 3 (%v)", summary.Planted["P4"], err)
	}
	for _, name := range append(sample.Files(), "truth_keys") {
		if _, err := os.Stat(filepath.Join(dir, name+".csv")); err != nil {
			t.Errorf("file %s: %v", name, err)
		}
	}
}

func TestSampleRefusesWrongArguments(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	wantSentence(t, runAssay(t, "sample"), "out")
	wantSentence(t, runAssay(t, "sample", "--out", dir, "--declarations", "0"), "must be from 1")
	wantSentence(t, runAssay(t, "sample", "--out", dir, "--profile", "golden"), "before, after, mixed or clean")
	wantSentence(t, runAssay(t, "sample", "--out", dir, "--rate", "P2"), "RULE=NUMBER")
	wantSentence(t, runAssay(t, "sample", "--out", dir, "--rate", "P15=3"), "P1 to P14")
}
