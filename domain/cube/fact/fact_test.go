package fact

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// plain is a context in UTC with the default settings.
func plain(change func(*administration.Settings)) *Context {
	settings := administration.DefaultSettings(2)
	if change != nil {
		change(&settings)
	}
	tenant := &administration.Tenant{Zone: "UTC"}
	return &Context{Settings: settings, Calendars: administration.NewCalendars(tenant, nil, nil),
		Staff: NewStaff(settings.MachineUsers, nil, []Posting{{Officer: "broker-user", Function: "broker"}})}
}

func at(day, hour int) declaration.Moment {
	return declaration.Moment{At: time.Date(2026, 3, day, hour, 0, 0, 0, time.UTC), Precision: declaration.Minute}
}

func event(kind declaration.EventKind, m declaration.Moment, user string) declaration.Event {
	return declaration.Event{Kind: kind, Moment: m, User: user}
}

func route(m declaration.Moment, user string, from, to declaration.Lane) declaration.Event {
	return declaration.Event{Kind: declaration.Rerouted, Moment: m, User: user, From: from, To: to}
}

func selected(m declaration.Moment, to declaration.Lane) declaration.Event {
	return declaration.Event{Kind: declaration.Selected, Moment: m, User: "SYSTEM", Machine: true, To: to}
}

func record(events ...declaration.Event) *warehouse.Record {
	for i := range events {
		events[i].Sequence = i + 1
	}
	r := &warehouse.Record{ID: 7, Parts: warehouse.PartEvents | warehouse.PartInspections | warehouse.PartVersions | warehouse.PartOffences}
	r.Reference = declaration.Reference{Office: "A", Year: 2026, Number: "1"}
	r.Header.RegisteredOn = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	r.Events = events
	return r
}

func find(rows []ActRow, role Bit) *ActRow {
	i := slices.IndexFunc(rows, func(r ActRow) bool { return r.Role.Has(role) })
	if i < 0 {
		return nil
	}
	return &rows[i]
}

// Dates never give hours, and a date that equals the date of registration is
// still the same day.
func TestDatesGiveDaysAndNoHours(t *testing.T) {
	t.Parallel()
	midnight := declaration.Moment{At: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Precision: declaration.Day}
	row := DeriveDeclaration(record(event(declaration.Registered, at(2, 9), "b"), event(declaration.Assessed, midnight, "olga")), plain(nil))
	if row.Processing.Elapsed.Valid || row.Processing.Office.Valid {
		t.Fatalf("hours %v were made of a date", row.Processing)
	}
	if !row.State.Has(DeclarationSameDay) || row.State.Has(DeclarationHoursKnown) || row.State.Has(DeclarationWithinDay) {
		t.Fatalf("the state is %b", row.State)
	}
	row = DeriveDeclaration(record(event(declaration.Registered, at(2, 9), "b"), event(declaration.Assessed, at(6, 11), "olga")), plain(nil))
	// Monday 9:00 to Friday 11:00: 4 days and 2 hours; 8 + 9 + 9 + 9 + 3 office hours.
	if row.Processing != (Lag{number(98 * 3600), number(38 * 3600)}) {
		t.Fatalf("the processing time is %v", row.Processing)
	}
}

// The system's re-routes are nobody's, a broker's user is no officer, and the
// first re-route by an officer counts.
func TestOnlyOfficersReroute(t *testing.T) {
	t.Parallel()
	for user, wanted := range map[string]bool{"olga": true, "SYSTEM": false, "System auto": false, "broker-user": false, "": false} {
		rows := DeriveActs(record(selected(at(2, 9), declaration.Yellow), route(at(2, 10), user, declaration.Yellow, declaration.Red),
			event(declaration.Assessed, at(2, 12), "otto")), plain(nil))
		row := find(rows, RoleYellowToRed)
		if (row != nil) != wanted {
			t.Errorf("a re-route by %q counts: %v", user, row != nil)
		}
		decided := find(rows, RoleDecidedYellow)
		if decided == nil || wanted && decided.Officer != user || !wanted && decided.Officer != "otto" {
			t.Errorf("with %q, the yellow declaration was decided by %+v", user, decided)
		}
	}
}

