package handbook_test

import (
	"strings"
	"testing"

	"assay/domain/indicator"
	"assay/web/handbook"
)

// TestTheHandbookIsWhole: both languages have the same sections in the same order, and say of
// every indicator of the catalogue how it is gamed.
func TestTheHandbookIsWhole(t *testing.T) {
	t.Parallel()
	books, err := handbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	first := books[handbook.Languages[0]]
	for _, language := range handbook.Languages {
		book := books[language]
		for _, chapter := range handbook.Chapters {
			sections := book.Chapters[chapter]
			if len(sections) == 0 || len(sections) != len(first.Chapters[chapter]) {
				t.Fatalf("%s: chapter %s has %d sections", language, chapter, len(sections))
			}
			for i, section := range sections {
				if section.ID != first.Chapters[chapter][i].ID || len(strings.TrimSpace(string(section.HTML))) < 80 {
					t.Errorf("%s: %s has section %q, %d long", language, chapter, section.ID, len(section.HTML))
				}
			}
		}
		for _, d := range indicator.All() {
			if len(book.Gaming[d.Code]) < 20 {
				t.Errorf("%s does not say how %s is gamed", language, d.Code)
			}
		}
		if len(book.Gaming) != len(indicator.All()) {
			t.Errorf("%s speaks of %d indicators, the catalogue has %d", language, len(book.Gaming), len(indicator.All()))
		}
	}
	if !first.Chapters["reading"][3].Holds([]string{"CHANCE", "funnel"}) || first.Chapters["reading"][3].Holds([]string{"h2"}) {
		t.Error("searching looks at the wrong text")
	}
}
