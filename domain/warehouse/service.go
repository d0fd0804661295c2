package warehouse

import (
	"time"

	"assay/domain/store"
)

// Service is what may be done with the warehouse.
type Service struct {
	db    *store.DB
	clock func() time.Time
}

// New makes the service.
func New(db *store.DB, clock func() time.Time) *Service { return &Service{db: db, clock: clock} }
