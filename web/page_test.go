package web

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"assay/web/fixture"
	"assay/web/locales"
	"assay/web/present"
	"assay/web/view"
)

func newTestRenderer(tb testing.TB) (*renderer, *locales.Bundle) {
	tb.Helper()
	bundle, err := locales.Load()
	if err != nil {
		tb.Fatal(err)
	}
	static, err := loadAssets()
	if err != nil {
		tb.Fatal(err)
	}
	r, err := newRenderer(bundle, static)
	if err != nil {
		tb.Fatal(err)
	}
	return r, bundle
}

func testLayout(p present.Presenter) view.Layout {
	l := view.Layout{Language: p.Language, Direction: p.Direction(), Nonce: "test", Forgery: "token", Here: "/"}
	for _, code := range locales.Languages {
		l.Languages = append(l.Languages, view.Choice{Value: code, Text: locales.Native[code], Selected: code == p.Language})
	}
	return l
}

// TestEveryPageInEveryLanguage executes every page with content and without, in every
// language and form of digits, and looks at what a reader's software needs.
func TestEveryPageInEveryLanguage(t *testing.T) {
	t.Parallel()
	r, bundle := newTestRenderer(t)
	seen := map[string]bool{}
	for _, page := range slices.Concat(fixture.Pages(), fixture.States()) {
		seen[page.Template] = true
		for _, language := range locales.Languages {
			for _, digits := range []string{"latn", "arab"} {
				t.Run(page.Name+" "+page.State+" "+language+" "+digits, func(t *testing.T) {
					t.Parallel()
					p := present.New(bundle.Locale(language, digits, time.UTC).WithMoney("XAF", 0))
					var made bytes.Buffer
					if err := r.page(&made, p.Locale, page.Template, page.Make(p, testLayout(p))); err != nil {
						t.Fatal(err)
					}
					checkPage(t, made.String(), language)
				})
			}
		}
	}
	for _, page := range pages {
		if !seen[page] {
			t.Errorf("page %s has no fixture", page)
		}
	}
}

func checkPage(t *testing.T, page, language string) {
	t.Helper()
	if strings.Contains(page, "⟦") {
		start := strings.Index(page, "⟦")
		t.Errorf("untranslated: %.80s", page[start:])
	}
	for _, trace := range []string{"<no value>", "%!", "ZgotmplZ", "{{"} {
		if strings.Contains(page, trace) {
			t.Errorf("the page holds %q: %.120s", trace, page[strings.Index(page, trace):])
		}
	}
	document, err := goquery.NewDocumentFromReader(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	html := document.Find("html")
	direction := map[bool]string{true: "rtl", false: "ltr"}[language == "ar"]
	if html.AttrOr("lang", "") != language || html.AttrOr("dir", "") != direction {
		t.Errorf("html has lang %q and dir %q", html.AttrOr("lang", ""), html.AttrOr("dir", ""))
	}
	if n := document.Find("h1").Length(); n != 1 {
		t.Errorf("%d main headings", n)
	}
	if n := document.Find("main#content").Length(); n != 1 {
		t.Errorf("%d main parts", n)
	}
	checkHeadings(t, document)
	checkLabels(t, document)
	document.Find("[style], [onclick], [onchange], [onload], [onsubmit], [hx-on]").Each(func(_ int, s *goquery.Selection) {
		t.Errorf("inline style or handler, which the content security policy refuses: %s", goquery.NodeName(s))
	})
	document.Find("script:not([type='application/json'])").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("nonce", "") != "test" || s.AttrOr("src", "") == "" {
			t.Error("a script without nonce or address")
		}
	})
	document.Find("form[method=post]").Each(func(_ int, s *goquery.Selection) {
		if s.Find("input[name=forgery][value=token]").Length() != 1 {
			t.Errorf("form to %s carries no token", s.AttrOr("action", ""))
		}
	})
	checkIdentifiers(t, document)
}

// checkHeadings: no level may be skipped on the way down.
func checkHeadings(t *testing.T, document *goquery.Document) {
	t.Helper()
	last := 0
	document.Find("h1, h2, h3, h4").Each(func(_ int, s *goquery.Selection) {
		level := int(goquery.NodeName(s)[1] - '0')
		if last > 0 && level > last+1 {
			t.Errorf("heading %q goes from level %d to %d", strings.TrimSpace(s.Text()), last, level)
		}
		if strings.TrimSpace(s.Text()) == "" {
			t.Errorf("an empty heading of level %d", level)
		}
		last = level
	})
}

// checkLabels: every control has a name that is read out.
func checkLabels(t *testing.T, document *goquery.Document) {
	t.Helper()
	document.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		labelled := s.AttrOr("aria-label", "") != "" || s.Closest("label").Length() > 0 ||
			id != "" && document.Find("label[for='"+id+"']").Length() == 1
		if !labelled {
			t.Errorf("control %q has no label", s.AttrOr("name", id))
		}
	})
	document.Find("a, button, summary").Each(func(_ int, s *goquery.Selection) {
		if strings.TrimSpace(s.Text()) == "" && s.AttrOr("aria-label", "") == "" {
			t.Errorf("a %s to %q without a name", goquery.NodeName(s), s.AttrOr("href", ""))
		}
	})
	document.Find("svg").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("aria-hidden", "") != "true" && s.AttrOr("aria-label", "") == "" {
			t.Error("a drawing without a name that is not hidden")
		}
	})
	document.Find("th").Each(func(_ int, s *goquery.Selection) {
		if s.AttrOr("scope", "") == "" {
			t.Errorf("heading cell %q has no scope", strings.TrimSpace(s.Text()))
		}
	})
}

// checkIdentifiers: each is there once, and what refers to one finds it.
func checkIdentifiers(t *testing.T, document *goquery.Document) {
	t.Helper()
	seen := map[string]bool{}
	document.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id := s.AttrOr("id", "")
		if seen[id] {
			t.Errorf("identifier %q is there twice", id)
		}
		seen[id] = true
	})
	for _, attribute := range []string{"aria-labelledby", "aria-describedby", "for"} {
		document.Find("[" + attribute + "]").Each(func(_ int, s *goquery.Selection) {
			for _, id := range strings.Fields(s.AttrOr(attribute, "")) {
				if !seen[id] {
					t.Errorf("%s refers to %q, which is not there", attribute, id)
				}
			}
		})
	}
	document.Find("a[href^='#']").Each(func(_ int, s *goquery.Selection) {
		if id := strings.TrimPrefix(s.AttrOr("href", ""), "#"); !seen[id] {
			t.Errorf("a link leads to #%s, which is not there", id)
		}
	})
}
