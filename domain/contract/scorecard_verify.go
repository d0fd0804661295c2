package contract

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
	"assay/domain/indicator"
	"assay/domain/store"
)

// CardVerdict is what a verification found.
type CardVerdict struct {
	Card    *Card    // nil when the file is none
	Wrong   []string // one sentence each; none when all is right
	Figures int      // that were computed again
}

// Right reports whether nothing was found.
func (v *CardVerdict) Right() bool { return len(v.Wrong) == 0 }

func (v *CardVerdict) add(format string, arguments ...any) {
	v.Wrong = append(v.Wrong, fmt.Sprintf(format, arguments...))
}

// VerifyCard holds the bytes of a card against what was published, the signed text and the kept
// segments, computes everything in it again and says what differs. An error is only that
// it could not be tried.
func (s *Cards) VerifyCard(ctx context.Context, tenant *administration.Tenant, content []byte) (*CardVerdict, error) {
	v := &CardVerdict{}
	card, err := ParseCard(content)
	if err != nil {
		v.add("%s", err)
		return v, nil
	}
	v.Card = card
	if card.Administration != tenant.Code {
		return nil, domain.Errorf(domain.KindInvalid, "the scorecard is of %s, not of %s", card.Administration, tenant.Code)
	}
	contract, err := s.verifyKept(ctx, tenant, v, content)
	if err != nil || contract == nil {
		return v, err
	}
	snapshot, err := s.recall(ctx, tenant, v)
	if err != nil || snapshot == nil {
		return v, err
	}
	return v, s.verifyFigures(ctx, tenant, v, contract, snapshot)
}

// verifyKept compares with the published row, and finds the contract with the text that the card names.
func (s *Cards) verifyKept(ctx context.Context, tenant *administration.Tenant, v *CardVerdict, content []byte) (c *Contract, err error) {
	id, err := uuid.Parse(v.Card.Contract)
	if err != nil {
		v.add("the card names no contract")
		return nil, nil
	}
	month, err := v.Card.monthOf()
	if err != nil {
		v.add("the card names no month")
		return nil, nil
	}
	err = s.db.Read(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		var hashes [][]byte
		rows, err := tx.Raw(`SELECT hash FROM scorecard WHERE tenant_id = ? AND contract_id = ? AND month = ? AND version = ?`, tenant.ID.String(), id, int(month), v.Card.Version).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var hash []byte
			if err := rows.Scan(&hash); err != nil {
				return err
			}
			hashes = append(hashes, hash)
		}
		if err := rows.Err(); err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		switch {
		case len(hashes) == 0:
			v.add("no version %d of the scorecard of %s was ever published for this contract", v.Card.Version, v.Card.Month)
		case !bytes.Equal(hashes[0], sum[:]):
			v.add("the file is not what was published: its hash is %x, published was %x", sum[:6], hashes[0][:6])
		}
		c, err = signedContract(tx, tenant.ID, id, v)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what was published: %w", err)
	}
	return c, nil
}

// signedContract finds the contract; a text that was changed is a finding, not an error.
func signedContract(tx *store.Tx, tenant domain.TenantID, id uuid.UUID, v *CardVerdict) (*Contract, error) {
	found, err := findContracts(tx, tenant, false, `AND contract_id = ?`, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		v.add("the contract %s does not exist", v.Card.Number)
		return nil, nil
	}
	c := found[0]
	var row []textRow
	if err := tx.Raw(selectText+`AND number = ?`, tenant.String(), id, c.Text.Number).Scan(&row).Error; err != nil {
		return nil, err
	}
	if len(row) == 0 {
		v.add("the contract has lost its text")
		return nil, nil
	}
	text, err := row[0].text()
	if err != nil {
		v.add("the contract's text was changed: %s", err)
		return nil, nil
	}
	if hex.EncodeToString(text.Hash) != v.Card.TextHash {
		v.add("the contract's signed text is %.12x, the card names %.12s", text.Hash, v.Card.TextHash)
	}
	c.Text = text
	return c, nil
}

// recall opens the kept segments that the card names.
func (s *Cards) recall(ctx context.Context, tenant *administration.Tenant, v *CardVerdict) (*cube.Snapshot, error) {
	var segments []*cube.Segment
	for _, hash := range v.Card.Basis.Segments {
		segment, err := s.segments.Segment(ctx, tenant.ID, hash)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			v.add("segment %.12s: %s", hash, err)
		default:
			segments = append(segments, segment)
		}
	}
	if !v.Right() && len(segments) < len(v.Card.Basis.Segments) {
		return nil, nil
	}
	snapshot, err := cube.Recall(fact.Grains(), segments...)
	if err != nil {
		v.add("the segments do not fit together: %s", err)
		return nil, nil
	}
	return snapshot, nil
}

