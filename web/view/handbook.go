package view

import "html/template"

// Handbook is one chapter, or what a search found.
type Handbook struct {
	Layout
	Spoken     string // language of the text, where it is not the page's
	SpokenWay  string // direction of that language
	Note       string // that the text is in another language
	Search     string
	Chapters   []Link
	Sections   []HandbookSection
	Indicators []HandbookIndicator
	Found      []Link
	Empty      *Empty
}

// HandbookSection is a part with its anchor.
type HandbookSection struct {
	ID, Title string
	HTML      template.HTML
}

// HandbookIndicator explains one indicator. What the catalogue knows is in the reader's language;
// Gaming is in the handbook's.
type HandbookIndicator struct {
	Code, Name string
	Definition Definition
	Example    string
	Beside     []Link
	Gaming     string
}
