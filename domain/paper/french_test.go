package paper

import "testing"

func TestFrenchTiesSignsToTheirWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"suspend le contrat ; ces mois":     "suspend le contrat\u00a0; ces mois",
		"les « rouges » :":                  "les «\u00a0rouges\u00a0»\u00a0:",
		`"key": "Pourquoi ?", "b": "non !"`: "\"key\": \"Pourquoi\u00a0?\", \"b\": \"non\u00a0!\"",
		"a != b, 10:30, c ?d : e":           "a != b, 10:30, c ?d\u00a0: e",
		"":                                  "",
	} {
		if got := French(text); got != want || French(got) != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
	}
}
