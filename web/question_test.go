package web

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"assay/domain"
	"assay/domain/indicator"
	"assay/web/present"
)

func TestQuestionIsReadAndWritten(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"":                                    "",
		"period=2026-09":                      "period=2026-09",
		"lane=red&office=DLA1&period=2026-Q3": "period=2026-Q3&lane=red&office=DLA1", // the order of filters stays
		"office=&lane=red":                    "lane=red",
		"office=~":                            "office=~",
		"office=A&office=B":                   "office=B",
		"by=broker&sort=value&order=falling&page=3": "by=broker&sort=value&order=falling&page=3",
		"part=numerator":              "part=numerator",
		"origin=C%C3%B4te+d%27Ivoire": "origin=C%C3%B4te+d%27Ivoire",
	} {
		q, err := readQuestion(address)
		if err != nil {
			t.Errorf("%q: %v", address, err)
			continue
		}
		if got := q.query(); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

func TestAddressesThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"period=2026-13", "period=yesterday", "period=1200-01..2099-01", "page=0", "page=x", "sort=colour", "part=all", "office=%zz"} {
		if _, err := readQuestion(address); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%q: %v", address, err)
		}
	}
	long := ""
	for i := range mostFilters + 1 {
		long += "d" + string(rune('a'+i)) + "=1&"
	}
	if _, err := readQuestion(long); !domain.Is(err, domain.KindTooMany) {
		t.Errorf("too many filters: %v", err)
	}
}

// TestQuestionsSurviveTheirAddress: what a link asks is what the page that it opens reads.
func TestQuestionsSurviveTheirAddress(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		q := question{page: rapid.IntRange(1, 99).Draw(t, "page"), by: rapid.SampledFrom([]string{"", "office", "broker"}).Draw(t, "by"),
			sort: rapid.SampledFrom([]string{"", "name", "value"}).Draw(t, "sort")}
		q.falling = q.sort != "" && rapid.Bool().Draw(t, "falling")
		months := rapid.IntRange(0, 24).Draw(t, "months")
		if months > 0 {
			from := time.Date(2020, time.Month(rapid.IntRange(1, 12).Draw(t, "month")), 1, 0, 0, 0, 0, time.UTC)
			q.period = present.Period{From: from, To: from.AddDate(0, months, 0)}
		}
		for _, dimension := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"lane", "origin", "hs_chapter"}), 0, 3, rapid.ID[string]).Draw(t, "dimensions") {
			value := rapid.StringN(0, 8, 20).Filter(func(s string) bool { return s != unknownValue }).Draw(t, "value")
			q.filters = append(q.filters, indicator.Filter{Dimension: dimension, Values: []string{value}})
		}
		again, err := readQuestion(q.query())
		if err != nil {
			t.Fatal(err)
		}
		if again.query() != q.query() || len(again.filters) != len(q.filters) || again.period != q.period || again.page != q.page {
			t.Fatalf("%+v became %+v", q, again)
		}
		for i := range q.filters {
			if again.filters[i].Dimension != q.filters[i].Dimension || again.filters[i].Values[0] != q.filters[i].Values[0] {
				t.Fatalf("%+v became %+v", q, again)
			}
		}
	})
}

func TestAddressesThatLeadAway(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"/in/karouma/board?period=2026-09": "/in/karouma/board?period=2026-09",
		"//evil.example":                   "/", "https://evil.example/": "/", "/\\evil.example": "/", "javascript:alert(1)": "/", "": "/", "board": "/", "/a\r\nSet-Cookie: x": "/",
	} {
		if got := ownAddress(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

func TestTokensAreMasked(t *testing.T) {
	t.Parallel()
	first, second := mask("a token"), mask("a token")
	if first == second {
		t.Error("a token is written the same twice")
	}
	if unmask(first) != "a token" || unmask(second) != "a token" {
		t.Error("a masked token is not read back")
	}
	for _, wrong := range []string{"", "x", "!!", mask("another")} {
		if unmask(wrong) == "a token" {
			t.Errorf("%q is taken for the token", wrong)
		}
	}
}

func TestTextsThatSpreadsheetsWouldRun(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"=1+1": "'=1+1", "+A1": "'+A1", "-2": "'-2", "@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx", "Port Sud": "Port Sud", "": ""} {
		if got := harmless(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
