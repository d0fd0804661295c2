package indicator_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"assay/domain/declaration"
	"assay/domain/intake"
)

// world makes the awkward cases: dates without time, times at midnight and at the
// hours of change to and from summer time, ties, clocks that go back, repeated and missing
// operations, machine users under three disguises, parts that were not given, partial
// payments and refunds, several inspections, assignments after the act.
type world struct {
	*rand.Rand
	documents []intake.Document
	latest    time.Time
	zones     map[string]*time.Location
	manifests []*declaration.Manifest
	days      []time.Time // local dates that matter
}

var (
	worldOffices = []string{"ATH", "NYC", "KTM", "XXX"}
	worldUsers   = []string{"olga", "otto", "omar", "ines", "iris", "chen", "SYSTEM", "System re-route", "robot", "brk_user", ""}
	worldHS      = []string{"87032310", "85171200", "62034300", "6203", "010121", "27101943"}
	worldOrigins = []string{"CN", "JP", "DE", ""}
)

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return zone
}

func localDate(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

func newWorld(seed uint64, declarations int) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 7)), zones: map[string]*time.Location{
		"ATH": mustZone("Europe/Athens"), "NYC": mustZone("America/New_York"), "KTM": mustZone("Asia/Kathmandu"), "XXX": mustZone("Europe/Athens")}}
	w.days = []time.Time{localDate(2024, 3, 31), localDate(2024, 10, 27), localDate(2024, 3, 10), localDate(2024, 11, 3), localDate(2024, 2, 29),
		localDate(2024, 1, 31), localDate(2024, 12, 31), localDate(2025, 1, 1)}
	w.describe()
	for i := range 40 {
		w.manifest(i)
	}
	for i := range declarations {
		w.declaration(i)
	}
	for i := range 80 {
		w.transit(i)
		w.suspense(i)
	}
	return w
}

func (w *world) add(d intake.Document) { w.documents = append(w.documents, d) }

func (w *world) describe() {
	w.add(intake.Document{Office: &intake.Office{Code: "ATH", Name: "Athens", Opens: 8 * 60, Closes: 16 * 60, Workdays: "1111100"}})
	w.add(intake.Document{Office: &intake.Office{Code: "NYC", Name: "New York", Zone: "America/New_York", Opens: 9*60 + 30, Closes: 17 * 60, Workdays: "1111110"}})
	w.add(intake.Document{Office: &intake.Office{Code: "KTM", Name: "Kathmandu", Zone: "Asia/Kathmandu", Opens: 1, Closes: 24 * 60, Workdays: "1111011"}})
	for _, holiday := range []intake.Holiday{{Day: localDate(2024, 5, 1)}, {Day: localDate(2024, 12, 25)}, {Office: "ATH", Day: localDate(2024, 6, 3)}, {Office: "XXX", Day: localDate(2024, 6, 4)}} {
		w.add(intake.Document{Holiday: &holiday})
	}
	until := localDate(2024, 6, 30)
	for _, posting := range []intake.Posting{
		{User: "hera", Office: "ATH", Function: "head", Status: "active", From: localDate(2024, 1, 1), To: &until},
		{User: "zeus", Office: "ATH", Function: "head", Status: "active", From: localDate(2024, 6, 15)},
		{User: "ares", Office: "NYC", Function: "head", Status: "leave", From: localDate(2024, 1, 1)},
		{User: "brk_user", Function: "broker", Status: "active", From: localDate(2020, 1, 1)},
		{User: "robot", Function: "system", Status: "active", From: localDate(2020, 1, 1)},
		{User: "olga", Office: "ATH", Section: "S1", Function: "examiner", Status: "active", From: localDate(2020, 1, 1), Chief: "chen"},
	} {
		w.add(intake.Document{Posting: &posting})
	}
	for month := 2024 * 12; month < 2025*12+3; month++ {
		w.add(intake.Document{Target: &intake.Target{Office: "ATH", Month: month, Amount: 1_000_003 + int64(month)}})
		w.add(intake.Document{Target: &intake.Target{Office: "NYC", Month: month, Amount: 77}})
	}
}

