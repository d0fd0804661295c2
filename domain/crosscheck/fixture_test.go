package crosscheck_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/administration"
	"assay/domain/crosscheck"
	"assay/domain/declaration"
	"assay/domain/store"
	"assay/domain/warehouse"
)

// world is all that the tests know of one administration: it is written into the
// tables as it is, round the program, and examined as it is.
type world struct {
	settings  administration.Settings
	watermark time.Time
	records   []*warehouse.Record
	manifests []*declaration.Manifest
	transits  []*declaration.TransitDocument
	accounts  []*declaration.SuspenseAccount
	postings  []posting
	sessions  []session
	machines  []string
}

type posting struct {
	user, office, function, status string
	from                           time.Time
	to                             *time.Time
}

type session struct {
	user, workstation string
	from              time.Time
	to                *time.Time
}

// The offices: each in another zone than UTC, one without a description.
var offices = map[string]string{"BIR": "Africa/Kampala", "DLA": "Africa/Douala", "XXX": ""}

const tenantZone = "Asia/Kolkata"

func newWorld() *world {
	return &world{settings: administration.DefaultSettings(2), watermark: at("2026-12-31 23:00")}
}

// at reads a time of UTC.
func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", text+strings.Repeat(":00", 2-strings.Count(text, ":")))
	if err != nil {
		panic(err)
	}
	return t
}

// minute is a moment with a time of day.
func minute(text string) declaration.Moment {
	return declaration.Moment{At: at(text), Precision: declaration.Minute}
}

func moment(text string) *declaration.Moment {
	m := minute(text)
	return &m
}

// onDay is a moment with a date only, of an office in Kampala.
func onDay(text string) declaration.Moment { return localDay(text, "Africa/Kampala") }

func localDay(text, zone string) declaration.Moment {
	location, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	t, err := time.ParseInLocation(time.DateOnly, text, location)
	if err != nil {
		panic(err)
	}
	return declaration.Moment{At: t.UTC(), Precision: declaration.Day}
}

func date(text string) time.Time {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		panic(err)
	}
	return t
}

func pointer[T any](v T) *T { return &v }

// every part of a declaration
const everything = warehouse.PartItems | warehouse.PartEvents | warehouse.PartAssignments | warehouse.PartInspections | warehouse.PartOffences | warehouse.PartPayments | warehouse.PartVersions