// Clearing after an inspection act is a re-route to green by design; without one
// it is a red declaration cleared uninspected.
func TestRedClearedWithAndWithoutInspection(t *testing.T) {
	t.Parallel()
	events := []declaration.Event{event(declaration.Registered, at(2, 8), ""), selected(at(2, 9), declaration.Red),
		route(at(2, 14), "olga", declaration.Red, declaration.Green), event(declaration.Assessed, at(2, 15), "otto")}
	for name, each := range map[string]struct {
		inspected []declaration.Inspection
		wanted    bool
	}{
		"none":   {nil, true},
		"before": {[]declaration.Inspection{{Moment: at(2, 13), User: "olga"}}, false},
		"after":  {[]declaration.Inspection{{Moment: at(2, 16), User: "olga"}}, true},
		"same day, date only": {[]declaration.Inspection{{Moment: declaration.Moment{At: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
			Precision: declaration.Day}, User: "olga"}}, false},
	} {
		r := record(slices.Clone(events)...)
		r.Inspections = each.inspected
		row := find(DeriveActs(r, plain(nil)), RoleRedCleared)
		if row == nil || row.Officer != "olga" || row.State.Has(ActUninspected) != each.wanted {
			t.Errorf("%s: %+v", name, row)
		}
	}
}

// An offence or adjustment counts for the last inspection that it is not before.
func TestFindingsCountForOneInspection(t *testing.T) {
	t.Parallel()
	r := record(event(declaration.Registered, at(2, 8), ""), event(declaration.Assessed, at(4, 15), "otto"))
	r.Inspections = []declaration.Inspection{{Moment: at(2, 10)}, {Moment: at(3, 10)}, {Moment: at(4, 10)}}
	r.Offences = []declaration.Offence{{Moment: at(3, 11), Status: declaration.OffenceConfirmed}, {Moment: at(4, 11), Status: declaration.OffenceDismissed}}
	var hits []bool
	for _, row := range DeriveActs(r, plain(nil)) {
		if row.Role.Has(RoleInspected) {
			hits = append(hits, row.State.Has(ActHit))
		}
	}
	if diff := cmp.Diff([]bool{false, true, false}, hits); diff != "" {
		t.Fatal(diff)
	}
}

func TestAmountIsSettledForGoodOnly(t *testing.T) {
	t.Parallel()
	day := func(n int) cube.Date { return cube.DateOf(2026, 3, n) }
	for name, each := range map[string]struct {
		moves  []movement
		wanted cube.Date
	}{
		"never":           {[]movement{{day(1), 60}}, cube.MaxDate},
		"in parts":        {[]movement{{day(5), 60}, {day(3), 40}}, day(5)},
		"refunded":        {[]movement{{day(1), 100}, {day(3), -30}, {day(9), 30}}, day(9)},
		"within one day":  {[]movement{{day(1), 100}, {day(3), -30}, {day(3), 30}}, day(1)},
		"nothing is paid": {nil, cube.MaxDate},
	} {
		if found := covered(each.moves, 100); found != each.wanted {
			t.Errorf("%s: settled on %s, not %s", name, found, each.wanted)
		}
	}
}

func TestMonthAfterIsThatOfSQL(t *testing.T) {
	t.Parallel()
	for from, wanted := range map[string]string{"2026-01-31": "2026-02-28", "2024-01-31": "2024-02-29", "2026-03-31": "2026-04-30", "2026-12-15": "2027-01-15"} {
		day, err := cube.ParseDate(from)
		if err != nil {
			t.Fatal(err)
		}
		if found := MonthAfter(day).String(); found != wanted {
			t.Errorf("a month after %s is %s, not %s", from, found, wanted)
		}
	}
}

