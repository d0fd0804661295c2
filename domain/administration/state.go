package administration

import (
	"context"
	"fmt"

	"assay/domain"
	"assay/domain/audit"
	"assay/domain/store"
)

// The states of an administration.
const (
	Active    = "active"
	Suspended = "suspended" // nobody of it signs in and its jobs rest; nothing is lost
	Erasing   = "erasing"   // it is being removed for good; there is no way back
)

// Actor is who changes something, for the audit record.
type Actor struct {
	Name     string // sign-in name, or what the system knows of who typed the command
	Capacity string // role or engagement
	Origin   string // address of the request, or the command
}

// longestReason bounds what is written about a suspension.
const longestReason = 500

// transitions are the changes of state that there are.
var transitions = map[[2]string]bool{
	{Active, Suspended}: true, {Suspended, Active}: true, {Active, Erasing}: true, {Suspended, Erasing}: true,
}

// ChangeState suspends an administration, resumes it, or marks it for erasing. The reason is shown
// to its people. Being in that state already changes nothing; what cannot be is KindConflict.
func (s *Service) ChangeState(ctx context.Context, id domain.TenantID, state, reason string, by Actor) error {
	if len(reason) > longestReason {
		return domain.Invalid("the state is not changed", domain.FieldError{Field: "reason", Message: fmt.Sprintf("must have at most %d characters", longestReason)})
	}
	err := s.db.InTenant(ctx, id, func(ctx context.Context, tx *store.Tx) error {
		found, err := findTenants(tx, `WHERE tenant_id = ? FOR UPDATE`, id.String())
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return domain.Errorf(domain.KindNotFound, "there is no such administration")
		}
		before := found[0].State
		if before == state {
			return nil
		}
		if !transitions[[2]string{before, state}] {
			return domain.Errorf(domain.KindConflict, "an administration that is %s cannot become %s", before, state)
		}
		if err := updateState(tx, id, state, reason, s.clock()); err != nil {
			return err
		}
		if state == Active {
			// What waited meanwhile is announced again.
			if err := store.Notify(tx, "assay_outbox", id.String()); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, id, audit.Entry{At: s.clock(), Actor: by.Name, Capacity: by.Capacity, Origin: by.Origin, Action: "tenant.state",
			Object: "tenant/" + found[0].Code, Before: stateRecord{before, found[0].StateReason}, After: stateRecord{state, reason}})
	})
	if err != nil {
		return fmt.Errorf("change state: %w", err)
	}
	return nil
}

type stateRecord struct {
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
}
