package crosscheck_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assay/domain/administration"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// The random worlds are small and crowded on purpose: few users, offices, bills and
// days, so that everything meets everything.

func TestGoAndSQLAgreeOnRandomWorlds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	seen := map[string]int{}
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWorld(rt)
		b.fill(t, w)
		session, got := b.examine(t, w)
		said := b.asked(t, session)
		for _, r := range w.records {
			if got[r.ID] != said[r.ID] {
				rt.Fatalf("declaration %d: Go says %s; SQL says %s", r.ID, got[r.ID], said[r.ID])
			}
			for bit := range 14 {
				switch mask := uint16(1) << bit; {
				case got[r.ID].broken&mask != 0:
					seen[fmt.Sprintf("P%d broken", bit+1)]++
				case got[r.ID].evaluated&mask != 0:
					seen[fmt.Sprintf("P%d clean", bit+1)]++
				default:
					seen[fmt.Sprintf("P%d not evaluated", bit+1)]++
				}
			}
		}
	})
	if t.Failed() {
		return
	}
	t.Logf("verdicts: %v", seen)
	for rule := 1; rule <= 14; rule++ {
		for _, verdict := range []string{"broken", "clean", "not evaluated"} {
			if name := fmt.Sprintf("P%d %s", rule, verdict); seen[name] == 0 {
				t.Errorf("the random worlds never gave %s: the comparison says nothing about it", name)
			}
		}
	}
}

type drawing struct {
	*rapid.T
	w *world
}

func (d drawing) number(most int) int { return rapid.IntRange(0, most).Draw(d.T, "n") }

func (d drawing) chance(percent int) bool { return rapid.IntRange(0, 99).Draw(d.T, "chance") < percent }

func pick[E any](d drawing, from ...E) E { return from[d.number(len(from)-1)] }

// moment is within three weeks, in steps that often coincide; one in six has only a date.
func (d drawing) moment(office string) declaration.Moment {
	minutes := d.number(20)*1440 + pick(d, 0, 1, 2, 3, 30, 31, 600, 1259, 1260, 1261)
	m := declaration.Moment{At: at("2026-03-01 00:00").Add(time.Duration(minutes) * time.Minute), Precision: declaration.Minute}
	switch d.number(5) {
	case 0:
		zone := offices[office]
		if zone == "" {
			zone = tenantZone
		}
		return localDay(m.At.Format(time.DateOnly), zone)
	case 1:
		m.At, m.Precision = m.At.Add(time.Duration(d.number(180))*time.Second), declaration.Second
	}
	return m
}

func (d drawing) optional(office string, percent int) *declaration.Moment {
	if !d.chance(percent) {
		return nil
	}
	return pointer(d.moment(office))
}

func (d drawing) user() string {
	return pick(d, "g1", "g2", "g3", "head", "robot", "System x", "broker.1", "")
}

func (d drawing) money() int64 {
	return pick(d, int64(0), 100_000, 99_500, 99_499, 100_500, 100_501, 120_000, 104_000, 20_000, 50)
}

func drawWorld(rt *rapid.T) *world {
	d := drawing{rt, newWorld()}
	w := d.w
	w.watermark = pick(d, at("2026-03-20 12:00"), at("2026-04-10 21:00"), at("2026-12-31 23:00"))
	s := &w.settings
	s.SelectionTiming = pick(d, administration.BeforeAssessment, administration.AfterAssessment, administration.AfterPayment)
	s.PaymentAtAssessment, s.PreArrivalAllowed = d.chance(30), d.chance(40)
	s.PayGraceHours, s.PackageTolerance, s.LateManifestMinutes = pick(d, int64(0), 24), pick(d, int64(0), 1), pick(d, int64(0), 30)
	s.MonetaryDeMinimis, s.OffenceDays, s.ReversalDays = pick(d, int64(0), 20_000), pick(d, int64(30), 3), pick(d, int64(30), 5)
	s.ExemptTerms, s.DocumentaryOffences = pick(d, nil, []string{"DIPL"}), pick(d, nil, []string{"DOCUM"})
	if d.chance(50) {
		w.machines = []string{"robot"}
	}
	for range d.number(8) {
		d.record()
	}
	if d.chance(40) {
		d.again()
	}
	for range 1 + d.number(2) {
		d.proper()
	}
	d.manifests()
	d.transits()
	d.accounts()
	d.people()
	return w
}

