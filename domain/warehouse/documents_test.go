package warehouse_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/domain/declaration"
	"assay/domain/intake"
	"assay/domain/warehouse"
)

func pointer[T any](v T) *T { return &v }

func manifest() *declaration.Manifest {
	return &declaration.Manifest{Reference: "DLA1/2026/7", Office: "DLA1", Voyage: "V1", Carrier: "C1", Mode: "1", Transport: "MV Ada",
		DepartedOn: pointer(day(2026, 1, 20)), ArrivedAt: pointer(moment(2026, 2, 1, 4, 5)), LastDischargedAt: pointer(moment(2026, 2, 2, 4, 5)),
		RegisteredAt: pointer(moment(2026, 1, 31, 4, 5)), ValidatedAt: pointer(moment(2026, 2, 1, 5, 5)), User: "m.user",
		Bills: []declaration.Bill{
			{Line: 1, Reference: "BL1", Nature: "23", Consignee: "T1", Packages: 10, GrossMass: 5000, RemainingPackages: pointer(int64(8)), RemainingMass: pointer(int64(4000)),
				WriteOffs: []declaration.WriteOff{
					{Sequence: 1, Moment: moment(2026, 2, 3, 9, 0), Type: "IM", Declaration: "DLA1/2026/C1", Packages: 3, GrossMass: 1500, User: "m.user"},
					{Sequence: 2, Moment: moment(2026, 2, 4, 9, 0), Type: "IM", Declaration: "DLA1/2026/C1", Packages: -1, GrossMass: -500, User: "m.user"}}},
			{Line: 2, Reference: "BL2", Nature: "23", Packages: 1, GrossMass: 1},
		}}
}

func transit() *declaration.TransitDocument {
	return &declaration.TransitDocument{Reference: "T1/1", Departure: "DLA1", Destination: "NGD1", Principal: "P1", Carrier: "C1", HS: "0101",
		RegisteredAt: pointer(moment(2026, 2, 1, 1, 0)), TransmittedAt: pointer(moment(2026, 2, 1, 2, 0)), LimitAt: pointer(moment(2026, 3, 1, 2, 0)),
		ArrivedAt: pointer(moment(2026, 2, 20, 2, 0)), Status: "ARR", User: "t.user", DistanceKM: 700, Offence: true}
}

func account() *declaration.SuspenseAccount {
	return &declaration.SuspenseAccount{Account: "S/1", Office: "DLA1", Regime: "5000", Holder: "T2", HS: "0101", Declaration: "DLA1/2026/C1",
		OpenedOn: day(2026, 2, 1), DueOn: day(2026, 8, 1), ClosedOn: pointer(day(2026, 5, 1)), Quantity: 1500, Guarantee: 9, Offence: true,
		Discharges: []declaration.Discharge{{Sequence: 1, Moment: moment(2026, 4, 1, 1, 0), Declaration: "DLA1/2026/C2", Quantity: 1000}}}
}

