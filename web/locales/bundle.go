// Package locales speaks the readers' languages: the messages of the pages in
// each language, and numbers, dates, durations and money as each writes them.
//
// Messages stand in a folder a language, in files by subject that have the same names in
// every language; tests find keys that a language lacks, that stand twice, and that no page uses.
package locales

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"time"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"assay/domain/indicator"
	"assay/domain/paper"
)

//go:embed */*.json
var files embed.FS

// Languages are the languages of the pages; the first stands in for any other.
var Languages = []string{"en", "fr", "ar", "es", "pt"}

// Native are the languages' own names, for the choice of a language.
var Native = map[string]string{"en": "English", "fr": "Français", "ar": "العربية", "es": "Español", "pt": "Português"}

// Bundle holds the messages of all languages. It is immutable and safe for
// concurrent use.
type Bundle struct {
	messages   *i18n.Bundle
	localizers map[string]*i18n.Localizer
	plain      map[string]map[string]string
	refusals   map[string]map[string]string // of a language: English sentence to translation
	sentences  []sentence                   // those with blanks, the one that says most first
	matcher    language.Matcher
}

// Load reads the message files that are compiled in.
func Load() (*Bundle, error) {
	b := &Bundle{
		messages:   i18n.NewBundle(language.English),
		localizers: map[string]*i18n.Localizer{},
		plain:      map[string]map[string]string{},
		refusals:   map[string]map[string]string{},
	}
	b.messages.RegisterUnmarshalFunc("json", json.Unmarshal)
	var tags []language.Tag
	for _, code := range Languages {
		if err := b.read(code); err != nil {
			return nil, fmt.Errorf("read messages of %s: %w", code, err)
		}
		if err := b.readRefusals(code); err != nil {
			return nil, fmt.Errorf("read refusals of %s: %w", code, err)
		}
		b.localizers[code] = i18n.NewLocalizer(b.messages, code)
		tags = append(tags, language.MustParse(code))
	}
	b.matcher = language.NewMatcher(tags)
	return b, nil
}

// read adds the messages of a language's files.
func (b *Bundle) read(code string) error {
	b.plain[code] = map[string]string{}
	contents, err := messageFiles(code)
	if err != nil {
		return err
	}
	for name, content := range contents {
		if code == "fr" {
			content = []byte(paper.French(string(content)))
		}
		// The library takes the language from the name that it is given.
		file, err := b.messages.ParseMessageFileBytes(content, code+".json")
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		maps.Copy(b.plain[code], plainMessages(file.Messages))
	}
	return nil
}

// messageFiles gives the contents of a language's files by name: the pages' own, and the catalogue of indicators,
// whose room has its texts itself because contracts need them too.
func messageFiles(code string) (map[string][]byte, error) {
	contents := map[string][]byte{"indicators.json": indicator.Texts(code)}
	names, err := fs.Glob(files, code+"/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if contents[path.Base(name)], err = files.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return contents, nil
}

// plainMessages are those without plural forms and without blanks to fill in:
// nearly all of them, answered from a map.
func plainMessages(messages []*i18n.Message) map[string]string {
	plain := make(map[string]string, len(messages))
	for _, m := range messages {
		if m.One == "" && m.Few == "" && m.Many == "" && m.Two == "" && m.Zero == "" && !hasBlanks(m.Other) {
			plain[m.ID] = m.Other
		}
	}
	return plain
}

func hasBlanks(text string) bool {
	for i := 0; i+1 < len(text); i++ {
		if text[i] == '{' && text[i+1] == '{' {
			return true
		}
	}
	return false
}

// Known reports whether the pages speak a language.
func Known(code string) bool {
	for _, known := range Languages {
		if known == code {
			return true
		}
	}
	return false
}

// Match chooses the language that fits an Accept-Language header best.
func (b *Bundle) Match(accept string) string {
	wanted, _, err := language.ParseAcceptLanguage(accept)
	if err != nil {
		return Languages[0]
	}
	_, index, _ := b.matcher.Match(wanted...)
	return Languages[index]
}

// Locale is a language with the digits, the currency and the time zone of an
// administration.
type Locale struct {
	Language string
	Digits   string // "latn" or "arab"
	Currency string // ISO 4217, empty where no money is shown
	Minor    int    // decimals of the currency
	Zone     *time.Location

	bundle  *Bundle
	printer *message.Printer
}

// Locale makes a locale; an unknown language becomes the first one, a nil zone UTC.
func (b *Bundle) Locale(code, digits string, zone *time.Location) *Locale {
	if !Known(code) {
		code = Languages[0]
	}
	if digits != "arab" {
		digits = "latn"
	}
	if zone == nil {
		zone = time.UTC
	}
	tag := language.MustParse(code + "-u-nu-" + digits)
	return &Locale{Language: code, Digits: digits, Zone: zone, bundle: b, printer: message.NewPrinter(tag)}
}

// WithMoney gives the locale a currency with its number of decimals.
func (l *Locale) WithMoney(currency string, minor int) *Locale {
	with := *l
	with.Currency, with.Minor = currency, minor
	return &with
}

// Direction is the value of the dir attribute.
func (l *Locale) Direction() string {
	if l.Language == "ar" {
		return "rtl"
	}
	return "ltr"
}

// RightToLeft reports whether lines begin on the right.
func (l *Locale) RightToLeft() bool { return l.Direction() == "rtl" }

// T gives a message. The arguments are pairs of a blank's name and its value. A
// key that no language has comes back in angle marks, which a test looks for.
func (l *Locale) T(key string, arguments ...any) string {
	if len(arguments) == 0 {
		if text, ok := l.bundle.plain[l.Language][key]; ok {
			return text
		}
	}
	return l.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: blanks(arguments)})
}

// TN gives a message in the plural form of a number, which fills the blank Count.
func (l *Locale) TN(key string, count int64, arguments ...any) string {
	data := blanks(arguments)
	data["Count"] = l.Count(count)
	return l.localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: count, TemplateData: data})
}

// Has reports whether a key has a message in this language.
func (l *Locale) Has(key string) bool {
	_, plain := l.bundle.plain[l.Language][key]
	return plain
}

func (l *Locale) localize(config *i18n.LocalizeConfig) string {
	text, err := l.bundle.localizers[l.Language].Localize(config)
	if err != nil {
		return "⟦" + config.MessageID + "⟧"
	}
	return text
}

func blanks(arguments []any) map[string]any {
	data := make(map[string]any, len(arguments)/2+1)
	for i := 0; i+1 < len(arguments); i += 2 {
		if name, ok := arguments[i].(string); ok {
			data[name] = arguments[i+1]
		}
	}
	return data
}
