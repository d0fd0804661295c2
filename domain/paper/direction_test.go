package paper

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/bidi"
)

// seen is a line from right to left as runs in the order of reading, those from left to right in brackets.
func seen(t *testing.T, text string) string {
	t.Helper()
	var paragraph bidi.Paragraph
	if _, err := paragraph.SetString(isolateForeign(text), bidi.DefaultDirection(bidi.RightToLeft)); err != nil {
		t.Fatal(err)
	}
	order, err := paragraph.Order()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for i := range order.NumRuns() {
		run := order.Run(i)
		if text := marks.Replace(run.String()); run.Direction() == bidi.LeftToRight {
			said.WriteString("[" + text + "]")
		} else {
			said.WriteString(text)
		}
	}
	return said.String()
}

// TestForeignWordsStayTogether: names with their codes and dates stand in an Arabic text as they are written.
func TestForeignWordsStayTogether(t *testing.T) {
	t.Parallel()
	for text, wanted := range map[string]string{
		"يشمل Officer EX1 (EX1) في":           "يشمل [Officer EX1 (EX1)] في",
		"ويمثله Amina (Examiner).":            "ويمثله [Amina (Examiner)].",
		"من 2026-03-12 إلى 2026-09-11.":       "من [2026-03-12] إلى [2026-09-11].",
		"General) ويمثله":                     "[General)] ويمثله",
		"(Examiner) ويمثله":                   "[(Examiner)] ويمثله",
		"في المكتب DLA1، و":                   "في المكتب [DLA1]، و",
		"خلال 10 أيام":                        "خلال [10] أيام",
		"الساعة 08:30 و 1,250.75":             "الساعة [08:30] و [1,250.75]",
		"https://assay.example/in/a?b=c يفتح": "[https://assay.example/in/a?b=c] يفتح",
		"(Officer EX1، مفتش)":                 "([Officer EX1]، مفتش)",
		"عقد الأداء":                          "عقد الأداء",
	} {
		if got := seen(t, text); got != wanted {
			t.Errorf("%q is seen as %q, not %q", text, got, wanted)
		}
	}
}
