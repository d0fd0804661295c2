package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// What a page may weigh, compressed, and how long it may take until it can be used on a line of
// 1 Mbit/s with 200 ms delay.
const (
	firstWeight, laterWeight = 150_000, 60_000
	usable                   = 2 * time.Second
)

// weighed are the pages that are weighed, by the person who opens them; a page of a later
// slice is added here.
func (k *kit) weighed(t *testing.T) map[string][]string {
	return map[string][]string{
		"director_general": {"/in/karouma", "/in/karouma/board?period=2025-10", "/in/karouma/week?period=2025", "/in/karouma/indicators/CTL02?period=2025-Q3&by=office", "/in/karouma/indicators/CLR04?period=2025-10&by=officer",
			"/in/karouma/indicators/CTL02/declarations?period=2025-Q3", k.aReference(t), "/in/karouma/indicators/CLR01/sql", "/in/karouma/dictionary",
			"/handbook", "/handbook/indicators", "/handbook/roles", "/handbook?q=funnel"},
		"data_officer": {"/in/karouma", "/in/karouma/imports"},
	}
}

// testWeights opens each page as the first of a visit and as a later one.
func (k *kit) testWeights(t *testing.T) {
	for who, paths := range k.weighed(t) {
		b := k.person(t, who)
		_, common := k.guest(t).weigh("/sign-in") // what everybody has before the first page
		for _, path := range paths {
			page, assets := b.weigh(path)
			first, later := page, page
			for address, weight := range assets {
				first += weight
				if common[address] == 0 {
					later += weight
				}
			}
			t.Logf("%-70s %6.1f kB first, %6.1f kB later", path, float64(first)/1000, float64(later)/1000)
			if first > firstWeight {
				t.Errorf("%s weighs %d bytes as the first page, at most %d are allowed", path, first, firstWeight)
			}
			if later > laterWeight {
				t.Errorf("%s weighs %d bytes as a later page, at most %d are allowed", path, later, laterWeight)
			}
		}
	}
	if os.Getenv("ASSAY_BENCH_WEB") != "" {
		k.testTimes(t)
	}
}

// weigh gives the compressed size of a page and of what it loads by itself.
func (b *browser) weigh(path string) (page int, assets map[string]int) {
	b.t.Helper()
	content, size := b.compressed(path)
	document, err := goquery.NewDocumentFromReader(content)
	if err != nil {
		b.t.Fatal(err)
	}
	assets = map[string]int{}
	document.Find("link[rel=stylesheet], link[rel=icon], script[src], img[src]").Each(func(_ int, s *goquery.Selection) {
		address := s.AttrOr("href", s.AttrOr("src", ""))
		_, assets[address] = b.compressed(address)
	})
	return size, assets
}

// compressed asks twice: once for what travels, once for what it holds.
func (b *browser) compressed(path string) (content io.Reader, size int) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.kit.server.URL+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "gzip, br") // set by hand, it is not unpacked
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	travels, err := io.Copy(io.Discard, response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		b.t.Fatalf("%s: %d, %v", path, response.StatusCode, err)
	}
	plain, err := b.client.Get(b.kit.server.URL + path)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = plain.Body.Close() })
	return plain.Body, int(travels)
}

// testTimes opens each page with an empty cache on a slow line and wants it usable in time:
// until its scripts have run (the end of DOMContentLoaded).
func (k *kit) testTimes(t *testing.T) {
	for who, paths := range k.weighed(t) {
		ctx, cancel := context.WithTimeout(newBrowser(t), 15*time.Minute)
		err := chromedp.Do(ctx, chromedp.Navigate(k.server.URL+"/sign-in"), chromedp.SendKeys(chromedp.CSS("#name"), who), chromedp.SendKeys(chromedp.CSS("#password"), password),
			chromedp.Click(chromedp.CSS("#sign-in-form button")), chromedp.WaitNotPresent(chromedp.CSS("#sign-in-form")))
		if err == nil {
			err = slowLine(ctx)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if _, err := chromedp.Call(ctx, network.ClearBrowserCache, cdp.Empty{}); err != nil {
				t.Fatal(err)
			}
			if err := chromedp.Do(ctx, chromedp.Navigate(k.server.URL+path), chromedp.WaitReady(chromedp.CSS("main"))); err != nil {
				t.Fatalf("%s: %v", path, err)
			}
			took, err := chromedp.Run(ctx, chromedp.Evaluate[float64](`performance.getEntriesByType("navigation")[0].domContentLoadedEventEnd`))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%-70s %s until it can be used", path, fmt.Sprintf("%.0f ms", took))
			if limit := float64(usable.Milliseconds()); took > limit {
				t.Errorf("%s takes %.0f ms until it can be used, at most %.0f are allowed", path, took, limit)
			}
		}
		cancel()
	}
}

// slowLine makes the browser's line one of 1 Mbit/s both ways with 200 ms delay.
func slowLine(ctx context.Context) error {
	line := &network.Conditions{Latency: 200, DownloadThroughput: 1e6 / 8, UploadThroughput: 1e6 / 8}
	_, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{line}})
	return err
}
