package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/audit"
	"assay/domain/store"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 123456789, time.UTC)

type bundle struct {
	db     *store.DB
	super  *pgx.Conn // sees and changes everything, as somebody with the server in hands would
	tenant domain.TenantID
	other  domain.TenantID
}

func setup(t *testing.T) *bundle {
	t.Helper()
	database := dbtest.New(t)
	db, err := store.Open(t.Context(), database.AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	super, err := pgx.Connect(t.Context(), database.SuperURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = super.Close(context.Background()) })
	b := &bundle{db: db, super: super, tenant: domain.TenantID(domain.NewID()), other: domain.TenantID(domain.NewID())}
	for i, id := range []domain.TenantID{b.tenant, b.other} {
		b.exec(t, `INSERT INTO tenant (tenant_id, code, names, currency, zone, languages, created_at)
			VALUES ($1, $2, '{"en":"Customs"}', 'EUR', 'UTC', '{en}', now())`, id.String(), fmt.Sprintf("customs-%d", i))
	}
	return b
}

func (b *bundle) exec(t *testing.T, query string, arguments ...any) {
	t.Helper()
	if _, err := b.super.Exec(t.Context(), query, arguments...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func (b *bundle) record(t *testing.T, tenant domain.TenantID, entries ...audit.Entry) {
	t.Helper()
	for _, e := range entries {
		err := b.db.InTenant(t.Context(), tenant, func(ctx context.Context, tx *gorm.DB) error {
			return audit.Record(ctx, tx, tenant, e)
		})
		if err != nil {
			t.Fatalf("record: %v", err)
		}
	}
}

func (b *bundle) verify(t *testing.T, tenant domain.TenantID) audit.Report {
	t.Helper()
	report, err := audit.Verify(t.Context(), b.db, tenant, nil)
	if err != nil {
		t.Fatalf("verify: %v", err)
	}
	return report
}

func entry(i int) audit.Entry {
	return audit.Entry{At: noon.Add(time.Duration(i) * time.Minute), Actor: fmt.Sprintf("person-%d", i%3), Capacity: "head",
		Action: []string{"import.load", "import.dry", "finding.explain"}[i%3], Object: fmt.Sprintf("batch/%d", i),
		Before: map[string]any{"state": "open", "n": i}, After: map[string]any{"state": "closed", "n": i + 1}, Origin: "192.0.2.7",
		Engagement: "01920000-0000-7000-8000-000000000001", Session: "5e55", Request: fmt.Sprintf("request-%d", i)}
}

func entries(n int) []audit.Entry {
	list := make([]audit.Entry, n)
	for i := range list {
		list[i] = entry(i)
	}
	return list
}

func TestAnUntouchedRecordIsIntact(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if report := b.verify(t, b.tenant); !report.Intact() || report.Records != 0 || report.LastSequence != 0 {
		t.Fatalf("empty record: %+v", report)
	}
	b.record(t, b.tenant, entries(7)...)
	report := b.verify(t, b.tenant)
	if !report.Intact() || report.Records != 7 || report.LastSequence != 7 || len(report.LastHash) != 32 {
		t.Fatalf("%+v", report)
	}
	if report := b.verify(t, b.other); report.Records != 0 {
		t.Fatalf("the other administration has %d records", report.Records)
	}
}

func TestStatesOfAnyShapeCanBeVerified(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var none *struct{ A int }
	states := []any{nil, none, 1e2, 0.1, -1e-7, 12345678901234567, "é\u202e\"\\", []any{}, map[string]any{"z": 1, "aa": nil, "b": []int{3, 2}},
		struct {
			When time.Time     `json:"when"`
			For  time.Duration `json:"for"`
		}{noon, time.Hour}}
	for _, state := range states {
		e := entry(0)
		e.Before, e.After = state, nil
		b.record(t, b.tenant, e)
	}
	if report := b.verify(t, b.tenant); !report.Intact() || report.Records != int64(len(states)) {
		t.Fatalf("%+v", report)
	}
	rows, _, err := audit.List(t.Context(), b.db, b.tenant, audit.Filter{}, audit.Page{})
	if err != nil {
		t.Fatal(err)
	}
	last := rows[len(rows)-1]
	if last.Before != nil || rows[len(rows)-2].Before != nil {
		t.Fatalf("a state that does not exist was kept as %s", last.Before)
	}
}

func TestRecordsWrittenAtOnceMakeOneChain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const writers, each = 8, 10
	var wait sync.WaitGroup
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				err := b.db.InTenant(t.Context(), b.tenant, func(ctx context.Context, tx *gorm.DB) error {
					if err := audit.Record(ctx, tx, b.tenant, entry(w*each+i)); err != nil {
						return err
					}
					if i%5 == 4 {
						return errGivenUp
					}
					return nil
				})
				if err != nil && !errors.Is(err, errGivenUp) {
					t.Errorf("record: %v", err)
				}
			}
		})
	}
	wait.Wait()
	report := b.verify(t, b.tenant)
	if want := int64(writers * each * 4 / 5); !report.Intact() || report.Records != want || report.LastSequence != want {
		t.Fatalf("%+v, want %d records", report, want)
	}
}

