package web

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestByKeyboardWithoutScriptAndOnPaper walks a page by the Tab key alone: the first stop leads to the
// content, every stop is seen. Then it reads pages without scripts, and as they are printed.
func TestByKeyboardWithoutScriptAndOnPaper(t *testing.T) {
	t.Parallel()
	server := fixtureServer(t)
	browser, cancel := context.WithTimeout(newBrowser(t), 15*time.Minute)
	defer cancel()
	open := func(path string) {
		t.Helper()
		if err := chromedp.Do(browser, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(server.URL+path), chromedp.WaitReady(chromedp.CSS("main"))); err != nil {
			t.Fatal(err)
		}
	}
	ask := func(script string) string {
		t.Helper()
		said, err := chromedp.Run(browser, chromedp.Evaluate[string](script))
		if err != nil {
			t.Fatalf("%s: %v", script, err)
		}
		return said
	}
	press := func(key string) {
		t.Helper()
		if err := chromedp.Do(browser, chromedp.KeyEvent(key)); err != nil {
			t.Fatal(err)
		}
	}
	open("/board/full/en/light")
	press("\t")
	if at := ask(`document.activeElement.className + " " + (document.activeElement.getBoundingClientRect().top >= 0)`); at != "skip true" {
		t.Errorf("the first stop is %q, want the link to the content, in sight", at)
	}
	press("\r")
	if at := ask(`document.activeElement.id`); at != "content" {
		t.Errorf("the link leads to %q", at)
	}
	for range 12 {
		press("\t")
		seen := ask(`(() => { const e = document.activeElement, s = getComputedStyle(e), r = e.getBoundingClientRect();
			return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 && r.bottom > 0 && r.top < innerHeight ? "" : e.outerHTML.slice(0, 120); })()`)
		if seen != "" {
			t.Errorf("this stop is not seen: %s", seen)
		}
	}
	if _, err := chromedp.Call(browser, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	if shown := ask(`[".tabs", ".menu", ".filter-bar"].filter((s) => document.querySelector(s).offsetParent !== null).join(" ") + (document.querySelector(".scorecard").offsetHeight > 0)`); shown != "true" {
		t.Errorf("on paper stands %q", shown)
	}
	if _, err := chromedp.Call(browser, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(browser, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "screen"}); err != nil {
		t.Fatal(err)
	}
	for path, part := range map[string]string{"/board/full/fr/light": ".scorecard .figure", "/explore/full/ar/light": "#chart svg.plot", "/explore/duration/en/light": "#spread svg",
		"/declaration/full/en/light": ".timeline", "/rows/full/es/light": "#rows tbody a", "/handbook/indicators/pt/light": "#CLR01"} {
		open(path)
		if err := chromedp.Do(browser, chromedp.WaitVisible(chromedp.CSS(part))); err != nil {
			t.Errorf("%s without scripts does not show %s: %v", path, part, err)
		}
	}
}
