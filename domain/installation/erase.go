package installation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/store"
)

const (
	// eraseStep is how many rows one transaction removes: none holds locks for long.
	eraseStep = 20_000
	// stillBusy is how recent a heartbeat must be for its job to count as at work.
	stillBusy = 2 * time.Minute
)

// EraseInput says what to erase.
type EraseInput struct {
	Confirm string // the administration's code once more
	// Force erases although jobs of the administration are at work: they are given up.
	Force bool
	By    Actor
	// Forget, if any, takes what waits for the administration out of the queue's own store.
	Forget func(ctx context.Context, tenant domain.TenantID) (int, error)
	// Progress, if any, is told of each table that was emptied.
	Progress func(table string, rows int64)
}

// Proof says of every table with a tenant_id how many rows of the erased administration
// it holds after the erasing, counted, and how many were removed.
type Proof struct {
	Tenant   domain.TenantID
	ErasedAt time.Time
	ErasedBy string
	Removed  map[string]int64
	Left     []Count // every table there is, by name
	Queued   int     // tasks taken out of the queue
}

// Count is the number of rows in a table.
type Count struct {
	Table string
	Rows  int64
}

// Empty reports whether nothing is left.
func (p *Proof) Empty() bool {
	return !slices.ContainsFunc(p.Left, func(c Count) bool { return c.Rows != 0 })
}

// Erase removes an administration with everything it has, for good, and counts every table
// afterwards. People who belong to no other administration go too. While a job of it is at work it
// refuses with KindConflict unless forced. An erasing that was interrupted is marked, nobody comes in, and
// it goes on where it is called again.
func (s *Service) Erase(ctx context.Context, tenant *administration.Tenant, in EraseInput) (*Proof, error) {
	if in.Confirm != tenant.Code {
		return nil, &domain.Error{Kind: domain.KindInvalid, Key: "installation.erase.mismatch", Message: "the administration is not erased: the confirmation must be the code " + tenant.Code}
	}
	if err := s.refuseWhileBusy(ctx, tenant.ID, in.Force); err != nil {
		return nil, err
	}
	if tenant.State != administration.Erasing {
		if err := s.administrations.ChangeState(ctx, tenant.ID, administration.Erasing, "", s.auditActor(in.By)); err != nil {
			return nil, err
		}
	}
	removed, err := s.empty(ctx, tenant.ID, in.Progress)
	if err != nil {
		return nil, fmt.Errorf("erase %s: %w", tenant.Code, err)
	}
	proof := &Proof{Tenant: tenant.ID, ErasedAt: s.clock().UTC(), ErasedBy: in.By.Name}
	if proof.Removed, err = s.bury(ctx, tenant, proof, removed); err != nil {
		return nil, fmt.Errorf("erase %s: %w", tenant.Code, err)
	}
	if in.Forget != nil {
		if proof.Queued, err = in.Forget(ctx, tenant.ID); err != nil {
			return nil, fmt.Errorf("erase %s: clear the queue: %w", tenant.Code, err)
		}
	}
	if proof.Left, err = s.CountAll(ctx, tenant.ID); err != nil {
		return nil, fmt.Errorf("prove the erasing of %s: %w", tenant.Code, err)
	}
	if !proof.Empty() {
		return proof, domain.Errorf(domain.KindConflict, "rows of the erased administration came back while it was erased; they are listed in the proof")
	}
	return proof, nil
}

// refuseWhileBusy looks for jobs at work. Forced, they are given up: their rows go first, so that a
// running one ends at its next heartbeat, and what it has not committed is undone.
func (s *Service) refuseWhileBusy(ctx context.Context, tenant domain.TenantID, force bool) error {
	return s.db.InTenant(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		busy, err := busyJobs(tx, tenant, s.clock().Add(-stillBusy))
		if err != nil {
			return fmt.Errorf("look for jobs at work: %w", err)
		}
		exports, err := exportsUnfinished(tx, tenant)
		if err != nil {
			return fmt.Errorf("look for exports: %w", err)
		}
		switch {
		case force:
			return nil
		case exports > 0:
			return &domain.Error{Kind: domain.KindConflict, Key: "installation.erase.export", Message: "an export of this administration is being made; wait for it, or force the erasing"}
		case busy > 0:
			return &domain.Error{Kind: domain.KindConflict, Key: "installation.erase.busy", Message: "jobs of this administration are at work; wait for them, or force the erasing"}
		}
		return nil
	})
}

// empty removes the bulk step by step, in an order that it finds by trying: what others still
// refer to comes in a later round.
func (s *Service) empty(ctx context.Context, tenant domain.TenantID, progress func(string, int64)) (map[string]int64, error) {
	var names []string
	removed := map[string]int64{}
	err := s.change(ctx, tenant, func(tx *store.Tx) (err error) {
		if removed["outbox"], err = stopJobs(tx, tenant); err == nil {
			names, err = bulkTables(tx)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	for len(names) > 0 {
		var waiting []string
		for _, name := range names {
			rows, err := s.emptyTable(ctx, tenant, name)
			removed[name] += rows
			switch {
			case errors.Is(err, errReferred):
				waiting = append(waiting, name)
			case err != nil:
				return nil, fmt.Errorf("table %s: %w", name, err)
			case progress != nil && removed[name] > 0:
				progress(name, removed[name])
			}
		}
		if len(waiting) == len(names) {
			break // tables of the last step refer to the rest
		}
		names = waiting
	}
	return removed, nil
}

func (s *Service) emptyTable(ctx context.Context, tenant domain.TenantID, name string) (rows int64, err error) {
	for {
		var some int64
		err := s.change(ctx, tenant, func(tx *store.Tx) (err error) {
			some, err = deleteSome(tx, name, tenant, eraseStep)
			return err
		})
		if err != nil {
			return rows, err
		}
		rows += some
		if some < eraseStep {
			return rows, nil
		}
	}
}

// bury is the last step, all or nothing; see the SQL function.
func (s *Service) bury(ctx context.Context, tenant *administration.Tenant, proof *Proof, before map[string]int64) (removed map[string]int64, err error) {
	for name, rows := range before {
		if rows == 0 {
			delete(before, name)
		}
	}
	content, err := json.Marshal(before)
	if err != nil {
		return nil, err
	}
	err = s.db.InTenant(ctx, tenant.ID, func(_ context.Context, tx *store.Tx) error {
		var text string
		err := tx.Raw(`SELECT assay_erase_tenant(?, ?, ?, ?::jsonb)::text`, tenant.Code, proof.ErasedBy, proof.ErasedAt, string(content)).Scan(&text).Error
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(text), &removed); err != nil {
			return err
		}
		return store.Notify(tx, "assay_segment", tenant.ID.String()) // processes drop what they hold in memory
	})
	return removed, err
}

// CountAll counts the rows of a tenant in every table with a tenant_id.
func (s *Service) CountAll(ctx context.Context, tenant domain.TenantID) (counts []Count, err error) {
	err = s.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		tables, err := tenantTables(tx)
		if err != nil {
			return err
		}
		for i := range tables {
			rows, err := countRows(tx, tables[i].name, tenant)
			if err != nil {
				return fmt.Errorf("count %s: %w", tables[i].name, err)
			}
			counts = append(counts, Count{tables[i].name, rows})
		}
		return nil
	})
	return counts, err
}

func (s *Service) auditActor(by Actor) administration.Actor {
	return administration.Actor(by)
}
