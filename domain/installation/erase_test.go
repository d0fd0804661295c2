package installation_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/deploy/local/dbtest/everytable"
	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/installation"
)

var byAdministrations = administration.Actor(byOperator)

func TestEraseRemovesEverythingAndNothingElse(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	before := k.state(t, k.b.ID)
	if _, err := k.service.Erase(t.Context(), k.a, installation.EraseInput{Confirm: "beta", By: byOperator}); !domain.Is(err, domain.KindInvalid) {
		t.Fatalf("confirmed with another code: %v", err)
	}
	forgot := 0
	proof, err := k.service.Erase(t.Context(), k.a, installation.EraseInput{Confirm: "alpha", By: byOperator,
		Forget: func(_ context.Context, id domain.TenantID) (int, error) {
			if id != k.a.ID {
				t.Errorf("forgets %s", id)
			}
			forgot++
			return 3, nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	if !proof.Empty() || forgot != 1 || proof.Queued != 3 {
		t.Errorf("proof: %+v", proof)
	}
	// The superuser, whom row-level security does not bind, counts again, in every table.
	counted := map[string]bool{}
	for _, c := range proof.Left {
		counted[c.Table] = true
	}
	for _, name := range k.allTables(t) {
		if !counted[name] {
			t.Errorf("the proof does not count %s", name)
		}
		if rows := everytable.List[int64](t, k.super, `SELECT count(*) FROM `+name+` WHERE tenant_id = $1`, k.a.ID.String()); rows[0] != 0 {
			t.Errorf("%s still has %d rows", name, rows[0])
		}
		if proof.Removed[name] == 0 {
			t.Errorf("nothing was removed from %s", name)
		}
	}
	if diff := cmp.Diff(before, k.state(t, k.b.ID)); diff != "" {
		t.Errorf("the other administration has changed: %s", diff)
	}
	people := everytable.List[string](t, k.super, `SELECT sign_in_name FROM account ORDER BY 1`)
	if diff := cmp.Diff([]string{"both", "op", "x"}, people); diff != "" {
		t.Errorf("people left: %s", diff)
	}
	stones, err := k.service.Tombstones(t.Context())
	if err != nil || len(stones) != 1 || stones[0].Tenant != k.a.ID || stones[0].ErasedBy != "operator" || stones[0].Rows == 0 {
		t.Errorf("tombstones: %+v, %v", stones, err)
	}
	named := everytable.List[bool](t, k.super, `SELECT code_hash = sha256(convert_to(erased_tenant::text || ' alpha', 'UTF8')) AND t::text NOT LIKE '%alpha%' FROM tenant_tombstone t`)
	if !named[0] {
		t.Error("the tombstone does not prove its code, or tells it")
	}
	if _, err := k.administrations.ByCode(t.Context(), "alpha"); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("it is still there: %v", err)
	}
	if err := k.administrations.Create(t.Context(), &administration.Tenant{Code: "alpha", Names: map[string]string{"en": "Anew"}, Currency: "EUR", Zone: "UTC", Languages: []string{"en"}}); err != nil {
		t.Errorf("the code cannot be used again: %v", err)
	}
}

func TestEraseRefusesWhileJobsAreAtWork(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.run(t, k.super, `UPDATE outbox SET state = 'running', heartbeat_at = '2026-11-22 08:59:30Z' WHERE tenant_id = '`+k.a.ID.String()+`'`)
	before := k.state(t, k.a.ID)
	if _, err := k.service.Erase(t.Context(), k.a, installation.EraseInput{Confirm: "alpha", By: byOperator}); !domain.Is(err, domain.KindConflict) {
		t.Fatalf("want a refusal, got %v", err)
	}
	if diff := cmp.Diff(before, k.state(t, k.a.ID)); diff != "" {
		t.Errorf("the refusal changed something: %s", diff)
	}
	if proof, err := k.service.Erase(t.Context(), k.a, installation.EraseInput{Confirm: "alpha", Force: true, By: byOperator}); err != nil || !proof.Empty() {
		t.Errorf("forced: %+v, %v", proof, err)
	}
}

// The program's role can remove neither audit records nor an administration that is not marked.
func TestTheLastStepCannotBeMisused(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	app := everytable.Connect(t, k.database.AppURL)
	before := k.state(t, k.a.ID)
	call := `SELECT assay_erase_tenant('alpha', 'x', now(), '{}')`
	for name, statements := range map[string][]string{
		"not marked":       {`SET LOCAL assay.tenant_id = '` + k.a.ID.String() + `'`, call},
		"without a tenant": {`UPDATE tenant SET state = 'erasing' WHERE code = 'alpha'`, call},
		"another's code":   {`UPDATE tenant SET state = 'erasing'`, `SET LOCAL assay.tenant_id = '` + k.b.ID.String() + `'`, call},
		"audit records":    {`SET LOCAL assay.tenant_id = '` + k.a.ID.String() + `'`, `DELETE FROM audit_record`},
		"the tenant":       {`DELETE FROM tenant`},
		"a tombstone":      {`INSERT INTO tenant_tombstone VALUES (gen_random_uuid(), '', now(), now(), 'x', '{}')`},
	} {
		k.run(t, app, `BEGIN`)
		var err error
		for _, statement := range statements {
			if _, err = app.Exec(t.Context(), statement); err != nil {
				break
			}
		}
		if err == nil {
			t.Errorf("%s: was done", name)
		}
		k.run(t, app, `ROLLBACK`)
	}
	if diff := cmp.Diff(before, k.state(t, k.a.ID)); diff != "" {
		t.Error(diff)
	}
}

func TestASuspendedAdministrationRests(t *testing.T) {
	t.Parallel()
	k := newKit(t)
	k.run(t, k.super, `UPDATE outbox SET state = 'pending', due_at = '2026-01-01'`)
	suspend := func(state string) error {
		return k.administrations.ChangeState(t.Context(), k.a.ID, state, "unpaid", byAdministrations)
	}
	if err := suspend(administration.Suspended); err != nil {
		t.Fatal(err)
	}
	if err := suspend(administration.Suspended); err != nil {
		t.Errorf("twice: %v", err)
	}
	waiting, err := k.db.WaitingTenants(t.Context())
	if err != nil || len(waiting) != 1 || waiting[0] != k.b.ID {
		t.Errorf("waiting: %v, %v", waiting, err)
	}
	if claimed, err := k.db.Claim(t.Context(), k.a.ID, 5, now()); err != nil || len(claimed) != 0 {
		t.Errorf("claimed %v, %v", claimed, err)
	}
	one, err := k.service.Overview(t.Context())
	if err != nil || len(one) != 2 || one[0].Tenant.State != administration.Suspended || one[0].Tenant.StateReason != "unpaid" || one[0].Size.Waiting != 1 || one[0].Size.Months != 1 {
		t.Errorf("overview: %+v, %v", one, err)
	}
	if err := suspend(administration.Active); err != nil {
		t.Fatal(err)
	}
	if claimed, err := k.db.Claim(t.Context(), k.a.ID, 5, now()); err != nil || len(claimed) != 1 {
		t.Errorf("nothing was lost: claimed %v, %v", claimed, err)
	}
	if err := suspend(administration.Erasing); err != nil {
		t.Fatal(err)
	}
	if err := suspend(administration.Active); !domain.Is(err, domain.KindConflict) {
		t.Errorf("back from erasing: %v", err)
	}
	rows, _, err := audit.List(t.Context(), k.db, k.a.ID, audit.Filter{Action: "tenant.state"}, audit.Page{})
	if err != nil || len(rows) != 3 || rows[0].Actor != "operator" || rows[2].Before == nil {
		t.Errorf("record: %+v, %v", rows, err)
	}
}
