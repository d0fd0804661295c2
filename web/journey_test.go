package web

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"assay/domain/access"
	"assay/domain/intake"
	"assay/domain/warehouse"
)

// step is one thing that somebody does: opening an address, or following a link of the page, and what is seen then.
type step struct {
	name   string // of its picture
	open   string // with {contract} for the kit's contract with an officer
	follow string // selector of the link
	sees   string // selector of what must be there
}

// journey is what somebody of a role does on a usual day, from the first page on.
type journey struct {
	role  access.Role
	who   string // account of the kit; the role's name when empty
	steps []step
}

const tableLink = "tbody th a, tbody td a"

// journeys are the ways that each role goes most: home, a card, down to the cases, and where something is done.
var journeys = []journey{
	{access.DirectorGeneral, "", []step{{"home", "/in/karouma", "", "#figures"}, {"sitting", "", ".home-task[href$='/contracts/sitting']", ".sitting, main form"},
		{"board", "/in/karouma/board?period=2025-10", "", ".scorecard"}, {"indicator", "", ".change-card, .score-name a", ".headline"}, {"group", "", ".breakdown-table tbody th a", ".drill li:nth-child(2)"},
		{"rows", "", ".parts div:last-child a", "#rows"}, {"declaration", "", "#rows tbody a", ".timeline"}, {"risk", "/in/karouma", "", "#risks"}, {"finding", "", ".home-part:has(#risks) " + tableLink, ".timeline"},
		{"evaluations", "/in/karouma/evaluations", "", "#open"}, {"meetings", "/in/karouma/meetings", "", "main h1"}, {"comparison", "/in/karouma/comparison", "", "main h1"}}},
	{access.Deputy, "", []step{{"home", "/in/karouma", "", "#contracts"}, {"contracts", "", ".home-part:has(#contracts) .home-more a", "main table, .contract-list, main h1"}, {"contract", "", "main a[href*='/contracts/0']", "main h1"}, {"draft", "/in/karouma/contracts/new?office=-operators", "", "#holder"},
		{"targets", "/in/karouma/targets", "", "main h1"}, {"programme", "/in/karouma/programme", "", "main h1"}}},
	{access.HeadOfOffice, "", []step{{"home", "/in/karouma", "", "#figures"}, {"week", "", ".home-more a[href*='/week']", "#week-registered .plot"}, {"home", "/in/karouma", "", "#figures"}, {"officer", "", ".home-part:has(#groups) tbody th a", ".drill [aria-current]"}, {"indicator", "", ".score-name a", ".headline"}, {"contracts", "/in/karouma/contracts", "", "main h1"},
		{"contract", "", "main a[href*='/contracts/0']", "main h1"}, {"scorecards", "/in/karouma/scorecards?month=2025-10", "", "main h1"}, {"meetings", "/in/karouma/meetings", "", "main h1"}, {"call", "", ".page-head .button", ".month-form"}}},
	{access.TeamHead, teamLeader, []step{{"home", "/in/karouma", "", "#figures"}, {"indicator", "", ".home-figure", ".headline"}, {"contracts", "", ".tabs a[href$='/contracts']", "main h1"}, {"contract", "", "main a[href*='/contracts/0']", "#sign"}, {"board", "/in/karouma/board?period=2025-10", "", ".scorecard"}}},
	{access.Officer, "", []step{{"home", "/in/karouma", "", "#figures"}, {"contracts", "/in/karouma/contracts", "", "main h1"}, {"contract", "", "main a[href*='/contracts/0']", "main h1"}, {"scorecard", "/in/karouma/contracts/{contract}/scorecards/2025-10", "", "#lines"},
		{"objection", "", "main a[href*='/object']", "#words"}, {"notices", "/notices", "", "main h1"}}},
	{access.Analyst, "", []step{{"home", "/in/karouma", "", "#risks"}, {"breaches", "", ".home-part:has(#risks) .home-more a", ".breakdown-table"}, {"funnel", "/in/karouma/indicators/CTL02?period=2025&by=officer", "", ".plot"}, {"heat", "/in/karouma/indicators/CLR01?period=2025-10&by=office", "", ".breakdown-table"},
		{"formula", "/in/karouma/indicators/CLR01/sql?period=2025-10", "", ".source"}, {"own", "/in/karouma/own-indicators", "", "main h1"}, {"purposes", "/in/karouma/purposes", "", "main h1"}}},
	{access.Auditor, "", []step{{"home", "/in/karouma", "", "#record"}, {"record", "", ".home-part:has(#record) .home-more a", "main table"}, {"entry", "", "tbody a", "main h1"}, {"imports", "/in/karouma/imports", "", "#batches"},
		{"contracts", "/in/karouma/contracts", "", "main h1"}, {"contract", "", "main a[href*='/contracts/0']", "#signatures"}, {"seal", "/in/karouma/seal", "", "#check"}}},
	{access.DataOfficer, "", []step{{"home", "/in/karouma", "", ".coverage"}, {"import", "", ".home-part:has(#loads) tbody th a", "#import-state"}, {"imports", "/in/karouma/imports", "", "form[data-upload]"}, {"rejects", "", ".has-reject a", "#rejects"},
		{"first-run", "/in/karouma/first-run", "", "main h1"}, {"calendar", "/in/karouma/settings/calendar", "", "main table"}, {"dictionary", "/in/karouma/dictionary", "", ".dictionary"}}},
	{access.HumanResources, "", []step{{"home", "/in/karouma", "", "#contracts"}, {"contracts", "", ".home-part:has(#contracts) .home-more a", "main h1"}, {"contract", "", "main a[href*='/contracts/0']", "main h1"}, {"programme", "/in/karouma/programme", "", "main h1"},
		{"outcomes", "/in/karouma/outcomes", "", "main h1"}, {"people", "/in/karouma/people", "", "#members"}}},
	{access.Administrator, "", []step{{"home", "/in/karouma", "", "#people"}, {"people", "", ".home-part:has(#people) .home-more a", "main table"}, {"invited", "", "form[action$='/invitations'] > button", "#link"}, {"person", "", "main table tbody tr:nth-child(2) a", "main form"},
		{"rights", "", "main a[href*='/access/']", "main h1"}, {"roles", "/in/karouma/roles", "", "main h1"}, {"role", "/in/karouma/roles/new", "", "main form"}, {"engagements", "/in/karouma/engagements", "", "main h1"}, {"settings", "/in/karouma/settings", "", "#profile"},
		{"thresholds", "/in/karouma/settings/thresholds", "", ".thresholds"}, {"calendar", "/in/karouma/settings/calendar", "", "main table"}, {"hours", "", "main table tbody a", "main h1"}, {"exports", "/in/karouma/settings/exports", "", "main h1"}, {"account", "/account", "", "main h1"}}},
	{access.InstallationOperator, "operator", []step{{"home", "/installation", "", "main h1"}, {"administration", "", "main table a[href^='/installation/']", "main h1"}}},
	{access.Expert, guideName, []step{{"home", "/engagements", "", ".expert-cards"}, {"terms", "", ".expert-cards .downloads > a", "main h1"}, {"compare", "/comparison", "", "main h1"}, {"home", "/engagements", "", ".expert-cards"}, {"enter", "", ".expert-cards form button", ".scorecard, .home-parts"},
		{"indicator", "", ".score-name a", ".headline"}, {"help", "/handbook", "", ".handbook"}}},
	{access.Officer, busyOfficer, []step{{"own-home", "/in/karouma", "", "#figures"}, {"own-indicator", "/in/karouma/indicators/CLR01?period=2025", "", ".headline"}, {"own-rows", "", ".parts div:last-child a", "#rows"}, {"own-declaration", "", "#rows tbody a", ".timeline"}}},
	{access.Trader, "", []step{{"home", "/in/karouma", "", "#figures"}, {"indicator", "", ".home-figure", ".headline"}, {"rows", "/in/karouma/indicators/CLR01/declarations?period=2025", "", "#rows"}, {"declaration", "", "#rows tbody a", ".timeline"},
		{"contracts", "/in/karouma/contracts", "", "main h1"}, {"contract", "", "main a[href*='/contracts/0']", "#sign"}}},
}