func (w *world) chance(percent int) bool { return w.IntN(100) < percent }

func pick[E any](w *world, from ...E) E { return from[w.IntN(len(from))] }

// day is a local date of the fourteen months from January 2024.
func (w *world) day() time.Time {
	if w.chance(15) {
		return pick(w, w.days...)
	}
	return localDate(2024, 1, 10+w.IntN(420))
}

// clock gives an instant on a local date of an office.
func (w *world) clock(office string, day time.Time) time.Time {
	second := w.IntN(86400)
	switch w.IntN(10) {
	case 0:
		second = pick(w, 0, 86399, 8*3600, 16*3600-1, 16*3600, 15*3600, 2*3600+1800, 3600, 9*3600+1800)
	case 1, 2, 3, 4:
		second = 8*3600 + w.IntN(8*3600)
	}
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, second, 0, w.zones[office]).UTC()
}

// moment gives an instant its precision; a date becomes local midnight.
func (w *world) moment(office string, at time.Time) declaration.Moment {
	at = at.UTC()
	if at.After(w.latest) {
		w.latest = at
	}
	switch w.IntN(12) {
	case 0:
		y, m, d := at.In(w.zones[office]).Date()
		return declaration.Moment{At: time.Date(y, m, d, 0, 0, 0, 0, w.zones[office]).UTC(), Precision: declaration.Day}
	case 1, 2:
		return declaration.Moment{At: at.Truncate(time.Minute), Precision: declaration.Minute}
	}
	return declaration.Moment{At: at, Precision: declaration.Second}
}

func (w *world) optional(office string, at time.Time, percent int) *declaration.Moment {
	if !w.chance(percent) {
		return nil
	}
	m := w.moment(office, at)
	return &m
}

// wait is a time until the next step, sometimes none, sometimes backwards.
func (w *world) wait() time.Duration {
	switch w.IntN(12) {
	case 0:
		return 0
	case 1:
		return -time.Duration(w.IntN(300)) * time.Second
	case 2:
		return time.Duration(w.IntN(40*24)) * time.Hour
	case 3:
		return time.Duration(w.IntN(7*86400)) * time.Second
	}
	return time.Duration(w.IntN(26*3600)) * time.Second
}

func (w *world) manifest(i int) {
	office := pick(w, worldOffices...)
	m := &declaration.Manifest{Reference: declaration.ManifestReference(office, 2024, fmt.Sprint(i)), Office: office, Carrier: pick(w, "MSC", "CMA", ""),
		Mode: pick(w, "10", "40", "30"), User: pick(w, worldUsers...)}
	at := w.clock(office, w.day())
	m.ArrivedAt = w.optional(office, at, 85)
	m.RegisteredAt = w.optional(office, at.Add(w.wait()*3), 80)
	m.ValidatedAt = w.optional(office, at.Add(w.wait()*4), 60)
	m.LastDischargedAt = w.optional(office, at.Add(w.wait()), 60)
	for b := range 1 + w.IntN(4) {
		m.Bills = append(m.Bills, declaration.Bill{Line: b + 1, Reference: fmt.Sprintf("BL%d-%d", i, b), Nature: pick(w, "23", "23", "24", "22"),
			Consignee: pick(w, "I1", "I2"), Packages: int64(w.IntN(50)), GrossMass: int64(w.IntN(500_000))})
	}
	w.manifests = append(w.manifests, m)
	w.add(intake.Document{Manifest: m})
}

func (w *world) transit(i int) {
	from, to := pick(w, worldOffices...), pick(w, worldOffices...)
	at := w.clock(to, w.day())
	w.add(intake.Document{Transit: &declaration.TransitDocument{Reference: fmt.Sprintf("T%d", i), Departure: from, Destination: to,
		Principal: pick(w, "P1", "P2", ""), Carrier: pick(w, "C1", "C2"), HS: pick(w, worldHS...), RegisteredAt: w.optional(from, at.Add(-96*time.Hour), 80),
		TransmittedAt: w.optional(from, at.Add(-90*time.Hour), 80), LimitAt: w.optional(to, at, 90), ArrivedAt: w.optional(to, at.Add(w.wait()-24*time.Hour), 80),
		ValidatedAt: w.optional(to, at.Add(w.wait()-12*time.Hour), 75), Status: "Arrived", User: "otto", DistanceKM: int64(w.IntN(500)), Offence: w.chance(10)}})
}

