package main

import (
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// TestMeasuresOfSeveralRunsAreJoined keeps two runs in a file: the later measure of a question counts.
func TestMeasuresOfSeveralRunsAreJoined(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "measures.csv")
	small := measured{rows: 1_000_000, question: "office × month, no quantiles", groups: 576, unfiltered: true, floor: 3, cold: 9, cube: 5 * time.Millisecond, duckFiles: 7}
	before := measured{rows: 5_000_000, question: "officer", groups: 288, cube: time.Second}
	after := measured{rows: 5_000_000, question: "officer", groups: 288, cube: time.Millisecond, duckTable: 8, postgres: time.Minute}
	if _, err := joined(path, []measured{small, before}); err != nil {
		t.Fatal(err)
	}
	got, err := joined(path, []measured{after})
	if err != nil {
		t.Fatal(err)
	}
	again, err := kept(path)
	if err != nil {
		t.Fatal(err)
	}
	if want := []measured{small, after}; !slices.Equal(got, want) || !slices.Equal(again, want) {
		t.Fatalf("joined %v, kept %v; want %v", got, again, want)
	}
}
