package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/labstack/echo/v4"

	"assay/web/fixture"
	"assay/web/present"
)

// newBrowser starts Chromium; without it the test fails and says what to install.
// Every complaint of a page (a script's error, something that the content security policy
// refused) fails the test.
func newBrowser(tb testing.TB) context.Context {
	tb.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		tb.Fatal("no Chromium found: install the Debian package chromium")
	}
	// What a browser that is stopped leaves of its own is removed with this.
	own, err := os.MkdirTemp("", "assay-browser-") //nolint:usetesting // a test must not fail because a process of the browser still writes there
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(own) })
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.NoFirstRun,
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("force-color-profile", "srgb"),
		chromedp.WSURLReadTimeout(time.Minute), chromedp.Env("TMPDIR="+own))
	allocator, stopAllocator := chromedp.NewExecAllocator(context.Background(), options...)
	tb.Cleanup(stopAllocator)
	browser, stopBrowser := chromedp.NewContext(allocator)
	tb.Cleanup(stopBrowser)
	if err := chromedp.Do(browser); err != nil {
		tb.Fatalf("start Chromium: %v", err)
	}
	listen(tb, browser)
	return browser
}

// listen reports what pages complain about.
func listen(tb testing.TB, browser context.Context) {
	var mutex sync.Mutex
	var complaints []string
	tb.Cleanup(func() {
		mutex.Lock()
		defer mutex.Unlock()
		for _, complaint := range complaints {
			tb.Errorf("the page complained: %s", complaint)
		}
	})
	complain := func(text string) {
		mutex.Lock()
		defer mutex.Unlock()
		complaints = append(complaints, text)
	}
	err := chromedp.Listen(browser, func(event any) {
		switch e := event.(type) {
		case *runtime.EventExceptionThrown:
			text := e.ExceptionDetails.Text
			if e.ExceptionDetails.Exception != nil {
				text += " " + e.ExceptionDetails.Exception.Description
			}
			complain(text)
		case *cdplog.EventEntryAdded:
			// The status of a page that is meant to fail is no complaint.
			if e.Entry.Level == cdplog.EntryLevelError && !strings.Contains(e.Entry.Text, "Failed to load resource: the server responded with a status of") {
				complain(e.Entry.Text + " " + e.Entry.URL)
			}
		}
	})
	if err != nil {
		tb.Fatalf("listen to Chromium: %v", err)
	}
}

// fixtureServer serves /PAGE/STATE/LANGUAGE/THEME from fixtures under the same
// content security policy as the program.
func fixtureServer(tb testing.TB) *httptest.Server {
	tb.Helper()
	r, bundle := newTestRenderer(tb)
	static, err := loadAssets()
	if err != nil {
		tb.Fatal(err)
	}
	e := echo.New()
	e.GET("/static/*", static.serve)
	e.GET("/:page/:state/:language/:theme", func(c echo.Context) error {
		v := &visit{Context: c, server: &Server{}, nonce: "test"}
		v.setHeaders()
		digits := "latn"
		if c.Param("language") == "ar" && c.QueryParam("digits") != "" {
			digits = "arab"
		}
		p := present.New(bundle.Locale(c.Param("language"), digits, time.UTC).WithMoney("XAF", 0))
		for _, page := range slices.Concat(fixture.Pages(), fixture.States()) {
			if page.Name == c.Param("page") && page.State == c.Param("state") {
				layout := testLayout(p)
				layout.Theme = c.Param("theme")
				c.Response().Header().Set(echo.HeaderContentType, echo.MIMETextHTMLCharsetUTF8)
				c.Response().WriteHeader(http.StatusOK)
				return r.page(c.Response(), p.Locale, page.Template, page.Make(p, layout))
			}
		}
		return echo.ErrNotFound
	})
	server := httptest.NewServer(e)
	tb.Cleanup(server.Close)
	return server
}
