package web

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"assay/web/present"
)

func mustPeriod(tb testing.TB, text string) present.Period {
	tb.Helper()
	p, ok := present.ParsePeriod(text)
	if !ok {
		tb.Fatalf("%s is no period", text)
	}
	return p
}

// testWalk goes from sign-in to one declaration in a browser, as a Director General
// would, with the keyboard on the chart on the way.
func (k *kit) testWalk(t *testing.T) {
	browser := newBrowser(t)
	ctx, cancel := context.WithTimeout(browser, 15*time.Minute)
	defer cancel()
	step := func(name string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, actions...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	text := func(selector string) string {
		t.Helper()
		found, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector)))
		if err != nil {
			t.Fatalf("%s: %v", selector, err)
		}
		return found
	}
	step("sign in", chromedp.EmulateViewport(1440, 900), chromedp.Navigate(k.server.URL+"/in/karouma/board?period=2025-10"),
		chromedp.SendKeys(chromedp.CSS("#name"), "director_general"), chromedp.SendKeys(chromedp.CSS("#password"), password),
		chromedp.Click(chromedp.CSS("#sign-in-form button")), chromedp.WaitVisible(chromedp.CSS(".scorecard")))
	step("open an indicator", chromedp.Click(chromedp.CSS("a[href*='/indicators/CLR01?']")), chromedp.WaitVisible(chromedp.CSS("#chart svg.plot")),
		chromedp.Focus(chromedp.CSS("#chart")), chromedp.WaitVisible(chromedp.CSS("#chart.drawn svg")))
	step("read the chart by keyboard", chromedp.SendKeys(chromedp.CSS("#chart"), "\ue012"),
		chromedp.WaitVisible(chromedp.CSS(".chart-tip")))
	if said := text("#chart-said"); said == "" {
		t.Error("the chart says nothing")
	}
	step("sort the breakdown", chromedp.Click(chromedp.CSS(".breakdown-table thead th:first-child a")),
		chromedp.WaitVisible(chromedp.CSS(".breakdown-table th[aria-sort=ascending]")))
	step("drill", chromedp.Click(chromedp.CSS(".breakdown-table tbody th a")), chromedp.WaitVisible(chromedp.CSS(".drill li:nth-child(2)")))
	step("open the declarations", chromedp.Click(chromedp.CSS(".parts div:last-child a")), chromedp.WaitVisible(chromedp.CSS("#rows")))
	step("open a declaration", chromedp.Click(chromedp.CSS("#rows tbody a")), chromedp.WaitVisible(chromedp.CSS(".timeline")))
	step("change the language", chromedp.Click(chromedp.CSS(".menu summary")), chromedp.Click(chromedp.CSS("button[name=language][value=ar]")),
		chromedp.WaitVisible(chromedp.CSS("html[dir=rtl] .timeline")))
	// The language stays with the account: others sign in as the same person.
	step("change it back", chromedp.Click(chromedp.CSS(".menu summary")), chromedp.Click(chromedp.CSS("button[name=language][value=en]")),
		chromedp.WaitVisible(chromedp.CSS("html[lang=en] .timeline")))
}

// TestScreenshots makes pictures of every page on generated data in the directory
// that ASSAY_SCREENSHOTS names: desktop and phone, light and dark, in three languages.
func TestScreenshots(t *testing.T) {
	directory := os.Getenv("ASSAY_SCREENSHOTS")
	if directory == "" {
		t.Skip("ASSAY_SCREENSHOTS names no directory; make screenshots does")
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	k := newKit(t, kitSize())
	declaration := k.aReference(t)
	browser := newBrowser(t)
	if err := chromedp.Do(browser, chromedp.Navigate(k.server.URL+"/sign-in"), chromedp.SendKeys(chromedp.CSS("#name"), "director_general"),
		chromedp.SendKeys(chromedp.CSS("#password"), password), chromedp.Click(chromedp.CSS("#sign-in-form button")), chromedp.WaitVisible(chromedp.CSS(".home-parts"))); err != nil {
		t.Fatal(err)
	}
	for _, look := range []struct {
		language, theme, size string
		width, height         int64
	}{{"en", "light", "desktop", 1440, 900}, {"en", "dark", "phone", 390, 844}, {"fr", "dark", "desktop", 1440, 900}, {"ar", "light", "desktop", 1440, 900}, {"ar", "light", "phone", 390, 844}} {
		k.prefer(t, browser, look.language, look.theme)
		for name, path := range map[string]string{
			"board": "/in/karouma/board?period=2025-10", "explore": "/in/karouma/indicators/CTL02?period=2025-Q3&by=office", "duration": "/in/karouma/indicators/CLR04?period=2025-10&by=officer",
			"money": "/in/karouma/indicators/INF03?period=2025&by=hs_chapter", "rows": "/in/karouma/indicators/CTL02/declarations?period=2025-Q3", "declaration": declaration,
			"imports": "/in/karouma/imports", "dictionary": "/in/karouma/dictionary", "sql": "/in/karouma/indicators/CLR01/sql?period=2025-10", "missing": "/in/karouma/nothing",
		} {
			err := chromedp.Do(browser, chromedp.EmulateViewport(look.width, look.height), chromedp.Navigate(k.server.URL+path), chromedp.WaitVisible(chromedp.CSS("main")))
			if err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			file := fmt.Sprintf("%s-%s-%s-%s.png", name, look.language, look.theme, look.size)
			if err := os.WriteFile(filepath.Join(directory, file), takePicture(t, browser, look.width), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// prefer sets language and appearance by the form that every page has.
func (k *kit) prefer(t *testing.T, browser context.Context, language, theme string) {
	t.Helper()
	choose := func(name, value, seen string) {
		err := chromedp.Do(browser, chromedp.EmulateViewport(1440, 900), chromedp.Navigate(k.server.URL+"/in/karouma/imports"), chromedp.Click(chromedp.CSS(".menu summary")))
		if err != nil {
			t.Fatalf("open the menu: %v", err)
		}
		// The answer is waited for: what is to be seen may be there already.
		if _, err := chromedp.RunResponse(browser, chromedp.Click(chromedp.CSS("button[name="+name+"][value="+value+"]"))); err != nil {
			t.Fatalf("choose %s: %v", value, err)
		}
		if err := chromedp.Do(browser, chromedp.WaitVisible(chromedp.CSS(seen))); err != nil {
			t.Fatalf("choose %s: %v", value, err)
		}
	}
	choose("language", language, "html[lang="+language+"] main")
	choose("theme", theme, "html[data-theme="+theme+"] main")
}
