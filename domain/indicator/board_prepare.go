package indicator

import (
	"context"
	"fmt"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
)

// PrepareBoard computes the figures of the boards that people see: of the last month
// that is complete, of the one that is not, and of the two years before, so that the cube keeps
// them and every process that is asked for one finds them. Of segments that were there before, the figures are kept
// already. It is called where nobody waits: after a refresh.
func (s *Service) PrepareBoard(ctx context.Context, tenant *administration.Tenant) error {
	snapshot, err := s.Snapshot(ctx, tenant)
	if err != nil {
		return err
	}
	first, end, known := snapshot.Span(fact.Declaration)
	if !known {
		return nil
	}
	last := (end - 1).Month()
	if watermark := snapshot.Watermark(); !watermark.IsZero() {
		last = min(last, (cube.DateIn(watermark, tenant.Location())).Month())
	}
	available, err := findAll(nil)
	if err != nil {
		return err
	}
	e := newEvaluation(snapshot, tenant)
	e.passing = true
	var asks []*ask
	for month := max(first.Month(), last-boardMonths); month <= last; month++ {
		asks = append(asks, e.boardAsks(available, month.First(), (month+1).First(), nil).asks...)
	}
	g, err := e.gather(asks)
	if err == nil {
		err = e.prepare(ctx, g)
	}
	if err != nil {
		return fmt.Errorf("prepare the boards of %s: %w", tenant.Code, err)
	}
	return nil
}