// proper adds a declaration with nothing wrong and at most one thing spoilt.
func (d drawing) proper() {
	d.w.proper(func(r *warehouse.Record) {
		cites(pick(d, []string{"K1"}, []string{"K2"}, []string{"K1", "K2"})...)(r)
		switch d.number(5) {
		case 0:
			r.Inspections = nil
		case 1:
			r.Inspections[0].User = "g3"
		case 2:
			r.Payments = r.Payments[:1]
		case 3:
			r.Header.Flow, r.Items[0].Procedure = declaration.Export, "3070"
		case 4:
			uplift("2026-03-05 10:00", 700_000, 140_000)(r)
			takenBack("2026-03-08 10:00", pick(d, int64(100_000), 130_000))(r)
		}
	})
}

// again adds a cancelled declaration and one of the same cargo before or after it.
func (d drawing) again() {
	d.w.proper(cargo, cancelled("2026-03-10 08:00"), goods("870323", "940330"))
	d.w.proper(cargo, later(time.Duration(d.number(45)-5)*24*time.Hour+time.Duration(d.number(2))*time.Hour), goods(pick(d, "870323", "0101"), "940330"))
}

func (d drawing) record() {
	w := d.w
	number := len(w.records) + 1
	r := &warehouse.Record{ID: int64(number), Version: 1, Batch: batch, Parts: everything}
	if d.chance(25) {
		r.Parts &^= warehouse.Parts(d.number(127))
	}
	office := pick(d, "BIR", "DLA", "XXX")
	r.Reference = declaration.Reference{Office: office, Year: 2026, Serial: "C", Number: fmt.Sprint(number)}
	h := &r.Header
	h.Flow, h.RegisteredOn = pick(d, declaration.Import, declaration.Export), date("2026-03-01").AddDate(0, 0, d.number(20))
	h.Importer, h.Broker = pick(d, "T1", "T2", ""), pick(d, "B1", "B2")
	h.LaneSelected = pick(d, declaration.Red, declaration.Green, "")
	h.PaymentTerms, h.DeferredAccount, h.Guarantee = pick(d, "CASH", "DIPL"), pick(d, "", "", "", "D1"), pick(d, int64(0), 0, 100_000)
	h.AssessedTotal = pick(d, nil, pointer(d.money()), pointer(int64(100_000)))
	h.Cancelled, h.Prelodged = d.chance(25), d.chance(20)
	h.ArrivedAt = d.optional(office, 30)
	h.Previous = pick(d, "", "T1-1", "T1-2")
	h.Manifest = pick(d, "", "BIR/2026/7", "BIR/2026/7", "BIR/2026/8", "BIR/2026/9")
	for range d.number(2) {
		h.Bills = append(h.Bills, pick(d, "K1", "K2", "K3"))
	}
	for range d.number(2) {
		h.Containers = append(h.Containers, pick(d, "MSKU1", "MSKU2"))
	}
	if r.Parts.Has(warehouse.PartItems) {
		for i := range 1 + d.number(2) {
			r.Items = append(r.Items, declaration.Item{Number: i + 1, HS: pick(d, "870323", "8703231", "940330", "0101"), Procedure: pick(d, "4000", "3070", "4070"), Packages: pick(d, int64(5), 10),
				GrossMass: pick(d, int64(0), 500_000, 475_000), CustomsValue: 500_000, Taxes: []declaration.TaxLine{{Code: "DUTY", Amount: d.money(), Payable: true}, {Code: "VAT", Amount: d.money(), Payable: d.chance(80)}}})
		}
	}
	if r.Parts.Has(warehouse.PartEvents) {
		d.events(r)
	}
	d.control(r)
	d.amounts(r)
	w.add(r)
}