func (w *world) suspense(i int) {
	due := w.day()
	a := &declaration.SuspenseAccount{Account: fmt.Sprintf("S%d", i), Office: pick(w, worldOffices...), Regime: pick(w, "5100", "7100"), Holder: pick(w, "I1", "I2", ""),
		HS: pick(w, worldHS...), OpenedOn: due.AddDate(0, -3, 0), DueOn: due, Quantity: 1000, Offence: w.chance(30)}
	if w.chance(70) {
		closed := due.AddDate(0, 0, w.IntN(20)-10)
		a.ClosedOn = &closed
	}
	w.add(intake.Document{Suspense: a})
}

func (w *world) declaration(i int) {
	office := pick(w, worldOffices...)
	day := w.day()
	d := &declaration.Declaration{Reference: declaration.Reference{Office: office, Year: day.Year(), Serial: "C", Number: fmt.Sprint(i + 1)}}
	at := w.clock(office, day)
	d.Header = declaration.Header{Flow: pick(w, declaration.Import, declaration.Import, declaration.Export, declaration.Transit), Model: pick(w, "IM4", "IM7", "EX1"),
		RegisteredOn: day, Broker: pick(w, "B1", "B2", "B3", ""), Importer: pick(w, "I1", "I2", "I3", "I4"), LaneSelected: w.lane(), LaneCurrent: w.lane(),
		Mode: pick(w, "10", "40", ""), PaymentTerms: pick(w, "CASH", ""), TopUp: int64(w.IntN(3)) * int64(w.IntN(4000)), Cancelled: w.chance(3),
		ArrivedAt: w.optional(office, at.Add(-w.wait()*5), 50), PaperFinishedAt: w.optional(office, at.Add(w.wait()), 30)}
	for c := range w.IntN(3) {
		d.Header.Containers = append(d.Header.Containers, fmt.Sprintf("CONT%d%d", i, c))
	}
	if w.chance(30) {
		d.Header.Vehicles = []string{"TRUCK"}
	}
	w.cite(d)
	w.items(d)
	w.life(d, office, at)
	w.money(d, office, at)
	w.add(intake.Document{Declaration: d})
}

func (w *world) lane() declaration.Lane {
	return pick(w, "", declaration.Green, declaration.Yellow, declaration.Yellow, declaration.Red, declaration.Blue)
}

func (w *world) cite(d *declaration.Declaration) {
	switch {
	case w.chance(50):
		m := pick(w, w.manifests...)
		d.Header.Manifest = m.Reference
		for b := range m.Bills {
			if w.chance(60) {
				d.Header.Bills = append(d.Header.Bills, m.Bills[b].Reference)
				if w.chance(50) {
					off := declaration.WriteOff{Sequence: len(m.Bills[b].WriteOffs) + 1, Moment: w.moment(m.Office, w.clock(m.Office, d.Header.RegisteredOn.AddDate(0, 0, w.IntN(40)))),
						Declaration: d.Reference.String(), Packages: int64(w.IntN(30) - 3), GrossMass: int64(w.IntN(300_000))}
					m.Bills[b].WriteOffs = append(m.Bills[b].WriteOffs, off)
				}
			}
		}
		if w.chance(10) {
			d.Header.Bills = append(d.Header.Bills, "UNKNOWN")
		}
	case w.chance(20):
		d.Header.Manifest = "ATH/2024/none"
	}
}

