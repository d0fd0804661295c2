package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"path"
	"strings"

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

// renderer executes pages. The templates are parsed once for each language and form of
// digits, because the functions in them speak that language.
type renderer struct {
	bundle *locales.Bundle
	sets   map[string]map[string]*template.Template // by language and digits, then page
}

func newRenderer(bundle *locales.Bundle, static *assets) (*renderer, error) {
	if err := checkPages(); err != nil {
		return nil, err
	}
	r := &renderer{bundle: bundle, sets: map[string]map[string]*template.Template{}}
	for _, language := range locales.Languages {
		for _, digits := range []string{"latn", "arab"} {
			locale := bundle.Locale(language, digits, nil)
			set, err := parsePages(functions(locale, static))
			if err != nil {
				return nil, err
			}
			r.sets[setKey(locale)] = set
		}
	}
	return r, nil
}

func setKey(l *locales.Locale) string { return l.Language + " " + l.Digits }

// functions are what templates may call besides what html/template brings.
func functions(locale *locales.Locale, static *assets) template.FuncMap {
	return template.FuncMap{
		"t":     locale.T,
		"icon":  icon,
		"asset": static.address,
	}
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
	set, ok := r.sets[setKey(locale)]
	if !ok {
		return fmt.Errorf("no templates for %s", setKey(locale))
	}
	var made bytes.Buffer
	if err := set[page].ExecuteTemplate(&made, "layout", content); err != nil {
		return fmt.Errorf("make page %s: %w", page, err)
	}
	_, err := made.WriteTo(to)
	return err
}