var kinds = []declaration.EventKind{declaration.Registered, declaration.Selected, declaration.Rerouted, declaration.Rerouted, declaration.Rerouted, declaration.Assessed, declaration.Paid,
	declaration.Released, declaration.Exited, declaration.Cancelled, declaration.PostEntry, declaration.Refunded, declaration.ControlRecorded}

func (d drawing) events(r *warehouse.Record) {
	for _, kind := range kinds {
		if !d.chance(55) {
			continue
		}
		e := declaration.Event{Kind: kind, Operation: string(kind), Moment: d.moment(r.Reference.Office), User: d.user()}
		e.Machine = e.User == "System x"
		if kind == declaration.Selected || kind == declaration.Rerouted {
			e.From, e.To = pick(d, "", declaration.Red, declaration.Yellow), pick(d, "", declaration.Red, declaration.Red, declaration.Green, declaration.Blue, declaration.Yellow)
			e.Reason = pick(d, "", "why")
		}
		r.Events = append(r.Events, e)
	}
}

func (d drawing) control(r *warehouse.Record) {
	office := r.Reference.Office
	if r.Parts.Has(warehouse.PartAssignments) {
		for range d.number(3) {
			r.Assignments = append(r.Assignments, declaration.Assignment{Moment: d.moment(office), Examiner: pick(d, "g1", "g2", ""), Chief: pick(d, "g3", "")})
		}
	}
	if r.Parts.Has(warehouse.PartInspections) {
		for range d.number(2) {
			r.Inspections = append(r.Inspections, declaration.Inspection{Number: "1", Moment: d.moment(office), User: d.user(), Conform: d.chance(70)})
		}
	}
	if r.Parts.Has(warehouse.PartOffences) {
		for range d.number(2) {
			r.Offences = append(r.Offences, declaration.Offence{Number: "X", Moment: d.moment(office), User: d.user(), Code: pick(d, "VALUE", "DOCUM"),
				Status: pick(d, declaration.OffenceConfirmed, declaration.OffenceConfirmed, declaration.OffenceOpen), ExtraDuties: pick(d, int64(0), 0, 5), Fine: pick(d, int64(0), 0, 5)})
		}
	}
}

func (d drawing) amounts(r *warehouse.Record) {
	office := r.Reference.Office
	if r.Parts.Has(warehouse.PartPayments) {
		for range d.number(3) {
			r.Payments = append(r.Payments, declaration.Payment{Receipt: "R", Moment: d.moment(office), Kind: pick(d, declaration.Receipt, declaration.Receipt, declaration.AccountDebit, declaration.Refund),
				Tax: pick(d, "DUTY", "FINE"), Amount: d.money()})
		}
		slices.SortStableFunc(r.Payments, func(a, b declaration.Payment) int { return a.At.Compare(b.At) })
	}
	if r.Parts.Has(warehouse.PartVersions) {
		for range d.number(4) {
			r.Versions = append(r.Versions, declaration.Version{Moment: d.moment(office), Cause: pick(d, declaration.VersionAssessed, declaration.VersionPostEntry, declaration.VersionCancelled, declaration.VersionRefund),
				ByCustoms: d.chance(70), CustomsValue: pick(d, int64(500_000), 502_500, 502_499, 600_000), Payable: d.money()})
		}
	}
}

// manifests are two, with the bills of the declarations; the third is missing.
func (d drawing) manifests() {
	for _, reference := range []string{"BIR/2026/7", "BIR/2026/8"} {
		office := pick(d, "BIR", "XXX")
		m := &declaration.Manifest{Reference: reference, Office: office, Mode: pick(d, "1", "3"), RegisteredAt: d.optional(office, 80), ArrivedAt: d.optional(office, 60)}
		for _, name := range []string{"K1", "K2"} {
			if d.chance(80) {
				m.Bills = append(m.Bills, d.bill(name))
			}
		}
		d.w.manifests = append(d.w.manifests, m)
	}
}

