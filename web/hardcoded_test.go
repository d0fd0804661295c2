package web

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	templateAction = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	scriptOrStyle  = regexp.MustCompile(`(?s)<(script|style)\b.*?</(script|style)>`)
	spokenPart     = regexp.MustCompile(`\b(?:aria-label|title|placeholder|alt|aria-description)="([^"]*)"`)
	tag            = regexp.MustCompile(`(?s)<[^>]*>`)
	attribute      = regexp.MustCompile(`[\w-]+="[^"]*"`) // of a component that gives attributes only
	entity         = regexp.MustCompile(`&[a-z]+;`)
	letters        = regexp.MustCompile(`\pL[\pL’'-]+`)
)

// inEveryLanguage are words in templates that all languages write alike.
var inEveryLanguage = map[string]bool{"Assay": true, "CSV": true, "XLSX": true, "PNG": true, "SVG": true, "PDF": true, "SQL": true, "JSON": true}

// TestTemplatesHoldNoTexts finds words that stand in a template instead of in the messages.
func TestTemplatesHoldNoTexts(t *testing.T) {
	t.Parallel()
	looked := 0
	err := filepath.WalkDir("templates", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		looked++
		text := templateAction.ReplaceAllString(string(content), " ")
		text = scriptOrStyle.ReplaceAllString(text, " ")
		var spoken []string
		for _, part := range spokenPart.FindAllStringSubmatch(text, -1) {
			spoken = append(spoken, part[1])
		}
		shown := entity.ReplaceAllString(attribute.ReplaceAllString(tag.ReplaceAllString(text, " "), " "), " ")
		for _, word := range letters.FindAllString(shown+" "+strings.Join(spoken, " "), -1) {
			if !inEveryLanguage[word] {
				t.Errorf("%s holds the word %q; texts belong into web/locales", path, word)
			}
		}
		return nil
	})
	if err != nil || looked == 0 {
		t.Fatalf("%d templates: %v", looked, err)
	}
}
