package contract

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
	decimal "golang.org/x/text/number"

	"assay/domain"
	"assay/domain/indicator"
	"assay/domain/paper"
)

// words are the built-in texts of one language, and how it writes numbers.
type words struct {
	language string
	texts    map[string]string
	printer  *message.Printer
}

// wordsOf gives the words of a language; English for one that there is not.
func wordsOf(code string) words {
	if builtInTexts[code] == nil {
		code = "en"
	}
	// Digits are the European ones everywhere: a contract is read across languages.
	return words{code, builtInTexts[code], message.NewPrinter(language.MustParse(code + "-u-nu-latn"))}
}

// t fills a text's blanks: pairs of blank and value.
func (w words) t(key string, blanks ...string) string {
	text, known := w.texts[key]
	if !known {
		return key
	}
	for i := 0; i+1 < len(blanks); i += 2 {
		text = strings.ReplaceAll(text, "{"+blanks[i]+"}", blanks[i+1])
	}
	return text
}

// value writes a value with its unit and all its decimals: what is signed is not rounded.
func (w words) value(unit indicator.Unit, value *float64, d *Document) string {
	if value == nil {
		return "–"
	}
	shown, most := *value, 6
	if unit == indicator.Money {
		shown, most = shown/math.Pow10(d.Minor), max(d.Minor, 0)
	}
	text := w.printer.Sprint(decimal.Decimal(shown, decimal.MaxFractionDigits(most)))
	key := map[indicator.Unit]string{indicator.Percent: "unit.percent", indicator.Hours: "unit.hours", indicator.Days: "unit.days", indicator.Money: "unit.money"}[unit]
	if key == "" {
		return text
	}
	return w.t(key, "value", text, "currency", d.Currency)
}

// name is a target's name in the language, else in English, behind its code.
func (w words) name(t *Target) string {
	for _, code := range []string{w.language, "en"} {
		if name := t.Name[code]; name != "" {
			return t.Code + " " + name
		}
	}
	return t.Code
}

// PaperLanguages are the languages in which a contract can be had on paper, the administration's own first.
func PaperLanguages(d *Document, administration []string) []string {
	written := d.Languages()
	var languages []string
	for _, code := range administration {
		if slices.Contains(written, code) {
			languages = append(languages, code)
		}
	}
	if len(languages) == 0 {
		return written
	}
	return languages
}

// paperSignature is a signature as it travels inside the PDF beside the text.
type paperSignature struct {
	Text        int    `json:"text"`
	TextHash    string `json:"text_hash"`
	Slot        int    `json:"slot"`
	Side        Side   `json:"side"`
	Name        string `json:"name"`
	Post        string `json:"post"`
	InPlaceOf   string `json:"in_place_of,omitempty"`
	Method      string `json:"method"`
	ConfirmedAt string `json:"confirmed_at"` // UTC
	SignedAt    string `json:"signed_at"`    // UTC
	Sequence    int64  `json:"sequence"`     // in the administration's chain
	Hash        string `json:"hash"`         // of the chain at this signature
}

// The files inside a contract's PDF.
const (
	paperText       = "contract.json"
	paperSignatures = "signatures.json"
)

// drawContract puts a signed contract on paper in a language. page is its address, empty where none is known.
func drawContract(c *Contract, signatures []Signature, code, page string, made time.Time, zone *time.Location) (*paper.Document, error) {
	w, d := wordsOf(code), c.Text.Document
	administration := d.Names[code]
	for _, other := range TextLanguages {
		if administration == "" {
			administration = d.Names[other]
		}
	}
	if administration == "" {
		administration = d.Administration
	}
	signed := make([]paperSignature, len(signatures))
	for i, s := range signatures {
		signed[i] = paperSignature{s.Text, hex.EncodeToString(s.TextHash), s.Slot, s.Side, s.Name, s.Post, s.InPlaceOf, s.Method, s.ConfirmedAt.Format(time.RFC3339Nano),
			s.SignedAt.Format(time.RFC3339Nano), s.Sequence, hex.EncodeToString(s.Hash)}
	}
	attached, err := json.Marshal(signed)
	if err != nil {
		return nil, fmt.Errorf("write the signatures of %s: %w", c.Number, err)
	}
	title, hash := w.t("paper.title", "number", d.Number), hex.EncodeToString(c.Text.Hash)
	if d.Edition > 1 {
		title += ", " + w.t("paper.edition", "edition", strconv.Itoa(d.Edition))
	}
	p := &paper.Document{Title: title, Author: administration, Language: w.language, Made: made, Header: administration, Footer: w.t("paper.footer", "number", d.Number, "hash", hash[:16]),
		Files: []paper.File{{Name: paperText, Content: c.Text.Content}, {Name: paperSignatures, Content: attached}}}
	p.Blocks = append(p.Blocks, paper.Heading{Level: 1, Text: title}, w.facts(d))
	for _, a := range d.Articles {
		p.Blocks = append(p.Blocks, paper.Heading{Level: 3, Text: w.t("paper.article", "number", strconv.Itoa(a.Number)) + " · " + a.Title[w.language]}, paper.Paragraph{Text: a.Text[w.language]})
	}
	p.Blocks = append(p.Blocks, paper.Heading{Level: 2, Text: w.t("paper.signatures")}, w.signatures(d, signatures, zone),
		paper.Facts{{Name: w.t("paper.hash"), Value: hash}}, paper.Paragraph{Text: w.t("paper.seal", "administration", administration), Mute: true})
	if page != "" {
		p.Blocks = append(p.Blocks, paper.Code{Content: page, Text: w.t("paper.code") + "\n" + page})
	}
	p.Blocks = append(p.Blocks, paper.PageBreak{}, paper.Heading{Level: 2, Text: w.t("paper.annex")}, paper.Paragraph{Text: w.t("paper.annex.text"), Mute: true}, w.targets(d),
		paper.Heading{Level: 2, Text: w.t("paper.definitions")}, w.definitions(d))
	return p, nil
}

