package contract

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/indicator"
)

// cardForm names the way in which a card becomes bytes.
const cardForm = "assay-scorecard-1"

// Card is the scorecard of one contract and one month, complete in itself. Its bytes are the
// JSON of this struct in the order of its fields, as those of Document are.
type Card struct {
	Form           string `json:"form"`
	Administration string `json:"administration"` // code
	Currency       string `json:"currency"`
	Minor          int    `json:"minor_digits"`

	Contract string `json:"contract"` // identifier of the edition
	Number   string `json:"number"`
	Edition  int    `json:"edition"`
	TextHash string `json:"text_hash"` // of the signed text that the month is scored under
	Level    Level  `json:"level"`
	Function string `json:"function"`
	Holder   Party  `json:"holder"`

	Month       string           `json:"month"`
	Version     int              `json:"version"`            // 1, then its corrections
	Previous    string           `json:"previous,omitempty"` // hash of the version before
	Reason      string           `json:"reason,omitempty"`   // of a correction
	Differences []CardDifference `json:"differences,omitempty"`
	PublishedAt string           `json:"published_at"` // UTC

	Basis        CardBasis    `json:"basis"`
	Days         WorkedDays   `json:"days"`
	Declarations int64        `json:"declarations"`    // that the holder handled
	Lines        []CardLine   `json:"lines"`           // in the order of the contract
	Beside       []CardFigure `json:"beside"`          // paired indicators and workload: shown, not scored
	Daily        []int64      `json:"daily,omitempty"` // declarations handled on each day of the month, so that bunching is seen

	Part      float64  `json:"part"` // how much the month counts in the term
	Composite *float64 `json:"composite"`
	Achieved  bool     `json:"achieved"`
}

// CardBasis is what the figures were computed from: with the segments, the text and the
// days it gives the card again to the last digit.
type CardBasis struct {
	Watermark        string   `json:"watermark,omitempty"` // latest event of the data, UTC
	Zone             string   `json:"zone"`
	FiscalYearStart  int      `json:"fiscal_year_start"`
	SmallDenominator int64    `json:"small_denominator"`
	WriteOffDays     int64    `json:"write_off_days"`
	LateManifestDays int64    `json:"late_manifest_days"`
	Segments         []string `json:"segments"` // SHA-256, sorted
}

// CardFigure is a figure as the indicators give it, in the indicator's unit.
type CardFigure struct {
	Code        string         `json:"code"`
	Definition  int            `json:"definition"` // version that it was computed with
	Unit        indicator.Unit `json:"unit"`
	Value       *float64       `json:"value"`
	Numerator   *int64         `json:"numerator,omitempty"`
	Denominator *int64         `json:"denominator,omitempty"`
	N           int64          `json:"n"`
	Low         *float64       `json:"low,omitempty"`
	High        *float64       `json:"high,omitempty"`
	Mature      bool           `json:"mature"`
	// Discounted cases were beyond the usual number with one broker and weigh less in Value; Numerator holds them in full.
	Discounted int64 `json:"discounted,omitempty"`
	// Floor is the least amount of a case that counts, in minor units; 0 for none.
	Floor int64 `json:"floor,omitempty"`
	// Excluded are declarations (numbers in the warehouse) that an objection took out of the figure.
	Excluded []int64 `json:"excluded,omitempty"`
}

// CardLine is one indicator of the contract in the month.
type CardLine struct {
	CardFigure
	DefinitionHash string              `json:"definition_hash"` // that was signed
	Direction      indicator.Direction `json:"direction"`
	Aim            Aim                 `json:"aim"`
	Baseline       *float64            `json:"baseline"`
	Threshold      *float64            `json:"threshold"`
	Target         *float64            `json:"target"`
	RedLow         *float64            `json:"red_low,omitempty"`
	RedHigh        *float64            `json:"red_high,omitempty"`
	SignedWeight   int                 `json:"signed_weight"` // per cent
	Weight         float64             `json:"weight"`        // this month, after those left out are spread
	Attainment     float64             `json:"attainment"`
	Standing       Standing            `json:"standing,omitempty"`
	BeyondRed      bool                `json:"beyond_red"`
	LeftOut        LeftOut             `json:"left_out,omitempty"`
	Paired         []string            `json:"paired,omitempty"`
	// Line are the values of this and the five months before, the oldest first; null where there is none.
	Line []*float64 `json:"line"`
	// Peers is the median of the others at the same office with enough declarations; null below five.
	Peers *float64 `json:"peers"`
}

// CardDifference is what a correction changed on one indicator, or, with the code "composite", as a whole.
type CardDifference struct {
	Code   string   `json:"code"`
	Before *float64 `json:"before"`
	After  *float64 `json:"after"`
}

// Canonical gives the bytes that are kept and hashed.
func (c *Card) Canonical() []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(c); err != nil {
		panic(fmt.Sprintf("write a scorecard: %v", err)) // only NaN or infinity could; figures have neither
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Hash is the SHA-256 of the canonical bytes.
func (c *Card) Hash() []byte {
	sum := sha256.Sum256(c.Canonical())
	return sum[:]
}

// ParseCard reads canonical bytes and refuses all others (KindInvalid).
func ParseCard(content []byte) (*Card, error) {
	var c Card
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return nil, domain.Wrap(domain.KindInvalid, err, "this is no scorecard")
	}
	if c.Form != cardForm {
		return nil, domain.Errorf(domain.KindInvalid, "a scorecard of the form %q cannot be read by this program", c.Form)
	}
	if !bytes.Equal(c.Canonical(), content) {
		return nil, domain.Errorf(domain.KindInvalid, "the scorecard is not in its canonical form: it was changed")
	}
	return &c, nil
}