// proper is a declaration that breaks nothing: red, inspected by the assigned
// examiner, assessed, paid, released and gone. change spoils it.
func (w *world) proper(change ...func(*warehouse.Record)) *warehouse.Record {
	number := len(w.records) + 1
	r := &warehouse.Record{ID: int64(number), Version: 1, Batch: batch, Parts: everything}
	r.Reference = declaration.Reference{Office: "BIR", Year: 2026, Serial: "C", Number: fmt.Sprint(number)}
	r.Header = declaration.Header{Flow: declaration.Import, Model: "IM4", RegisteredOn: date("2026-03-02"), Broker: "B1", Importer: fmt.Sprintf("T%d", number), LaneSelected: declaration.Red,
		LaneCurrent: declaration.Green, Mode: "1", PaymentTerms: "CASH", AssessedTotal: pointer(int64(100_000))}
	r.Items = []declaration.Item{{Number: 1, HS: "8703231000", Procedure: "4000", Packages: 10, GrossMass: 500_000, CustomsValue: 500_000, TaxTotal: 100_000,
		Taxes: []declaration.TaxLine{{Code: "DUTY", Amount: 60_000, Payable: true}, {Code: "VAT", Amount: 40_000, Payable: true}, {Code: "EXCISE", Amount: 7_000}}}}
	r.Events = []declaration.Event{
		event(declaration.Registered, "Validate and assess", "2026-03-02 07:00", "broker.1"),
		lane(event(declaration.Selected, "Release Order (selectivity)", "2026-03-02 07:01", "System selectivity"), "", declaration.Red),
		event(declaration.ControlRecorded, "Control Results", "2026-03-02 09:00", "g1"),
		lane(event(declaration.Rerouted, "Re-route to green", "2026-03-02 09:30", "g1"), declaration.Red, declaration.Green),
		event(declaration.Assessed, "Registered direct to assessed", "2026-03-02 10:00", "g1"),
		event(declaration.Paid, "Payment", "2026-03-02 12:00", "System bank"),
		event(declaration.Released, "Print Release Order", "2026-03-02 13:00", "System release"),
		event(declaration.Exited, "Exit Paid", "2026-03-03 08:00", "gate"),
	}
	r.Assignments = []declaration.Assignment{{Moment: minute("2026-03-02 07:01"), Examiner: "g1", Chief: "g2", Section: "S1"}}
	r.Inspections = []declaration.Inspection{{Number: "1", Moment: minute("2026-03-02 09:00"), User: "g1", Physical: true, Conform: true, Result: "conform"}}
	r.Payments = []declaration.Payment{{Receipt: "R1", Moment: minute("2026-03-02 12:00"), Kind: declaration.Receipt, User: "System bank", Tax: "DUTY", Amount: 60_000},
		{Receipt: "R1", Moment: minute("2026-03-02 12:00"), Kind: declaration.Receipt, User: "System bank", Tax: "VAT", Amount: 40_000}}
	r.Versions = []declaration.Version{
		{Number: 1, Moment: minute("2026-03-02 07:00"), User: "broker.1", Cause: declaration.VersionRegistered, CustomsValue: 500_000, Payable: 100_000},
		{Number: 2, Moment: minute("2026-03-02 10:00"), User: "g1", Cause: declaration.VersionAssessed, ByCustoms: true, CustomsValue: 500_000, Payable: 100_000}}
	for _, c := range change {
		c(r)
	}
	w.add(r)
	return r
}

// batch stands for the batch that brought everything.
var batch = domain.NewID()

// add sorts and numbers the parts as the warehouse keeps them.
func (w *world) add(r *warehouse.Record) {
	slices.SortStableFunc(r.Events, func(a, b declaration.Event) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(r.Assignments, func(a, b declaration.Assignment) int { return a.At.Compare(b.At) })
	for i := range r.Events {
		r.Events[i].Sequence = i + 1
	}
	for i := range r.Assignments {
		r.Assignments[i].Sequence = i + 1
	}
	for i := range r.Payments {
		r.Payments[i].Sequence = i + 1
	}
	for i := range r.Versions {
		r.Versions[i].Number = i + 1
	}
	r.Totals = r.Declaration.Totals()
	w.records = append(w.records, r)
}

func event(kind declaration.EventKind, operation, when, user string) declaration.Event {
	return declaration.Event{Kind: kind, Operation: operation, Moment: minute(when), User: user, Machine: strings.HasPrefix(user, "System")}
}

func lane(e declaration.Event, from, to declaration.Lane) declaration.Event {
	e.From, e.To = from, to
	return e
}

// find gives the first event of a kind.
func find(r *warehouse.Record, kind declaration.EventKind) *declaration.Event {
	for i := range r.Events {
		if r.Events[i].Kind == kind {
			return &r.Events[i]
		}
	}
	return nil
}

// drop takes out all events of the kinds.
func drop(r *warehouse.Record, kinds ...declaration.EventKind) {
	r.Events = slices.DeleteFunc(r.Events, func(e declaration.Event) bool { return slices.Contains(kinds, e.Kind) })
}

// bundle is a database with one administration.
type bundle struct {
	db      *store.DB
	super   *pgx.Conn
	service *crosscheck.Service
	tenant  domain.TenantID
	owner   *administration.Tenant
}

func setup(tb testing.TB) *bundle {
	tb.Helper()
	database := dbtest.New(tb)
	db, err := store.Open(tb.Context(), database.AppURL, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	super, err := pgx.Connect(tb.Context(), database.SuperURL)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = super.Close(context.Background()) })
	clock := func() time.Time { return at("2027-01-15 12:00") }
	administrations := administration.New(db, clock)
	b := &bundle{db: db, super: super, service: crosscheck.New(db, administrations, clock)}
	b.owner = b.newTenant(tb, administrations, "customs")
	b.tenant = b.owner.ID
	return b
}

