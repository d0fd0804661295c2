package locales

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
)

// told reads a language's sentences as they stand, and finds those that stand twice.
func told(tb testing.TB, language string) map[string]string {
	tb.Helper()
	contents, err := refusalFiles(language)
	if err != nil || len(contents) == 0 {
		tb.Fatalf("%d files of sentences in %s: %v", len(contents), language, err)
	}
	all, seen := map[string]string{}, map[string]string{}
	for name, content := range contents {
		var sentences map[string]string
		if err := json.Unmarshal(content, &sentences); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		for format, text := range sentences {
			if other, twice := seen[format]; twice {
				tb.Errorf("%q stands in %s and in %s", format, other, name)
			}
			all[format], seen[format] = text, name
		}
	}
	return all
}

// TestEverySentenceIsToldInEveryLanguage reads the source of the rooms, the pages and the API, and wants a translation
// of each sentence with which something is refused, with the same blanks; and no translation of what nobody says.
func TestEverySentenceIsToldInEveryLanguage(t *testing.T) {
	t.Parallel()
	said := readSource(t)
	for _, language := range Languages[1:] {
		translated := told(t, language)
		for format, where := range said.sentences {
			text, known := translated[format]
			if !known {
				t.Errorf("%s has no translation of %q (%s); add it to web/locales/%s/refusal", language, format, where, language)
				continue
			}
			var want, has []string
			for i := range parse(format).verbs {
				want = append(want, fmt.Sprint(i+1))
			}
			for _, found := range slot.FindAllStringSubmatch(text, -1) {
				if !slices.Contains(has, found[1]) {
					has = append(has, found[1])
				}
			}
			if sort.Strings(has); !slices.Equal(want, has) {
				t.Errorf("%s: the translation of %q has the blanks %v, not %v", language, format, has, want)
			}
			if strings.TrimSpace(text) == "" || strings.Contains(text, "%") && !strings.Contains(format, "%%") && !strings.Contains(format, "% ") {
				t.Errorf("%s: the translation of %q is %q", language, format, text)
			}
		}
		for format := range translated {
			if said.sentences[format] == "" {
				t.Errorf("%s translates %q, which nothing says any more", language, format)
			}
		}
	}
	for _, each := range said.unknown {
		t.Errorf("it cannot be seen what this says; write the sentence where it stands, or with domain.Sentence where it is made: %s", each)
	}
}

// TestSentencesAreFoundAgain: what fmt makes of each sentence is found as that sentence and as no other.
func TestSentencesAreFoundAgain(t *testing.T) {
	t.Parallel()
	b := load(t)
	french := b.Locale("fr", "", nil)
	for i := range b.sentences {
		s := &b.sentences[i]
		arguments := make([]any, len(s.verbs))
		for n, each := range s.verbs {
			arguments[n] = fmt.Sprintf("Zeta%d", n)
			if each == 'd' {
				arguments[n] = 70 + n
			}
		}
		text := fmt.Sprintf(s.format, arguments...)
		filled, fits := s.match(text)
		if !fits {
			t.Errorf("%q is not found in %q", s.format, text)
			continue
		}
		if want, got := french.complete(b.refusals["fr"][s.format], s, filled, 0), french.Sentence(text); got != want {
			t.Errorf("%q is told as %q, want %q", text, got, want)
		}
	}
}

// TestNamesInSentencesAreKnown finds a beginning of keys in a blank under which no message stands.
func TestNamesInSentencesAreKnown(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, language := range Languages[1:] {
		for format, text := range told(t, language) {
			for _, found := range slot.FindAllStringSubmatch(text, -1) {
				known := found[2] == "" || found[2] == "sentence"
				for key := range b.plain[language] {
					known = known || strings.HasPrefix(key, found[2]) && strings.HasSuffix(found[2], ".")
				}
				if !known {
					t.Errorf("%s: no message begins with %q, which %q wants", language, found[2], format)
				}
			}
		}
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	b := load(t)
	for _, c := range []struct{ language, english, want string }{
		{"fr", "there is no such contract", "ce contrat n’existe pas"},
		{"en", "there is no such contract", "there is no such contract"},
		{"fr", "nobody ever says this", "nobody ever says this"},
		{"fr", `there is no indicator "CLR\"99"`, "il n’y a pas d’indicateur « CLR\"99 »"},
		{"fr", "the contract is signed; this is possible only while it is active or suspended", "le contrat est à l’état « Signé » ; cette action n’est possible qu’à l’état : En cours, Suspendu"},
		{"fr", "The row has 3 fields where the header has 4.", "La ligne a 3 champs alors que l’en-tête en a 4."},
		{"ar", "The field is not a date.", "الحقل ليس تاريخًا."},
		{"pt", "The field occurs twice with different contents (bill 12).", "O campo figura duas vezes com conteúdos diferentes (conhecimento 12)."},
		{"ar", "the time to object ended on 2026-10-05", "انتهت مهلة الاعتراض في \u20682026-10-05\u2069"},
	} {
		if got := b.Locale(c.language, "", nil).Sentence(c.english); got != c.want {
			t.Errorf("%s: %q, want %q", c.language, got, c.want)
		}
	}
	if got := b.Locale("ar", "arab", nil).Sentence("an account has at most 12 passkeys; remove one first"); !strings.Contains(got, "١٢") {
		t.Errorf("a number in Arabic digits: %q", got)
	}
}

func TestWhole(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"": "", "écrivez": "Écrivez.", "Done.": "Done.", "say why: ": "Say why: ", "اكتب": "اكتب.", "12 %": "12 %."} {
		if got := Whole(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// FuzzSentence: whatever text comes, a sentence comes back, and the English one as it is.
func FuzzSentence(f *testing.F) {
	b := load(f)
	for i := range b.sentences {
		f.Add(b.sentences[i].format)
	}
	english, arabic := b.Locale("en", "", nil), b.Locale("ar", "arab", nil)
	f.Fuzz(func(t *testing.T, text string) {
		if got := english.Sentence(text); got != text {
			t.Fatalf("%q became %q", text, got)
		}
		if arabic.Sentence(text) == "" && text != "" {
			t.Fatalf("%q is lost", text)
		}
	})
}
