package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

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

// TestPagesAreAccessible holds every page, full and empty, in every language, light and dark,
// wide and narrow, against axe-core. A page takes part when it has a fixture, which
// TestEveryPageInEveryLanguage asks of each. ASSAY_PAGES names one page.
func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	server := fixtureServer(t)
	browser := newBrowser(t)
	judge := readAxe(t)
	only := os.Getenv("ASSAY_PAGES")
	type work struct {
		address string
		look    look
	}
	var all []work
	for _, page := range fixture.Pages() {
		if only != "" && page.Name != only {
			continue
		}
		for _, language := range locales.Languages {
			for _, l := range looks {
				all = append(all, work{strings.Join([]string{server.URL, page.Name, page.State, language, l.theme}, "/"), l})
			}
		}
	}
	if len(all) == 0 {
		t.Fatalf("there is no page %q", only)
	}
	for _, w := range all {
		if err := judge.page(browser, w.address, w.look); err != nil {
			t.Errorf("%s %d wide: %v", strings.TrimPrefix(w.address, server.URL), w.look.width, err)
		}
	}
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

// page opens an address and tells what is wrong with it: complaints of axe-core, and a page
// that is wider than its window.
func (a axe) page(tab context.Context, address string, l look) error {
	ctx, cancel := context.WithTimeout(tab, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(l.width, l.height), chromedp.Navigate(address), chromedp.WaitReady(chromedp.CSS("main"))); err != nil {
		return err
	}
	// What can be opened is judged open, but for menus, which cover the page.
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`document.querySelectorAll("main details").forEach((d) => { d.open = true; })`)); err != nil {
		return err
	}
	return errors.Join(a.judge(ctx), fitsWindow(ctx))
}

// judge runs all rules for WCAG 2.2 A and AA, and axe-core's own advice, on the open page.
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
	const run = `(async () => {
		const found = await axe.run(document, {
			resultTypes: ["violations"],
			runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
			rules: { "target-size": { enabled: true } },
		});
		return JSON.stringify(found.violations.map((v) => ({ id: v.id, help: v.help, nodes: v.nodes.slice(0, 4) })));
	})()`
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](string(a)+";void 0")); err != nil {
		return fmt.Errorf("load axe-core: %w", err)
	}
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