func (b *bundle) newTenant(tb testing.TB, administrations *administration.Service, code string) *administration.Tenant {
	tb.Helper()
	owner := &administration.Tenant{Code: code, Names: map[string]string{"en": code}, Currency: "EUR", Zone: tenantZone, Languages: []string{"en"}}
	if err := administrations.Create(tb.Context(), owner); err != nil {
		tb.Fatal(err)
	}
	for office, zone := range offices {
		if zone != "" {
			b.exec(tb, `INSERT INTO office (tenant_id, code, zone) VALUES ($1, $2, $3)`, owner.ID.String(), office, zone)
		}
	}
	return owner
}

func (b *bundle) exec(tb testing.TB, query string, arguments ...any) {
	tb.Helper()
	if _, err := b.super.Exec(tb.Context(), query, arguments...); err != nil {
		tb.Fatalf("%s: %v", query, err)
	}
}

// fill replaces what the tables hold of the administration by the world.
func (b *bundle) fill(tb testing.TB, w *world) {
	tb.Helper()
	tenant := b.tenant.String()
	for _, table := range []string{"declaration", "item", "event", "assignment", "inspection", "offence", "payment", "document_version", "manifest", "bill", "write_off",
		"transit", "suspense_account", "discharge", "workstation_session", "posting", "officer", "batch"} {
		b.exec(tb, `DELETE FROM `+table+` WHERE tenant_id = $1`, tenant)
	}
	b.exec(tb, `INSERT INTO batch (tenant_id, batch_id, format, source, state, started_at, watermark) VALUES ($1, $2, 'asycuda-world', 'test', 'loaded', now(), $3)`, tenant, batch.String(), w.watermark)
	if err := administration.New(b.db, time.Now).ChangeSettings(tb.Context(), b.tenant, func(s *administration.Settings) error { *s = w.settings; return nil }); err != nil {
		tb.Fatal(err)
	}
	b.fillStaff(tb, w)
	b.fillDeclarations(tb, w)
	b.fillDocuments(tb, w)
}

// table collects rows for COPY.
type table struct {
	name    string
	columns []string
	rows    [][]any
}

func (b *bundle) copy(tb testing.TB, tables ...*table) {
	tb.Helper()
	for _, t := range tables {
		if len(t.rows) == 0 {
			continue
		}
		if _, err := b.super.CopyFrom(tb.Context(), pgx.Identifier{t.name}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			tb.Fatalf("fill %s: %v", t.name, err)
		}
	}
}

func columns(text string) []string { return strings.Fields(text) }

func (b *bundle) fillStaff(tb testing.TB, w *world) {
	tenant := b.tenant.String()
	officers := &table{"officer", columns("tenant_id code machine"), nil}
	postings := &table{"posting", columns("tenant_id officer starts_on ends_on office function status"), nil}
	sessions := &table{"workstation_session", columns("tenant_id officer started_at ended_at workstation"), nil}
	known := map[string]bool{}
	for _, user := range w.machines {
		known[user] = true
		officers.rows = append(officers.rows, []any{tenant, user, true})
	}
	for _, p := range w.postings {
		if !known[p.user] {
			known[p.user] = true
			officers.rows = append(officers.rows, []any{tenant, p.user, false})
		}
		postings.rows = append(postings.rows, []any{tenant, p.user, p.from, p.to, p.office, p.function, p.status})
	}
	for _, s := range w.sessions {
		sessions.rows = append(sessions.rows, []any{tenant, s.user, s.from, s.to, s.workstation})
	}
	b.copy(tb, officers, postings, sessions)
}

