package web

import (
	"net/http"
	"slices"
	"strings"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/indicator"
	"assay/web/handbook"
	"assay/web/present"
	"assay/web/view"
)

// longestSearch bounds what is searched for.
const longestSearch = 100

// indicatorChapter is the chapter that is made from the catalogue.
const indicatorChapter = "indicators"

// handbookRoutes are open to guests too: the handbook holds no data.
var handbookRoutes = []route{
	{http.MethodGet, "/handbook", everyone, "", false, (*visit).showHandbook},
	{http.MethodGet, "/handbook/:chapter", everyone, "", false, (*visit).showHandbook},
}

// showHandbook shows a chapter, or where the words that are searched for stand.
func (v *visit) showHandbook() error {
	chapter := v.Param("chapter")
	if chapter == "" {
		chapter = handbook.Chapters[0]
	}
	if chapter != indicatorChapter && !slices.Contains(handbook.Chapters, chapter) {
		return domain.Errorf(domain.KindNotFound, "the handbook has no such chapter")
	}
	search := strings.TrimSpace(v.QueryParam("q"))
	if len(search) > longestSearch {
		return domain.Invalid("the search cannot be used", domain.FieldError{Field: "q", Message: "must have at most 100 characters"})
	}
	page := HandbookPage(v.Presenter, v.layout(v.T("handbook.title")), v.server.handbook, chapter, search)
	return v.show(http.StatusOK, "handbook", page)
}

// HandbookPage makes a page of the handbook.
func HandbookPage(p present.Presenter, l view.Layout, books map[string]*handbook.Book, chapter, search string) view.Handbook {
	page := view.Handbook{Layout: l, Search: search, Spoken: p.Language, SpokenWay: p.Direction()}
	book := books[p.Language]
	if book == nil {
		book = books[handbook.Languages[0]]
		page.Spoken, page.SpokenWay, page.Note = book.Language, "ltr", p.T("handbook.english")
	}
	for _, name := range append(slices.Clone(handbook.Chapters), indicatorChapter) {
		page.Chapters = append(page.Chapters, view.Link{Text: p.T("handbook.chapter." + name), Address: "/handbook/" + name, Current: name == chapter && search == ""})
	}
	switch {
	case search != "":
		findInHandbook(p, &page, book, strings.Fields(search))
	case chapter == indicatorChapter:
		for _, d := range indicator.All() {
			page.Indicators = append(page.Indicators, handbookIndicator(p, d, book))
		}
	default:
		for _, section := range book.Chapters[chapter] {
			page.Sections = append(page.Sections, view.HandbookSection{ID: section.ID, Title: section.Title, HTML: section.HTML})
		}
	}
	return page
}

func findInHandbook(p present.Presenter, page *view.Handbook, book *handbook.Book, words []string) {
	for _, chapter := range handbook.Chapters {
		for _, section := range book.Chapters[chapter] {
			if section.Holds(words) {
				page.Found = append(page.Found, view.Link{Text: section.Title, Address: "/handbook/" + chapter + "#" + section.ID})
			}
		}
	}
	for _, d := range indicator.All() {
		entry := handbookIndicator(p, d, book)
		text := strings.ToLower(strings.Join([]string{entry.Code, entry.Name, entry.Definition.Meaning, entry.Gaming}, " "))
		if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(text, strings.ToLower(word)) }) {
			page.Found = append(page.Found, view.Link{Text: entry.Code + " " + entry.Name, Address: "/handbook/" + indicatorChapter + "#" + entry.Code})
		}
	}
	if len(page.Found) == 0 {
		page.Empty = &view.Empty{Icon: "search", Title: p.T("handbook.nothing"), Text: p.T("handbook.nothing.text")}
	}
}

func handbookIndicator(p present.Presenter, d *indicator.Definition, book *handbook.Book) view.HandbookIndicator {
	entry := view.HandbookIndicator{Code: d.Code, Name: p.IndicatorName(d), Gaming: book.Gaming[d.Code],
		Definition: p.Definition(d, settingDays(administration.DefaultSettings(2)))}
	entry.Example = handbookExample(p, d, entry.Definition)
	for _, code := range d.Beside {
		entry.Beside = append(entry.Beside, view.Link{Text: code, Address: "#" + code})
	}
	return entry
}

// handbookExample is a worked example with made-up numbers.
func handbookExample(p present.Presenter, d *indicator.Definition, text view.Definition) string {
	const top, bottom = 36, 240
	switch kind := present.MeasureOf(d).Kind; {
	case kind == present.Share && text.Denominator != "":
		return p.T("handbook.example.share", "Top", p.Count(top), "Bottom", p.Count(bottom), "Numerator", text.Numerator, "Denominator", text.Denominator, "Value", p.Percent(float64(top)/bottom, 1))
	case kind == present.Duration:
		return p.T("handbook.example.time", "Median", p.Decimal(4, 0), "Most", p.Decimal(15.2, 1))
	case text.Denominator != "":
		return p.T("handbook.example.mean", "Top", p.Count(9_600_000), "Bottom", p.Count(bottom), "Numerator", text.Numerator, "Denominator", text.Denominator, "Value", p.Count(40_000))
	}
	return p.T("handbook.example.count")
}

// help is where the handbook speaks of the page that is open.
func (v *visit) help() string {
	switch path := v.route.path; {
	case strings.HasPrefix(path, in+"/indicators/:code"):
		return "/handbook/" + indicatorChapter + "#" + v.Param("code")
	case strings.HasPrefix(path, in+"/provider"):
		return "/handbook/roles#provider"
	case strings.HasPrefix(path, in+"/imports"):
		return "/handbook/first#first-extract"
	case path == in+"/first-run":
		return "/handbook/first#guide"
	case path == in+"/settings/disclosure", strings.HasSuffix(path, "/comparison"):
		return "/handbook/first#comparison"
	case strings.HasPrefix(path, in+"/settings/exports"):
		return "/handbook/first#export"
	case strings.HasPrefix(path, in+"/settings"):
		return "/handbook/first#settings"
	case strings.HasPrefix(path, in+"/own-indicators"):
		return "/handbook/reading#own-indicators"
	case strings.HasPrefix(path, in+"/declarations"):
		return "/handbook/reading#drill"
	case path == in+"/board":
		return "/handbook/reading#notation"
	}
	for _, section := range v.server.handbook[handbook.Languages[0]].Chapters["roles"] {
		if section.ID == v.person.Role {
			return "/handbook/roles#" + section.ID
		}
	}
	return "/handbook"
}
