package locales

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"assay/domain"
)

// The rooms of domain say in one English sentence why they refuse. That sentence names its own translations: the
// files refusal/*.json of a language give for each sentence, with the verbs of fmt in the place of what differs, the
// same in that language, with the numbers of the blanks: "{1}" stands for the first. A blank may say more:
// "{1:contract.state.}" is a name that the messages know under that beginning, or several with commas between them;
// "{1:sentence}" is a sentence of a room itself. Sentences are found by their text and not by a key, so that what
// a table has kept of a failure (a batch, a record that was not taken) is told in the language of who reads it later.
//
// The tests of this package read the source of the rooms and demand a translation of each sentence that a reader can meet.

//go:embed */refusal/*.json
var refusals embed.FS

// sentence is an English sentence, parted where something is filled in.
type sentence struct {
	format  string
	parts   []string // one more than verbs
	verbs   []byte   // of fmt: d, q, s or v
	letters int      // of the parts: a sentence that says more itself is the better fit
}

var (
	verb  = regexp.MustCompile(`%[-+# 0-9.]*([a-zA-Z%])`)
	slot  = regexp.MustCompile(`\{(\d)(?::([a-z_.]+))?\}`)
	comma = regexp.MustCompile(`, | or `)
)

// parse parts a sentence at its verbs.
func parse(format string) sentence {
	s, part, from := sentence{format: format}, "", 0
	for _, at := range verb.FindAllStringSubmatchIndex(format, -1) {
		part += format[from:at[0]]
		if from = at[1]; format[at[2]] == '%' {
			part += "%"
			continue
		}
		s.parts, s.verbs, part = append(s.parts, part), append(s.verbs, format[at[2]]), ""
	}
	s.parts = append(s.parts, part+format[from:])
	for _, each := range s.parts {
		s.letters += len(each)
	}
	return s
}

// match gives what stands in the blanks of a sentence; false for another sentence.
func (s *sentence) match(text string) ([]string, bool) {
	rest, begins := strings.CutPrefix(text, s.parts[0])
	if !begins {
		return nil, false
	}
	filled := make([]string, 0, len(s.verbs))
	for i, part := range s.parts[1:] {
		end := strings.Index(rest, part)
		if i == len(s.verbs)-1 { // the last part ends the sentence
			if end = len(rest) - len(part); end < 0 || rest[end:] != part {
				return nil, false
			}
		}
		if end < 0 {
			return nil, false
		}
		value, fits := fill(s.verbs[i], rest[:end])
		if !fits {
			return nil, false
		}
		filled, rest = append(filled, value), rest[end+len(part):]
	}
	return filled, rest == ""
}

// fill gives what a verb of fmt has written; false for what it cannot have written.
func fill(verb byte, written string) (string, bool) {
	switch verb {
	case 'q':
		text, err := strconv.Unquote(written)
		return text, err == nil
	case 'd':
		_, err := strconv.ParseInt(written, 10, 64)
		return written, err == nil
	}
	return written, true
}

// readRefusals adds the sentences of a language.
func (b *Bundle) readRefusals(code string) error {
	b.refusals[code] = map[string]string{}
	contents, err := refusalFiles(code)
	if err != nil {
		return err
	}
	for name, content := range contents {
		var told map[string]string
		if err := json.Unmarshal(content, &told); err != nil {
			return fmt.Errorf("refusal/%s: %w", name, err)
		}
		maps.Copy(b.refusals[code], told)
	}
	for format := range b.refusals[code] {
		if s := parse(format); len(s.verbs) > 0 && !slices.ContainsFunc(b.sentences, func(o sentence) bool { return o.format == format }) {
			b.sentences = append(b.sentences, s)
		}
	}
	slices.SortFunc(b.sentences, func(x, y sentence) int {
		if x.letters != y.letters {
			return y.letters - x.letters
		}
		return strings.Compare(x.format, y.format)
	})
	return nil
}

// refusalFiles gives the contents of a language's files of sentences by name.
func refusalFiles(code string) (map[string][]byte, error) {
	contents := map[string][]byte{}
	names, err := fs.Glob(refusals, code+"/refusal/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if contents[name], err = refusals.ReadFile(name); err != nil {
			return nil, err
		}
	}
	return contents, nil
}

// Sentence says in this language what a room has said in English; what has no translation comes back as it is.
func (l *Locale) Sentence(english string) string { return l.sentence(english, 0) }

// deepest is how many sentences may stand within each other.
const deepest = 3

func (l *Locale) sentence(english string, depth int) string {
	told := l.bundle.refusals[l.Language]
	if len(told) == 0 || depth > deepest {
		return english
	}
	if text, plain := told[english]; plain {
		return text
	}
	for i := range l.bundle.sentences {
		s := &l.bundle.sentences[i]
		if filled, fits := s.match(english); fits && told[s.format] != "" {
			return l.complete(told[s.format], s, filled, depth)
		}
	}
	return english
}

// complete fills the blanks of a translation.
func (l *Locale) complete(text string, s *sentence, filled []string, depth int) string {
	return slot.ReplaceAllStringFunc(text, func(blank string) string {
		found := slot.FindStringSubmatch(blank)
		at, err := strconv.Atoi(found[1])
		if err != nil || at < 1 || at > len(filled) {
			return blank
		}
		value := filled[at-1]
		switch {
		case found[2] == "sentence":
			return l.sentence(value, depth+1)
		case found[2] != "":
			return l.names(found[2], value)
		case s.verbs[at-1] == 'd':
			return l.Digit(value)
		}
		return l.Isolate(value)
	})
}

// names gives one or several names of the domain in this language.
func (l *Locale) names(prefix, words string) string {
	var named []string
	for _, word := range comma.Split(words, -1) {
		key := prefix + strings.ReplaceAll(word, " ", "_")
		if !l.Has(key) {
			return l.Isolate(words)
		}
		named = append(named, l.T(key))
	}
	if l.RightToLeft() {
		return strings.Join(named, "، ")
	}
	return strings.Join(named, ", ")
}

// Refusal says in this language why something was refused.
func (l *Locale) Refusal(failure *domain.Error) string {
	if failure.Key != "" {
		return l.T(failure.Key)
	}
	return l.Sentence(failure.Message)
}

// Wrong says in this language what is wrong with a field.
func (l *Locale) Wrong(field domain.FieldError) string {
	if field.Key != "" {
		return l.T("fault."+field.Key, field.Blanks...)
	}
	return l.Sentence(field.Message)
}

// FieldName is what the pages call a field; a field that they have no word for is called as the API calls it.
func (l *Locale) FieldName(field string) string {
	for _, key := range [...]string{"field." + field, field, "indicator." + field + ".name"} {
		if l.Has(key) {
			return l.T(key)
		}
	}
	return field
}

// Whole makes a text a sentence that stands by itself: with a large letter before and a full stop behind.
func Whole(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	if size == 0 {
		return text
	}
	text = string(unicode.ToUpper(first)) + text[size:]
	if last, _ := utf8.DecodeLastRuneInString(text); unicode.IsLetter(last) || unicode.IsDigit(last) || strings.ContainsRune("»”\")%\u2069", last) {
		text += "."
	}
	return text
}
