package account

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"assay/domain"
)

// GuestRole is the role of whoever works in an administration through an engagement.
const GuestRole = "expert"

// Guests tells in which administrations an account works now without being a member, through an
// engagement. Known is true when there is an engagement of any kind, an unanswered offer too: such a person may sign in.
type Guests func(ctx context.Context, account uuid.UUID) (tenants []domain.TenantID, known bool, err error)

// Welcome makes the service ask for guests; the room that keeps engagements comes later than this one. It is called once, before the
// service is used.
func (s *Service) Welcome(guests Guests) { s.guests = guests }

// visits lists what an account is as a guest, and whether it is known as one.
func (s *Service) visits(ctx context.Context, account uuid.UUID) (memberships []Membership, known bool, err error) {
	if s.guests == nil {
		return nil, false, nil
	}
	tenants, known, err := s.guests(ctx, account)
	if err != nil {
		return nil, false, fmt.Errorf("list engagements: %w", err)
	}
	for _, tenant := range tenants {
		memberships = append(memberships, Membership{Tenant: tenant, Role: GuestRole})
	}
	return memberships, known, nil
}
