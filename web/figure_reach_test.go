package web

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"assay/web/fixture"
	"assay/web/present"
)

// near is what a figure stands in, and what its unit and cases must be found in.
const near = "tr, li, .headline, .home-figure, .change-card, .tried, dd"

// TestFiguresHaveUnitAndCases: on every page no figure is bare. It has its unit, and how many cases it is of stands beside it: in words, or
// in a column of its own; and the page says of which period it is.
func TestFiguresHaveUnitAndCases(t *testing.T) {
	t.Parallel()
	r, bundle := newTestRenderer(t)
	seen := 0
	for _, page := range slices.Concat(fixture.Pages(), fixture.States()) {
		if page.Name == "design" {
			continue // shows components by themselves
		}
		p := present.New(bundle.Locale("en", "latn", time.UTC).WithMoney("XAF", 0))
		var made bytes.Buffer
		if err := r.page(&made, p.Locale, page.Template, page.Make(p, testLayout(p))); err != nil {
			t.Fatal(err)
		}
		document, err := goquery.NewDocumentFromReader(&made)
		if err != nil {
			t.Fatal(err)
		}
		document.Find("main .figure:has(.figure-number)").Each(func(_ int, figure *goquery.Selection) {
			seen++
			number := figure.Find(".figure-number").Text()
			wrong := func(what string) { t.Errorf("%s %s: %q %s", page.Name, page.State, number, what) }
			if figure.Find(".figure-unit").Length() == 0 && !strings.Contains(number, " of ") {
				wrong("has no unit")
			}
			place := figure.Closest(near)
			if place.Length() == 0 {
				wrong("stands nowhere")
				return
			}
			cells := place.Find("td.score-cases, td[data-cases], td.numeric:nth-last-child(2)").Length() // cases, or numerator and denominator
			if !strings.Contains(place.Text(), "case") && cells == 0 {
				wrong("does not tell its cases: " + strings.Join(strings.Fields(place.Text()), " "))
			}
			if !strings.Contains(document.Find("main").Text(), "2026") {
				wrong("is of no period")
			}
		})
	}
	if seen < 60 {
		t.Errorf("only %d figures were seen", seen)
	}
}
