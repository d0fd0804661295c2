package warehouse_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/domain/declaration"
	"assay/domain/intake"
	"assay/domain/warehouse"
)

// many are declarations of which each has a number of operations of its own, one
// a day from the first of January 2026 on, over and over.
func many(n int) []intake.Document {
	documents := make([]intake.Document, n)
	for i := range documents {
		d := &declaration.Declaration{
			Reference: declaration.Reference{Office: "O1", Year: 2026, Serial: "C", Number: fmt.Sprint(i)},
			Header:    declaration.Header{Flow: declaration.Import, RegisteredOn: day(2026, 1, 1).AddDate(0, 0, i%90)},
			Events:    make([]declaration.Event, i%4),
		}
		for e := range d.Events {
			d.Events[e] = declaration.Event{Sequence: e + 1, Kind: declaration.Assessed, Operation: fmt.Sprintf("op %d", i), Moment: moment(2026, 2, 3, 4, e)}
		}
		documents[i] = one(d)
	}
	return documents
}

func TestRecordsOfManyWindowsAreWholeAndInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	documents := many(6500) // more than a chunk of a load, and several windows
	b.load(t, b.first, documents...)
	for _, c := range []struct {
		name   string
		chosen warehouse.Range
		want   func(time.Time) bool
	}{
		{"all", warehouse.Range{}, func(time.Time) bool { return true }},
		{"a month", warehouse.MonthRange(february2026), func(d time.Time) bool { return d.Month() == time.February }},
		{"a day, far between", warehouse.Range{From: day(2026, 1, 7), To: day(2026, 1, 8)}, func(d time.Time) bool { return d.Equal(day(2026, 1, 7)) }},
		{"from", warehouse.Range{From: day(2026, 3, 30)}, func(d time.Time) bool { return !d.Before(day(2026, 3, 30)) }},
		{"none", warehouse.MonthRange(2020 * 12), func(time.Time) bool { return false }},
	} {
		var want []declaration.Declaration
		for _, d := range documents {
			if c.want(d.Declaration.Header.RegisteredOn) {
				want = append(want, *d.Declaration)
			}
		}
		var got []declaration.Declaration
		last := int64(0)
		for _, r := range b.records(t, b.first.ID, c.chosen) {
			if r.ID <= last {
				t.Fatalf("%s: identifier %d behind %d", c.name, r.ID, last)
			}
			last = r.ID
			got = append(got, r.Declaration)
		}
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Errorf("%s: %d records, want %d (-want +got):\n%.2000s", c.name, len(got), len(want), diff)
		}
	}
}

func TestAnErrorEndsTheReading(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.load(t, b.first, many(3500)...)
	enough := errors.New("enough")
	for _, stop := range []int{1, 999, 1000, 1001, 3500} {
		n := 0
		err := b.service.Records(t.Context(), b.first.ID, warehouse.Range{}, func(*warehouse.Record) error {
			if n++; n == stop {
				return enough
			}
			return nil
		})
		if !errors.Is(err, enough) || n != stop {
			t.Errorf("stopped at %d of %d with %v", n, stop, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := b.service.Records(ctx, b.first.ID, warehouse.Range{}, func(*warehouse.Record) error {
		n++
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("after %d records of a cancelled reading: %v", n, err)
	}
	if got := len(b.records(t, b.first.ID, warehouse.Range{})); got != 3500 {
		t.Errorf("%d records afterwards", got)
	}
}

func TestARecordReadInsideATransactionSeesIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.load(t, b.first, one(document(1)))
	err := b.within(t, func(ctx context.Context) error {
		n := 0
		for range 2 { // the settings of the first reading do not disturb the second
			if err := b.service.Records(ctx, b.first.ID, warehouse.Range{}, func(*warehouse.Record) error { n++; return nil }); err != nil {
				return err
			}
		}
		if n != 2 {
			t.Errorf("%d records in two readings", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestBatchesAreListedNewestFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var ids []string
	for n := range 3 {
		b.now = b.now.Add(time.Hour)
		ids = append([]string{b.load(t, b.first, one(document(n))).ID.String()}, ids...)
	}
	list := func(before time.Time, limit int) (got []string, last time.Time) {
		batches, err := b.service.Batches(t.Context(), b.first.ID, before, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, batch := range batches {
			got, last = append(got, batch.ID.String()), batch.StartedAt
		}
		return got, last
	}
	first, last := list(time.Time{}, 2)
	second, _ := list(last, 2)
	if diff := cmp.Diff(ids, append(first, second...)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTheDataDictionaryDescribesEveryTable(t *testing.T) {
	t.Parallel()
	b := setup(t)
	tables, err := b.service.DataDictionary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]warehouse.DictionaryTable{}
	for _, table := range tables {
		found[table.Name] = table
		if table.Comment == "" {
			t.Errorf("table %s has no comment", table.Name)
		}
	}
	for _, name := range b.tables(t) {
		if _, ok := found[name]; !ok {
			t.Errorf("table %s is not in the dictionary", name)
		}
	}
	for _, column := range found["declaration"].Columns {
		switch column.Name {
		case "declaration_id":
			if !column.Key || !column.Required || column.Type != "bigint" || column.Comment == "" {
				t.Errorf("%+v", column)
			}
		case "vehicles":
			if column.Key || column.Required || column.Type != "text[]" {
				t.Errorf("%+v", column)
			}
		}
	}
}