func (b *bundle) fillDeclarations(tb testing.TB, w *world) {
	tenant := b.tenant.String()
	declarations := &table{"declaration", columns(`tenant_id declaration_id reference office registered_on version batch_id fingerprint flow model border_office broker importer lane_selected
		lane_current mode incoterm payment_terms vehicles containers manifest bills arrived_at arrived_precision prelodged deferred_account guarantee previous assessed_total cancelled top_up
		item_count customs_value payable relieved shown_total packages gross_mass parts`), nil}
	items := &table{"item", columns(`tenant_id declaration_id number hs procedure national_procedure preference origin description packages package_kind quantity gross_mass net_mass invoice_amount
		invoice_currency invoice_rate customs_value tax_total payable relieved tax_code tax_amount tax_payable tax_relieved`), nil}
	events := &table{"event", columns(`tenant_id declaration_id sequence doc_version machine at precision kind operation user_code from_lane to_lane cause criterion reason`), nil}
	assignments := &table{"assignment", columns(`tenant_id declaration_id sequence at precision section examiner chief manual assigned_by weight`), nil}
	inspections := &table{"inspection", columns(`tenant_id declaration_id sequence number at precision user_code physical conform result remarks`), nil}
	offences := &table{"offence", columns(`tenant_id declaration_id sequence number at precision user_code code status declared_value assessed_value extra_duties fine extra_duties_paid fine_paid`), nil}
	payments := &table{"payment", columns(`tenant_id declaration_id sequence receipt at precision kind user_code tax amount`), nil}
	versions := &table{"document_version", columns(`tenant_id declaration_id number at precision user_code cause by_customs reason customs_value payable`), nil}
	for _, r := range w.records {
		h, t := &r.Header, r.Totals
		arrived, arrivedPrecision := optional(h.ArrivedAt)
		declarations.rows = append(declarations.rows, []any{tenant, r.ID, r.Reference.String(), r.Reference.Office, h.RegisteredOn, r.Version, r.Batch.String(), []byte{1}, string(h.Flow), h.Model,
			h.BorderOffice, h.Broker, h.Importer, string(h.LaneSelected), string(h.LaneCurrent), h.Mode, h.Incoterm, h.PaymentTerms, h.Vehicles, h.Containers, h.Manifest, h.Bills, arrived, arrivedPrecision,
			h.Prelodged, h.DeferredAccount, h.Guarantee, h.Previous, h.AssessedTotal, h.Cancelled, h.TopUp, len(r.Items), t.CustomsValue, t.Payable, t.Relieved, t.Shown, t.Packages, t.GrossMass, int16(r.Parts)})
		for i := range r.Items {
			item := &r.Items[i]
			codes, amounts, payable, relieved := []string{}, []int64{}, []bool{}, []int64{}
			for _, line := range item.Taxes {
				codes, amounts, payable, relieved = append(codes, line.Code), append(amounts, line.Amount), append(payable, line.Payable), append(relieved, line.Relieved)
			}
			items.rows = append(items.rows, []any{tenant, r.ID, item.Number, item.HS, item.Procedure, item.NationalProc, item.Preference, item.Origin, item.Description, item.Packages, item.PackageKind, item.Quantity,
				item.GrossMass, item.NetMass, item.InvoiceAmount, item.InvoiceCurrency, item.InvoiceRate, item.CustomsValue, item.TaxTotal, item.Payable(), int64(0), codes, amounts, payable, relieved})
		}
		for i := range r.Events {
			e := &r.Events[i]
			events.rows = append(events.rows, []any{tenant, r.ID, e.Sequence, e.Version, e.Machine, e.At, string(e.Precision), string(e.Kind), e.Operation, e.User, null(string(e.From)), null(string(e.To)),
				null(string(e.Cause)), null(e.Criterion), null(e.Reason)})
		}
		for i := range r.Assignments {
			a := &r.Assignments[i]
			assignments.rows = append(assignments.rows, []any{tenant, r.ID, a.Sequence, a.At, string(a.Precision), a.Section, a.Examiner, a.Chief, a.Manual, a.AssignedBy, a.Weight})
		}
		for i := range r.Inspections {
			a := &r.Inspections[i]
			inspections.rows = append(inspections.rows, []any{tenant, r.ID, i + 1, a.Number, a.At, string(a.Precision), a.User, a.Physical, a.Conform, a.Result, a.Remarks})
		}
		for i := range r.Offences {
			o := &r.Offences[i]
			offences.rows = append(offences.rows, []any{tenant, r.ID, i + 1, o.Number, o.At, string(o.Precision), o.User, o.Code, string(o.Status), o.DeclaredValue, o.AssessedValue, o.ExtraDuties, o.Fine, o.ExtraDutiesPaid, o.FinePaid})
		}
		for i := range r.Payments {
			p := &r.Payments[i]
			payments.rows = append(payments.rows, []any{tenant, r.ID, p.Sequence, p.Receipt, p.At, string(p.Precision), string(p.Kind), p.User, p.Tax, p.Amount})
		}
		for i := range r.Versions {
			v := &r.Versions[i]
			versions.rows = append(versions.rows, []any{tenant, r.ID, v.Number, v.At, string(v.Precision), v.User, string(v.Cause), v.ByCustoms, v.Reason, v.CustomsValue, v.Payable})
		}
	}
	b.copy(tb, declarations, items, events, assignments, inspections, offences, payments, versions)
}

