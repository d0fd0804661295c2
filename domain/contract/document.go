package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"assay/domain"
	"assay/domain/cube"
	"assay/domain/indicator"
)

// documentForm names the way in which a document becomes bytes. Another way gets another
// name, so that texts signed in this one can always be checked.
const documentForm = "assay-contract-1"

// Document is what the parties sign: everything that the contract says, complete
// in itself. Its bytes are the JSON of this struct in the order of its fields, without
// spaces, numbers in their shortest form and keys of maps sorted, so that the same
// contents always give the same bytes and the same hash.
type Document struct {
	Form           string            `json:"form"`
	Administration string            `json:"administration"` // code
	Names          map[string]string `json:"names"`          // of the administration, by language
	Currency       string            `json:"currency"`       // of amounts
	Minor          int               `json:"minor_digits"`   // amounts are in minor units: this many decimals
	Number         string            `json:"number"`
	Edition        int               `json:"edition"`
	Kind           Kind              `json:"kind"`
	PreviousHash   string            `json:"previous_hash,omitempty"` // of the text that this amends or renews
	Level          Level             `json:"level"`
	Holder         Party             `json:"holder"`
	Signatories    []Signs           `json:"signatories"`
	SigningOrder   SigningOrder      `json:"signing_order"`
	StartsOn       string            `json:"starts_on"`
	EndsOn         string            `json:"ends_on"` // last day of the term
	Template       TemplateName      `json:"template"`
	Rule           Rule              `json:"rule"`
	Terms          Terms             `json:"terms"`
	Targets        []Target          `json:"targets"`
	Articles       []Article         `json:"articles"`
}

// Party is who is measured.
type Party struct {
	Code    string   `json:"code"`
	Name    string   `json:"name"`
	Office  string   `json:"office,omitempty"`
	Members []Member `json:"members,omitempty"`
}

// Signs is a signatory as the text names them.
type Signs struct {
	Slot int    `json:"slot"`
	Side Side   `json:"side"`
	Name string `json:"name"`
	Post string `json:"post"`
}

// TemplateName says from which template a text was made.
type TemplateName struct {
	Code    string `json:"code"`
	Version int    `json:"version"`
}

// Target is one indicator of a contract: the definition that is signed, and what is
// aimed at. Values are in the unit of the indicator (money in minor units).
type Target struct {
	Code           string              `json:"code"`
	Definition     int                 `json:"definition"`      // version
	DefinitionHash string              `json:"definition_hash"` // SHA-256 of the definition with its reference SQL
	Name           map[string]string   `json:"name,omitempty"`
	Meaning        map[string]string   `json:"meaning,omitempty"` // what it tells, for everybody; texts of earlier versions have none
	Formula        string              `json:"formula"`           // exactly, in words, English
	Unit           indicator.Unit      `json:"unit"`
	Direction      indicator.Direction `json:"direction"`
	Aim            Aim                 `json:"aim"`
	Weight         int                 `json:"weight"` // per cent of the score
	Baseline       *float64            `json:"baseline"`
	Threshold      *float64            `json:"threshold"`
	Target         *float64            `json:"target"`
	RedLow         *float64            `json:"red_low,omitempty"`  // beyond these the contract is not achieved
	RedHigh        *float64            `json:"red_high,omitempty"` //
	Floor          *int64              `json:"floor,omitempty"`    // least amount of a case that counts, minor units
	Months         int                 `json:"months"`             // months of work that the proposal came from; 0 when set by hand
	Paired         []string            `json:"paired,omitempty"`   // indicators shown beside it
}

// Aim says which purpose an indicator serves.
type Aim string

// The aims. A contract balances both.
const (
	Speed   Aim = "speed"
	Control Aim = "control"
)

// Article is one article in every language of the text.
type Article struct {
	Number int               `json:"number"`
	Key    string            `json:"key"`
	Title  map[string]string `json:"title"`
	Text   map[string]string `json:"text"`
}

