package main

import (
	"cmp"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"assay/deploy/local/dbtest"
	"assay/web"
)

// BenchmarkPages asks the demo's largest administration (250,000 declarations, or
// BENCH_SCALE times as many) for breakdown pages over all its data, signed in as its
// Director General, and prints the time that the server takes for a page, from the
// request's first byte read to the answer's last byte written.
//
// "all" asks without filters, as the bound of 50 ms at the 95th percentile means
// it: what was computed for a month may be used again, as it is for everybody. "narrowed"
// adds a filter that no page before had, so that every page is computed anew.
func BenchmarkPages(b *testing.B) {
	p := newPageBench(b)
	codes := []string{"CLR01", "CLR04", "CTL02", "REV01", "REV05", "INF02", "DQ01"}
	dimensions := []string{"office", "officer", "broker", "importer", "lane", "chapter", "origin"}
	random := rand.New(rand.NewPCG(1, 2))
	var narrowing []string
	for _, dimension := range []string{"broker", "importer"} {
		narrowing = append(narrowing, p.valuesOf(b, dimension)...)
	}
	random.Shuffle(len(narrowing), func(i, j int) { narrowing[i], narrowing[j] = narrowing[j], narrowing[i] })
	for _, kind := range []string{"all", "narrowed"} {
		var times []time.Duration
		asked := 0
		for _, code := range codes {
			for _, dimension := range dimensions {
				for range 5 {
					query := url.Values{"period": {p.period}, "by": {dimension}}.Encode()
					if kind == "narrowed" {
						query += "&" + narrowing[asked%len(narrowing)]
					}
					asked++
					if took, ok := p.ask(b, "/in/sahelia/indicators/"+code+"?"+query); ok {
						times = append(times, took)
					}
				}
			}
		}
		report(b, kind, times)
	}
	b.ReportMetric(0, "ns/op")
}

// pageBench is the demo's largest administration behind a real server.
type pageBench struct {
	server *httptest.Server
	client *http.Client
	took   chan time.Duration // of the last page, as the server saw it
	period string             // all months that have data
}

func newPageBench(b *testing.B) *pageBench {
	b.Helper()
	s, closeServices, err := buildServices(b.Context(), dbtest.New(b).AppURL, nil, usualCubeMemory)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(closeServices)
	d := &demonstration{services: s, out: io.Discard, started: time.Now(), scale: benchScale(b), work: b.TempDir()}
	shown, err := d.prepare(b.Context(), demoAdministrations()[0])
	if err != nil {
		b.Fatal(err)
	}
	handler, err := newHandler(s, slog.New(slog.NewTextHandler(io.Discard, nil)), web.Options{})
	if err != nil {
		b.Fatal(err)
	}
	p := &pageBench{took: make(chan time.Duration, 1)}
	p.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begin := time.Now()
		handler.ServeHTTP(w, r)
		select {
		case p.took <- time.Since(begin):
		default:
		}
	}))
	b.Cleanup(p.server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	p.client = &http.Client{Jar: jar}
	p.signIn(b, shown.People[0])
	now := time.Now()
	last := now.AddDate(0, 0, -now.Day())
	p.period = last.AddDate(0, -23, 1-last.Day()).Format("2006-01") + ".." + last.Format("2006-01")
	return p
}

func benchScale(b *testing.B) float64 {
	b.Helper()
	scale, err := strconv.ParseFloat(cmp.Or(os.Getenv("BENCH_SCALE"), "1"), 64)
	if err != nil || scale <= 0 {
		b.Fatalf("BENCH_SCALE=%q is no size", os.Getenv("BENCH_SCALE"))
	}
	return scale
}

func (p *pageBench) signIn(b *testing.B, person web.DemoPerson) {
	b.Helper()
	page := p.page(b, "/sign-in")
	token, _ := page.Find("#sign-in-form input[name=forgery]").Attr("value")
	response, err := p.client.PostForm(p.server.URL+"/sign-in", url.Values{"forgery": {token}, "name": {person.SignInName}, "password": {person.Password}})
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Request.URL.Path == "/sign-in" {
		b.Fatalf("sign in as %s: %s at %s", person.SignInName, response.Status, response.Request.URL)
	}
}

func (p *pageBench) page(b *testing.B, path string) *goquery.Document {
	b.Helper()
	response, err := p.client.Get(p.server.URL + path)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	document, err := goquery.NewDocumentFromReader(response.Body)
	if err != nil {
		b.Fatal(err)
	}
	if response.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s", path, response.Status)
	}
	return document
}

// valuesOf are filters for the values of a dimension, as the links of its breakdown have them.
func (p *pageBench) valuesOf(b *testing.B, dimension string) []string {
	b.Helper()
	var filters []string
	page := p.page(b, "/in/sahelia/indicators/CLR01?"+url.Values{"period": {p.period}, "by": {dimension}}.Encode())
	for _, link := range page.Find("table a").EachIter() {
		address, err := url.Parse(link.AttrOr("href", ""))
		if err != nil {
			b.Fatal(err)
		}
		if value := address.Query().Get(dimension); value != "" {
			filters = append(filters, url.Values{dimension: {value}}.Encode())
		}
	}
	if len(filters) == 0 {
		b.Fatalf("the breakdown by %s has no links", dimension)
	}
	slices.Sort(filters)
	return slices.Compact(filters)
}

// ask times one page; false for an indicator that does not know the dimension.
func (p *pageBench) ask(b *testing.B, path string) (time.Duration, bool) {
	b.Helper()
	select {
	case <-p.took:
	default:
	}
	response, err := p.client.Get(p.server.URL + path)
	if err != nil {
		b.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		b.Fatal(err)
	}
	took := <-p.took
	if response.StatusCode == http.StatusBadRequest {
		return 0, false
	}
	if response.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s", path, response.Status)
	}
	return took, true
}

func report(b *testing.B, kind string, times []time.Duration) {
	b.Helper()
	if len(times) < 100 {
		b.Fatalf("%s: only %d pages were asked", kind, len(times))
	}
	slices.Sort(times)
	at := func(share float64) float64 { return times[int(share*float64(len(times)-1))].Seconds() * 1000 }
	b.ReportMetric(at(0.5), kind+"-median-ms")
	b.ReportMetric(at(0.95), kind+"-p95-ms")
	b.ReportMetric(at(1), kind+"-max-ms")
	b.Logf("%s: %d pages", kind, len(times))
}