func (b *bundle) fillDocuments(tb testing.TB, w *world) {
	tenant := b.tenant.String()
	manifests := &table{"manifest", columns(`tenant_id reference office voyage carrier mode transport arrived_at arrived_precision registered_at registered_precision user_code batch_id version fingerprint`), nil}
	bills := &table{"bill", columns(`tenant_id manifest reference line nature consignee packages gross_mass remaining_packages remaining_mass`), nil}
	writeOffs := &table{"write_off", columns(`tenant_id manifest bill sequence at precision type declaration packages gross_mass user_code`), nil}
	transits := &table{"transit", columns(`tenant_id reference departure destination principal carrier hs registered_at registered_precision transmitted_at transmitted_precision arrived_at arrived_precision
		validated_at validated_precision status user_code distance_km offence batch_id version fingerprint`), nil}
	accounts := &table{"suspense_account", columns(`tenant_id account office regime holder hs declaration opened_on due_on closed_on quantity guarantee offence batch_id version fingerprint`), nil}
	discharges := &table{"discharge", columns(`tenant_id account sequence at precision declaration quantity`), nil}
	for _, m := range w.manifests {
		arrived, arrivedPrecision := optional(m.ArrivedAt)
		registered, registeredPrecision := optional(m.RegisteredAt)
		manifests.rows = append(manifests.rows, []any{tenant, m.Reference, m.Office, m.Voyage, m.Carrier, m.Mode, m.Transport, arrived, arrivedPrecision, registered, registeredPrecision, m.User, batch.String(), 1, []byte{1}})
		for i := range m.Bills {
			x := &m.Bills[i]
			bills.rows = append(bills.rows, []any{tenant, m.Reference, x.Reference, i + 1, x.Nature, x.Consignee, x.Packages, x.GrossMass, x.RemainingPackages, x.RemainingMass})
			for j := range x.WriteOffs {
				o := &x.WriteOffs[j]
				writeOffs.rows = append(writeOffs.rows, []any{tenant, m.Reference, x.Reference, j + 1, o.At, string(o.Precision), o.Type, o.Declaration, o.Packages, o.GrossMass, o.User})
			}
		}
	}
	for _, t := range w.transits {
		registered, registeredPrecision := optional(t.RegisteredAt)
		transmitted, transmittedPrecision := optional(t.TransmittedAt)
		arrived, arrivedPrecision := optional(t.ArrivedAt)
		validated, validatedPrecision := optional(t.ValidatedAt)
		transits.rows = append(transits.rows, []any{tenant, t.Reference, t.Departure, t.Destination, t.Principal, t.Carrier, t.HS, registered, registeredPrecision, transmitted, transmittedPrecision, arrived,
			arrivedPrecision, validated, validatedPrecision, t.Status, t.User, t.DistanceKM, t.Offence, batch.String(), 1, []byte{1}})
	}
	for _, a := range w.accounts {
		accounts.rows = append(accounts.rows, []any{tenant, a.Account, a.Office, a.Regime, a.Holder, a.HS, a.Declaration, a.OpenedOn, a.DueOn, a.ClosedOn, a.Quantity, a.Guarantee, a.Offence, batch.String(), 1, []byte{1}})
		for i := range a.Discharges {
			x := &a.Discharges[i]
			discharges.rows = append(discharges.rows, []any{tenant, a.Account, i + 1, x.At, string(x.Precision), x.Declaration, x.Quantity})
		}
	}
	b.copy(tb, manifests, bills, writeOffs, transits, accounts, discharges)
}

