package cube

import (
	"context"
	"runtime"
)

// DefaultMaxGroups is the most groups of one query unless Options say otherwise.
const DefaultMaxGroups = 2_000_000

// DefaultWorkers is how many goroutines work on one query unless Options say
// otherwise: one for each processor.
func DefaultWorkers() int { return runtime.GOMAXPROCS(0) }

// scheduler lets queries of many tenants take turns.
type scheduler struct{}

func (s *scheduler) run(ctx context.Context, work func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return work()
}
