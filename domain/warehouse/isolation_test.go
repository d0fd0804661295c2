package warehouse_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/declaration"
	"assay/domain/intake"
	"assay/domain/warehouse"
)

// elsewhere are the isolated tables that other rooms fill and test.
var elsewhere = []string{"audit_head", "audit_record", "engagement", "code_name", "finding", "intake_map", "outbox", "segment", "segment_content", "segment_figure", "snapshot", "segment_superseded", "superseded_segment"}

// full is a delivery that puts rows into every table of this room.
func (b *bundle) full(t *testing.T, tenant *administration.Tenant) *warehouse.Batch {
	t.Helper()
	changed := document(1)
	changed.Header.Mode = "4"
	documents := []intake.Document{
		{Office: &intake.Office{Code: "DLA1", Name: "Douala"}}, {Holiday: &intake.Holiday{Day: day(2026, 5, 20)}},
		{Posting: &intake.Posting{User: "e.one", Function: "examiner", Status: "active", From: day(2025, 1, 1)}},
		{Session: &intake.Session{User: "e.one", StartedAt: moment(2026, 2, 1, 7, 0).At}}, {Target: &intake.Target{Office: "DLA1", Month: 2026 * 12, Amount: 77}},
		one(document(1)), one(document(2)), {Manifest: manifest()}, {Transit: transit()}, {Suspense: account()}, {Broker: &intake.Broker{}},
	}
	b.load(t, tenant, one(document(1)))
	summary := intake.Summary{UnmappedOperations: []intake.Counted{{Value: "Do", Seen: 1}}}
	if _, err := b.service.Load(t.Context(), tenant, warehouse.LoadInput{}, givePlain(summary)); err != nil {
		t.Fatal(err)
	}
	b.load(t, tenant, documents...)
	b.load(t, tenant, one(changed))
	batch, err := b.service.Deliver(t.Context(), tenant, warehouse.DeliveryInput{Format: intake.FormatNDJSON, Uploads: []warehouse.Upload{{Name: "a.ndjson", Content: strings.NewReader("{}")}}})
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

// TestNoTableShowsAnotherAdministration goes through the catalogue, each way
// round: counting, changing, removing and inserting rows of the other one.
func TestNoTableShowsAnotherAdministration(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.full(t, b.first)
	b.full(t, b.second)
	skip := map[string]bool{}
	for _, table := range elsewhere {
		skip[table] = true
	}
	tried := map[string]bool{}
	for _, table := range b.tables(t) {
		if skip[table] {
			continue
		}
		for _, way := range [][2]*administration.Tenant{{b.first, b.second}, {b.second, b.first}} {
			own, other := way[0].ID, way[1].ID
			want := b.count(t, `SELECT count(*) FROM `+table+` WHERE tenant_id = $1`, own.String())
			if want == 0 { // of another room; the tests of store fill and try every table of the schema
				continue
			}
			tried[table] = true
			if got := b.inTenant(t, own, `SELECT count(*) FROM `+table); got != want {
				t.Errorf("%s shows %d rows, the administration has %d", table, got, want)
			}
			if got := b.inTenant(t, own, fmt.Sprintf(`SELECT count(*) FROM %s WHERE tenant_id = '%s'`, table, other)); got != 0 {
				t.Errorf("%s shows %d rows of the other administration", table, got)
			}
			if got := b.inTenant(t, own, fmt.Sprintf(`WITH x AS (UPDATE %s SET tenant_id = tenant_id WHERE tenant_id = '%s' RETURNING 1) SELECT count(*) FROM x`, table, other)); got != 0 {
				t.Errorf("%s let %d rows of the other administration be changed", table, got)
			}
			if got := b.inTenant(t, own, fmt.Sprintf(`WITH x AS (DELETE FROM %s WHERE tenant_id = '%s' RETURNING 1) SELECT count(*) FROM x`, table, other)); got != 0 {
				t.Errorf("%s let %d rows of the other administration be removed", table, got)
			}
			b.refusesToMove(t, table, own, other)
		}
	}
	for _, table := range []string{"batch", "reject", "unmapped_value", "declaration", "superseded_declaration", "item", "event", "assignment", "inspection", "offence",
		"payment", "document_version", "manifest", "bill", "write_off", "transit", "suspense_account", "discharge", "dirty_month", "delivery", "delivery_part"} {
		if !tried[table] {
			t.Errorf("%s is empty: this test does not fill it", table)
		}
	}
}

// refusesToMove takes a row of one's own and tries to give it to the other.
func (b *bundle) refusesToMove(t *testing.T, table string, own, other domain.TenantID) {
	t.Helper()
	err := b.db.InTenant(t.Context(), own, func(_ context.Context, tx *gorm.DB) error {
		return tx.Exec(fmt.Sprintf(`UPDATE %s SET tenant_id = '%s' WHERE tenant_id = '%s'`, table, other, own)).Error
	})
	if err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("%s: a row was written for the other administration (%v)", table, err)
	}
}