func (w *world) items(d *declaration.Declaration) {
	if w.chance(5) {
		return
	}
	d.Items = []declaration.Item{}
	for n := range w.IntN(4) {
		item := declaration.Item{Number: n + 1, HS: pick(w, worldHS[:3+w.IntN(4)]...), Procedure: pick(w, "4000", "4051", "3051"), Origin: pick(w, worldOrigins...),
			Packages: int64(w.IntN(20)), GrossMass: int64(w.IntN(90_000)), NetMass: int64(w.IntN(80_000)), CustomsValue: int64(w.IntN(5_000_000))}
		if w.chance(20) {
			item.NetMass, item.CustomsValue = 1000, 1_000_000 // ties of price and value
		}
		for _, tax := range []string{"DUTY", "VAT", "EXC"} {
			if w.chance(70) {
				line := declaration.TaxLine{Code: tax, Amount: int64(w.IntN(300_000)), Payable: w.chance(85)}
				if w.chance(15) {
					line.Relieved, line.Relief = int64(w.IntN(40_000)), pick(w, "R1", "")
				}
				item.Taxes = append(item.Taxes, line)
			}
		}
		item.TaxTotal = item.Payable()
		d.Items = append(d.Items, item)
	}
}

// life gives operations, assignments, inspections and offences.
func (w *world) life(d *declaration.Declaration, office string, at time.Time) {
	if w.chance(5) {
		return
	}
	d.Events = []declaration.Event{}
	now := at
	add := func(kind declaration.EventKind, percent int) {
		if !w.chance(percent) {
			return
		}
		e := declaration.Event{Kind: kind, Operation: string(kind), Moment: w.moment(office, now), User: pick(w, worldUsers...)}
		e.Machine = e.User == "SYSTEM" || w.chance(2)
		switch kind {
		case declaration.Selected:
			e.To, e.Cause = w.lane(), pick(w, declaration.CauseCriterion, declaration.CauseRandom, declaration.CauseTopUp, "")
		case declaration.Rerouted:
			e.From, e.To, e.Reason = pick(w, "", "", w.lane()), w.lane(), pick(w, "", "tip", "document check")
		case declaration.PostEntry, declaration.Cancelled:
			e.Reason = pick(w, "", "typing error")
		}
		d.Events = append(d.Events, e)
		now = now.Add(w.wait())
	}
	add(declaration.Registered, 90)
	add(declaration.Selected, 80)
	add(declaration.ExaminerAssigned, 20)
	add(declaration.Rerouted, 35)
	if w.chance(50) {
		add(declaration.Assessed, 95)
	}
	add(declaration.ControlRecorded, 30)
	add(declaration.Rerouted, 35)
	add(declaration.Cleared, 40)
	add(declaration.Assessed, 55)
	add(declaration.Paid, 65)
	add(declaration.Rerouted, 30)
	add(declaration.Released, 55)
	add(declaration.PostEntry, 12)
	add(declaration.Exited, 60)
	add(declaration.Cancelled, 4)
	add(declaration.Unmapped, 5)
	slices.SortStableFunc(d.Events, func(a, b declaration.Event) int { return a.At.Compare(b.At) })
	w.control(d, office, at)
}

func (w *world) control(d *declaration.Declaration, office string, at time.Time) {
	if w.chance(85) {
		d.Assignments = []declaration.Assignment{}
		for range w.IntN(3) {
			d.Assignments = append(d.Assignments, declaration.Assignment{Moment: w.moment(office, at.Add(w.wait())), Section: pick(w, "S1", "S2", ""),
				Examiner: pick(w, "olga", "otto", "omar", ""), Chief: pick(w, "chen", ""), Manual: w.chance(40), AssignedBy: pick(w, worldUsers...), Weight: w.IntN(2) * w.IntN(40)})
		}
	}
	if w.chance(90) {
		d.Inspections = []declaration.Inspection{}
		for n := range max(0, w.IntN(5)-2) {
			when := at.Add(w.wait() * 2)
			d.Inspections = append(d.Inspections, declaration.Inspection{Number: fmt.Sprint(n), Moment: w.moment(office, when), FinishedAt: w.optional(office, when.Add(-w.wait()), 50),
				User: pick(w, worldUsers...), Physical: w.chance(70), Conform: w.chance(60)})
		}
	}
	if w.chance(90) {
		d.Offences = []declaration.Offence{}
		for n := range max(0, w.IntN(6)-3) {
			o := declaration.Offence{Number: fmt.Sprint(n), Moment: w.moment(office, at.Add(w.wait()*2)), User: pick(w, worldUsers...), Code: pick(w, "F1", "F2"),
				Status:      pick(w, declaration.OffenceOpen, declaration.OffenceConfirmed, declaration.OffenceConfirmed, declaration.OffenceDismissed),
				ExtraDuties: int64(w.IntN(90_000)), Fine: int64(w.IntN(2)) * int64(w.IntN(40_000))}
			o.FinePaid, o.ExtraDutiesPaid = min(o.Fine, int64(w.IntN(40_000))), int64(w.IntN(2))*o.ExtraDuties
			if w.chance(60) {
				paid := d.Header.RegisteredOn.AddDate(0, 0, w.IntN(50))
				o.PaidOn = &paid
			}
			d.Offences = append(d.Offences, o)
		}
	}
}

