package main

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"assay/deploy/local/dbtest"
	"assay/domain/access"
	"assay/domain/administration"
	"assay/domain/contract"
	"assay/domain/secret"
	"assay/web"
)

// TestEverybodyOfTheDemoSignsIn: the sign-in page of the demo lists somebody of every role there is, and each form of it leads to
// that person's first page; the expert's engagement opens the administration.
func TestEverybodyOfTheDemoSignsIn(t *testing.T) {
	t.Parallel()
	s, closeServices, err := buildServices(t.Context(), dbtest.New(t).AppURL, secret.New(), usualCubeMemory)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(closeServices)
	coral := demoAdministrations()[2]
	d := &demonstration{services: s, out: io.Discard, started: time.Now(), scale: 400 / float64(coral.sample.Declarations), work: t.TempDir()}
	shown, err := d.prepare(t.Context(), coral)
	if err != nil {
		t.Fatal(err)
	}
	again, err := d.prepare(t.Context(), demoAdministrations()[2])
	if err != nil || len(again.People) != len(shown.People) {
		t.Fatalf("a second start: %d people, %v", len(again.People), err)
	}
	beside, err := d.beside(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	handler, err := newHandler(s, slog.New(slog.NewTextHandler(io.Discard, nil)), web.Options{Demo: []web.DemoAdministration{shown, beside}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)

	described, err := s.administrations.ByCode(t.Context(), coral.tenant.Code)
	if err != nil {
		t.Fatal(err)
	}
	demoLook{t, s, map[string]*administration.Tenant{coral.tenant.Code: described}}.phase(coral.tenant.Code, contract.Descriptive)
	guest := demoGuest{t, server.URL, nil}
	names := guest.listed()
	roles := map[access.Role]bool{}
	for _, p := range slices.Concat(shown.People, beside.People) {
		if !slices.Contains(names, p.SignInName) {
			t.Errorf("the sign-in page does not list %s", p.SignInName)
		}
		roles[p.Role] = true
		first := demoGuest{t, server.URL, nil}.signIn(p.SignInName)
		if p.Role == access.Expert {
			first.enterAsExpert()
		}
	}
	for _, role := range access.Roles {
		if !roles[role] {
			t.Errorf("nobody of the demo is %s", role)
		}
	}
	if len(roles) != 13 {
		t.Errorf("%d roles", len(roles))
	}
}

// demoGuest is a browser before the demo's sign-in page.
type demoGuest struct {
	t      *testing.T
	site   string
	client *http.Client
}

func (g demoGuest) get(path string) (*goquery.Document, arrived) {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), http.MethodGet, g.site+path, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	return g.do(request)
}

func (g demoGuest) post(path string, form url.Values) (*goquery.Document, arrived) {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, g.site+path, strings.NewReader(form.Encode()))
	if err != nil {
		g.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return g.do(request)
}

// arrived is where a request ended, with its body read and closed.
type arrived struct {
	status int
	url    *url.URL
}

func (g demoGuest) do(request *http.Request) (*goquery.Document, arrived) {
	g.t.Helper()
	client := g.client
	if client == nil {
		client = http.DefaultClient
	}
	answer, err := client.Do(request)
	if err != nil {
		g.t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	document, err := goquery.NewDocumentFromReader(answer.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	return document, arrived{answer.StatusCode, answer.Request.URL}
}

// listed are the sign-in names that the page offers.
func (g demoGuest) listed() (names []string) {
	g.t.Helper()
	page, _ := g.get("/sign-in")
	page.Find(".demo input[name=name]").Each(func(_ int, s *goquery.Selection) { names = append(names, s.AttrOr("value", "")) })
	return names
}

// signIn sends the form of the page that somebody's button sends, and follows it to the first page.
func (g demoGuest) signIn(name string) demoGuest {
	g.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		g.t.Fatal(err)
	}
	g.client = &http.Client{Jar: jar}
	page, _ := g.get("/sign-in")
	form := url.Values{}
	page.Find(".demo form").FilterFunction(func(_ int, s *goquery.Selection) bool { return s.Find("input[name=name]").AttrOr("value", "") == name }).
		Find("input").Each(func(_ int, s *goquery.Selection) { form.Set(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	first, answer := g.post("/sign-in", form)
	if answer.status != http.StatusOK || strings.HasPrefix(answer.url.Path, "/sign-in") {
		g.t.Errorf("%s comes to %s with %d: %s", name, answer.url, answer.status, strings.Join(strings.Fields(first.Find("main").Text()), " "))
	}
	return g
}

// enterAsExpert goes from the choice of administrations into the first, and opens its board.
func (g demoGuest) enterAsExpert() {
	g.t.Helper()
	choice, _ := g.get("/administrations")
	form := url.Values{"forgery": {choice.Find("input[name=forgery]").First().AttrOr("value", "")}, "tenant": {choice.Find("input[name=tenant]").First().AttrOr("value", "")}, "role": {"expert"}}
	if form.Get("tenant") == "" {
		g.t.Fatalf("the expert has nowhere to go: %s", strings.Join(strings.Fields(choice.Find("main").Text()), " "))
	}
	g.post("/administrations", form)
	board, answer := g.get("/in/coral/board")
	if answer.status != http.StatusOK || answer.url.Path != "/in/coral/board" {
		g.t.Errorf("the expert comes to %s with %d: %s", answer.url, answer.status, strings.Join(strings.Fields(board.Find("main").Text()), " "))
	}
}
