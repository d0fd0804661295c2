package warehouse_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/administration"
	"assay/domain/declaration"
	"assay/domain/intake"
	"assay/domain/store"
	"assay/domain/warehouse"
)

// bundle is a database with two administrations and the service under test.
type bundle struct {
	database *dbtest.Database
	db       *store.DB
	service  *warehouse.Service
	first    *administration.Tenant
	second   *administration.Tenant
	now      time.Time
}

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{database: dbtest.New(t), now: time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)}
	db, err := store.Open(t.Context(), b.database.AppURL, store.Options{Connections: 4})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(db.Close)
	b.db = db
	clock := func() time.Time { return b.now }
	b.service = warehouse.New(db, clock)
	b.first = newTenant(t, db, clock, "alpha", "Africa/Douala")
	b.second = newTenant(t, db, clock, "beta", "Asia/Seoul")
	return b
}

func newTenant(t testing.TB, db *store.DB, clock func() time.Time, code, zone string) *administration.Tenant {
	t.Helper()
	tenant := &administration.Tenant{Code: code, Names: map[string]string{"en": code}, Currency: "EUR", Zone: zone, Languages: []string{"en"}}
	if err := administration.New(db, clock).Create(t.Context(), tenant); err != nil {
		t.Fatalf("create tenant: %v", err)
	}
	return tenant
}

// give makes a reading of documents.
func give(documents ...intake.Document) warehouse.Reading {
	return func(_ context.Context, sink intake.Sink) (intake.Summary, error) {
		content, err := json.Marshal(documents)
		if err != nil {
			return intake.Summary{}, err
		}
		summary := intake.Summary{Read: int64(len(documents)), Fingerprint: sha256.Sum256(content)}
		for _, d := range documents {
			if err := sink.Document(d); err != nil {
				return summary, err
			}
			if d.Declaration == nil {
				continue
			}
			for _, e := range d.Declaration.Events {
				if summary.Watermark == nil || e.At.After(*summary.Watermark) {
					at := e.At
					summary.Watermark = &at
				}
			}
		}
		return summary, nil
	}
}

func (b *bundle) load(t *testing.T, tenant *administration.Tenant, documents ...intake.Document) *warehouse.Batch {
	t.Helper()
	batch, err := b.service.Load(t.Context(), tenant, warehouse.LoadInput{Format: "ndjson", Source: "test", By: "tester"}, give(documents...))
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return batch
}

// records reads everything, copied.
// Unless told that packs are missing, it compares them too.
func (b *bundle) records(t *testing.T, tenant domain.TenantID, chosen warehouse.Range, packs ...string) []warehouse.Record {
	t.Helper()
	var all []warehouse.Record
	err := b.service.Records(t.Context(), tenant, chosen, func(r *warehouse.Record) error {
		all = append(all, copyRecord(r))
		return nil
	})
	if err != nil {
		t.Fatalf("records: %v", err)
	}
	if len(packs) == 0 {
		b.packsAgree(t, tenant)
	}
	return all
}

// unpacked tells records that the packs are not whole.
const unpacked = "unpacked"

