package web

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"assay/domain/cube/fact"
	"assay/domain/intake"
	"assay/domain/refresh"
	"assay/domain/warehouse"
)

// testLive opens a page, loads a declaration, and wants the page to show it without
// being loaded again: same scroll, same focus, same opened part. Then the session ends.
func (k *kit) testLive(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	listening := make(chan struct{})
	go func() { defer close(listening); _ = k.engine.Run(ctx) }()
	browser := newBrowser(t)
	page, cancel := context.WithTimeout(browser, 15*time.Minute)
	defer cancel()
	step := func(name string, actions ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(page, actions...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	ask := func(script string) string {
		t.Helper()
		text, err := chromedp.Run(page, chromedp.Evaluate[string](script))
		if err != nil {
			t.Fatalf("%s: %v", script, err)
		}
		return text
	}
	const cases = `document.querySelector("a[href*='/indicators/CLR01?']").closest("tr").querySelector(".score-cases").textContent.trim()`
	const place = `scrollY + " " + (document.activeElement.getAttribute("href") || "")`
	step("sign in", chromedp.EmulateViewport(1440, 600), chromedp.Navigate(k.server.URL+"/in/karouma/board?period=2025-10"),
		chromedp.SendKeys(chromedp.CSS("#name"), "director_general"), chromedp.SendKeys(chromedp.CSS("#password"), password),
		chromedp.Click(chromedp.CSS("#sign-in-form button")), chromedp.WaitVisible(chromedp.CSS(".scorecard")))
	before := ask(cases)
	ask(`(() => { document.querySelector("a[href*='/indicators/CTL02?']").focus(); scrollTo(0, 500); window.untouched = "yes"; return ""; })()`)
	at := ask(place)
	k.loadDeclaration(t, 1)
	if err := chromedp.Do(page, chromedp.Poll[chromedp.Void](`document.getElementById("live-mark").textContent !== ""`, chromedp.WithPollingTimeout(time.Minute))); err != nil {
		t.Fatalf("the page was not renewed: %v", err)
	}
	if after := ask(cases); after == before {
		t.Errorf("CLR01 still has %s cases", after)
	}
	if now := ask(place); now != at || !strings.Contains(at, "CTL02") {
		t.Errorf("place and focus went from %q to %q", at, now)
	}
	if ask(`String(window.untouched)`) != "yes" {
		t.Error("the page was loaded anew")
	}
	k.testLiveImport(t, page, step, ask)
	step("leave", chromedp.Navigate("about:blank"))
	k.testStream(t)
	stop()
	<-listening
}

// testLiveImport looks at a delivery that waits until it is loaded: its page tells so without being loaded anew.
func (k *kit) testLiveImport(t *testing.T, page context.Context, step func(string, ...chromedp.Action[chromedp.Void]), ask func(string) string) {
	t.Helper()
	batch, err := k.warehouse.Deliver(t.Context(), k.first, warehouse.DeliveryInput{Format: intake.FormatNDJSON, By: "data_officer", DryRun: true,
		Uploads: []warehouse.Upload{{Name: "waits.ndjson", Content: strings.NewReader("this is no declaration\n")}}})
	if err != nil {
		t.Fatal(err)
	}
	step("open an import", chromedp.Navigate(k.server.URL+"/in/karouma/imports/"+batch.ID.String()), chromedp.WaitVisible(chromedp.CSS("#import-state .status-running")))
	ask(`(() => { window.untouched = "yes"; document.querySelector(".over a").focus(); return ""; })()`)
	if _, err := k.warehouse.Process(t.Context(), k.first, batch.ID, nil); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(page, chromedp.Poll[chromedp.Void](`document.querySelector("#import-state .status-running") === null && document.querySelector("#rejects") !== null`, chromedp.WithPollingTimeout(time.Minute))); err != nil {
		t.Fatalf("the import's page was not renewed: %v", err)
	}
	if ask(`window.untouched + document.activeElement.closest(".over").tagName`) != "yesP" {
		t.Error("the import's page lost its place")
	}
}

// testStream reads the stream itself: what it says, how many a person may have, and that
// signing out ends it.
func (k *kit) testStream(t *testing.T) {
	b := k.person(t, "analyst")
	open := func() (*http.Response, context.CancelFunc) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, k.server.URL+"/in/karouma/live", nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := b.client.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		return response, cancel
	}
	first, cancel := open()
	defer cancel()
	defer func() { _ = first.Body.Close() }()
	if first.StatusCode != http.StatusOK || first.Header.Get("Content-Type") != "text/event-stream" || first.Header.Get("Content-Encoding") != "" {
		t.Fatalf("%d %v", first.StatusCode, first.Header)
	}
	lines := bufio.NewScanner(first.Body)
	if !lines.Scan() || lines.Text() != "event: fresh" {
		t.Fatalf("the stream begins with %q", lines.Text())
	}
	for range livePerPerson - 1 {
		more, cancel := open()
		defer cancel()
		defer func() { _ = more.Body.Close() }()
	}
	refused, cancelRefused := open()
	defer cancelRefused()
	_ = refused.Body.Close()
	if refused.StatusCode != http.StatusTooManyRequests {
		t.Errorf("connection %d: %d", livePerPerson+1, refused.StatusCode)
	}
	if answer := b.post("/sign-out", map[string][]string{}); answer.status != http.StatusSeeOther {
		t.Fatalf("sign out: %d", answer.status)
	}
	var said []string
	for lines.Scan() {
		said = append(said, lines.Text())
	}
	if text := strings.Join(said, "\n"); !strings.Contains(text, ": alive") && !strings.Contains(text, "event: ended") || !strings.HasSuffix(strings.TrimSpace(text), "event: ended\ndata:") {
		t.Errorf("the stream ended with %q", text)
	}
}

// loadDeclaration brings one more declaration of October 2025 into the first administration.
func (k *kit) loadDeclaration(t *testing.T, number int) {
	t.Helper()
	line := fmt.Sprintf(`{"declaration":{"reference":{"office":%q,"year":2025,"serial":"L","number":"%d"},"header":{"flow":"import","model":"IM4","registered_on":"2025-10-14T00:00:00Z"},`+
		`"events":[{"kind":"registered","operation":"Register","at":"2025-10-14T09:00:00Z","precision":"minute"},{"kind":"assessed","operation":"Assess","at":"2025-10-14T10:00:00Z","precision":"minute"}]}}`+"\n", k.office, number)
	path := filepath.Join(t.TempDir(), fmt.Sprintf("live-%d.ndjson", number))
	if err := os.WriteFile(path, []byte(line), 0o600); err != nil {
		t.Fatal(err)
	}
	batch, err := k.warehouse.Import(t.Context(), k.first, warehouse.ImportInput{Format: intake.FormatNDJSON, Delivery: intake.Source{Paths: []string{path}}, Source: "live", By: "test", NoRefresh: true})
	if err != nil || batch.Loaded != 1 {
		t.Fatalf("load: %+v, %v", batch, err)
	}
	facts := fact.New(k.db, k.administrations, k.warehouse, k.segments, testClock)
	if _, err := refresh.New(k.db, facts, k.crosschecks).Run(t.Context(), k.first.ID, refresh.Input{}); err != nil {
		t.Fatal(err)
	}
}
