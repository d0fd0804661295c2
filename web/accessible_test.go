package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"assay/deploy/local/dbtest/racing"
	"assay/web/fixture"
	"assay/web/locales"
)

// look is how a page is looked at: in which appearance, and how wide and high the window is.
type look struct {
	theme         string
	width, height int64
}

// looks are the two that every page is judged in, in every language: a desktop, and the
// narrowest that WCAG asks for (1.4.10): 320 by 256 is also what a window of 1280 by 1024
// has left at a zoom of 400 per cent.
var looks = []look{{"light", 1440, 900}, {"dark", 320, 256}}

// tabs is how many pages are judged at a time.
const tabs = 2

// TestPagesAreAccessible holds every page, full and empty, in every language, light and dark,
// wide and narrow, against axe-core. A page takes part when it has a fixture, which
// TestEveryPageInEveryLanguage asks of each. ASSAY_PAGES names pages, with commas between them.
//
// Every rule is asked in every language. In English and Arabic that is in both looks. A page in another language that is
// written from the left has the English page's elements and colours, and words of its own: it takes that page's place in
// the open document, must fit the wide window too, and is asked every rule in the narrow and dark look, where long words are worst.
// States that one meets seldom are put together from the same components: they are judged in Arabic, in both looks.
func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	server := fixtureServer(t)
	browser := newBrowser(t)
	judge := readAxe(t)
	only := os.Getenv("ASSAY_PAGES")
	type judged struct {
		fixture.Page
		languages []string
	}
	pages := make(chan judged, len(fixture.Pages())+len(fixture.States()))
	for i, page := range slices.Concat(fixture.Pages(), fixture.States()) {
		if only != "" && !slices.Contains(strings.Split(only, ","), page.Name) {
			continue
		}
		if i < len(fixture.Pages()) {
			pages <- judged{page, locales.Languages}
		} else {
			pages <- judged{page, []string{"ar"}}
		}
	}
	close(pages)
	if len(pages) == 0 {
		t.Fatalf("there is no page %q", only)
	}
	var together sync.WaitGroup
	for i := range tabs {
		tab := browser
		if i > 0 {
			another, stop := chromedp.NewContext(browser)
			defer stop()
			if err := chromedp.Do(another); err != nil {
				t.Fatalf("open a tab: %v", err)
			}
			listen(t, another)
			tab = another
		}
		together.Go(func() {
			for page := range pages {
				address := server.URL + "/" + page.Name + "/" + page.State + "/"
				for _, wrong := range judge.languages(tab, address, page.languages) {
					t.Errorf("%s %s %v", page.Name, page.State, wrong)
				}
			}
		})
	}
	together.Wait()
}

// languages judges a page in languages and both looks.
func (a axe) languages(tab context.Context, address string, languages []string) []error {
	ctx, cancel := context.WithTimeout(tab, 15*time.Minute)
	defer cancel()
	var wrong []error
	note := func(language string, l look, err error) {
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s %s %d wide: %w", language, l.theme, l.width, err))
		}
	}
	wide, narrow := looks[0], looks[1]
	for _, language := range languages {
		address, everyLook := address+language+"/"+wide.theme, language == "en" || language == "ar"
		var err error
		if everyLook {
			err = a.open(ctx, address, wide)
		} else {
			err = exchangePage(ctx, address)
		}
		if err != nil {
			note(language, wide, err)
			continue
		}
		err = a.show(ctx, wide)
		if err == nil && everyLook {
			err = a.judge(ctx)
		}
		note(language, wide, errors.Join(err, fitsWindow(ctx)))
		note(language, narrow, errors.Join(a.show(ctx, narrow), a.judge(ctx), fitsWindow(ctx)))
	}
	return wrong
}

// open opens an address, with axe-core in it.
func (a axe) open(ctx context.Context, address string, l look) error {
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(l.width, l.height), chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS("main"))); err != nil {
		return err
	}
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](string(a)+";void 0")); err != nil {
		return fmt.Errorf("load axe-core: %w", err)
	}
	return nil
}