func optional(m *declaration.Moment) (at *time.Time, precision *string) {
	if m == nil {
		return nil, nil
	}
	return &m.At, pointer(string(m.Precision))
}

func null(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// carry gives each record its manifest with the bills it cites, as the warehouse does.
func (w *world) carry() {
	for _, r := range w.records {
		r.Cargo = nil
		for _, m := range w.manifests {
			if m.Reference != r.Header.Manifest {
				continue
			}
			cargo := *m
			cargo.Bills = nil
			for _, bill := range m.Bills {
				if slices.Contains(r.Header.Bills, bill.Reference) {
					cargo.Bills = append(cargo.Bills, bill)
				}
			}
			r.Cargo = &cargo
		}
	}
}

// bits is what both sides say of one declaration.
type bits struct{ evaluated, broken uint16 }

func (b bits) String() string {
	var text []string
	for rule := crosscheck.Order; rule <= crosscheck.LateManifest; rule++ {
		switch {
		case b.broken&rule.Bit() != 0:
			text = append(text, rule.String()+" broken")
		case b.evaluated&rule.Bit() == 0:
			text = append(text, rule.String()+" not evaluated")
		}
	}
	return strings.Join(text, ", ")
}

// examine prepares a session and examines every record of the world.
func (b *bundle) examine(tb testing.TB, w *world) (*crosscheck.Session, map[int64]bits) {
	tb.Helper()
	session, err := b.service.Prepare(tb.Context(), b.tenant, nil)
	if err != nil {
		tb.Fatal(err)
	}
	w.carry()
	got := map[int64]bits{}
	for _, r := range w.records {
		evaluated, broken := session.Examine(r)
		got[r.ID] = bits{evaluated, broken}
	}
	return session, got
}

// asked gives what the reference query says.
func (b *bundle) asked(tb testing.TB, session *crosscheck.Session) map[int64]bits {
	tb.Helper()
	arguments := crosscheck.Arguments(b.tenant, b.owner.Zone, session.Context.Watermark, &session.Context.Settings)
	rows, err := b.super.Query(tb.Context(), crosscheck.BreachSQL(), pgx.NamedArgs(arguments))
	if err != nil {
		tb.Fatal(err)
	}
	said := map[int64]bits{}
	var id int64
	var evaluated, broken int32
	if _, err := pgx.ForEachRow(rows, []any{&id, &evaluated, &broken}, func() error {
		said[id] = bits{uint16(evaluated), uint16(broken)}
		return nil
	}); err != nil {
		tb.Fatal(err)
	}
	return said
}