// written is what somebody writes into the forms of a page before the step of this name goes on: selector and text.
var written = map[string][][2]string{
	"invited": {{"#name", "Sara Haile"}, {"#email", "sara.haile+at@customs.example"}, {"input[name=role][value=analyst]", ""}},
}

// testJourneys walks the journeys in a browser. Each role goes once, in a language and on a screen that change from role
// to role; with ASSAY_JOURNEYS=all, or with names of roles and commas between
// them, each (of these) goes in three languages on desktop and phone. Every page on the way must fit its window. Pictures
// go into the directory that ASSAY_SCREENSHOTS names.
func (k *kit) testJourneys(t *testing.T) {
	k.usualDay(t)
	k.rejected(t)
	browser := newBrowser(t)
	languages := []string{"en", "fr", "ar"}
	screens := []struct {
		name          string
		width, height int64
	}{{"desktop", 1280, 800}, {"phone", 390, 844}}
	asked := os.Getenv("ASSAY_JOURNEYS")
	for i, j := range journeys {
		all := asked == "all" || slices.Contains(strings.Split(asked, ","), string(j.role))
		if asked != "" && !all {
			continue
		}
		if j.who == "" {
			j.who = string(j.role)
		}
		for l, language := range languages {
			for s, screen := range screens {
				if !all && (i%len(languages) != l || (i/len(languages))%len(screens) != s) {
					continue
				}
				b := k.person(t, j.who) // anew: entering an administration gives the browser a session of its own
				b.post("/preferences", url.Values{"language": {language}})
				b.lendTo(browser)
				name := fmt.Sprintf("%s-%s-%s", j.role, language, screen.name)
				k.walkJourney(t, browser, j, name, look{"light", screen.width, screen.height}, language)
			}
		}
		k.person(t, j.who).post("/preferences", url.Values{"language": {"en"}})
	}
}

