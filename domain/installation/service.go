// Package installation is what the operator of an installation does with its
// administrations: see how they are, suspend and resume them, export everything of one as
// open files, and erase one with proof. It knows tables only from the catalogue of the
// database, so that a new one is neither forgotten in an export nor left behind.
package installation

import (
	"time"

	"assay/domain/administration"
	"assay/domain/store"
)

// Service is what may be done.
type Service struct {
	db              *store.DB
	administrations *administration.Service
	clock           func() time.Time
}

// New makes the service.
func New(db *store.DB, administrations *administration.Service, clock func() time.Time) *Service {
	return &Service{db: db, administrations: administrations, clock: clock}
}

// Actor is who does something, for the audit record.
type Actor struct {
	Name     string // sign-in name, or what the system knows of who typed the command
	Capacity string // role
	Origin   string // address of the request, or the command
}
