package indicator

import (
	"embed"
	"encoding/json"
	"fmt"
	"sync"
)

// TextLanguages are the languages in which the catalogue is written.
var TextLanguages = []string{"en", "fr", "ar", "es", "pt"}

//go:embed text/*.json
var textFiles embed.FS

// Texts gives the catalogue's texts in a language as a file of messages: "indicator.CODE.name", "indicator.CODE.meaning"
// and others. An unknown language is a fault of the program.
func Texts(language string) []byte {
	content, err := textFiles.ReadFile("text/" + language + ".json")
	if err != nil {
		panic(fmt.Sprintf("the catalogue is not written in %q", language))
	}
	return content
}

var texts = sync.OnceValue(func() map[string]map[string]string {
	read := map[string]map[string]string{}
	for _, language := range TextLanguages {
		// What is not text (plural forms) is of no use here.
		var messages map[string]any
		if err := json.Unmarshal(Texts(language), &messages); err != nil {
			panic(fmt.Sprintf("read the catalogue's texts of %s: %v", language, err))
		}
		read[language] = map[string]string{}
		for key, message := range messages {
			if text, plain := message.(string); plain {
				read[language][key] = text
			}
		}
	}
	return read
})

// Names are the indicator's names by language: all in which it is called something.
func (d *Definition) Names() map[string]string { return d.texts("name", ownNames) }

// Meanings say by language, in one sentence for everybody, what the indicator tells.
func (d *Definition) Meanings() map[string]string { return d.texts("meaning", ownTexts) }

func ownNames(o *Own) map[string]string { return o.Names }
func ownTexts(o *Own) map[string]string { return o.Texts }

func (d *Definition) texts(part string, own func(*Own) map[string]string) map[string]string {
	found := map[string]string{}
	for _, language := range TextLanguages {
		text := texts()[language]["indicator."+d.Code+"."+part]
		if d.Own != nil {
			text = own(d.Own)[language]
		}
		if text != "" {
			found[language] = text
		}
	}
	return found
}
