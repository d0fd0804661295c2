package warehouse_test

import (
	"fmt"
	"testing"

	"assay/domain/declaration"
	"assay/domain/intake"
	"assay/domain/warehouse"
)

// TestPacksFollowTheTables loads new, changed, moved and repeated declarations, many and few at a time, and
// compares packs and tables after each load.
func TestPacksFollowTheTables(t *testing.T) {
	t.Parallel()
	b := setup(t)
	load := func(name string, change func(i int, d *declaration.Declaration) bool) {
		t.Helper()
		var some []intake.Document
		for i, document := range many(400) {
			if change(i, document.Declaration) {
				some = append(some, document)
			}
		}
		batch := b.load(t, b.first, some...)
		if batch.Loaded+batch.Replaced == 0 {
			t.Fatalf("%s: nothing was loaded", name)
		}
		b.packsAgree(t, b.first.ID)
	}
	load("every third", func(i int, _ *declaration.Declaration) bool { return i%3 == 0 })
	load("the others", func(i int, _ *declaration.Declaration) bool { return i%3 != 0 })
	load("some differ", func(i int, d *declaration.Declaration) bool {
		d.Header.Broker = "B7"
		return i%7 == 0
	})
	load("some are dated otherwise", func(i int, d *declaration.Declaration) bool {
		d.Header.RegisteredOn = day(2025, 11, 3).AddDate(0, 0, i/4)
		return i%11 == 0
	})
	load("those and others differ, in another order", func(i int, d *declaration.Declaration) bool {
		d.Header.RegisteredOn = day(2026, 1, 3)
		d.Payments = []declaration.Payment{{Kind: declaration.Refund, Moment: moment(2026, 2, 1, 0, i%60), Amount: int64(i)}}
		return i%22 == 0 || i%13 == 0 && i%11 != 0
	})
	load("operations alone", func(i int, d *declaration.Declaration) bool {
		d.Events = []declaration.Event{{Kind: declaration.Released, Operation: "late", Moment: moment(2026, 3, 1, 1, 1)}}
		return i > 380
	})
	twice := many(2)
	twice[1].Declaration.Reference = twice[0].Declaration.Reference
	twice[1].Declaration.Header.Model = "IM7"
	twice[0].Declaration.Reference.Number, twice[1].Declaration.Reference.Number = "twice", "twice"
	b.load(t, b.first, twice...)
	b.packsAgree(t, b.first.ID)
	if months := b.count(t, `SELECT count(DISTINCT month) FROM record_pack WHERE tenant_id = $1 AND month < 2026 * 12`, b.first.ID); months == 0 {
		t.Error("no declaration has moved")
	}
}

// Many small deliveries must not leave as many packs, each of which is a row to be read.
func TestSmallDeliveriesSharePacks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for i := range 40 {
		d := many(1)[0]
		d.Declaration.Reference.Number = fmt.Sprint(i)
		b.load(t, b.first, d)
	}
	b.packsAgree(t, b.first.ID)
	if packs := b.count(t, `SELECT count(*) FROM record_pack WHERE tenant_id = $1`, b.first.ID); packs != 1 {
		t.Errorf("%d packs of 40 declarations", packs)
	}
}

// TestPacksAreMadeAgain takes packs away and makes them unreadable, as those of an older program are.
func TestPacksAreMadeAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.load(t, b.first, many(500)...)
	b.load(t, b.second, many(30)...)
	b.exec(t, `DELETE FROM record_pack WHERE tenant_id = $1 AND first_id = (SELECT max(first_id) FROM record_pack WHERE tenant_id = $1 AND month = $2)`, b.first.ID, january2026)
	b.exec(t, `UPDATE record_pack SET layout = -1 WHERE tenant_id = $1 AND month = $2`, b.first.ID, february2026)
	differ := many(500)
	for i := range differ {
		differ[i].Declaration.Header.Broker = "B9"
	}
	b.load(t, b.first, differ[460:]...)
	whole := b.records(t, b.first.ID, warehouse.Range{}, unpacked)
	for _, month := range []int{january2026, february2026, march2026} {
		n, want := 0, 0
		for i := range whole {
			if warehouse.Month(whole[i].Header.RegisteredOn) == month {
				want++
			}
		}
		packed, err := b.service.RecordsOf(t.Context(), b.first.ID, month, func(*warehouse.Record) error { n++; return nil })
		if err != nil || packed != (month == march2026) || n != want {
			t.Fatalf("month %d: packed %v, %d of %d declarations, %v", month, packed, n, want, err)
		}
	}
	if err := b.service.Pack(t.Context(), b.first.ID, []int{january2026, february2026, march2026}); err != nil {
		t.Fatal(err)
	}
	b.packsAgree(t, b.first.ID)
	b.packsAgree(t, b.second.ID)
}