func (b *bundle) manifests(t *testing.T, chosen warehouse.Range) (all []declaration.Manifest) {
	t.Helper()
	err := b.service.Manifests(t.Context(), b.first.ID, chosen, func(m *declaration.Manifest) error { all = append(all, *m); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestDocumentsRoundDeclarationsComeBackWhole(t *testing.T) {
	t.Parallel()
	b := setup(t)
	load := func() *warehouse.Batch {
		return b.load(t, b.first, intake.Document{Manifest: manifest()}, intake.Document{Transit: transit()}, intake.Document{Suspense: account()})
	}
	if batch := load(); counts(batch) != [4]int64{3, 0, 0, 0} || batch.Detail.Kinds["manifest"].Loaded != 1 {
		t.Fatalf("load: %v %v", counts(batch), batch.Detail.Kinds)
	}
	if batch := load(); counts(batch) != [4]int64{0, 0, 3, 0} {
		t.Fatalf("the same again: %v", counts(batch))
	}
	if diff := cmp.Diff([]declaration.Manifest{*manifest()}, b.manifests(t, warehouse.Range{}), same); diff != "" {
		t.Errorf("manifest (-loaded +read):\n%s", diff)
	}
	var transits []declaration.TransitDocument
	err := b.service.Transits(t.Context(), b.first.ID, warehouse.Range{}, func(d *declaration.TransitDocument) error { transits = append(transits, *d); return nil })
	if diff := cmp.Diff([]declaration.TransitDocument{*transit()}, transits, same); diff != "" || err != nil {
		t.Errorf("transit %v (-loaded +read):\n%s", err, diff)
	}
	var accounts []declaration.SuspenseAccount
	err = b.service.SuspenseAccounts(t.Context(), b.first.ID, warehouse.Range{}, func(a *declaration.SuspenseAccount) error { accounts = append(accounts, *a); return nil })
	if diff := cmp.Diff([]declaration.SuspenseAccount{*account()}, accounts, same); diff != "" || err != nil {
		t.Errorf("suspense account %v (-loaded +read):\n%s", err, diff)
	}
}

func TestAChangedManifestReplacesTheOldOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.load(t, b.first, intake.Document{Manifest: manifest()})
	later := manifest()
	later.ValidatedAt = pointer(moment(2026, 2, 9, 5, 5))
	later.Bills = nil // not delivered: they stay
	if batch := b.load(t, b.first, intake.Document{Manifest: later}); counts(batch) != [4]int64{0, 1, 0, 0} {
		t.Fatalf("header: %v", counts(batch))
	}
	want := manifest()
	want.ValidatedAt = later.ValidatedAt
	if diff := cmp.Diff([]declaration.Manifest{*want}, b.manifests(t, warehouse.Range{}), same); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	want.Bills = want.Bills[:1]
	want.Bills[0].WriteOffs = want.Bills[0].WriteOffs[:1]
	if batch := b.load(t, b.first, intake.Document{Manifest: want}); counts(batch) != [4]int64{0, 1, 0, 0} {
		t.Fatalf("bills: %v", counts(batch))
	}
	if diff := cmp.Diff([]declaration.Manifest{*want}, b.manifests(t, warehouse.Range{}), same); diff != "" {
		t.Errorf("bills (-want +got):\n%s", diff)
	}
	if n := b.count(t, `SELECT version FROM manifest`); n != 3 {
		t.Errorf("version %d", n)
	}
}

func TestDocumentsAreChosenByTheirDate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	undated := &declaration.Manifest{Reference: "DLA1/2026/8"}
	b.load(t, b.first, intake.Document{Manifest: manifest()}, intake.Document{Manifest: undated})
	for _, c := range []struct {
		chosen warehouse.Range
		want   int
	}{
		{warehouse.Range{}, 2},
		{warehouse.MonthRange(2026*12 + 0), 1}, // registered on the last day of January
		{warehouse.MonthRange(2026*12 + 1), 1}, // a day outside: the caller decides in the office's zone
		{warehouse.MonthRange(2026*12 + 2), 0},
		{warehouse.Range{From: day(2026, 1, 31)}, 1},
	} {
		if got := b.manifests(t, c.chosen); len(got) != c.want {
			t.Errorf("%v: %d manifests, want %d", c.chosen, len(got), c.want)
		}
	}
}

func TestARecordBringsTheCargoItCites(t *testing.T) {
	t.Parallel()
	b := setup(t)
	twice := document(2)
	twice.Header.Bills = []string{"BL1", "BL2", "BL1", "BL9"}
	missing := document(3)
	missing.Header.Manifest = "DLA1/2026/404"
	b.load(t, b.first, one(document(1)), one(twice), one(missing), intake.Document{Manifest: manifest()})
	all := b.records(t, b.first.ID, warehouse.Range{})
	cited := manifest()
	cited.Bills = cited.Bills[:1]
	if diff := cmp.Diff(cited, all[0].Cargo, same); diff != "" {
		t.Errorf("one bill (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(manifest(), all[1].Cargo, same); diff != "" {
		t.Errorf("two bills (-want +got):\n%s", diff)
	}
	if all[2].Cargo != nil {
		t.Errorf("cargo of an unknown manifest: %+v", all[2].Cargo)
	}
}

func TestReferenceDocumentsDescribeTheDimensions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	documents := []intake.Document{
		{Office: &intake.Office{Code: "DLA1", Name: "Douala", Kind: "seaport", Zone: "Africa/Douala", Opens: 450, Closes: 930, Workdays: "1111110"}},
		{Section: &intake.Section{Office: "DLA1", Code: "S1", Name: "Section one"}},
		{Section: &intake.Section{Office: "NEW1", Code: "S9"}},
		{Holiday: &intake.Holiday{Day: day(2026, 5, 20), Name: "National day"}},
		{Posting: &intake.Posting{User: "e.one", Name: "Examiner One", Office: "DLA1", Section: "S1", Function: "examiner", Status: "active", From: day(2025, 1, 1)}},
		{Posting: &intake.Posting{User: "robot", Function: "system", Status: "active", From: day(2025, 1, 1), To: pointer(day(2026, 1, 1))}},
		{Session: &intake.Session{User: "e.one", Workstation: "W1", StartedAt: moment(2026, 2, 1, 7, 0).At, EndedAt: pointer(moment(2026, 2, 1, 9, 0).At)}},
		{Trader: &intake.Trader{Code: "T1", Name: "Trader One"}},
		{Broker: &intake.Broker{Code: "B1", Name: "Broker One"}},
		{Target: &intake.Target{Office: "DLA1", Month: 2026 * 12, Amount: 77}},
		one(document(1)),
	}
	b.load(t, b.first, documents...)
	for query, want := range map[string]int64{
		`SELECT count(*) FROM office WHERE code = 'DLA1' AND name = 'Douala' AND kind = 'seaport' AND opens = 450 AND closes = 930 AND workdays = '1111110' AND NOT seen_only`: 1,
		`SELECT count(*) FROM office WHERE code IN ('DLA9', 'NEW1') AND seen_only`:                                                                                             2,
		`SELECT count(*) FROM section WHERE name = 'Section one' OR office = 'NEW1'`:                                                                                           2,
		`SELECT count(*) FROM holiday WHERE day = '2026-05-20' AND office = ''`:                                                                                                1,
		`SELECT count(*) FROM officer WHERE code = 'e.one' AND name = 'Examiner One' AND NOT machine AND NOT seen_only`:                                                        1,
		`SELECT count(*) FROM officer WHERE code IN ('robot', 'System') AND machine`:                                                                                           2,
		`SELECT count(*) FROM officer WHERE code = 'c.one' AND seen_only`:                                                                                                      1,
		`SELECT count(*) FROM posting WHERE officer = 'robot' AND ends_on = '2026-01-01'`:                                                                                      1,
		`SELECT count(*) FROM workstation_session WHERE started_at = '2026-02-01 07:00Z' AND ended_at = '2026-02-01 09:00Z'`:                                                   1,
		`SELECT count(*) FROM trader WHERE code = 'T1' AND name = 'Trader One'`:                                                                                                1,
		`SELECT count(*) FROM broker WHERE code = 'B1' AND name = 'Broker One'`:                                                                                                1,
		`SELECT count(*) FROM revenue_target WHERE month = 24312 AND amount = 77`:                                                                                              1,
	} {
		if got := b.count(t, query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
	before := b.contents(t)
	b.clearDirty(t, b.first.ID)
	b.load(t, b.first, documents...)
	if len(b.dirty(t, b.first.ID)) != 0 {
		t.Errorf("dirty after the same again: %v", b.dirty(t, b.first.ID))
	}
	after := b.contents(t)
	for table, hash := range before {
		switch table {
		case "audit_record", "audit_head", "outbox", "dirty_month":
		default:
			if after[table] != hash {
				t.Errorf("table %s changed", table)
			}
		}
	}
}

func TestUnmappedValuesAreCountedOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	load := func(print byte, seen int64) {
		summary := intake.Summary{UnmappedOperations: []intake.Counted{{Value: "Do the thing", Seen: seen}}, UnmappedLanes: []intake.Counted{{Value: "PINK", Seen: 2}},
			UnknownColumns: []intake.UnknownColumn{{File: "items.csv", Column: "EXTRA"}, {File: "items_2.csv", Column: "EXTRA"}}}
		summary.Fingerprint[0] = print
		if _, err := b.service.Load(t.Context(), b.first, warehouse.LoadInput{}, givePlain(summary)); err != nil {
			t.Fatal(err)
		}
	}
	load(1, 3)
	load(1, 3) // the same bytes again
	load(2, 4)
	got, err := b.service.Unmapped(t.Context(), b.first.ID)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int64{}
	for _, v := range got {
		seen[v.Kind+" "+v.Value] = v.Seen
	}
	want := map[string]int64{"operation Do the thing": 7, "lane PINK": 4, "column EXTRA": 4}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

var _ = time.UTC
