// Package handbook is the users' handbook: its chapters in English and French, and
// how each indicator can be gamed. What the catalogue of indicators knows is not repeated here:
// the page of the indicators is made from the catalogue itself.
package handbook

import (
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"assay/domain/paper"
)

//go:embed en fr
var files embed.FS

// Languages that the handbook is written in; the first stands in for any other.
var Languages = []string{"en", "fr"}

// Chapters in their order, besides that of the indicators.
var Chapters = []string{"first", "reading", "contracts", "roles", "talking"}

// Section is a part of a chapter with an anchor of its own.
type Section struct {
	ID, Title string
	HTML      template.HTML // after the heading
}

// Book is the handbook in one language.
type Book struct {
	Language string
	Chapters map[string][]Section
	Gaming   map[string]string // by code of indicator
}

var (
	heading = regexp.MustCompile(`<h2 id="([a-z0-9_-]+)">([^<]+)</h2>`)
	markup  = regexp.MustCompile(`<[^>]*>`)
)

// Load reads the handbook in all its languages.
func Load() (map[string]*Book, error) {
	books := map[string]*Book{}
	for _, language := range Languages {
		book := &Book{Language: language, Chapters: map[string][]Section{}}
		for _, chapter := range Chapters {
			content, err := files.ReadFile(language + "/" + chapter + ".html")
			if err != nil {
				return nil, fmt.Errorf("read the handbook: %w", err)
			}
			text := string(content)
			if language == "fr" {
				text = paper.French(text)
			}
			book.Chapters[chapter] = sections(text)
		}
		content, err := files.ReadFile(language + "/gaming.json")
		if err != nil {
			return nil, fmt.Errorf("read the handbook: %w", err)
		}
		if err := json.Unmarshal(content, &book.Gaming); err != nil {
			return nil, fmt.Errorf("read how figures are gamed in %s: %w", language, err)
		}
		books[language] = book
	}
	return books, nil
}

func sections(content string) []Section {
	var found []Section
	at := heading.FindAllStringSubmatchIndex(content, -1)
	for i, m := range at {
		end := len(content)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		found = append(found, Section{ID: content[m[2]:m[3]], Title: content[m[4]:m[5]],
			HTML: template.HTML(content[m[1]:end])}) //nolint:gosec // G203: our own text, compiled in
	}
	return found
}

// Holds reports whether a section speaks of all the words, letter case ignored.
func (s Section) Holds(words []string) bool {
	text := strings.ToLower(s.Title + " " + markup.ReplaceAllString(string(s.HTML), " "))
	for _, word := range words {
		if !strings.Contains(text, strings.ToLower(word)) {
			return false
		}
	}
	return true
}
