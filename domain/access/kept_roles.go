package access

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"assay/domain"
	"assay/domain/store"
)

// channel announces tenants whose own roles have changed.
const channel = "assay_own_role"

// mostKept bounds how many administrations' roles are kept in memory.
const mostKept = 10_000

// ownRoles keeps the own roles of each administration in memory while it listens for changes;
// while it does not, it reads them every time and is never behind.
type ownRoles struct {
	db        *store.DB
	listening atomic.Bool
	mutex     sync.Mutex
	kept      map[domain.TenantID]map[Role]*OwnRole
	changes   int64 // counts announcements: what was read before one is not kept
}

func newOwnRoles(db *store.DB) *ownRoles {
	return &ownRoles{db: db, kept: map[domain.TenantID]map[Role]*OwnRole{}}
}

// Run listens for changed roles until the context ends.
func (s *Service) Run(ctx context.Context) error {
	for {
		// A lost connection is no error: while nobody listens nothing is kept.
		_ = s.db.ListenReady(ctx, channel, func() {
			s.own.forgetAll()
			s.own.listening.Store(true)
		}, s.own.announced)
		s.own.listening.Store(false)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

func (o *ownRoles) announced(payload string) {
	tenant, err := domain.ParseTenantID(payload)
	if err != nil {
		return // not one of ours
	}
	o.forget(tenant)
}

func (o *ownRoles) forget(tenant domain.TenantID) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.changes++
	delete(o.kept, tenant)
}

func (o *ownRoles) forgetAll() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.changes++
	clear(o.kept)
}

// of gives an administration's own roles by code, the retired ones too.
func (o *ownRoles) of(ctx context.Context, tenant domain.TenantID) (map[Role]*OwnRole, error) {
	o.mutex.Lock()
	found, ok := o.kept[tenant]
	before := o.changes
	o.mutex.Unlock()
	if ok && o.listening.Load() {
		return found, nil
	}
	roles := map[Role]*OwnRole{}
	err := o.db.Read(ctx, tenant, func(_ context.Context, tx *store.Tx) error {
		rows, err := findOwnRoles(tx, tenant, ` ORDER BY code`)
		for _, r := range rows {
			roles[r.Code] = r
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the administration's own roles: %w", err)
	}
	o.keep(tenant, roles, before)
	return roles, nil
}

// keep remembers what was read unless something was announced meanwhile.
func (o *ownRoles) keep(tenant domain.TenantID, roles map[Role]*OwnRole, before int64) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.changes != before || !o.listening.Load() {
		return
	}
	if len(o.kept) >= mostKept {
		clear(o.kept)
	}
	o.kept[tenant] = roles
}
