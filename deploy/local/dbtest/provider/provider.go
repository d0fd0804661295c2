// Package provider starts a real OpenID Connect provider (dex) for tests, and signs people in at it as a
// browser would.
package provider

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// Client and Secret are who the provider knows this program as; Password is everybody's.
const (
	Client   = "assay"
	Secret   = "secret of the client"
	Password = "a password at the provider"
)

// Provider is one that runs.
type Provider struct {
	Issuer string
	stop   func()
}

// Options say what the provider knows.
type Options struct {
	Back   []string  // addresses to which people are sent back
	People []string  // e-mail addresses; one that ends in ! is not verified
	Now    time.Time // what its clock shows at the start; zero for the time of day
}

// Start runs a provider until the test ends. Its program is built from deploy/provider when make has not done it.
func Start(tb testing.TB, o Options) *Provider {
	tb.Helper()
	arguments := []string{"--client", Client, "--secret", Secret, "--password", Password, "--back", strings.Join(o.Back, ","), "--people", strings.Join(o.People, ",")}
	if !o.Now.IsZero() {
		arguments = append(arguments, "--now", o.Now.Format(time.RFC3339))
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	command := exec.CommandContext(ctx, program(tb), arguments...)
	command.Stderr = os.Stderr
	input, err := command.StdinPipe() // the provider ends when it closes, also when this process is killed
	if err != nil {
		tb.Fatal(err)
	}
	output, err := command.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := command.Start(); err != nil {
		tb.Fatal(err)
	}
	p := &Provider{stop: func() { cancel(); _ = input.Close(); _ = command.Wait() }}
	tb.Cleanup(p.Stop)
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		tb.Fatalf("the provider does not start: %v", err)
	}
	p.Issuer = strings.TrimSpace(line)
	return p
}

// Stop ends the provider; stopping twice is once.
func (p *Provider) Stop() {
	if p.stop != nil {
		p.stop()
		p.stop = nil
	}
}

// program gives the path of the provider's program.
func program(tb testing.TB) string {
	tb.Helper()
	_, here, _, ok := runtime.Caller(0)
	if !ok || !filepath.IsAbs(here) { // with -trimpath the path is the module's
		directory, err := os.Getwd()
		if err != nil {
			tb.Fatal(err)
		}
		for here = directory; ; here = filepath.Dir(here) {
			if _, err := os.Stat(filepath.Join(here, "deploy", "provider", "go.mod")); err == nil {
				break
			}
			if here == filepath.Dir(here) {
				tb.Fatalf("deploy/provider is not above %s", directory)
			}
		}
	} else {
		here = filepath.Join(filepath.Dir(here), "..", "..", "..", "..")
	}
	path := filepath.Join(here, "bin", "provider")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	built, err := exec.CommandContext(tb.Context(), "make", "-C", here, "--no-print-directory", "bin/provider").CombinedOutput()
	if err != nil {
		tb.Fatalf("build the provider: %v\n%s", err, built)
	}
	return path
}

// errBack ends the way when the provider sends the browser back.
var errBack = errors.New("back")

// SignIn goes to the provider with an address that Assay has given, signs somebody in by the form, and
// gives the address to which the provider sends the browser.
func (p *Provider) SignIn(tb testing.TB, address, email string) string {
	tb.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		tb.Fatal(err)
	}
	back := ""
	client := &http.Client{Jar: jar, Timeout: time.Minute, CheckRedirect: func(request *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(request.URL.String(), p.Issuer) {
			back = request.URL.String()
			return errBack
		}
		return nil
	}}
	form, here := read(tb, client, address)
	action, _ := form.Find("form").Attr("action")
	to, err := here.Parse(action)
	if err != nil || form.Find("input[name=password]").Length() != 1 {
		tb.Fatalf("the provider shows no form at %s: %s", here, form.Text())
	}
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodPost, to.String(), strings.NewReader(url.Values{"login": {email}, "password": {Password}}.Encode()))
	if err != nil {
		tb.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := client.Do(request)
	if err == nil {
		defer func() { _ = answer.Body.Close() }()
	}
	if !errors.Is(err, errBack) {
		page := ""
		if answer != nil {
			if document, err := goquery.NewDocumentFromReader(answer.Body); err == nil {
				page = strings.Join(strings.Fields(document.Find("body").Text()), " ")
			}
		}
		tb.Fatalf("the provider does not send %s back: %v %s", email, err, page)
	}
	return back
}

func read(tb testing.TB, client *http.Client, address string) (*goquery.Document, *url.URL) {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, address, nil)
	if err != nil {
		tb.Fatal(err)
	}
	answer, err := client.Do(request)
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	document, err := goquery.NewDocumentFromReader(answer.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return document, answer.Request.URL
}
