package contract

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/indicator"
)

func aDocument() *Document {
	f := func(v float64) *float64 { return &v }
	d := &Document{Form: documentForm, Administration: "karouma", Names: map[string]string{"fr": "Douanes", "en": "Customs"}, Currency: "XAF", Number: "2026-001", Edition: 1, Kind: Original,
		Level: LevelOfficer, Holder: Party{Code: "EX07", Name: "Amina & Söhne <1>", Office: "DLA1"}, SigningOrder: AnyOrder, StartsOn: "2026-03-01", EndsOn: "2026-08-31",
		Signatories: []Signs{{1, SideHolder, "Amina", "Examiner"}, {2, SideAdministration, "Yusuf", "Director General"}},
		Template:    TemplateName{"officer", 1}, Rule: DefaultRule(), Terms: DefaultTerms()}
	for _, line := range builtInLines[FunctionOfficer] {
		t, err := newTarget(line)
		if err != nil {
			panic(err)
		}
		t.Baseline, t.Threshold, t.Target = f(10), f(10), f(10.25)
		if line.Direction == indicator.Lower {
			t.Target = f(9.75)
		}
		if line.Direction == indicator.Band {
			t.Threshold, t.Target, t.RedLow, t.RedHigh = nil, nil, f(1), f(50)
		}
		d.Targets = append(d.Targets, *t)
	}
	d.Articles = fillArticles(builtInArticles(LevelOfficer), d)
	return d
}

// TestTextIsTheSameBytesForTheSameContents: the hash that people signed must come out again for ever.
func TestTextIsTheSameBytesForTheSameContents(t *testing.T) {
	t.Parallel()
	d := aDocument()
	if err := d.Check(); err != nil {
		t.Fatal(err)
	}
	for range 50 { // maps are read in random order
		if !bytes.Equal(d.Canonical(), aDocument().Canonical()) {
			t.Fatal("the same contents give other bytes")
		}
	}
	back, err := ParseDocument(d.Canonical())
	if err != nil || !bytes.Equal(back.Hash(), d.Hash()) || !bytes.Equal(d.Clone().Hash(), d.Hash()) {
		t.Fatalf("read back: %v", err)
	}
	small := &Document{Form: documentForm, Names: map[string]string{"b": "2", "a": "1"}}
	if !strings.HasPrefix(string(small.Canonical()), `{"form":"assay-contract-1","administration":"","names":{"a":"1","b":"2"},"currency":"",`) {
		t.Fatalf("canonical form: %s", small.Canonical())
	}
}

func TestAChangedByteIsFound(t *testing.T) {
	t.Parallel()
	content := aDocument().Canonical()
	hash := aDocument().Hash()
	for i := 0; i < len(content); i += 97 {
		changed := slices.Clone(content)
		changed[i] ^= 1
		d, err := ParseDocument(changed)
		if err == nil && bytes.Equal(d.Hash(), hash) {
			t.Fatalf("byte %d (%q) changed and nobody sees it", i, content[i])
		}
	}
	for _, damaged := range []string{" " + string(content), strings.Replace(string(content), `"edition":1`, `"edition":1.0`, 1), strings.Replace(string(content), `{"form"`, `{"more":1,"form"`, 1)} {
		if _, err := ParseDocument([]byte(damaged)); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("another form of the same text was taken: %v", err)
		}
	}
}

func TestWhatATextLacks(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(*Document){
		"a target":           func(d *Document) { d.Targets[0].Target = nil },
		"the definition":     func(d *Document) { d.Targets[0].Definition = 0 },
		"a weight":           func(d *Document) { d.Targets[0].Weight++ },
		"balance":            func(d *Document) { d.Targets[0].Aim, d.Targets[1].Aim = Control, Control },
		"enough indicators":  func(d *Document) { d.Targets = d.Targets[:5] },
		"the other party":    func(d *Document) { d.Signatories = d.Signatories[:1] },
		"an article":         func(d *Document) { d.Articles[3].Text = nil },
		"a red line":         func(d *Document) { d.Targets[4].RedLow = nil },
		"sense":              func(d *Document) { *d.Targets[0].Target = 1 },
		"an end":             func(d *Document) { d.EndsOn = "2026-02-01" },
		"a number, negative": func(d *Document) { *d.Targets[0].Target = -1 },
	} {
		d := aDocument()
		damage(d)
		if err := d.Check(); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("a text without %s: %v", name, err)
		}
	}
}