func (b *bundle) inTenant(t *testing.T, tenant domain.TenantID, query string) (n int64) {
	t.Helper()
	err := b.db.InTenant(t.Context(), tenant, func(_ context.Context, tx *gorm.DB) error { return tx.Raw(query).Scan(&n).Error })
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestNoVerbReachesAnotherAdministration(t *testing.T) {
	t.Parallel()
	b := setup(t)
	waiting := b.full(t, b.first)
	record, err := b.service.Get(t.Context(), b.first.ID, "DLA1/2026/C1")
	if err != nil {
		t.Fatal(err)
	}
	ctx, other := t.Context(), b.second.ID
	for _, key := range []string{"DLA1/2026/C1", fmt.Sprint(record.ID)} {
		if _, err := b.service.Get(ctx, other, key); !domain.Is(err, domain.KindNotFound) {
			t.Errorf("get %s: %v", key, err)
		}
		if _, err := b.service.Versions(ctx, other, key); !domain.Is(err, domain.KindNotFound) {
			t.Errorf("versions %s: %v", key, err)
		}
	}
	if _, err := b.service.Batch(ctx, other, waiting.ID); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("batch: %v", err)
	}
	if _, err := b.service.Process(ctx, b.second, waiting.ID, nil); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("process: %v", err)
	}
	if err := b.service.Discard(ctx, other, waiting.ID); !domain.Is(err, domain.KindConflict) {
		t.Errorf("discard: %v", err)
	}
	if err := b.service.Again(ctx, other, waiting.ID); !domain.Is(err, domain.KindConflict) {
		t.Errorf("again: %v", err)
	}
	if batches, err := b.service.Batches(ctx, other, time.Time{}, 0); err != nil || len(batches) != 0 {
		t.Errorf("batches: %d, %v", len(batches), err)
	}
	if rejects, err := b.service.Rejects(ctx, other, record.Batch, 0, 0); err != nil || len(rejects) != 0 {
		t.Errorf("rejects: %d, %v", len(rejects), err)
	}
	if values, err := b.service.Unmapped(ctx, other); err != nil || len(values) != 0 {
		t.Errorf("unmapped: %d, %v", len(values), err)
	}
	if watermark, err := b.service.Watermark(ctx, other); err != nil || !watermark.IsZero() {
		t.Errorf("watermark: %v, %v", watermark, err)
	}
	if len(b.records(t, other, warehouse.Range{})) != 0 || len(b.dirty(t, other)) != 0 {
		t.Error("records or dirty months of the other administration")
	}
	none := func(what string, err error) {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	none("manifests", b.service.Manifests(ctx, other, warehouse.Range{}, func(*declaration.Manifest) error { return fmt.Errorf("one") }))
	none("transits", b.service.Transits(ctx, other, warehouse.Range{}, func(*declaration.TransitDocument) error { return fmt.Errorf("one") }))
	none("accounts", b.service.SuspenseAccounts(ctx, other, warehouse.Range{}, func(*declaration.SuspenseAccount) error { return fmt.Errorf("one") }))
	// The same natural keys live beside each other.
	if batch := b.load(t, b.second, one(document(1)), intake.Document{Manifest: manifest()}); counts(batch) != [4]int64{2, 0, 0, 0} {
		t.Errorf("the other administration's load: %v", counts(batch))
	}
}