func (d drawing) bill(name string) declaration.Bill {
	bill := declaration.Bill{Reference: name, Packages: pick(d, int64(10), 20), GrossMass: 500_000, RemainingPackages: pick(d, nil, pointer(int64(0)), pointer(int64(-1)))}
	for range d.number(3) {
		bill.WriteOffs = append(bill.WriteOffs, off(d.number(len(d.w.records)+1), pick(d, int64(5), 10, 10, -10), pick(d, int64(500_000), 475_000, 474_999)))
	}
	return bill
}

func (d drawing) transits() {
	for i := range d.number(3) {
		from, to := pick(d, "BIR", "DLA"), pick(d, "DLA", "XXX")
		t := &declaration.TransitDocument{Reference: fmt.Sprintf("T1-%d", i), Departure: from, Destination: to, RegisteredAt: d.optional(from, 80), TransmittedAt: d.optional(from, 60),
			ArrivedAt: d.optional(to, 80), ValidatedAt: d.optional(to, 80), DistanceKM: pick(d, int64(0), 180, 2160)}
		if i == 0 {
			t.Reference = pick(d, "BIR/2026/C1", "DLA/2026/C1", "XXX/2026/C1")
		}
		d.w.transits = append(d.w.transits, t)
	}
	if d.chance(40) {
		for i := range 28 + d.number(4) {
			d.w.t1(fmt.Sprintf("T1-H%d", i), func(t *declaration.TransitDocument) { t.DistanceKM = 0 })
		}
	}
}

func (d drawing) accounts() {
	for i := range d.number(3) {
		office := pick(d, "BIR", "XXX")
		a := &declaration.SuspenseAccount{Account: fmt.Sprintf("A%d", i), Office: office, Regime: "7000", Holder: pick(d, "T1", "T2"), HS: pick(d, "8703239", "940330", "", "0101"),
			OpenedOn: date("2026-01-01"), DueOn: date("2026-06-01"), ClosedOn: pick(d, nil, pointer(date("2026-03-10"))), Quantity: pick(d, int64(100), 50)}
		for range d.number(3) {
			x := declaration.Discharge{Moment: d.moment(office), Quantity: pick(d, int64(50), 51)}
			if number := d.number(len(d.w.records) + 1); number > 0 && number <= len(d.w.records) {
				x.Declaration = d.w.records[number-1].Reference.String()
			}
			a.Discharges = append(a.Discharges, x)
		}
		slices.SortStableFunc(a.Discharges, func(a, b declaration.Discharge) int { return a.At.Compare(b.At) })
		d.w.accounts = append(d.w.accounts, a)
	}
}

func (d drawing) people() {
	w := d.w
	if d.chance(50) {
		for _, user := range []string{"g1", "g2", "head", "broker.1"} {
			function := "examiner"
			if user == "broker.1" {
				function = "broker"
			}
			w.staff(user, pick(d, "BIR", "DLA", ""), function, "active", "2026-01-01", pick(d, "", "2026-03-05"))
			if d.chance(50) {
				w.staff(user, pick(d, "BIR", "DLA", ""), function, pick(d, "leave", "suspended", "transferred", "deleted"), "2026-03-06", pick(d, "", "2026-03-10"))
			}
			if d.chance(30) {
				w.staff(user, pick(d, "BIR", "DLA", ""), function, "active", "2026-03-08", "")
			}
		}
	}
	if d.chance(50) {
		for i := range d.number(4) {
			from := d.moment("BIR").At
			s := session{user: pick(d, "g1", "g2"), workstation: fmt.Sprintf("W%d", i), from: from}
			if d.chance(80) {
				s.to = pointer(from.Add(time.Duration(pick(d, 1, 60, 2000)) * time.Minute))
			}
			w.sessions = append(w.sessions, s)
		}
	}
}