// verifyFigures computes the card again and compares field by field.
func (s *Cards) verifyFigures(ctx context.Context, tenant *administration.Tenant, v *CardVerdict, c *Contract, snapshot *cube.Snapshot) error {
	card, month := v.Card, cube.Month(0)
	month, err := card.monthOf()
	if err != nil {
		return err
	}
	then := *tenant
	b := card.Basis
	then.Zone = b.Zone
	then.Settings.FiscalYearStart, then.Settings.SmallDenominator, then.Settings.WriteOffDays, then.Settings.LateManifestDays = b.FiscalYearStart, b.SmallDenominator, b.WriteOffDays, b.LateManifestDays
	var watermark time.Time
	if b.Watermark != "" {
		if watermark, err = time.Parse(time.RFC3339Nano, b.Watermark); err != nil {
			v.add("the card's latest event is no time")
			return nil
		}
	}
	figures, err := (&figuresFrom{snapshot, watermark, &then}).all(ctx, []*Contract{c}, month, v.without(c))
	if domain.Is(err, domain.KindNotReady) {
		v.add("this program keeps figures in another form than when the card was made: verify with the version of that time")
		return nil
	}
	if err != nil {
		return fmt.Errorf("compute the card again: %w", err)
	}
	again := newCard(tenant, c, month, time.Time{})
	again.Version, again.Previous, again.Reason, again.Differences, again.PublishedAt = card.Version, card.Previous, card.Reason, card.Differences, card.PublishedAt
	again.Basis, again.Days = b, card.Days
	if err := scoredCard(again, c.Text, figures[0], v.left(c.Text.Document)); err != nil {
		return err
	}
	v.Figures = len(again.Lines) + len(again.Beside)
	v.checkDays(c.Text.Document)
	return v.compare(again)
}

// left takes what people or days left out from the card, and holds definitions against the program.
func (v *CardVerdict) left(d *Document) map[string]LeftOut {
	left := map[string]LeftOut{}
	for i := range d.Targets {
		t := &d.Targets[i]
		line := v.Card.Find(t.Code)
		if same, err := signedDefinition(t); err == nil && !same {
			left[t.Code] = OtherDefinition
		}
		if line == nil {
			continue
		}
		switch line.LeftOut {
		case LeftGranted, NoWorkDays:
			left[t.Code] = line.LeftOut
		}
	}
	return left
}

// without takes from the card which declarations were left out of its figures.
func (v *CardVerdict) without(c *Contract) exclusions {
	of := map[string][]int64{}
	for i := range v.Card.Lines {
		if line := &v.Card.Lines[i]; len(line.Excluded) > 0 && len(line.Excluded) <= indicator.MaxWithout {
			of[line.Code] = line.Excluded
		}
	}
	return exclusions{c.ID: of}
}

func (v *CardVerdict) checkDays(d *Document) {
	days := v.Card.Days
	counted := days.Calendar
	for _, taken := range days.Taken {
		counted -= taken.Days
	}
	if counted != days.Counted || days.Full != d.Terms.FullMonthDays {
		v.add("the working days do not add up: %d of %d counted, %d taken out", days.Counted, days.Calendar, days.Calendar-counted)
	}
	for i := range v.Card.Lines {
		if (v.Card.Lines[i].LeftOut == NoWorkDays) != (days.Counted == 0) {
			v.add("%s: left out for want of working days, of which %d are counted", v.Card.Lines[i].Code, days.Counted)
		}
	}
}

// compare names every place where the computed card differs from the given one.
func (v *CardVerdict) compare(again *Card) error {
	was, err := flat(v.Card)
	if err != nil {
		return err
	}
	is, err := flat(again)
	if err != nil {
		return err
	}
	for _, at := range is.order {
		if was.values[at] != is.values[at] {
			v.add("%s: the card says %s, computed again it is %s", at, shown(was.values[at]), shown(is.values[at]))
		}
	}
	for _, at := range was.order {
		if _, known := is.values[at]; !known {
			v.add("%s: the card says %s, computed again there is nothing", at, shown(was.values[at]))
		}
	}
	return nil
}

func shown(value string) string {
	if value == "" {
		return "nothing"
	}
	return value
}

// flattened is a document as places and values, in order.
type flattened struct {
	order  []string
	values map[string]string
}

// flat takes a card apart; lines are named by their indicator.
func flat(card *Card) (*flattened, error) {
	f := &flattened{values: map[string]string{}}
	whole := *card
	whole.Lines, whole.Beside = nil, nil
	if err := f.add("", &whole); err != nil {
		return nil, err
	}
	for i := range card.Lines {
		if err := f.add(card.Lines[i].Code+" ", &card.Lines[i]); err != nil {
			return nil, err
		}
	}
	for i := range card.Beside {
		if err := f.add("beside "+card.Beside[i].Code+" ", &card.Beside[i]); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f *flattened) add(prefix string, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("take a card apart: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(content))
	if _, err := decoder.Token(); err != nil {
		return fmt.Errorf("take a card apart: %w", err)
	}
	for decoder.More() {
		name, err := decoder.Token()
		if err != nil {
			return fmt.Errorf("take a card apart: %w", err)
		}
		var raw json.RawMessage
		if err := decoder.Decode(&raw); err != nil {
			return fmt.Errorf("take a card apart: %w", err)
		}
		at := prefix + fmt.Sprint(name)
		f.order = append(f.order, at)
		f.values[at] = strings.TrimSpace(string(raw))
	}
	return nil
}

// definitionHashes remembers the hashes of the catalogue's definitions, which do not change while the program runs.
var definitionHashes rememberedHashes

type rememberedHashes struct{ known sync.Map }

func (r *rememberedHashes) of(d *indicator.Definition) (string, error) {
	if hash, known := r.known.Load(d.Code); known {
		return hash.(string), nil
	}
	hash, err := DefinitionHash(d)
	if err != nil {
		return "", err
	}
	r.known.Store(d.Code, hash)
	return hash, nil
}

// findDefinition gives a definition that can be computed, nil when there is none (any more).
func findDefinition(code string) (*indicator.Definition, error) {
	d, err := indicator.Find(code)
	if domain.Is(err, domain.KindNotFound) || domain.Is(err, domain.KindInvalid) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}
