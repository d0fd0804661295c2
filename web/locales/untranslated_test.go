package locales

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// sameAsEnglish are the texts that are rightly the same as in English, by language.
var sameAsEnglish = map[string][]string{
	"fr": {"Administration", "Public", "Air", "Article {{.Number}}", "Articles", "Direction", "Missions", "Programme", "Signatures", "Cause", "Code", "Date", "Expert", "Format", "Imports", "Incoterm", "Multimodal", "Note", "Points", "Quartiles", "Rail", "Section", "Segment", "Source",
		"Tables", "Transit", "Transport", "Type", "Version", "inspections", "points", "principal", "section", "version {{.Number}}", "version {{.Version}}", "{{.Amount}} pt"},
	"es": {"Base", "Control", "Director General", "Incoterm", "Multimodal", "no", "principal"},
	"pt": {"Base", "Incoterm", "Multimodal", "principal"},
}

// aWord is what a reader of another language would stumble over: letters outside of blanks
// and beyond the units that all languages write alike.
var (
	aWord = regexp.MustCompile(`\pL{2}`)
	units = regexp.MustCompile(`\{\{.*?\}\}|\b(kg|MB|min|pt|CSV|XLSX|SQL|PDF|URL|JSON|NDJSON|Assay)\b`)
)

// TestTextsAreTranslated finds texts that another language has as English has them.
func TestTextsAreTranslated(t *testing.T) {
	t.Parallel()
	english := raw(t, "en")
	for _, language := range Languages[1:] {
		for file, texts := range raw(t, language) {
			for key, text := range texts {
				written, plain := text.(string)
				if !plain || english[file][key] != text || !aWord.MatchString(units.ReplaceAllString(written, "")) {
					continue
				}
				if !slices.Contains(sameAsEnglish[language], written) {
					t.Errorf("%s/%s: %s is still English: %q (if it is right, add it to sameAsEnglish)", language, file, key, written)
				}
			}
		}
	}
}

// TestPluralFormsAreGiven asks of every text with plural forms for those that its language
// has (CLDR): a form that is missing would be answered in English.
func TestPluralFormsAreGiven(t *testing.T) {
	t.Parallel()
	forms := map[string][]string{"en": {"one", "other"}, "fr": {"one", "many", "other"}, "es": {"one", "many", "other"}, "pt": {"one", "many", "other"},
		"ar": {"zero", "one", "two", "few", "many", "other"}}
	for _, language := range Languages {
		for file, texts := range raw(t, language) {
			for key, text := range texts {
				given, plural := text.(map[string]any)
				if !plural {
					continue
				}
				for _, form := range forms[language] {
					if written, ok := given[form].(string); !ok || strings.TrimSpace(written) == "" {
						t.Errorf("%s/%s: %s lacks the form %q", language, file, key, form)
					}
				}
			}
		}
	}
}