// Every assessment of a burst, and none outside, by comparing with all windows.
func TestBurstsAreAllWindows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		settings := administration.Settings{BurstAssessments: rapid.Int64Range(0, 5).Draw(t, "least"), BurstMinutes: rapid.Int64Range(0, 3).Draw(t, "minutes")}
		times := rapid.SliceOfN(rapid.Int64Range(0, 900), 0, 30).Draw(t, "times")
		bursts := NewBursts(settings)
		for _, second := range times {
			bursts.Add("A", "olga", 1, second)
		}
		bursts.Settle()
		for _, second := range times {
			inside := false
			for _, first := range times {
				last := first + settings.BurstMinutes*60
				var within int64
				for _, other := range times {
					if other >= first && other <= last {
						within++
					}
				}
				inside = inside || settings.BurstAssessments > 0 && within >= settings.BurstAssessments && second >= first && second <= last
			}
			if found := bursts.in("A", "olga", 1, second); found != inside {
				t.Fatalf("%d is in a burst: %v, by all windows %v", second, found, inside)
			}
		}
	})
}

func TestSharesOfATargetSumToIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(0, 1<<50).Draw(t, "amount")
		month := cube.Month(rapid.Int32Range(1900*12, 2200*12).Draw(t, "month"))
		var sum, least, most int64
		for i, row := range targetRows("A", month, amount, NewStaff(nil, nil, nil)) {
			sum += row.Target.Value
			if least = min(least, row.Target.Value); i == 0 {
				least = row.Target.Value
			}
			most = max(most, row.Target.Value)
		}
		if sum != amount || most-least > 1 {
			t.Fatalf("the days of %s sum to %d, from %d to %d, not to %d", month, sum, least, most, amount)
		}
	})
}

// Prices are judged by earlier months only, and by robust limits.
func TestPricesAreJudgedByTheirHistory(t *testing.T) {
	t.Parallel()
	prices := NewPrices(administration.Settings{OutlierMinimum: 5, OutlierDeviations: 3})
	month := cube.MonthOf(2026, 3)
	item := func(value int64) *declaration.Item {
		return &declaration.Item{HS: "87032310", Origin: "JP", NetMass: 1000, CustomsValue: value}
	}
	for _, value := range []int64{900, 950, 1000, 1050, 1100} {
		prices.Add(month-1, item(value))
	}
	prices.Add(month, item(5_000_000))
	for value, wanted := range map[int64]bool{1000: false, 1200: false, 2000: true, 400: true} {
		if judged, outlier := prices.judge(month, item(value)); !judged || outlier != wanted {
			t.Errorf("%d: judged %v, outlier %v", value, judged, outlier)
		}
	}
	if judged, _ := prices.judge(month-1, item(1000)); judged {
		t.Error("a month was judged by itself")
	}
	if judged, _ := prices.judge(month+13, item(1000)); judged {
		t.Error("a month was judged by more than twelve before it")
	}
}

func TestHeadIsTheLatestPosted(t *testing.T) {
	t.Parallel()
	staff := NewStaff(nil, nil, []Posting{
		{Officer: "a", Office: "A", Function: "head", Status: "active", First: 10, Last: date(20)},
		{Officer: "b", Office: "A", Function: "head", Status: "active", First: 15},
		{Officer: "c", Office: "A", Function: "head", Status: "leave", First: 16},
	})
	for day, wanted := range map[cube.Date]string{9: "", 10: "a", 14: "a", 15: "b", 30: "b"} {
		if found := staff.Head("A", day); found != wanted {
			t.Errorf("on day %d the head is %q, not %q", day, found, wanted)
		}
	}
}

func TestGrainsExplainEveryColumn(t *testing.T) {
	t.Parallel()
	for _, g := range Grains() {
		if err := g.Validate(); err != nil {
			t.Error(err)
		}
		for _, c := range g.Columns {
			if strings.TrimSpace(c.Doc) == "" {
				t.Errorf("column %s of %s is not explained", c.Name, g.Name)
			}
		}
	}
}
