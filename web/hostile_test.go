package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"

	"assay/deploy/local/dbtest/racing"
)

// harm is what a text of an extract carries: it runs when a page takes it for anything but text, in an element, in an
// attribute of either kind of quotes, in a script, in a template.
const harm = `"'><img src=x onerror="window.harmed=1;alert(1)"><svg/onload=alert(2)><script>window.harmed=2;alert(3)</script></script>{{.Nonce}}${alert(4)}`

// freeTexts are the columns of an extract that hold words, by file.
var freeTexts = map[string][]string{
	"items":       {"IMPORTER NAME", "TARIFF DESCRIPTION", "COMMERCIAL DESCRIPTION", "CONSIGNEE NAME", "EXPORTER"},
	"lanes":       {"REASON"},
	"inspections": {"RESULT", "REMARKS"},
	"versions":    {"REASON"},
	"manifests":   {"VOYAGE", "CARRIER", "TRANSPORT_ID"},
	"bills":       {"CONSIGNEE"},
	"transits":    {"PRINCIPAL", "CARRIER"},
	"suspense":    {"HOLDER"},
	"staff":       {"NAME"},
	"offices":     {"NAME"},
	"sections":    {"NAME"},
	"holidays":    {"NAME"},
	"traders":     {"NAME"},
	"brokers":     {"NAME"},
}

// mustBeShown are texts that some page shows whole or in part, so that opening pages tries something.
var mustBeShown = []string{"staff NAME", "offices NAME", "items COMMERCIAL DESCRIPTION", "file name ", harm}

// spoil puts harm into every text of an extract, and into some numbers, so that there are rejects that show it.
func spoil(t *testing.T, directory string) {
	t.Helper()
	for name, columns := range freeTexts {
		path := filepath.Join(directory, name+".csv")
		rows := readRows(t, path)
		for _, column := range columns {
			at := slices.Index(rows[0], column)
			if at < 0 {
				t.Fatalf("%s has no column %s", name, column)
			}
			for i := range rows[1:] {
				if rows[i+1][at] != "" || column == "REMARKS" || column == "REASON" || column == "COMMERCIAL DESCRIPTION" {
					rows[i+1][at] += name + " " + column + " " + harm
				}
			}
		}
		if at := slices.Index(rows[0], "GROSSWEIGHT"); at >= 0 {
			for i := 1; i < len(rows); i += 100 {
				rows[i][at] = harm
			}
		}
		writeRows(t, path, rows)
	}
}

func readRows(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatalf("%s: %d rows, %v", path, len(rows), err)
	}
	return rows
}