// exchangePage puts another page with the same head into the open document.
func exchangePage(ctx context.Context, address string) error {
	status, err := chromedp.Run(ctx, chromedp.Evaluate[int](`(async () => {
		const answer = await fetch(`+strconv.Quote(address)+`);
		const page = new DOMParser().parseFromString(await answer.text(), "text/html");
		for (const { name, value } of page.documentElement.attributes) document.documentElement.setAttribute(name, value);
		document.title = page.title;
		document.body.replaceWith(page.body);
		return answer.status;
	})()`, chromedp.EvalAwaitPromise))
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("%s answers %d", address, status)
	}
	return err
}

// show gives the open page a look. What can be opened is judged open, but for menus, which cover the page. The page's own
// script lets a region that has become too narrow be reached by keyboard, a moment after the window has changed: that is waited
// for, and where it does not come axe-core says so.
func (a axe) show(ctx context.Context, l look) error {
	return chromedp.Do(ctx, chromedp.EmulateViewport(l.width, l.height), chromedp.Evaluate[chromedp.Void](`(async () => {
		document.documentElement.dataset.theme = "`+l.theme+`";
		document.querySelectorAll("main details").forEach((d) => { d.open = true; });
		getComputedStyle(document.body).color; // begins the changes of colour, so that they can be ended
		document.getAnimations().forEach((a) => { if (a instanceof CSSTransition) a.finish(); });
		const reached = () => [...document.querySelectorAll(".scroll")].every((box) => box.scrollWidth <= box.clientWidth || box.tabIndex === 0);
		for (const begun = Date.now(); !reached() && Date.now() - begun < 30000;) await new Promise((go) => setTimeout(go, 10));
	})()`, chromedp.EvalAwaitPromise))
}

// axe is the text of axe-core.
type axe string

// readAxe reads axe-core from .cache, and fetches it when it is not there.
func readAxe(tb testing.TB) axe {
	tb.Helper()
	fetched, err := exec.CommandContext(tb.Context(), "sh", "../deploy/fetch-axe").CombinedOutput()
	if err != nil {
		tb.Fatalf("fetch axe-core: %v: %s", err, fetched)
	}
	names, err := filepath.Glob("../.cache/axe-core-*.min.js")
	if err != nil || len(names) == 0 {
		tb.Fatalf("axe-core is not in .cache: %v", err)
	}
	slices.Sort(names)
	content, err := os.ReadFile(names[len(names)-1])
	if err != nil {
		tb.Fatal(err)
	}
	return axe(content)
}

// everyRule is what axe-core is asked: all rules for WCAG 2.2 A and AA, and its own advice.
const everyRule = `runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules: { "target-size": { enabled: true } }`

// judge asks axe-core about the open page.
func (a axe) judge(ctx context.Context) error {
	type node struct {
		Target  []any  `json:"target"`
		Summary string `json:"failureSummary"`
	}
	type violation struct {
		ID    string `json:"id"`
		Help  string `json:"help"`
		Nodes []node `json:"nodes"`
	}
	run := `(async () => {
		const found = await axe.run(document, { resultTypes: ["violations"], ` + everyRule + ` });
		return JSON.stringify(found.violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.slice(0, 4) })));
	})()`
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](run, chromedp.EvalAwaitPromise))
	if err != nil {
		return fmt.Errorf("run axe-core: %w", err)
	}
	var violations []violation
	if err := json.Unmarshal([]byte(text), &violations); err != nil {
		return err
	}
	var wrong []error
	for _, v := range violations {
		for _, n := range v.Nodes {
			wrong = append(wrong, fmt.Errorf("%s (%s) at %v: %s", v.ID, v.Help, n.Target, strings.Join(strings.Fields(n.Summary), " ")))
		}
	}
	return errors.Join(wrong...)
}

// fitsWindow finds what makes a page wider than its window; what scrolls within itself does not count.
func fitsWindow(ctx context.Context) error {
	wide, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => {
		const root = document.documentElement;
		if (root.scrollWidth <= root.clientWidth) return "";
		const parts = [...document.querySelectorAll("body *")].filter((e) => {
			const r = e.getBoundingClientRect();
			return r.width > 0 && (r.right > innerWidth + 1 || r.left < -1) && !e.parentElement.closest(".scroll, .tabs");
		});
		return "wider than the window: " + root.scrollWidth + " " + parts.slice(0, 8).map((e) => e.tagName + "." + e.getAttribute("class")).join(" ");
	})()`))
	if err != nil || wide == "" {
		return err
	}
	return errors.New(wide)
}
