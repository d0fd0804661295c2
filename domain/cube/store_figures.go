package cube

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"assay/domain"
)

// keptFigures is what the store keeps of a question and a segment.
type keptFigures struct {
	hash     string
	question monthQuestion
	figures  *monthFigures
}

// keptFigures fills in the figures that are kept.
func (s *Store) keptFigures(ctx context.Context, tenant domain.TenantID, wanted []keptFigures) error {
	var hashes, questions [][]byte
	seen, at := map[string]bool{}, map[string]int{}
	once := func(list [][]byte, value []byte) [][]byte {
		if seen[string(value)] {
			return list
		}
		seen[string(value)] = true
		return append(list, value)
	}
	for i := range wanted {
		raw, err := hex.DecodeString(wanted[i].hash)
		if err != nil {
			return fmt.Errorf("hash %q: %w", wanted[i].hash, err)
		}
		question := wanted[i].question.key()
		hashes, questions = once(hashes, raw), once(questions, question)
		at[string(raw)+string(question)] = i
	}
	return s.db.Read(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		var rows []struct {
			Hash, Question []byte
			Figures        string
		}
		err := tx.Raw(`SELECT hash, question, figures::text AS figures FROM segment_figure
			WHERE tenant_id = ? AND hash IN ? AND question IN ?`, tenant.String(), hashes, questions).Scan(&rows).Error
		if err != nil {
			return fmt.Errorf("read kept figures: %w", err)
		}
		for _, row := range rows {
			i, asked := at[string(row.Hash)+string(row.Question)]
			if !asked {
				continue
			}
			figures := new(monthFigures)
			if err := json.Unmarshal([]byte(row.Figures), figures); err != nil {
				return fmt.Errorf("read kept figures of segment %.12s: %w", wanted[i].hash, err)
			}
			wanted[i].figures = figures
		}
		return nil
	})
}

// keepFigures keeps figures for the processes that start later, and lets go of
// those of questions that were first asked long ago: they name days, so that
// they are not asked for ever.
func (s *Store) keepFigures(ctx context.Context, tenant domain.TenantID, computed []keptFigures) error {
	return s.db.InTenant(ctx, tenant, func(_ context.Context, tx *gorm.DB) error {
		for some := range slices.Chunk(computed, 200) {
			if err := keepSome(tx, tenant, some); err != nil {
				return err
			}
		}
		return tx.Exec(`DELETE FROM segment_figure WHERE tenant_id = ? AND made_at < now() - interval '40 days'`, tenant.String()).Error
	})
}

func keepSome(tx *gorm.DB, tenant domain.TenantID, computed []keptFigures) error {
	var arguments []any
	for i := range computed {
		raw, err := hex.DecodeString(computed[i].hash)
		if err != nil {
			return fmt.Errorf("hash %q: %w", computed[i].hash, err)
		}
		text, err := json.Marshal(computed[i].figures)
		if err != nil {
			return fmt.Errorf("write figures: %w", err)
		}
		arguments = append(arguments, tenant.String(), raw, computed[i].question.key(), string(text))
	}
	rows := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?), ", len(computed)), ", ")
	err := tx.Exec(`INSERT INTO segment_figure (tenant_id, hash, question, figures) VALUES `+rows+` ON CONFLICT DO NOTHING`, arguments...).Error
	if err != nil {
		return fmt.Errorf("keep figures: %w", err)
	}
	return nil
}