var errGivenUp = errors.New("the deed was given up")

func TestTheProgramCanNeitherChangeNorDeleteARecord(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.record(t, b.tenant, entry(0))
	for _, statement := range []string{`UPDATE audit_record SET actor = 'x'`, `DELETE FROM audit_record`, `TRUNCATE audit_record`} {
		err := b.db.InTenant(t.Context(), b.tenant, func(_ context.Context, tx *gorm.DB) error { return tx.Exec(statement).Error })
		if err == nil || !strings.Contains(err.Error(), "permission denied") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestAnIncompleteEntryIsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, spoil := range map[string]func(*audit.Entry){
		"no actor":  func(e *audit.Entry) { e.Actor = "" },
		"no action": func(e *audit.Entry) { e.Action = "" },
		"no time":   func(e *audit.Entry) { e.At = time.Time{} },
	} {
		e := entry(0)
		spoil(&e)
		err := b.db.InTenant(t.Context(), b.tenant, func(ctx context.Context, tx *gorm.DB) error { return audit.Record(ctx, tx, b.tenant, e) })
		if !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := b.db.InTenant(t.Context(), b.tenant, func(ctx context.Context, tx *gorm.DB) error { return audit.Record(ctx, tx, b.other, entry(0)) })
	if err == nil {
		t.Error("a record was written for another administration than the transaction's")
	}
}

func TestListNarrowsAndPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.record(t, b.tenant, entries(25)...)
	b.record(t, b.other, entries(2)...)
	for name, s := range map[string]struct {
		filter audit.Filter
		want   int
	}{
		"all":               {audit.Filter{}, 25},
		"actor":             {audit.Filter{Actor: "person-1"}, 8},
		"action":            {audit.Filter{Action: "import.load"}, 9},
		"beginning":         {audit.Filter{Action: "import."}, 17},
		"object":            {audit.Filter{Object: "batch/2"}, 1},
		"objects":           {audit.Filter{Object: "batch/"}, 25},
		"no wildcard":       {audit.Filter{Object: "batch%/"}, 0},
		"from":              {audit.Filter{From: noon.Add(20 * time.Minute).Truncate(time.Microsecond)}, 5},
		"engagement":        {audit.Filter{Engagement: "01920000-0000-7000-8000-000000000001"}, 25},
		"other engagement":  {audit.Filter{Engagement: "01920000-0000-7000-8000-000000000002"}, 0},
		"to":                {audit.Filter{To: noon.Add(20 * time.Minute).Truncate(time.Microsecond)}, 20},
		"actor and actions": {audit.Filter{Actor: "person-2", Action: "import."}, 0},
	} {
		var sequences []int64
		for page := (audit.Page{Limit: 4}); ; {
			rows, next, err := audit.List(t.Context(), b.db, b.tenant, s.filter, page)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			for _, r := range rows {
				sequences = append(sequences, r.Sequence)
			}
			if next == 0 {
				break
			}
			page.Before = next
		}
		if len(sequences) != s.want {
			t.Errorf("%s: %d rows, want %d", name, len(sequences), s.want)
		}
		for i := 1; i < len(sequences); i++ {
			if sequences[i] >= sequences[i-1] {
				t.Errorf("%s: %v is not newest first", name, sequences)
			}
		}
	}
	rows, _, err := audit.List(t.Context(), b.db, b.tenant, audit.Filter{Object: "batch/7"}, audit.Page{})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	got := rows[0]
	want := audit.Row{Tenant: b.tenant, Form: 2, Sequence: 8, At: noon.Add(7 * time.Minute).Truncate(time.Microsecond), Actor: "person-1", Capacity: "head", Action: "import.dry",
		Object: "batch/7", Before: []byte(`{"n": 7, "state": "open"}`), After: []byte(`{"n": 8, "state": "closed"}`), Origin: "192.0.2.7",
		Engagement: "01920000-0000-7000-8000-000000000001", Session: "5e55", Request: "request-7", Previous: got.Previous, Hash: got.Hash}
	if diff := cmp.Diff(want, got); diff != "" || len(got.Hash) != 32 {
		t.Fatal(diff)
	}
}