// packsAgree compares the packs of every month with the tables.
func (b *bundle) packsAgree(t *testing.T, tenant domain.TenantID) {
	t.Helper()
	months := map[int][]warehouse.Record{}
	err := b.service.Records(t.Context(), tenant, warehouse.Range{}, func(r *warehouse.Record) error {
		month := warehouse.Month(r.Header.RegisteredOn)
		months[month] = append(months[month], copyRecord(r))
		return nil
	})
	if err != nil {
		t.Fatalf("records: %v", err)
	}
	for month, want := range months {
		var got []warehouse.Record
		packed, err := b.service.RecordsOf(t.Context(), tenant, month, func(r *warehouse.Record) error {
			got = append(got, copyRecord(r))
			return nil
		})
		if err != nil || !packed {
			t.Fatalf("month %d: packed %v, %v", month, packed, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("month %d: packs differ from tables (-tables +packs):\n%.3000s", month, diff)
		}
	}
}

func copyRecord(r *warehouse.Record) warehouse.Record {
	c := *r
	c.Items = copyPart(r.Items)
	for i := range c.Items {
		c.Items[i].Taxes = append([]declaration.TaxLine(nil), c.Items[i].Taxes...)
	}
	c.Events, c.Assignments, c.Inspections = copyPart(r.Events), copyPart(r.Assignments), copyPart(r.Inspections)
	c.Offences, c.Payments, c.Versions = copyPart(r.Offences), copyPart(r.Payments), copyPart(r.Versions)
	if r.Cargo != nil {
		cargo := *r.Cargo
		cargo.Bills = append([]declaration.Bill(nil), cargo.Bills...)
		c.Cargo = &cargo
	}
	return c
}

// copyPart keeps the difference between nil and empty.
func copyPart[E any](part []E) []E {
	if part == nil {
		return nil
	}
	return append(make([]E, 0, len(part)), part...)
}

// same compares canonical documents: times as instants, empty lists of a header or an item as nil.
var same = cmp.Options{
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) }),
	cmp.FilterPath(func(p cmp.Path) bool {
		switch p.Last().String() {
		case ".Vehicles", ".Containers", ".Bills", ".Taxes", ".WriteOffs", ".Discharges":
			return true
		}
		return false
	}, cmpopts.EquateEmpty()),
}

func day(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, time.UTC) }

func moment(y int, m time.Month, d, hour, minute int) declaration.Moment {
	return declaration.Moment{At: time.Date(y, m, d, hour, minute, 0, 0, time.UTC), Precision: declaration.Minute}
}

// document is a declaration with something in every part.
func document(number int) *declaration.Declaration {
	total := int64(1200)
	arrived := moment(2026, 2, 1, 4, 5)
	paid := day(2026, 2, 20)
	return &declaration.Declaration{
		Reference: declaration.Reference{Office: "DLA1", Year: 2026, Serial: "C", Number: fmt.Sprint(number)},
		Header: declaration.Header{BorderOffice: "DLA9", Flow: declaration.Import, Model: "IM4", RegisteredOn: day(2026, 2, 3), Broker: "B1",
			Importer: "T1", LaneSelected: declaration.Red, LaneCurrent: declaration.Green, Mode: "1", Incoterm: "CIF", PaymentTerms: "01",
			Vehicles: []string{"LT 1"}, Containers: []string{"MSCU1", "MSCU2"}, Manifest: "DLA1/2026/7", Bills: []string{"BL1"}, ArrivedAt: &arrived,
			Prelodged: true, DeferredAccount: "A1", Guarantee: 5, Previous: "DLA1/2025/C1", AssessedTotal: &total, TopUp: 3},
		Items: []declaration.Item{
			{Number: 1, HS: "01012100", Procedure: "4000", NationalProc: "000", Preference: "P", Origin: "FR", Description: "Horses, \"pure\"; bred\n<x>",
				Packages: 2, PackageKind: "CT", Quantity: "1.5", GrossMass: 1000, NetMass: 900, InvoiceAmount: "12.50", InvoiceCurrency: "EUR",
				InvoiceRate: "655.957", CustomsValue: 10000, TaxTotal: 1200, Taxes: []declaration.TaxLine{
					{Code: "DUTY", Base: 10000, Rate: "10", Amount: 1000, Payable: true},
					{Code: "VAT", Amount: 200, Payable: true, Relieved: 50, Relief: "R1"}}},
			{Number: 2, HS: "87032110", CustomsValue: 500, TaxTotal: 0},
		},
		Events: []declaration.Event{
			{Sequence: 1, Kind: declaration.Registered, Operation: "Direct registration", Version: 1, Moment: moment(2026, 2, 3, 8, 0), User: "b.user"},
			{Sequence: 2, Kind: declaration.Selected, Operation: "Route to red", Moment: moment(2026, 2, 3, 8, 1), User: "System", Machine: true,
				To: declaration.Red, Cause: declaration.CauseCriterion, Criterion: "K7", Reason: "value"},
			{Sequence: 3, Kind: declaration.Rerouted, Operation: "Re-route", Moment: moment(2026, 3, 1, 9, 0), User: "e.one", From: declaration.Red, To: declaration.Green},
		},
		Assignments: []declaration.Assignment{{Sequence: 1, Moment: moment(2026, 2, 3, 8, 2), Section: "S1", Examiner: "e.one", Chief: "c.one", Manual: true,
			AssignedBy: "c.one", Weight: 4}},
		Inspections: []declaration.Inspection{{Number: "I1", Moment: moment(2026, 2, 4, 8, 0), FinishedAt: &arrived, User: "e.one", Physical: true, Conform: false,
			Result: "NC", Remarks: "two boxes"}},
		Offences: []declaration.Offence{{Number: "O1", Moment: moment(2026, 2, 5, 8, 0), User: "e.one", Code: "F01", Status: declaration.OffenceConfirmed,
			DeclaredValue: 10, AssessedValue: 20, ExtraDuties: 3, Fine: 4, ExtraDutiesPaid: 3, FinePaid: 4, PaidOn: &paid}},
		Payments: []declaration.Payment{{Sequence: 1, Receipt: "R1", Moment: moment(2026, 2, 6, 8, 0), Kind: declaration.Receipt, User: "cash", Tax: "DUTY", Amount: 1000}},
		Versions: []declaration.Version{{Number: 1, Moment: moment(2026, 2, 3, 8, 0), User: "b.user", Cause: declaration.VersionRegistered, Reason: "", CustomsValue: 10500, Payable: 1200}},
	}
}