// Find gives the line of an indicator, nil when the card has none.
func (c *Card) Find(code string) *CardLine {
	for i := range c.Lines {
		if c.Lines[i].Code == code {
			return &c.Lines[i]
		}
	}
	return nil
}

// newBasisSettings are the settings that figures depend on.
func newBasisSettings(tenant *administration.Tenant) CardBasis {
	return CardBasis{Zone: tenant.Zone, FiscalYearStart: int(tenant.Settings.FiscalYearStart), SmallDenominator: tenant.Settings.SmallDenominator,
		WriteOffDays: tenant.Settings.WriteOffDays, LateManifestDays: tenant.Settings.LateManifestDays}
}

func newBasis(tenant *administration.Tenant, watermark time.Time) CardBasis {
	basis := newBasisSettings(tenant)
	if !watermark.IsZero() {
		basis.Watermark = watermark.UTC().Format(time.RFC3339Nano)
	}
	return basis
}

// scoredCard fills in what a month under a text says: figures into lines, lines into the score.
func scoredCard(card *Card, text *Text, m *monthFiguresOf, left map[string]LeftOut) error {
	d := text.Document
	month := Month{WorkDays: card.Days.Counted, Declarations: m.declarations, Figures: map[string]Measured{}, Left: left}
	for code, f := range m.figures {
		month.Figures[code] = Measured{Value: f.Value, N: f.N, Mature: f.Mature}
	}
	score := ScoreMonth(d, month)
	card.Declarations, card.Part, card.Composite, card.Achieved = m.declarations, score.Part, score.Composite, score.Achieved
	card.Lines = make([]CardLine, len(d.Targets))
	for i := range d.Targets {
		t, s := &d.Targets[i], score.Lines[i]
		figure, known := m.figures[t.Code]
		if !known {
			figure = CardFigure{Code: t.Code, Unit: t.Unit, Definition: t.Definition}
		}
		card.Lines[i] = CardLine{CardFigure: figure, DefinitionHash: t.DefinitionHash, Direction: t.Direction, Aim: t.Aim,
			Baseline: t.Baseline, Threshold: t.Threshold, Target: t.Target, RedLow: t.RedLow, RedHigh: t.RedHigh, SignedWeight: t.Weight, Weight: s.Weight,
			Attainment: s.Attainment, Standing: s.Standing, BeyondRed: s.BeyondRed, LeftOut: s.LeftOut, Paired: t.Paired, Line: m.lines[t.Code], Peers: m.peers[t.Code]}
	}
	card.Beside = []CardFigure{}
	for _, code := range besideCodes(d) {
		if figure, known := m.figures[code]; known {
			card.Beside = append(card.Beside, figure)
		}
	}
	card.Daily, card.Basis.Segments = m.daily, m.segments
	return nil
}

// besideCodes are the indicators that a card shows beside the scored ones: their pairs, and the workload; on an operator's card
// only what operators are told.
func besideCodes(d *Document) []string {
	var codes []string
	seen := map[string]bool{}
	add := func(code string) {
		if found, err := indicator.Find(code); d.Level == LevelOperator && (err != nil || !found.ToldOutside()) {
			return
		}
		if !seen[code] && d.Find(code) == nil {
			seen[code] = true
			codes = append(codes, code)
		}
	}
	for i := range d.Targets {
		for _, code := range d.Targets[i].Paired {
			add(code)
		}
	}
	add(workloadCode)
	return codes
}

// workloadCode is the indicator of the workload.
const workloadCode = "WRK01"

// differences lists what changed between two versions in what is scored.
func differences(before, after *Card) []CardDifference {
	var found []CardDifference
	for i := range after.Lines {
		a := &after.Lines[i]
		b := before.Find(a.Code)
		if b == nil || !sameLine(a, b) {
			d := CardDifference{Code: a.Code, After: a.Value}
			if b != nil {
				d.Before = b.Value
			}
			found = append(found, d)
		}
	}
	if !sameNumber(before.Composite, after.Composite) || before.Achieved != after.Achieved || before.Part != after.Part {
		found = append(found, CardDifference{"composite", before.Composite, after.Composite})
	}
	return found
}

func sameLine(a, b *CardLine) bool {
	return sameNumber(a.Value, b.Value) && a.N == b.N && a.LeftOut == b.LeftOut && a.Attainment == b.Attainment && a.Standing == b.Standing &&
		a.BeyondRed == b.BeyondRed && a.Discounted == b.Discounted && slices.Equal(a.Excluded, b.Excluded) && sameNumber(a.Numerator, b.Numerator) && sameNumber(a.Denominator, b.Denominator)
}

func sameNumber[T comparable](a, b *T) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// monthOf reads the month of a card.
func (c *Card) monthOf() (cube.Month, error) { return cube.ParseMonth(c.Month) }