func writeRows(t *testing.T, path string, rows [][]string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	writer := csv.NewWriter(file)
	if err := writer.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestInARealBrowser loads a hostile extract and opens every kind of page that shows something of it in Chromium: nothing of it runs, and
// nothing is refused by the policy either, because nothing of it has become a part of a page. Then somebody registers a
// passkey and signs in with it.
func TestInARealBrowser(t *testing.T) {
	t.Parallel()
	racing.Unwatched(t)
	k := newSpoiltKit(t, 200, spoil)
	k.deliverHarm(t)
	browser, cancel := context.WithTimeout(newBrowser(t), 15*time.Minute)
	defer cancel()
	var dialogs atomic.Int32
	if err := chromedp.Listen(browser, func(event any) {
		if e, ok := event.(*page.EventJavascriptDialogOpening); ok {
			dialogs.Add(1)
			t.Errorf("a dialog was opened: %q at %s", e.Message, e.URL)
			go func() {
				_, _ = chromedp.Call(browser, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
			}()
		}
	}); err != nil {
		t.Fatal(err)
	}
	site := strings.Replace(k.server.URL, "127.0.0.1", "localhost", 1)
	w := &wanderer{t: t, browser: browser, site: site, seen: map[string]int{}, shown: map[string]bool{}}
	for _, role := range []string{"director_general", "administrator", "data_officer"} {
		w.signIn(role)
		w.wander("/in/karouma/indicators/CLR01/declarations?period=2025", "/in/karouma/indicators/CLR01?period=2025&by=importer", "/in/karouma/indicators/CLR01?period=2025&by=broker", "/in/karouma/indicators/CLR01?period=2025&by=officer", "/in/karouma/board", "/in/karouma/imports", "/in/karouma/people", "/in/karouma/audit", "/in/karouma/contracts", "/notices", "/account")
		w.open("/design")
		w.run(`document.querySelector("form[action='/sign-out']").requestSubmit()`)
		w.arrive("/sign-in")
	}
	if len(w.seen) < 10 || w.opened < 30 {
		t.Errorf("only %d pages of %d kinds were opened", w.opened, len(w.seen))
	}
	for _, what := range mustBeShown {
		if !w.shown[what] {
			t.Errorf("%q was shown nowhere: nothing was tried", what)
		}
	}
	t.Logf("%d pages of %d kinds showed %v", w.opened, len(w.seen), slices.Sorted(maps.Keys(w.shown)))
	t.Run("passkey", w.testPasskey)
}

// deliverHarm uploads a file whose name is hostile.
func (k *kit) deliverHarm(t *testing.T) {
	t.Helper()
	officer := k.person(t, "data_officer")
	token := officer.forgery()
	answer := officer.upload("/in/karouma/imports", token, map[string]string{"format": "asycuda-world"}, "file name "+strings.ReplaceAll(harm, "/", "∕")+".csv", "OFFICE,REGDATE\n"+harm+",x\n")
	if answer.status != http.StatusSeeOther {
		t.Fatalf("deliver: %d %s", answer.status, answer.text())
	}
}

// wanderer follows the links of pages in Chromium.
type wanderer struct {
	t       *testing.T
	browser context.Context
	site    string
	seen    map[string]int // pages opened by kind
	shown   map[string]bool
	opened  int
}

func (w *wanderer) run(script string) string {
	w.t.Helper()
	said, err := chromedp.Run(w.browser, chromedp.Evaluate[string](`String((() => { return `+script+`; })())`))
	if err != nil {
		w.t.Fatalf("%s: %v", script, err)
	}
	return said
}

// arrive waits until the page at a path is there.
func (w *wanderer) arrive(path string) {
	w.t.Helper()
	w.waitFor(fmt.Sprintf(`location.pathname.startsWith(%q)`, path))
}

// waitFor waits until a page is complete and something is true of it.
func (w *wanderer) waitFor(condition string) {
	w.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		// Between two pages there is nothing that could be asked.
		met, err := chromedp.Run(w.browser, chromedp.Evaluate[bool](`document.readyState === "complete" && (`+condition+`)`))
		if err == nil && met {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("in vain for %s: %s", condition, w.run(`location.pathname + " " + document.body.innerText.slice(0, 300)`))
		}
	}
}

func (w *wanderer) open(path string) {
	w.t.Helper()
	if err := chromedp.Do(w.browser, chromedp.Navigate(w.site+path), chromedp.WaitReady(chromedp.CSS("main"))); err != nil {
		w.t.Fatalf("%s: %v", path, err)
	}
}

func (w *wanderer) signIn(role string) {
	w.t.Helper()
	w.open("/sign-in")
	w.run(fmt.Sprintf(`(document.querySelector("#name").value = %q, document.querySelector("#password").value = %q, document.querySelector("#sign-in-form").requestSubmit())`, role, password))
	w.waitFor(`location.pathname !== "/sign-in"`)
}

// kindOfPage makes one of addresses that differ in identifiers only.
func kindOfPage(address *url.URL) string {
	parts := strings.Split(strings.Trim(address.Path, "/"), "/")
	if len(parts) > 3 {
		parts = append(parts[:3], fmt.Sprint(len(parts), " ", parts[len(parts)-1][:1]))
	}
	var keys []string
	for key, values := range address.Query() {
		if key == "by" { // each dimension shows other names
			key += "=" + values[0]
		}
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return strings.Join(parts, "/") + "?" + strings.Join(keys, "&")
}

const mostOfAKind = 1

// wander opens the pages that can be reached by links, a few of every kind, and looks at each.
func (w *wanderer) wander(from ...string) {
	w.t.Helper()
	queue, known := from, map[string]bool{}
	taken := map[string]int{}
	for n := 0; len(queue) > 0 && n < 40; queue = queue[1:] {
		address, err := url.Parse(queue[0])
		if err != nil || known[queue[0]] || taken[kindOfPage(address)] >= mostOfAKind {
			continue
		}
		known[queue[0]] = true
		kind := kindOfPage(address)
		taken[kind]++
		w.seen[kind]++
		n++
		w.opened++
		w.open(queue[0])
		w.look(queue[0])
		links := w.run(`[...document.querySelectorAll("main a[href], header a[href]")].map((a) => a.getAttribute("href")).filter((h) => /^\/(in\/karouma|notices|account|access)/.test(h) && !/\.(csv|xlsx|jsonl|pdf|png|svg)(\?|$)|\/live$/.test(h)).join("\n")`)
		queue = append(queue, strings.Split(links, "\n")...)
	}
}

// look opens what can be opened, points at what answers to pointing, and sees that nothing has run.
func (w *wanderer) look(path string) {
	w.t.Helper()
	w.run(`document.querySelectorAll("details").forEach((d) => { d.open = true; })`)
	w.run(`document.querySelectorAll("[data-chart], .chart, .plot, figure, svg, [title], tbody tr").forEach((e) => { for (const kind of ["pointerenter", "pointerover", "pointermove", "mouseenter", "mouseover", "mousemove", "focus", "focusin"])
		e.dispatchEvent(new MouseEvent(kind, { bubbles: true, clientX: 300, clientY: 300 })); })`)
	if harmed := w.run(`window.harmed || document.querySelectorAll("img[src=x], svg[onload], main script:not([nonce]):not([type='application/json']), [onerror]").length`); harmed != "0" {
		w.t.Errorf("%s: what was loaded is a part of the page: %s", path, harmed)
	}
	text := w.run(`document.documentElement.innerText`)
	for name, columns := range freeTexts {
		for _, column := range columns {
			if mark := name + " " + column; strings.Contains(text, mark) {
				w.shown[mark] = true
			}
		}
	}
	for _, what := range []string{"file name ", harm} {
		if strings.Contains(text, what) {
			w.shown[what] = true
		}
	}
}

// testPasskey registers a passkey with a virtual authenticator of the browser, and signs in with it.
func (w *wanderer) testPasskey(t *testing.T) {
	w.t = t
	if _, err := chromedp.Call(w.browser, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	made, err := chromedp.Call(w.browser, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
	if err != nil {
		t.Fatal(err)
	}
	w.signIn("analyst")
	w.arrive("/in/karouma")
	w.open("/account/passkey")
	w.run(`(document.querySelector("#name").value = "virtual key", document.querySelector("[data-passkey=create]").click())`)
	w.waitFor(`document.body.innerText.includes("Your recovery codes")`)
	w.open("/account")
	if text := w.run(`document.querySelector("main").innerText`); !strings.Contains(text, "virtual key") {
		t.Fatalf("the passkey is not listed: %s", text)
	}
	w.open("/design")
	w.run(`document.querySelector("form[action='/sign-out']").requestSubmit()`)
	w.arrive("/sign-in")
	w.signIn("analyst")
	w.arrive("/sign-in/factor")
	if opened := w.run(`fetch("/in/karouma/board", { redirect: "manual" }) && document.querySelectorAll("nav a[href*='/in/karouma']").length`); opened != "0" {
		t.Errorf("the password alone opens pages: %s", opened)
	}
	w.run(`document.querySelector("[data-passkey=get]").click()`)
	w.arrive("/in/karouma")
	w.open("/account")
	if text := w.run(`document.querySelector("main").innerText`); !strings.Contains(text, "virtual key") {
		t.Errorf("signed in as somebody else: %s", text)
	}
	// Another authenticator, that of a thief who knows the password, is not taken.
	w.run(`document.querySelector("form[action='/sign-out']").requestSubmit()`)
	w.arrive("/sign-in")
	if _, err := chromedp.Call(w.browser, webauthn.SetResponseOverrideBits, webauthn.SetResponseOverrideBitsParams{AuthenticatorID: made.AuthenticatorID, IsBogusSignature: new(true)}); err != nil {
		t.Fatal(err)
	}
	w.signIn("analyst")
	w.arrive("/sign-in/factor")
	w.run(`document.querySelector("[data-passkey=get]").click()`)
	w.waitFor(`location.pathname === "/sign-in/factor" && [...document.querySelectorAll("[role=alert]")].some((e) => !e.hidden && e.innerText.includes("not right"))`)
}