// TestBuiltInTemplates: each is complete in every language, and leaves no blank open.
func TestBuiltInTemplates(t *testing.T) {
	t.Parallel()
	for _, function := range BuiltIns {
		c := BuiltIn(function)
		template := &Template{Code: function, Content: *c}
		if err := template.Check(); err != nil {
			t.Errorf("%s: %v", function, err)
		}
		d := aDocument()
		d.Level = c.Level
		d.Holder.Members = []Member{{"EX1", "A"}, {"EX2", "B"}}
		for _, a := range fillArticles(c.Articles, d) {
			for _, language := range TextLanguages {
				if text := a.Text[language]; text == "" || strings.ContainsAny(text, "{}") {
					t.Errorf("%s, article %d in %s: %q", function, a.Number, language, text)
				}
				if language != "en" && a.Text[language] == a.Text["en"] {
					t.Errorf("%s, article %d in %s is English", function, a.Number, language)
				}
			}
		}
		for _, line := range c.Lines {
			if found, err := indicator.Find(line.Code); err != nil || !found.Has(dimensionOf(c.Level, function)) {
				t.Errorf("%s: %s cannot be told by %s", function, line.Code, dimensionOf(c.Level, function))
			}
		}
	}
}

// TestArticlesNamePostsInTheirOwnLanguage: a post that the program gave in one language stands in every text in that text's.
func TestArticlesNamePostsInTheirOwnLanguage(t *testing.T) {
	t.Parallel()
	d := aDocument()
	d.Signatories[0].Post, d.Signatories[1].Post = "Chef de l’inspection de nuit", "Directeur général"
	filled := fillArticles(builtInArticles(LevelOfficer), d)
	for language, post := range map[string]string{"en": "Yusuf (Director General)", "fr": "Yusuf (Directeur général)", "ar": "Yusuf (المدير العام)", "es": "Yusuf (Director General)", "pt": "Yusuf (Diretor-Geral)"} {
		if text := filled[0].Text[language]; !strings.Contains(text, post) || !strings.Contains(text, "Amina (Chef de l’inspection de nuit)") {
			t.Errorf("the parties in %s: %s", language, text)
		}
	}
	if scope := filled[2].Text["ar"]; !strings.Contains(scope, "2026/03/01") || !strings.Contains(filled[2].Text["fr"], "2026-03-01") {
		t.Errorf("days in Arabic: %s", scope)
	}
}

// TestOperatorsAreToldOfFunctions: an operator's contract names no supervisor, and a letter to it no person.
func TestOperatorsAreToldOfFunctions(t *testing.T) {
	t.Parallel()
	for i, a := range builtInArticles(LevelOperator) {
		for language, text := range a.Text {
			if own := builtInTexts[language]["article."+a.Key+".text.operator"]; a.Key == "confidentiality" && (text != own || own == builtInArticles(LevelOfficer)[i].Text[language]) {
				t.Errorf("article %d in %s is that of officers: %s", a.Number, language, text)
			}
		}
	}
	tenant := &administration.Tenant{Code: "karouma", Names: map[string]string{"en": "Karouma Customs"}, Languages: []string{"en"}}
	operator, officer := &Contract{Level: LevelOperator}, &Contract{Level: LevelOfficer}
	for _, c := range []struct {
		contract *Contract
		capacity Capacity
		want     string
	}{{operator, DirectorGeneral, "Director General"}, {operator, Reviewer, "Karouma Customs"}, {officer, DirectorGeneral, "Mariam Koné"}} {
		if got := c.contract.decidedBy(tenant, &Decision{Capacity: c.capacity, ByName: "Mariam Koné"}, "en"); got != c.want {
			t.Errorf("decided by %q, want %q", got, c.want)
		}
	}
}