// lendTo gives the browser the session of a person who has signed in by the form.
func (b *browser) lendTo(tab context.Context) {
	b.t.Helper()
	address := httptest.NewRequest(http.MethodGet, b.kit.server.URL, nil).URL
	for _, cookie := range b.client.Jar.Cookies(address) {
		if _, err := chromedp.Call(tab, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: b.kit.server.URL}); err != nil {
			b.t.Fatalf("lend the session: %v", err)
		}
	}
}

func (k *kit) walkJourney(t *testing.T, browser context.Context, j journey, name string, l look, language string) {
	t.Helper()
	officers := k.contractOf(t).ID.String()
	for i, s := range j.steps {
		at := fmt.Sprintf("%s, step %d, %s", name, i+1, s.name)
		ctx, cancel := context.WithTimeout(browser, 3*time.Minute)
		defer cancel()
		if err := chromedp.Do(ctx, chromedp.EmulateViewport(l.width, l.height)); err != nil {
			t.Fatalf("%s: %v", at, err)
		}
		if s.open != "" {
			if err := chromedp.Do(ctx, chromedp.Navigate(k.server.URL+strings.ReplaceAll(s.open, "{contract}", officers))); err != nil {
				t.Errorf("%s: open %s: %v", at, s.open, err)
				return
			}
		} else if err := write(ctx, s.name, name); err != nil {
			t.Errorf("%s: %v", at, err)
			return
		} else if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(s.follow))); err != nil {
			t.Errorf("%s: follow %s: %v", at, s.follow, err)
			return
		}
		if err := chromedp.Do(ctx, chromedp.WaitVisible(chromedp.CSS("html[lang="+language+"] :is("+s.sees+")"))); err != nil {
			where, _ := chromedp.Run(browser, chromedp.Evaluate[string](`location.pathname + ": " + document.querySelector("main").innerText.slice(0, 200)`))
			t.Errorf("%s: %s is not seen at %s: %v", at, s.sees, where, err)
			return
		}
		if err := fitsWindow(ctx); err != nil {
			t.Errorf("%s: %v", at, err)
		}
		if directory := os.Getenv("ASSAY_SCREENSHOTS"); directory != "" {
			file := filepath.Join(directory, fmt.Sprintf("%s-%d-%s.png", name, i+1, s.name))
			if err := os.WriteFile(file, takePicture(t, browser, l.width), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// write fills in what a step writes; a box without a text is ticked. What must be written by one person once only bears the journey's name.
func write(ctx context.Context, step, journey string) error {
	for _, field := range written[step] {
		selector := chromedp.CSS(field[0])
		err := chromedp.Do(ctx, chromedp.Click(selector))
		if field[1] != "" {
			err = chromedp.Do(ctx, chromedp.SetValue(selector, strings.ReplaceAll(field[1], "+at", "+"+journey)))
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", field[0], err)
		}
	}
	return nil
}

// rejected reads a delivery in which nothing is a declaration.
func (k *kit) rejected(t *testing.T) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "night_of_3_january.ndjson")
	if err := os.WriteFile(file, []byte("{\"office\": \"KSB1\"\nthis is no declaration\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	batch, err := k.warehouse.Import(t.Context(), k.first, warehouse.ImportInput{Format: intake.FormatNDJSON, Delivery: intake.Source{Paths: []string{file}},
		Source: "night_of_3_january.ndjson", By: "data_officer", DryRun: true, NoRefresh: true})
	if err != nil || batch.Rejected == 0 {
		t.Fatalf("a delivery with rejects: %+v, %v", batch, err)
	}
}