func (w words) facts(d *Document) paper.Facts {
	facts := paper.Facts{{Name: w.t("paper.kind"), Value: w.t("paper.kind." + string(d.Kind))}, {Name: w.t("paper.holder"), Value: strings.TrimSpace(d.Holder.Name + " (" + d.Holder.Code + ")")}}
	if d.Holder.Office != "" {
		facts = append(facts, paper.Fact{Name: w.t("paper.office"), Value: d.Holder.Office})
	}
	facts = append(facts, paper.Fact{Name: w.t("paper.term"), Value: w.t("paper.days", "from", dayIn(w.language, d.StartsOn), "to", dayIn(w.language, d.EndsOn))},
		paper.Fact{Name: w.t("paper.template"), Value: w.t("paper.version", "code", d.Template.Code, "version", strconv.Itoa(d.Template.Version))})
	if len(d.Holder.Members) > 0 {
		members := make([]string, len(d.Holder.Members))
		for i, m := range d.Holder.Members {
			members[i] = m.Name + " (" + m.Officer + ")"
		}
		facts = append(facts, paper.Fact{Name: w.t("paper.members"), Value: strings.Join(members, ", ")})
	}
	return facts
}

// signatures are drawn for every place of the text, in the order in which it names them.
func (w words) signatures(d *Document, signatures []Signature, zone *time.Location) paper.Signatures {
	drawn := make(paper.Signatures, len(d.Signatories))
	for i, place := range d.Signatories {
		drawn[i] = paper.Signature{Role: w.t("paper.side."+string(place.Side)) + " · " + w.t("paper.place", "name", place.Name, "post", PostIn(w.language, place.Post))}
		for _, s := range signatures {
			if s.Slot != place.Slot {
				continue
			}
			drawn[i].Name, drawn[i].When, drawn[i].Hash = s.Name, s.SignedAt.In(zone).Format("2006-01-02 15:04:05 -07:00"), hex.EncodeToString(s.Hash)
			drawn[i].How = w.t("paper.confirmed", "method", w.t("paper.method."+s.Method))
			if s.InPlaceOf != "" {
				drawn[i].How = w.t("paper.in_place_of", "name", s.InPlaceOf) + " · " + drawn[i].How
			}
		}
	}
	return drawn
}

func (w words) targets(d *Document) paper.Table {
	table := paper.Table{Columns: []paper.Column{{Title: w.t("paper.indicator"), Share: 4}, {Title: w.t("paper.weight"), Share: 1.1, Number: true}, {Title: w.t("paper.baseline"), Share: 1.6, Number: true},
		{Title: w.t("paper.threshold"), Share: 1.6, Number: true}, {Title: w.t("paper.target"), Share: 1.6, Number: true}, {Title: w.t("paper.red"), Share: 2, Number: true}}}
	for i := range d.Targets {
		t := &d.Targets[i]
		red := "–"
		low, high := w.value(t.Unit, t.RedLow, d), w.value(t.Unit, t.RedHigh, d)
		switch {
		case t.RedLow != nil && t.RedHigh != nil:
			red = w.t("paper.red.between", "low", low, "high", high)
		case t.RedLow != nil:
			red = w.t("paper.red.least", "low", low)
		case t.RedHigh != nil:
			red = w.t("paper.red.most", "high", high)
		}
		table.Rows = append(table.Rows, []string{w.name(t), w.t("unit.percent", "value", strconv.Itoa(t.Weight)), w.value(t.Unit, t.Baseline, d), w.value(t.Unit, t.Threshold, d), w.value(t.Unit, t.Target, d), red})
	}
	return table
}

func (w words) definitions(d *Document) paper.Table {
	table := paper.Table{Columns: []paper.Column{{Title: w.t("paper.indicator"), Share: 1.3}, {Title: w.t("paper.definitions"), Share: 5.7}, {Title: w.t("paper.fingerprint"), Share: 3}}}
	for i := range d.Targets {
		t := &d.Targets[i]
		table.Rows = append(table.Rows, []string{t.Code, w.definition(t), t.DefinitionHash})
	}
	return table
}

// definition says what an indicator is, first in the words of the language. The formula is English in every language: it is
// what the fingerprint was taken of.
func (w words) definition(t *Target) string {
	version := strconv.Itoa(t.Definition)
	if meaning := t.Meaning[w.language]; meaning != "" && w.language != "en" {
		return w.t("paper.definition.told", "version", version, "meaning", meaning, "formula", t.Formula)
	}
	return w.t("paper.definition", "version", version, "formula", t.Formula)
}

// errNotSigned is the answer for the paper of a contract that not all have signed.
func errNotSigned() error {
	return domain.Errorf(domain.KindConflict, "the contract is not signed by both parties yet; there is no paper of it")
}
