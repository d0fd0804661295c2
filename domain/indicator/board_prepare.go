package indicator

import (
	"context"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
)

// PrepareBoard computes the board that people see first, that of the last month
// that is complete, so that the cube keeps its figures and every process that is asked
// for it finds them. It is called where nobody waits: after a refresh.
func (s *Service) PrepareBoard(ctx context.Context, tenant *administration.Tenant) error {
	snapshot, err := s.Snapshot(ctx, tenant)
	if err != nil {
		return err
	}
	_, end, known := snapshot.Span(fact.Declaration)
	if !known {
		return nil
	}
	last := (end - 1).Month()
	if watermark := snapshot.Watermark(); !watermark.IsZero() {
		last = min(last, (cube.DateIn(watermark, tenant.Location())+1).Month()-1)
	}
	_, err = s.Board(ctx, tenant, last.First(), (last + 1).First())
	return err
}