// Canonical gives the bytes that are hashed and signed.
func (d *Document) Canonical() []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(d); err != nil {
		// Only a number that is not one can fail, and Check refuses those before anything is kept.
		panic(fmt.Sprintf("write a contract's text: %v", err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Hash is the SHA-256 of the canonical bytes.
func (d *Document) Hash() []byte {
	sum := sha256.Sum256(d.Canonical())
	return sum[:]
}

// ParseDocument reads canonical bytes. Bytes that a program of ours would not have
// written (unknown fields, another order, spaces) are refused as KindInvalid.
func ParseDocument(content []byte) (*Document, error) {
	var d Document
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "this is not the text of a contract")
	}
	if d.Form != documentForm {
		return nil, domain.Errorf(domain.KindInvalid, "a text of the form %q cannot be read by this program", d.Form)
	}
	if !bytes.Equal(d.Canonical(), content) {
		return nil, domain.Errorf(domain.KindInvalid, "the text is not in its canonical form: it was changed")
	}
	return &d, nil
}

// Clone gives a copy that shares nothing.
func (d *Document) Clone() *Document {
	var copied Document
	if err := json.Unmarshal(d.Canonical(), &copied); err != nil {
		panic(fmt.Sprintf("read back a contract's text: %v", err)) // its own bytes
	}
	return &copied
}

// Find gives the target of an indicator, nil when the contract has none.
func (d *Document) Find(code string) *Target {
	for i := range d.Targets {
		if d.Targets[i].Code == code {
			return &d.Targets[i]
		}
	}
	return nil
}

// Languages lists the languages in which every article stands, sorted.
func (d *Document) Languages() []string {
	var languages []string
	if len(d.Articles) == 0 {
		return nil
	}
	for language := range d.Articles[0].Text {
		everywhere := true
		for _, a := range d.Articles {
			everywhere = everywhere && a.Text[language] != "" && a.Title[language] != ""
		}
		if everywhere {
			languages = append(languages, language)
		}
	}
	slices.Sort(languages)
	return languages
}

// Check says what a text lacks before it can be proposed (KindInvalid): articles and signatories of both sides, 6 to 8 indicators balanced between speed and control,
// weights summing to 100, and of every indicator its definition, baseline, threshold and target, in the right order.
func (d *Document) Check() error {
	var wrong []domain.FieldError
	add := func(field, format string, arguments ...any) {
		wrong = append(wrong, domain.FieldError{Field: field, Message: fmt.Sprintf(format, arguments...)})
	}
	sides := map[Side]int{}
	for _, s := range d.Signatories {
		sides[s.Side]++
	}
	if sides[SideHolder] == 0 || sides[SideAdministration] == 0 {
		add("signatories", "both parties need a signatory")
	}
	starts, startsErr := cube.ParseDate(d.StartsOn)
	ends, endsErr := cube.ParseDate(d.EndsOn)
	if startsErr != nil || endsErr != nil || ends < starts {
		add("term", "the term ends before it begins")
	}
	if len(d.Languages()) == 0 {
		add("articles", "the articles are not complete in any language")
	}
	lines := make([]Line, len(d.Targets))
	for i := range d.Targets {
		t := &d.Targets[i]
		lines[i] = Line{Code: t.Code, Weight: t.Weight, Aim: t.Aim, Direction: t.Direction}
		if reason := t.check(); reason != "" {
			add(t.Code, "%s", reason)
		}
	}
	for _, each := range checkBalance(lines) {
		add("indicators", "%s", each)
	}
	return domain.Invalid("the contract is not complete", wrong...)
}

// Lacking lists the indicators whose values are not complete or do not fit together, in the order of the text.
func (d *Document) Lacking() (codes []string) {
	for i := range d.Targets {
		if d.Targets[i].check() != "" {
			codes = append(codes, d.Targets[i].Code)
		}
	}
	return codes
}

// check says what a target lacks, empty for nothing.
func (t *Target) check() string {
	if t.Definition <= 0 || t.DefinitionHash == "" {
		return domain.Sentence("its definition is missing")
	}
	for _, value := range []*float64{t.Baseline, t.Threshold, t.Target, t.RedLow, t.RedHigh} {
		if value != nil && (math.IsNaN(*value) || math.IsInf(*value, 0) || *value < 0) {
			return domain.Sentence("a value is not a number of 0 or more")
		}
	}
	if t.RedLow != nil && t.RedHigh != nil && *t.RedLow >= *t.RedHigh {
		return domain.Sentence("the lower red line is not below the upper one")
	}
	if t.Direction == indicator.Band {
		if t.RedLow == nil || t.RedHigh == nil {
			return domain.Sentence("it needs a lower and an upper red line")
		}
		return ""
	}
	switch {
	case t.Baseline == nil || t.Threshold == nil || t.Target == nil:
		return domain.Sentence("baseline, threshold or target is missing")
	case t.Direction == indicator.Higher && *t.Target < *t.Threshold:
		return domain.Sentence("the target is below the threshold, although higher is better")
	case t.Direction == indicator.Lower && *t.Target > *t.Threshold:
		return domain.Sentence("the target is above the threshold, although lower is better")
	}
	return ""
}

// DefinitionHash is the SHA-256 of an indicator's definition with all that it counts
// and its reference SQL: a definition that changes without a new version is found by it.
func DefinitionHash(d *indicator.Definition) (string, error) {
	content, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("write the definition of %s: %w", d.Code, err)
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:]), nil
}
