package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"assay/web/locales"
)

//go:embed templates
var templateFiles embed.FS

// pages are the templates under templates/page; a file that is not declared here, or
// one that is missing, stops the program at its start.
var pages = []string{
	"access",
	"account",
	"audit",
	"auditentry",
	"authenticator",
	"board",
	"calendar",
	"calibration",
	"choose",
	"comparison",
	"contract",
	"contract-evaluations",
	"contract-new",
	"contracts",
	"declaration",
	"design",
	"dictionary",
	"disclosure",
	"engagement",
	"engagements",
	"erased",
	"evaluations",
	"expert",
	"explore",
	"exports",
	"factor",
	"failure",
	"firstrun",
	"forgotten",
	"handbook",
	"home",
	"import",
	"imports",
	"installation",
	"installed",
	"meeting",
	"meeting-new",
	"meetings",
	"notices",
	"objection",
	"objection-new",
	"objections",
	"offer",
	"outcomes",
	"own-indicator",
	"own-indicators",
	"passkey",
	"password",
	"people",
	"person",
	"programme",
	"programme-report",
	"provider",
	"purposes",
	"recovery",
	"role",
	"roles",
	"rows",
	"scorecard",
	"scorecards",
	"seal",
	"sent",
	"settings",
	"signin",
	"sitting",
	"sql",
	"targets",
	"template",
	"templates",
	"thresholds",
	"through",
	"trial",
	"week",
}

// renderer executes pages. Every page is parsed at the start, so that a mistake stops the program there. What speaks a
// language in a form of digits is a copy, made when the page is first asked for in it: all copies of all pages together
// would take ten times the memory, and most are never asked for.
type renderer struct {
	bundle *locales.Bundle
	static *assets
	parsed map[string]*template.Template // by page; never executed, because what was executed cannot be copied
	spoken sync.Map                      // spokenKey to a function that gives the copy, which it makes once
}

// spokenKey is a page in a language and form of digits.
type spokenKey struct{ page, language, digits string }

func newRenderer(bundle *locales.Bundle, static *assets) (*renderer, error) {
	if err := checkPages(); err != nil {
		return nil, err
	}
	parsed, err := parsePages(functions(bundle.Locale(locales.Languages[0], "latn", nil), static))
	if err != nil {
		return nil, err
	}
	return &renderer{bundle: bundle, static: static, parsed: parsed}, nil
}

// template is a page that speaks the locale's language.
func (r *renderer) template(page string, locale *locales.Locale) (*template.Template, error) {
	key := spokenKey{page, locale.Language, locale.Digits}
	found, made := r.spoken.Load(key)
	if !made {
		original := r.parsed[page]
		if original == nil || !slices.Contains(locales.Languages, key.language) || key.digits != "latn" && key.digits != "arab" {
			return nil, fmt.Errorf("no template for %v", key)
		}
		found, _ = r.spoken.LoadOrStore(key, sync.OnceValues(func() (*template.Template, error) {
			own, err := original.Clone()
			if err != nil {
				return nil, fmt.Errorf("copy page %s: %w", page, err)
			}
			return own.Funcs(functions(r.bundle.Locale(key.language, key.digits, nil), r.static)), nil
		}))
	}
	return found.(func() (*template.Template, error))()
}

// functions are what templates may call besides what html/template brings.
func functions(locale *locales.Locale, static *assets) template.FuncMap {
	return template.FuncMap{
		"t":     locale.T,
		"icon":  icon,
		"asset": static.address,
		"dated": dated,
	}
}

// dayWritten is a day as the texts of contracts write it.
var dayWritten = regexp.MustCompile(`\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b`)

// dated keeps the days in a text in one piece and in their order, where lines end and in writing from the
// right too. The words stay those that were signed.
func dated(text string) template.HTML {
	return template.HTML(dayWritten.ReplaceAllString(template.HTMLEscapeString(text), `<bdi dir="ltr" class="day">$0</bdi>`)) //nolint:gosec // the text is escaped before
}

func parsePages(functions template.FuncMap) (map[string]*template.Template, error) {
	common, err := template.New("assay").Option("missingkey=error").Funcs(functions).
		ParseFS(templateFiles, "templates/layout.html", "templates/component/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse components: %w", err)
	}
	set := make(map[string]*template.Template, len(pages))
	for _, page := range pages {
		own, err := common.Clone()
		if err != nil {
			return nil, fmt.Errorf("copy components: %w", err)
		}
		if set[page], err = own.ParseFS(templateFiles, "templates/page/"+page+".html"); err != nil {
			return nil, fmt.Errorf("parse page %s: %w", page, err)
		}
	}
	return set, nil
}

func checkPages() error {
	files, err := fs.ReadDir(templateFiles, "templates/page")
	if err != nil {
		return fmt.Errorf("list pages: %w", err)
	}
	declared := map[string]bool{}
	for _, page := range pages {
		declared[page] = true
	}
	for _, file := range files {
		name := strings.TrimSuffix(file.Name(), path.Ext(file.Name()))
		if !declared[name] {
			return fmt.Errorf("page %s is on disk but not declared", name)
		}
		delete(declared, name)
	}
	for name := range declared {
		return fmt.Errorf("page %s is declared but not on disk", name)
	}
	return nil
}

// page writes a whole page. It is made in memory first, so that a page that fails is
// never half sent.
func (r *renderer) page(to io.Writer, locale *locales.Locale, page string, content any) error {
	own, err := r.template(page, locale)
	if err != nil {
		return err
	}
	var made bytes.Buffer
	if err := own.ExecuteTemplate(&made, "layout", content); err != nil {
		return fmt.Errorf("make page %s: %w", page, err)
	}
	_, err = made.WriteTo(to)
	return err
}
