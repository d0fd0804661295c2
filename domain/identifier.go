package domain

import (
	"fmt"

	"github.com/google/uuid"
)

// TenantID names one administration in the installation. It is the first column
// of every primary, unique and foreign key.
type TenantID uuid.UUID

// String gives the canonical form.
func (id TenantID) String() string { return uuid.UUID(id).String() }

// IsZero reports whether no tenant is set.
func (id TenantID) IsZero() bool { return id == TenantID{} }

// ParseTenantID reads the canonical form. The error is KindInvalid.
func ParseTenantID(text string) (TenantID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return TenantID{}, Errorf(KindInvalid, "%q is not an administration's identifier", text)
	}
	return TenantID(id), nil
}

// MarshalText gives the canonical form, for JSON.
func (id TenantID) MarshalText() ([]byte, error) { return uuid.UUID(id).MarshalText() }

// UnmarshalText reads the canonical form.
func (id *TenantID) UnmarshalText(text []byte) error {
	if err := (*uuid.UUID)(id).UnmarshalText(text); err != nil {
		return fmt.Errorf("administration's identifier: %w", err)
	}
	return nil
}

// NewID gives a new identifier that sorts by its time of creation (UUID version 7).
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
