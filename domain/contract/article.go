package contract

import (
	"embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

//go:embed text/*.json
var textFiles embed.FS

// TextLanguages are the languages in which the built-in texts stand.
var TextLanguages = []string{"en", "fr", "ar", "es", "pt"}

// articleKeys are the articles of every contract, in order.
var articleKeys = []string{"parties", "purpose", "scope", "duration", "indicators", "data", "review", "rewards", "measures", "obligations", "confidentiality", "force_majeure", "amendment", "termination", "signatures"}

// builtInTexts are the messages of the built-in templates by language and key.
var builtInTexts = func() map[string]map[string]string {
	texts := map[string]map[string]string{}
	for _, language := range TextLanguages {
		content, err := textFiles.ReadFile("text/" + language + ".json")
		if err != nil {
			panic(fmt.Sprintf("read built-in texts: %v", err)) // compiled in; a test reads them
		}
		read := map[string]string{}
		if err := json.Unmarshal(content, &read); err != nil {
			panic(fmt.Sprintf("read built-in texts of %s: %v", language, err))
		}
		texts[language] = read
	}
	return texts
}()

// builtInArticles are the fifteen articles for a level: an article that has a text of its own for
// the level (rewards.operator) uses it.
func builtInArticles(level Level) []Article {
	articles := make([]Article, len(articleKeys))
	for i, key := range articleKeys {
		articles[i] = Article{Number: i + 1, Key: key, Title: map[string]string{}, Text: map[string]string{}}
		for _, language := range TextLanguages {
			texts := builtInTexts[language]
			articles[i].Title[language] = texts["article."+key+".title"]
			text, own := texts["article."+key+".text."+string(level)]
			if !own {
				text = texts["article."+key+".text"]
			}
			articles[i].Text[language] = text
		}
	}
	return articles
}

// fillArticles fills the blanks of articles ({holder}, {start}, ..) from the document that they belong to.
func fillArticles(articles []Article, d *Document) []Article {
	var members []string
	for _, m := range d.Holder.Members {
		members = append(members, m.Name+" ("+m.Officer+")")
	}
	filled := make([]Article, len(articles))
	for i, a := range articles {
		filled[i] = Article{Number: a.Number, Key: a.Key, Title: a.Title, Text: make(map[string]string, len(a.Text))}
		for language, text := range a.Text {
			authority, holders := d.signs(language)
			name := d.Names[language]
			for _, other := range []string{"en", "fr", "ar", "es", "pt"} {
				if name == "" {
					name = d.Names[other]
				}
			}
			filled[i].Text[language] = strings.NewReplacer(
				"{administration}", name, "{authority}", authority, "{signatories}", holders,
				"{holder}", d.Holder.Name+" ("+d.Holder.Code+")", "{members}", strings.Join(members, ", "), "{office}", d.Holder.Office,
				"{start}", dayIn(language, d.StartsOn), "{end}", dayIn(language, d.EndsOn), "{months}", strconv.Itoa(d.Terms.Months), "{review}", strconv.Itoa(d.Terms.ReviewEveryMonth),
				"{indicators}", strconv.Itoa(len(d.Targets)), "{objection}", strconv.Itoa(d.Terms.ObjectionDays), "{answer}", strconv.Itoa(d.Terms.AnswerDays),
				"{appeal}", strconv.Itoa(d.Terms.AppealDays), "{maturity}", strconv.Itoa(d.Terms.MaturityDays), "{days}", strconv.Itoa(d.Terms.FullMonthDays),
				"{cases}", strconv.Itoa(d.Terms.MinimalCases), "{cap}", strconv.Itoa(d.Terms.CapPercent), "{window}", strconv.Itoa(d.Rule.WindowMonths),
			).Replace(text)
		}
	}
	return filled
}

// signs names the signatories of both sides in a language, each with the post.
func (d *Document) signs(language string) (authority, holders string) {
	separator := ", "
	if language == "ar" {
		separator = "، "
	}
	add := func(list *string, text string) {
		if *list != "" {
			*list += separator
		}
		*list += text
	}
	for _, s := range d.Signatories {
		named := s.Name + " (" + PostIn(language, s.Post) + ")"
		if s.Side == SideAdministration {
			add(&authority, named)
		} else {
			add(&holders, named)
		}
	}
	return authority, holders
}

// posts are the keys of the posts that the program itself gives to signatories.
var posts = []string{"director_general", "head_of_office", "team_head", "officer", "trader", "examiner", "manager"}

// PostIn is a signatory's post in a language: one that the program gave, in whichever language it was then, is
// translated; one that people wrote stays as they wrote it.
func PostIn(language, post string) string {
	for _, key := range posts {
		for _, texts := range builtInTexts {
			if texts["post."+key] == post && builtInTexts[language] != nil {
				return builtInTexts[language]["post."+key]
			}
		}
	}
	return post
}

// dayIn writes a day or a month for a text: digits with hyphens between them change places in a line of Arabic, with strokes they do not.
func dayIn(language, day string) string {
	if language == "ar" {
		return strings.ReplaceAll(day, "-", "/")
	}
	return day
}
