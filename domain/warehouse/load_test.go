package warehouse_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/domain/intake"
	"assay/domain/warehouse"
)

func TestALoadedDeclarationComesBackWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	batch := b.load(t, b.first, intake.Document{Declaration: document(1)}, intake.Document{Declaration: document(2)})
	if batch.Loaded != 2 || batch.Replaced != 0 || batch.Unchanged != 0 || batch.Rejected != 0 {
		t.Fatalf("batch %+v", batch)
	}
	all := b.records(t, b.first.ID, warehouse.Range{})
	if len(all) != 2 {
		t.Fatalf("%d records", len(all))
	}
	for i := range all {
		if diff := cmp.Diff(document(i+1), &all[i].Declaration, same); diff != "" {
			t.Errorf("record %d (-loaded +read):\n%s", i, diff)
		}
		if all[i].Version != 1 || all[i].Batch != batch.ID || all[i].Parts != 127 || all[i].Totals != document(1).Totals() {
			t.Errorf("record %d: version %d, batch %s, parts %d, totals %+v", i, all[i].Version, all[i].Batch, all[i].Parts, all[i].Totals)
		}
	}
}
