package web

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"assay/web/fixture"
)

// TestFixtureScreenshots makes a picture of every page from fixtures, for people to
// look at, in the directory named by ASSAY_FIXTURE_SCREENSHOTS. With ASSAY_PAGES only
// pages of those names, with commas between them. Without the first it checks one page, so that it cannot rot.
func TestFixtureScreenshots(t *testing.T) {
	directory, only := os.Getenv("ASSAY_FIXTURE_SCREENSHOTS"), os.Getenv("ASSAY_PAGES")
	if directory == "" {
		directory, only = t.TempDir(), "choose"
	}
	if err := os.MkdirAll(directory, 0o755); err != nil {
		t.Fatal(err)
	}
	server := fixtureServer(t)
	browser := newBrowser(t)
	for _, page := range slices.Concat(fixture.Pages(), fixture.States()) {
		if only != "" && !slices.Contains(strings.Split(only, ","), page.Name) {
			continue
		}
		for _, shot := range []struct {
			language, theme, size string
			width                 int64
		}{{"en", "light", "desktop", 1440}, {"en", "dark", "phone", 390}, {"fr", "dark", "desktop", 1440}, {"ar", "light", "desktop", 1440}, {"ar", "light", "phone", 390}} {
			if page.State != "full" && shot.language != "en" {
				continue
			}
			height := int64(900)
			if shot.size == "phone" {
				height = 844
			}
			address := fmt.Sprintf("%s/%s/%s/%s/%s", server.URL, page.Name, page.State, shot.language, shot.theme)
			err := chromedp.Do(browser, chromedp.EmulateViewport(shot.width, height), chromedp.Navigate(address), chromedp.WaitVisible(chromedp.CSS("main")))
			if err != nil {
				t.Fatalf("%s: %v", address, err)
			}
			picture := takePicture(t, browser, shot.width)
			overflow, err := chromedp.Run(browser, chromedp.Evaluate[bool](`document.documentElement.scrollWidth > document.documentElement.clientWidth`))
			if err != nil {
				t.Fatal(err)
			}
			if overflow {
				wide, _ := chromedp.Run(browser, chromedp.Evaluate[string](`[...document.querySelectorAll("body *")].filter(e => { const r = e.getBoundingClientRect(); return r.width > 0 && (r.right > innerWidth + 1 || r.left < -1) && !e.closest(".scroll") }).slice(0, 6).map(e => e.tagName + "." + e.getAttribute("class")).join(" ")`))
				t.Errorf("%s is wider than %d: %s", address, shot.width, wide)
			}
			name := fmt.Sprintf("%s-%s-%s-%s-%s.png", page.Name, page.State, shot.language, shot.theme, shot.size)
			if err := os.WriteFile(filepath.Join(directory, name), picture, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// takePicture makes the window as high as the page, because a picture beyond the window
// is displaced where lines run from the right.
func takePicture(tb testing.TB, browser context.Context, width int64) []byte {
	tb.Helper()
	height, err := chromedp.Run(browser, chromedp.Evaluate[int64](`document.documentElement.scrollHeight`))
	if err != nil {
		tb.Fatal(err)
	}
	if err := chromedp.Do(browser, chromedp.EmulateViewport(width, height)); err != nil {
		tb.Fatal(err)
	}
	picture, err := chromedp.Run(browser, chromedp.CaptureScreenshot())
	if err != nil {
		tb.Fatal(err)
	}
	return picture
}
