package locales

import (
	"encoding/json"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"
)

func load(tb testing.TB) *Bundle {
	tb.Helper()
	b, err := Load()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

// raw reads a language's message files as they stand: texts, or plural forms, by file.
func raw(tb testing.TB, language string) map[string]map[string]any {
	tb.Helper()
	contents, err := messageFiles(language)
	if err != nil {
		tb.Fatal(err)
	}
	byFile, seen := map[string]map[string]any{}, map[string]string{}
	for name, content := range contents {
		var messages map[string]any
		if err := json.Unmarshal(content, &messages); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		for key := range messages {
			if other, twice := seen[key]; twice {
				tb.Errorf("%s stands in %s and in %s", key, other, name)
			}
			seen[key] = name
		}
		byFile[name] = messages
	}
	return byFile
}

var blank = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

func blanksOf(text string) []string {
	var names []string
	for _, found := range blank.FindAllStringSubmatch(text, -1) {
		names = append(names, found[1])
	}
	sort.Strings(names)
	return names
}

// TestLanguagesAreComplete: every language has every key, no text is empty, and the
// blanks to fill in are the same.
func TestLanguagesAreComplete(t *testing.T) {
	t.Parallel()
	first := raw(t, Languages[0])
	for _, language := range Languages {
		messages := raw(t, language)
		for file, texts := range first {
			compareFile(t, language+"/"+file, texts, messages[file])
		}
		for file := range messages {
			if first[file] == nil {
				t.Errorf("%s has %s, which %s lacks", language, file, Languages[0])
			}
		}
	}
}

// compareFile holds a language's file against the same file of the first language.
func compareFile(t *testing.T, name string, first, messages map[string]any) {
	t.Helper()
	for key, want := range first {
		got, ok := messages[key]
		if !ok {
			t.Errorf("%s lacks %s", name, key)
			continue
		}
		text, plain := want.(string)
		if !plain {
			continue
		}
		translated, ok := got.(string)
		if !ok || strings.TrimSpace(translated) == "" {
			t.Errorf("%s: %s is empty or no text", name, key)
		}
		if !slices.Equal(blanksOf(text), blanksOf(translated)) {
			t.Errorf("%s: %s has the blanks %v, %s has %v", name, key, blanksOf(translated), Languages[0], blanksOf(text))
		}
	}
	for key := range messages {
		if _, ok := first[key]; !ok {
			t.Errorf("%s has %s, which %s lacks", name, key, Languages[0])
		}
	}
}

func TestPluralFormsOfArabic(t *testing.T) {
	t.Parallel()
	l := load(t).Locale("ar", "latn", nil)
	for count, want := range map[int64]string{0: "لا حالات", 1: "حالة واحدة", 2: "حالتان", 5: "5 حالات", 11: "11 حالة", 100: "100 حالة"} {
		if got := l.TN("count.cases", count); got != want {
			t.Errorf("%d: %q, want %q", count, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, c := range []struct {
		language, digits string
		write            func(*Locale) string
		want             string
	}{
		{"en", "", func(l *Locale) string { return l.Count(1234567) }, "1,234,567"},
		{"en", "", func(l *Locale) string { return l.Decimal(-12.5, 1) }, "−12.5"},
		{"fr", "", func(l *Locale) string { return l.Decimal(1234.5, 2) }, "1\u00a0234,50"},
		{"ar", "arab", func(l *Locale) string { return l.Count(1234) }, "١٬٢٣٤"},
		{"ar", "latn", func(l *Locale) string { return l.Count(1234) }, "1,234"},
		{"en", "", func(l *Locale) string { return l.Plain(2026) }, "2026"},
		{"en", "", func(l *Locale) string { return l.Percent(0.256, 1) }, "25.6%"},
		{"en", "", func(l *Locale) string { return l.Signed(-1, "1.2") }, "−1.2"},
		{"ar", "", func(l *Locale) string { return l.Signed(1, "1.2") }, "\u2066+1.2\u2069"},
		{"en", "", func(l *Locale) string { return l.Short(1_234_567) }, "1.23 M"},
		{"en", "", func(l *Locale) string { return l.Short(999_600) }, "1.00 M"},
		{"en", "", func(l *Locale) string { return l.Short(99_949) }, "99,949"},
		{"en", "", func(l *Locale) string { return l.Short(12_345_678_901) }, "12.3 bn"},
		{"fr", "", func(l *Locale) string { return l.Short(250_000_000) }, "250 M"},
		{"en", "", func(l *Locale) string { return l.Short(2.5) }, "2.50"},
		{"en", "", func(l *Locale) string { return l.WithMoney("XAF", 0).Money(1234) }, "1,234 XAF"},
		{"en", "", func(l *Locale) string { return l.WithMoney("TND", 3).Amount(1234567) }, "1,234.567"},
		{"en", "", func(l *Locale) string { return l.WithMoney("EUR", 2).Amount(-5) }, "−0.05"},
	} {
		if got := c.write(b.Locale(c.language, c.digits, nil)); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.language, c.digits, got, c.want)
		}
	}
}

func TestDatesAndDurations(t *testing.T) {
	t.Parallel()
	b := load(t)
	zone, err := time.LoadLocation("Africa/Douala")
	if err != nil {
		t.Fatal(err)
	}
	en, ar := b.Locale("en", "", zone), b.Locale("ar", "arab", zone)
	at := time.Date(2026, 9, 30, 23, 5, 0, 0, time.UTC) // the next day in Douala
	for want, got := range map[string]string{
		"1 Oct 2026, 00:05": en.Instant(at),
		"30 September 2026": en.Date(at),
		"September 2026":    en.Month(at),
		"Sep 26":            en.ShortMonth(at),
		"٣٠ سبتمبر ٢٠٢٦":    ar.Date(at),
		"42 s":              en.Duration(42),
		"1 min":             en.Duration(75),
		"1 h":               en.Duration(3600 - 10),
		"2 h 37 min":        en.Duration(2*3600 + 37*60),
		"47 h 59 min":       en.Duration(48*3600 - 60),
		"2 d":               en.Duration(48 * 3600),
		"3 d 4 h":           en.Duration(76 * 3600),
		"−5 min":            en.Duration(-300),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSpanishAndPortuguese(t *testing.T) {
	t.Parallel()
	b := load(t)
	es, pt := b.Locale("es", "", nil).WithMoney("EUR", 2), b.Locale("pt", "", nil).WithMoney("AOA", 2)
	day := time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)
	for _, c := range [][2]string{
		{es.Count(1234567), "1.234.567"}, {pt.Count(1234567), "1.234.567"},
		{es.Decimal(-12.5, 1), "−12,5"}, {pt.Decimal(-12.5, 1), "−12,5"},
		{es.Percent(0.256, 1), "25,6\u00a0%"}, {pt.Percent(0.256, 1), "25,6%"},
		{es.Money(123456789), "1.234.567,89 EUR"}, {pt.Money(123456789), "1.234.567,89 AOA"},
		{es.Short(12_345_678_901), "12,3 mil M"}, {pt.Short(12_345_678_901), "12,3 mil M"},
		{es.Date(day), "30 de septiembre de 2026"}, {pt.Date(day), "30 de setembro de 2026"},
		{es.ShortMonth(day), "sep 26"}, {pt.ShortMonth(day), "set 26"},
		{es.TN("count.cases", 1), "1 caso"}, {es.TN("count.cases", 2), "2 casos"}, {es.TN("count.cases", 1_000_000), "1.000.000 casos"},
		{pt.TN("count.cases", 1), "1 caso"}, {pt.TN("count.cases", 12), "12 casos"},
	} {
		if c[0] != c[1] {
			t.Errorf("%q, want %q", c[0], c[1])
		}
	}
}

func TestLanguageOfABrowser(t *testing.T) {
	t.Parallel()
	b := load(t)
	for accept, want := range map[string]string{"": "en", "fr-CM,fr;q=0.9": "fr", "ar-TN": "ar", "de": "en", "sw,fr;q=0.5": "fr", "es-DO": "es", "pt-AO": "pt", ";;;": "en"} {
		if got := b.Match(accept); got != want {
			t.Errorf("%q: %s, want %s", accept, got, want)
		}
	}
}

func TestAnUnknownKeyIsSeen(t *testing.T) {
	t.Parallel()
	if got := load(t).Locale("fr", "", nil).T("no.such.key"); got != "⟦no.such.key⟧" {
		t.Errorf("%q", got)
	}
}
