package warehouse

import (
	"sync"
	"time"

	"assay/domain/store"
)

// Service is what may be done with the warehouse.
type Service struct {
	db    *store.DB
	clock func() time.Time
	// windows are the memory for records, used again for the next month: *packWindow.
	windows sync.Pool
}

// New makes the service.
func New(db *store.DB, clock func() time.Time) *Service { return &Service{db: db, clock: clock} }
