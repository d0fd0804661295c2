package contract_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"

	"assay/domain"
	"assay/domain/contract"
	"assay/domain/store"
)

// notices keeps what people are told.
type notices struct {
	mutex sync.Mutex
	sent  []contract.Notice
}

func (n *notices) Contract(_ context.Context, _ *store.Tx, _ domain.TenantID, notice contract.Notice) error {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.sent = append(n.sent, notice)
	return nil
}

func (n *notices) last() contract.Notice {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	if len(n.sent) == 0 {
		return contract.Notice{}
	}
	return n.sent[len(n.sent)-1]
}

func TestPartiesAreToldAndReminded(t *testing.T) {
	t.Parallel()
	k := newKit(t, noFigures{})
	k.open(t, false, contract.AnyOrder)
	c := k.draft(t, "EX07")
	if got := k.notices.last(); len(got.To) != 0 {
		t.Fatalf("somebody was told of a draft: %+v", got)
	}
	c, err := k.service.Propose(t.Context(), k.tenant, k.ask(c, dg, ""))
	if err != nil {
		t.Fatal(err)
	}
	if got := k.notices.last(); got.Action != contract.Propose || !slices.Equal(got.To, []uuid.UUID{officer.Account}) {
		t.Fatalf("told of the proposal: %+v", got)
	}
	if err := k.service.Remind(t.Context(), k.tenant, c.ID); err != nil {
		t.Fatal(err)
	}
	if got := k.notices.last(); got.Action == contract.Remind {
		t.Fatal("reminded three weeks before the deadline")
	}
	c = k.sign(t, c, dg)
	k.pass(19)
	for range 2 {
		if err := k.service.Remind(t.Context(), k.tenant, c.ID); err != nil {
			t.Fatal(err)
		}
	}
	reminders := 0
	for _, each := range k.notices.sent {
		if each.Action == contract.Remind {
			reminders++
			if !slices.Equal(each.To, []uuid.UUID{officer.Account}) {
				t.Fatalf("reminded %v, want only who has not signed", each.To)
			}
		}
	}
	if reminders != 1 {
		t.Fatalf("%d reminders of one deadline", reminders)
	}
}
