package contract

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"assay/domain/cube"
	"assay/domain/indicator"
	"assay/domain/store"
)

// monthBasis is what besides the figures decides the cards of a month.
type monthBasis struct {
	days    *uncounted
	left    map[uuid.UUID]map[string]bool // indicators that an objection took out
	without exclusions
}

func (p *publication) basisOf(ctx context.Context, month cube.Month) (*monthBasis, error) {
	b := &monthBasis{}
	err := p.db.Read(ctx, p.tenant.ID, func(_ context.Context, tx *store.Tx) (err error) {
		if b.days, err = findUncounted(tx, p.tenant.ID, month); err != nil {
			return err
		}
		b.left, b.without, err = granted(tx, p.tenant.ID, month)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what decides the scorecards of %s: %w", month, err)
	}
	return b, nil
}

// days counts the working days of a contract's month.
func (p *publication) days(c *Contract, month cube.Month, from *uncounted) WorkedDays {
	postings, stretches := from.of(c)
	return workedDays(p.calendars.Of(c.officeOfWork()), month, c, postings, stretches)
}

// pass computes a month, unless all that it would be computed from is as it was the last time.
func (p *publication) pass(ctx context.Context, month cube.Month, due []*Contract) (Swept, error) {
	basis, err := p.basisOf(ctx, month)
	if err != nil {
		return Swept{}, err
	}
	print, err := p.fingerprint(month, due, basis)
	if err != nil {
		return Swept{}, err
	}
	var last [][]byte
	err = p.db.Read(ctx, p.tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT fingerprint FROM scorecard_pass WHERE tenant_id = ? AND month = ?`, p.tenant.ID.String(), int(month)).Scan(&last).Error
	})
	if err != nil {
		return Swept{}, fmt.Errorf("read the last pass: %w", err)
	}
	if len(last) == 1 && bytes.Equal(last[0], print) {
		return Swept{}, nil
	}
	swept, err := p.month(ctx, month, due, basis)
	if err != nil {
		return swept, err
	}
	// Written after the cards: if the program dies between the two, the month is only computed once more.
	err = p.db.InTenant(ctx, p.tenant.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`INSERT INTO scorecard_pass (tenant_id, month, fingerprint, passed_at) VALUES (?, ?, ?, ?)
			ON CONFLICT (tenant_id, month) DO UPDATE SET fingerprint = excluded.fingerprint, passed_at = excluded.passed_at`, p.tenant.ID.String(), int(month), print, p.clock().UTC()).Error
	})
	if err != nil {
		return swept, fmt.Errorf("note the pass: %w", err)
	}
	return swept, nil
}

// fingerprint is over all that decides the cards of a month: segments that its figures and lines are read from, how far the
// data let each indicator tell, settings, signed texts, the program's definitions, working days and objections.
func (p *publication) fingerprint(month cube.Month, due []*Contract, basis *monthBasis) ([]byte, error) {
	codes := map[string]cube.Date{}
	definitions := map[string]string{}
	first := month - lineMonths + 1
	type of struct {
		Contract string             `json:"contract"`
		Text     string             `json:"text"`
		Days     WorkedDays         `json:"days"`
		Left     map[string]bool    `json:"left"`
		Without  map[string][]int64 `json:"without"`
	}
	contracts := make([]of, len(due))
	for i, c := range due {
		contracts[i] = of{c.ID.String(), fmt.Sprintf("%x", c.Text.Hash), p.days(c, month, basis.days), basis.left[c.ID], basis.without[c.ID]}
		for _, code := range codesOf(c) {
			if _, known := codes[code]; known {
				continue
			}
			d, err := indicator.Find(code)
			if err != nil {
				return nil, err
			}
			if d.UpToEnd {
				first = 0 // rows of all months before count
			}
			codes[code] = indicator.Through(d, p.figures.watermark, p.tenant, (month + 1).First())
			if definitions[code], err = definitionHashes.of(d); err != nil {
				return nil, err
			}
		}
	}
	content, err := json.Marshal(map[string]any{"form": cardForm, "settings": newBasisSettings(p.tenant), "segments": p.figures.snapshot.Hashes(first, month), "through": codes, "definitions": definitions, "contracts": contracts})
	if err != nil {
		return nil, fmt.Errorf("describe what a month is computed from: %w", err)
	}
	sum := sha256.Sum256(content)
	return sum[:], nil
}