// super runs statements that see everything and go round the program.
func (b *bundle) super(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.database.SuperURL)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func (b *bundle) exec(t *testing.T, sql string, arguments ...any) {
	t.Helper()
	if _, err := b.super(t).Exec(t.Context(), sql, arguments...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func (b *bundle) count(t *testing.T, sql string, arguments ...any) (n int64) {
	t.Helper()
	if err := b.super(t).QueryRow(t.Context(), sql, arguments...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// tables are all tables that hold a tenant's rows.
func (b *bundle) tables(t *testing.T) []string {
	t.Helper()
	rows, err := b.super(t).Query(t.Context(), `SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relrowsecurity ORDER BY 1`)
	if err != nil {
		t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// contents is a hash of the rows of each table but those about loads themselves.
func (b *bundle) contents(t *testing.T) map[string]string {
	t.Helper()
	conn := b.super(t)
	all := map[string]string{}
	for _, table := range b.tables(t) {
		if table == "batch" || table == "reject" {
			continue
		}
		var hash *string
		if err := conn.QueryRow(t.Context(), `SELECT md5(string_agg(x::text, E'\n' ORDER BY x::text)) FROM `+table+` x`).Scan(&hash); err != nil {
			t.Fatalf("%s: %v", table, err)
		}
		if hash != nil {
			all[table] = *hash
		}
	}
	return all
}

func (b *bundle) dirty(t *testing.T, tenant domain.TenantID) []int {
	t.Helper()
	months, err := b.service.DirtyMonths(t.Context(), tenant)
	if err != nil {
		t.Fatalf("dirty months: %v", err)
	}
	return months
}

func (b *bundle) clearDirty(t *testing.T, tenant domain.TenantID) {
	t.Helper()
	b.exec(t, `DELETE FROM dirty_month WHERE tenant_id = $1`, tenant.String())
}

// within runs fn inside a transaction of the first administration.
func (b *bundle) within(t *testing.T, fn func(ctx context.Context) error) error {
	t.Helper()
	return b.db.InTenant(t.Context(), b.first.ID, func(ctx context.Context, _ *gorm.DB) error { return fn(ctx) })
}

// givePlain is a reading that finds no documents.
func givePlain(summary intake.Summary) warehouse.Reading {
	return func(context.Context, intake.Sink) (intake.Summary, error) { return summary, nil }
}