func (w *world) money(d *declaration.Declaration, office string, at time.Time) {
	totals := d.Totals()
	if w.chance(40) {
		total := totals.Payable + int64(w.IntN(3)-1)*int64(w.IntN(5000))
		d.Header.AssessedTotal = &total
	}
	if w.chance(80) {
		d.Payments = []declaration.Payment{}
		left := totals.Payable
		for n := range w.IntN(5) {
			amount := left
			if w.chance(50) {
				amount = int64(w.IntN(int(left) + 1))
			}
			p := declaration.Payment{Receipt: fmt.Sprint(n), Moment: w.moment(office, at.Add(w.wait()*3)), User: "cash", Kind: pick(w, declaration.Receipt, declaration.AccountDebit, declaration.Receipt),
				Tax: pick(w, "DUTY", "VAT", "FINE"), Amount: amount}
			if n > 0 && w.chance(20) {
				p.Kind = declaration.Refund
			} else if p.Tax != "FINE" {
				left -= amount
			}
			d.Payments = append(d.Payments, p)
		}
	}
	if !w.chance(70) {
		return
	}
	d.Versions = []declaration.Version{}
	value, payable := totals.CustomsValue, totals.Payable
	for n := range 1 + w.IntN(4) {
		v := declaration.Version{Number: n + 1, Moment: w.moment(office, at.Add(time.Duration(n)*w.wait())), User: pick(w, worldUsers...), Cause: declaration.VersionRegistered,
			CustomsValue: value, Payable: payable}
		if n > 0 {
			v.Cause = pick(w, declaration.VersionAmended, declaration.VersionAssessed, declaration.VersionPostEntry, declaration.VersionRefund, declaration.VersionCancelled)
			v.ByCustoms = w.chance(60)
			v.Reason = pick(w, "", "revalued")
		}
		d.Versions = append(d.Versions, v)
		value += int64(w.IntN(4)-1) * int64(w.IntN(40_000))
		payable = max(0, payable+int64(w.IntN(4)-1)*int64(w.IntN(9_000)))
	}
}

// read gives the world to the warehouse.
func (w *world) read(_ context.Context, sink intake.Sink) (intake.Summary, error) {
	for _, d := range w.documents {
		if err := sink.Document(d); err != nil {
			return intake.Summary{}, err
		}
	}
	return intake.Summary{Watermark: &w.latest}, nil
}

func TestWorldHasEveryCase(t *testing.T) {
	t.Parallel()
	w := newWorld(1, 400)
	kinds := map[declaration.EventKind]int{}
	dateOnly, bare := 0, 0
	for _, d := range w.documents {
		if d.Declaration == nil {
			continue
		}
		if d.Declaration.Events == nil {
			bare++
		}
		for _, e := range d.Declaration.Events {
			kinds[e.Kind]++
			if !e.HasTime() {
				dateOnly++
			}
		}
	}
	if dateOnly == 0 || bare == 0 || kinds[declaration.Rerouted] == 0 || kinds[declaration.Cancelled] == 0 {
		t.Fatalf("the world lacks cases: %d dates without time, %d without operations, %v", dateOnly, bare, kinds)
	}
}
