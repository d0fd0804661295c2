package crosscheck_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"assay/domain/administration"
	"assay/domain/crosscheck"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// expectation is what a scenario's last declaration must give for its rule.
type expectation struct {
	rule     crosscheck.Rule
	verdict  crosscheck.Verdict
	missing  crosscheck.Input
	variants []string // of the findings, with severity: "a high"
}

func breaks(rule crosscheck.Rule, variants ...string) expectation {
	return expectation{rule, crosscheck.Broken, "", variants}
}

func clean(rule crosscheck.Rule) expectation { return expectation{rule, crosscheck.Clean, "", nil} }

func lacks(rule crosscheck.Rule, input crosscheck.Input) expectation {
	return expectation{rule, crosscheck.NotEvaluated, input, nil}
}

// scenario builds a world; the rule is checked on its last declaration, and Go and SQL are
// compared on all declarations and rules.
type scenario struct {
	name  string
	build func(w *world)
	want  expectation
}

// one is a scenario of one declaration.
func one(name string, want expectation, change ...func(r *warehouse.Record)) scenario {
	return scenario{name, func(w *world) { w.proper(change...) }, want}
}

func TestEachRuleFindsWhatItSaysAndSQLAgrees(t *testing.T) {
	t.Parallel()
	groups := map[string][]scenario{"P1": orderScenarios, "P2": redScenarios, "P3": outsiderScenarios, "P4": unpaidScenarios, "P5": rerouteScenarios, "P6": offenceScenarios,
		"P7": reversalScenarios, "P8": againScenarios, "P9": balanceScenarios, "P10": transitScenarios, "P11": dischargeScenarios, "P12": userScenarios, "P13": arithmeticScenarios, "P14": manifestScenarios}
	for name, scenarios := range groups {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			for _, s := range scenarios {
				w := newWorld()
				s.build(w)
				b.fill(t, w)
				session, got := b.examine(t, w)
				b.compare(t, s.name, w, session, got)
				last := w.records[len(w.records)-1]
				check(t, s, session.Context.Examine(last)[s.want.rule-1])
			}
		})
	}
}

// compare holds Go against both forms of the SQL, declaration by declaration.
func (b *bundle) compare(t testing.TB, name string, w *world, session *crosscheck.Session, got map[int64]bits) {
	t.Helper()
	said := b.asked(t, session)
	if len(said) != len(w.records) {
		t.Errorf("%s: SQL gives %d declarations of %d", name, len(said), len(w.records))
	}
	for _, r := range w.records {
		if got[r.ID] != said[r.ID] {
			t.Errorf("%s: declaration %d: Go says %s; SQL says %s", name, r.ID, got[r.ID], said[r.ID])
		}
		if got[r.ID].broken&^got[r.ID].evaluated != 0 {
			t.Errorf("%s: declaration %d: %s: broken but not evaluated", name, r.ID, got[r.ID])
		}
	}
}

func check(t *testing.T, s scenario, result crosscheck.Result) {
	t.Helper()
	if result.Verdict != s.want.verdict || result.Missing != s.want.missing {
		t.Errorf("%s: verdict %d, missing %q; want %d, %q", s.name, result.Verdict, result.Missing, s.want.verdict, s.want.missing)
	}
	var variants []string
	for _, f := range result.Findings {
		variants = append(variants, f.Variant+" "+string(f.Severity))
	}
	if s.want.variants != nil && !slices.Equal(variants, s.want.variants) {
		t.Errorf("%s: findings %q, want %q", s.name, variants, s.want.variants)
	}
}

// move sets the time of the first event of a kind.
func move(kind declaration.EventKind, when string) func(*warehouse.Record) {
	return func(r *warehouse.Record) { find(r, kind).Moment = minute(when) }
}

// dateOnly makes the first event of a kind one without time of day.
func dateOnly(kind declaration.EventKind, day string) func(*warehouse.Record) {
	return func(r *warehouse.Record) { find(r, kind).Moment = onDay(day) }
}

func without(kinds ...declaration.EventKind) func(*warehouse.Record) {
	return func(r *warehouse.Record) { drop(r, kinds...) }
}

func lackingPart(parts warehouse.Parts) func(*warehouse.Record) {
	return func(r *warehouse.Record) { r.Parts &^= parts }
}

func with(events ...declaration.Event) func(*warehouse.Record) {
	return func(r *warehouse.Record) { r.Events = append(r.Events, events...) }
}

func setting(change func(*administration.Settings), changes ...func(*warehouse.Record)) func(w *world) {
	return func(w *world) {
		change(&w.settings)
		w.proper(changes...)
	}
}

var orderScenarios = []scenario{
	one("in order", clean(crosscheck.Order)),
	one("no operations and no receipts", lacks(crosscheck.Order, crosscheck.InputOperations), func(r *warehouse.Record) { r.Parts, r.Events, r.Payments = 0, nil, nil }),
	one("only registered", clean(crosscheck.Order), func(r *warehouse.Record) { r.Events, r.Payments = r.Events[:1], nil }),
	one("assessed before registered", breaks(crosscheck.Order, " high"), move(declaration.Assessed, "2026-03-02 06:00")),
	one("assessed before registered within the tolerance", clean(crosscheck.Order), func(r *warehouse.Record) {
		find(r, declaration.Assessed).Moment = declaration.Moment{At: at("2026-03-02 06:58:00"), Precision: declaration.Second}
	}),
	one("a second beyond the tolerance", breaks(crosscheck.Order, " high"), func(r *warehouse.Record) {
		find(r, declaration.Assessed).Moment = declaration.Moment{At: at("2026-03-02 06:57:59"), Precision: declaration.Second}
	}),
	one("all at once", clean(crosscheck.Order), func(r *warehouse.Record) {
		for i := range r.Events {
			r.Events[i].Moment = minute("2026-03-02 07:00")
		}
	}),
	one("released before paid", breaks(crosscheck.Order, " critical"), move(declaration.Released, "2026-03-02 11:00")),
	one("released before paid on a deferred account", clean(crosscheck.Order), move(declaration.Released, "2026-03-02 11:00"), func(r *warehouse.Record) { r.Header.DeferredAccount = "D1" }),
	one("exited before released", breaks(crosscheck.Order, " high"), move(declaration.Exited, "2026-03-02 12:30")),
	one("exited before released and paid, deferred", breaks(crosscheck.Order, " high"), move(declaration.Exited, "2026-03-02 11:30"), func(r *warehouse.Record) { r.Header.Guarantee = 100_000 }),
	one("paid before assessed", breaks(crosscheck.Order, " high"), move(declaration.Paid, "2026-03-02 08:00")),
	{"paid before assessed from an account debited at assessment", setting(func(s *administration.Settings) { s.PaymentAtAssessment = true }, move(declaration.Paid, "2026-03-02 08:00")), clean(crosscheck.Order)},
	one("the missing payment is bridged", breaks(crosscheck.Order, " high"), without(declaration.Paid), func(r *warehouse.Record) { r.Payments = nil }, move(declaration.Released, "2026-03-02 09:45")),
	one("assessment and payment are bridged", breaks(crosscheck.Order, " critical"), without(declaration.Paid, declaration.Assessed), func(r *warehouse.Record) { r.Payments = nil }, move(declaration.Released, "2026-03-02 06:45")),
	one("the receipt stands for the operation", breaks(crosscheck.Order, " critical"), without(declaration.Paid), func(r *warehouse.Record) {
		r.Payments[0].Moment, r.Payments[1].Moment = minute("2026-03-02 14:00"), minute("2026-03-02 14:00")
	}),
	one("a refund stands for no payment", clean(crosscheck.Order), without(declaration.Paid), func(r *warehouse.Record) {
		r.Payments = r.Payments[:1]
		r.Payments[0].Kind, r.Payments[0].Moment = declaration.Refund, minute("2026-03-02 14:00")
	}),
	one("the header's date stands for registration", breaks(crosscheck.Order, " critical"), without(declaration.Registered), func(r *warehouse.Record) { r.Header.RegisteredOn = date("2026-03-03") }),
	one("the header's date of the same day", clean(crosscheck.Order), without(declaration.Registered)),
	one("dates alone, the same day", clean(crosscheck.Order), dateOnly(declaration.Assessed, "2026-03-02"), dateOnly(declaration.Paid, "2026-03-02")),
	one("a date against a time of the same local day", clean(crosscheck.Order), func(r *warehouse.Record) {
		find(r, declaration.Registered).Moment = minute("2026-03-02 20:59") // 23:59 in Kampala
		find(r, declaration.Selected).Moment = minute("2026-03-02 20:59")
		drop(r, declaration.Rerouted, declaration.ControlRecorded, declaration.Paid, declaration.Released, declaration.Exited)
		r.Payments = nil
		find(r, declaration.Assessed).Moment = onDay("2026-03-02")
	}),
	one("a date against a time of the next local day", breaks(crosscheck.Order, " high"), func(r *warehouse.Record) {
		find(r, declaration.Registered).Moment = minute("2026-03-02 21:00") // midnight in Kampala
		find(r, declaration.Selected).Moment = minute("2026-03-02 21:00")
		drop(r, declaration.Rerouted, declaration.ControlRecorded, declaration.Paid, declaration.Released, declaration.Exited)
		r.Payments = nil
		find(r, declaration.Assessed).Moment = onDay("2026-03-02")
	}),
	{"green after payment is release", func(w *world) {
		w.settings.SelectionTiming = administration.AfterPayment
		w.proper(without(declaration.Released, declaration.Rerouted), move(declaration.Selected, "2026-03-02 11:00"), func(r *warehouse.Record) { find(r, declaration.Selected).To = declaration.Blue })
	}, breaks(crosscheck.Order, " critical")},
	one("green before assessment is no release", clean(crosscheck.Order), without(declaration.Released, declaration.Rerouted), func(r *warehouse.Record) { find(r, declaration.Selected).To = declaration.Green }),
	one("a re-route to green by a program is release", breaks(crosscheck.Order, " critical"), with(lane(event(declaration.Rerouted, "System re-route to green", "2026-03-02 11:00", "System re-route"), declaration.Red, declaration.Green))),
	{"a user known as a program re-routes", func(w *world) {
		w.machines = []string{"robot"}
		w.proper(with(lane(event(declaration.Rerouted, "Re-route to green", "2026-03-02 11:00", "robot"), declaration.Red, declaration.Green)))
	}, breaks(crosscheck.Order, " critical")},
}

// unseen takes the acts away.
func unseen(r *warehouse.Record) { r.Inspections = nil }

var redScenarios = []scenario{
	one("inspected", clean(crosscheck.RedUninspected)),
	one("no act", breaks(crosscheck.RedUninspected, " critical"), unseen),
	one("acts were never delivered", lacks(crosscheck.RedUninspected, crosscheck.InputInspections), unseen, lackingPart(warehouse.PartInspections)),
	one("no operations", lacks(crosscheck.RedUninspected, crosscheck.InputOperations), lackingPart(warehouse.PartEvents), func(r *warehouse.Record) { r.Events = nil }),
	one("no lanes", lacks(crosscheck.RedUninspected, crosscheck.InputLanes), unseen, without(declaration.Selected, declaration.Rerouted), func(r *warehouse.Record) { r.Header.LaneSelected = "" }),
	one("green", clean(crosscheck.RedUninspected), unseen, without(declaration.Rerouted), func(r *warehouse.Record) {
		r.Header.LaneSelected, find(r, declaration.Selected).To = declaration.Green, declaration.Green
	}),
	one("act just within the tolerance after", clean(crosscheck.RedUninspected), func(r *warehouse.Record) { r.Inspections[0].Moment = minute("2026-03-02 09:32") }),
	one("act beyond the tolerance after", breaks(crosscheck.RedUninspected, " critical"), func(r *warehouse.Record) { r.Inspections[0].Moment = minute("2026-03-02 09:33") }),
	one("act with a date only, the same day", clean(crosscheck.RedUninspected), func(r *warehouse.Record) { r.Inspections[0].Moment = onDay("2026-03-02") }),
	one("act with a date only, the next day", breaks(crosscheck.RedUninspected), func(r *warehouse.Record) { r.Inspections[0].Moment = onDay("2026-03-03") }),
	one("still red", clean(crosscheck.RedUninspected), unseen, func(r *warehouse.Record) { r.Events, r.Payments = r.Events[:3], nil }),
	one("assessed from red", breaks(crosscheck.RedUninspected), unseen, without(declaration.Rerouted)),
	{"assessed from red where selection comes later", func(w *world) {
		w.settings.SelectionTiming = administration.AfterAssessment
		w.proper(unseen, without(declaration.Rerouted, declaration.Released))
	}, clean(crosscheck.RedUninspected)},
	{"released from red where selection comes later", func(w *world) {
		w.settings.SelectionTiming = administration.AfterAssessment
		w.proper(unseen, without(declaration.Rerouted))
	}, breaks(crosscheck.RedUninspected)},
	one("re-routed to red later and assessed", breaks(crosscheck.RedUninspected), unseen, func(r *warehouse.Record) {
		find(r, declaration.Selected).To, r.Header.LaneSelected = declaration.Green, declaration.Green
		*find(r, declaration.Rerouted) = lane(event(declaration.Rerouted, "Re-route to red", "2026-03-02 09:30", "g1"), declaration.Green, declaration.Red)
	}),
	one("re-routed to red only after release", clean(crosscheck.RedUninspected), unseen, func(r *warehouse.Record) {
		find(r, declaration.Selected).To, r.Header.LaneSelected = declaration.Green, declaration.Green
		*find(r, declaration.Rerouted) = lane(event(declaration.Rerouted, "Re-route to red", "2026-03-02 20:30", "g1"), declaration.Green, declaration.Red)
	}, with(lane(event(declaration.Rerouted, "Re-route to green", "2026-03-02 21:30", "g1"), declaration.Red, declaration.Green))),
	one("re-routed without saying whence", breaks(crosscheck.RedUninspected), unseen, func(r *warehouse.Record) { find(r, declaration.Rerouted).From = "" }),
	one("red by the header only", breaks(crosscheck.RedUninspected), unseen, func(r *warehouse.Record) { find(r, declaration.Selected).To = "" }),
	one("to yellow without act, act later", breaks(crosscheck.RedUninspected), func(r *warehouse.Record) {
		find(r, declaration.Rerouted).To = declaration.Yellow
		r.Inspections[0].Moment = minute("2026-03-02 09:50")
	}),
	one("red to red is no way out", clean(crosscheck.RedUninspected), func(r *warehouse.Record) {
		find(r, declaration.Rerouted).To = declaration.Red
		r.Inspections[0].Moment = minute("2026-03-02 09:50")
	}),
}

func inspectedBy(user string) func(*warehouse.Record) {
	return func(r *warehouse.Record) { r.Inspections[0].User = user }
}

func assigned(when, examiner, chief string) func(*warehouse.Record) {
	return func(r *warehouse.Record) {
		r.Assignments = append(r.Assignments, declaration.Assignment{Moment: minute(when), Examiner: examiner, Chief: chief, Manual: true, AssignedBy: "head"})
	}
}

var outsiderScenarios = []scenario{
	one("by the examiner", clean(crosscheck.OutsideInspection)),
	one("by the chief", clean(crosscheck.OutsideInspection), inspectedBy("g2")),
	one("by another", breaks(crosscheck.OutsideInspection, " medium"), inspectedBy("g3")),
	one("by one assigned later", breaks(crosscheck.OutsideInspection, " high"), inspectedBy("g3"), assigned("2026-03-02 09:01", "g3", "g2")),
	one("by one assigned in the same minute", clean(crosscheck.OutsideInspection), inspectedBy("g3"), assigned("2026-03-02 09:00", "g3", "g2")),
	one("by one assigned no longer", breaks(crosscheck.OutsideInspection, " medium"), assigned("2026-03-02 08:59", "g3", "g4")),
	one("before any assignment", lacks(crosscheck.OutsideInspection, crosscheck.InputActAssigned), func(r *warehouse.Record) { r.Inspections[0].Moment = minute("2026-03-02 07:00") }),
	one("an act without a user", lacks(crosscheck.OutsideInspection, crosscheck.InputActAssigned), inspectedBy("")),
	one("an assignment without names changes nothing", clean(crosscheck.OutsideInspection), assigned("2026-03-02 08:00", "", "")),
	one("no acts", clean(crosscheck.OutsideInspection), unseen),
	one("assignments were never delivered", lacks(crosscheck.OutsideInspection, crosscheck.InputAssignments), lackingPart(warehouse.PartAssignments), func(r *warehouse.Record) { r.Assignments = nil }),
	one("acts were never delivered", lacks(crosscheck.OutsideInspection, crosscheck.InputInspections), lackingPart(warehouse.PartInspections), unseen),
	one("date only: all of the day count", clean(crosscheck.OutsideInspection), assigned("2026-03-02 08:00", "g3", ""), assigned("2026-03-02 11:00", "g4", ""), func(r *warehouse.Record) { r.Inspections[0].Moment = onDay("2026-03-02") }),
	one("date only: the last of the day before counts too", clean(crosscheck.OutsideInspection), assigned("2026-03-03 08:00", "g3", ""), func(r *warehouse.Record) { r.Inspections[0].Moment = onDay("2026-03-03") }),
	one("date only: by an outsider", breaks(crosscheck.OutsideInspection, " high"), inspectedBy("g9"), assigned("2026-03-04 08:00", "g9", ""), func(r *warehouse.Record) { r.Inspections[0].Moment = onDay("2026-03-03") }),
	one("one inside, one outside", breaks(crosscheck.OutsideInspection, " medium"), func(r *warehouse.Record) {
		r.Inspections = append(r.Inspections, declaration.Inspection{Number: "2", Moment: minute("2026-03-02 09:10"), User: "g3"})
	}),
}

func paidAt(when string, amounts ...int64) func(*warehouse.Record) {
	return func(r *warehouse.Record) {
		r.Payments = nil
		for _, amount := range amounts {
			r.Payments = append(r.Payments, declaration.Payment{Receipt: "R1", Moment: minute(when), Kind: declaration.Receipt, Tax: "DUTY", Amount: amount})
		}
	}
}

var unpaidScenarios = []scenario{
	one("paid", clean(crosscheck.ReleasedUnpaid)),
	one("never paid", breaks(crosscheck.ReleasedUnpaid, " critical"), without(declaration.Paid), func(r *warehouse.Record) { r.Payments = nil }),
	one("paid in the minute of release", clean(crosscheck.ReleasedUnpaid), paidAt("2026-03-02 13:00", 100_000)),
	one("paid a minute after release", breaks(crosscheck.ReleasedUnpaid), paidAt("2026-03-02 13:01", 100_000)),
	{"paid within the grace", setting(func(s *administration.Settings) { s.PayGraceHours = 2 }, paidAt("2026-03-02 15:00", 100_000)), clean(crosscheck.ReleasedUnpaid)},
	{"paid after the grace", setting(func(s *administration.Settings) { s.PayGraceHours = 2 }, paidAt("2026-03-02 15:01", 100_000)), breaks(crosscheck.ReleasedUnpaid)},
	one("short by the tolerance", clean(crosscheck.ReleasedUnpaid), paidAt("2026-03-02 12:00", 99_500)),
	one("short by more", breaks(crosscheck.ReleasedUnpaid), paidAt("2026-03-02 12:00", 99_499)),
	one("a fine pays no duty", breaks(crosscheck.ReleasedUnpaid), func(r *warehouse.Record) { r.Payments[0].Tax = "FINE" }),
	one("a refund later does not matter", clean(crosscheck.ReleasedUnpaid), func(r *warehouse.Record) {
		r.Payments = append(r.Payments, declaration.Payment{Moment: minute("2026-03-02 12:30"), Kind: declaration.Refund, Tax: "DUTY", Amount: 90_000})
	}),
	one("a debit counts", clean(crosscheck.ReleasedUnpaid), func(r *warehouse.Record) { r.Payments[0].Kind = declaration.AccountDebit }),
	one("paid on the day of a release without time", clean(crosscheck.ReleasedUnpaid), dateOnly(declaration.Released, "2026-03-02"), paidAt("2026-03-02 19:00", 100_000)),
	one("paid the day after a release without time", breaks(crosscheck.ReleasedUnpaid), dateOnly(declaration.Released, "2026-03-02"), paidAt("2026-03-02 21:00", 100_000)),
	one("not released", clean(crosscheck.ReleasedUnpaid), without(declaration.Released, declaration.Paid), func(r *warehouse.Record) { r.Payments = nil }),
	one("deferred", clean(crosscheck.ReleasedUnpaid), paidAt("2026-03-02 12:00"), func(r *warehouse.Record) { r.Header.DeferredAccount = "D" }),
	one("guaranteed", clean(crosscheck.ReleasedUnpaid), paidAt("2026-03-02 12:00"), func(r *warehouse.Record) { r.Header.Guarantee = 100_000 }),
	one("guaranteed in part", breaks(crosscheck.ReleasedUnpaid), paidAt("2026-03-02 12:00"), func(r *warehouse.Record) { r.Header.Guarantee = 99_999 }),
	{"exempt terms", setting(func(s *administration.Settings) { s.ExemptTerms = []string{"DIPL", `odd "one"`} }, paidAt("2026-03-02 12:00"), func(r *warehouse.Record) { r.Header.PaymentTerms = `odd "one"` }), clean(crosscheck.ReleasedUnpaid)},
	one("nothing due", clean(crosscheck.ReleasedUnpaid), paidAt("2026-03-02 12:00"), func(r *warehouse.Record) { r.Versions[0].Payable, r.Versions[1].Payable = 0, 0 }),
	one("due in the version at release, not later", clean(crosscheck.ReleasedUnpaid), func(r *warehouse.Record) {
		r.Versions = append(r.Versions, declaration.Version{Moment: minute("2026-03-05 10:00"), Cause: declaration.VersionPostEntry, CustomsValue: 900_000, Payable: 180_000})
	}),
	one("due in the version of the same minute", breaks(crosscheck.ReleasedUnpaid), func(r *warehouse.Record) {
		r.Versions = append(r.Versions, declaration.Version{Moment: minute("2026-03-02 13:00"), Cause: declaration.VersionPostEntry, CustomsValue: 900_000, Payable: 180_000})
	}),
	one("due of the items without versions", clean(crosscheck.ReleasedUnpaid), lackingPart(warehouse.PartVersions), func(r *warehouse.Record) { r.Versions = nil }),
	one("neither items nor versions", lacks(crosscheck.ReleasedUnpaid, crosscheck.InputItems), lackingPart(warehouse.PartVersions|warehouse.PartItems), func(r *warehouse.Record) { r.Versions, r.Items = nil, nil }),
	one("receipts were never delivered", lacks(crosscheck.ReleasedUnpaid, crosscheck.InputPayments), lackingPart(warehouse.PartPayments), func(r *warehouse.Record) { r.Payments = nil }),
	one("no operations", lacks(crosscheck.ReleasedUnpaid, crosscheck.InputOperations), lackingPart(warehouse.PartEvents), func(r *warehouse.Record) { r.Events = nil }),
}

func rerouted(when string, from, to declaration.Lane, reason string) func(*warehouse.Record) {
	return func(r *warehouse.Record) {
		e := lane(event(declaration.Rerouted, "Re-route", when, "g1"), from, to)
		e.Reason = reason
		r.Events = append(r.Events, e)
	}
}

var rerouteScenarios = []scenario{
	one("cleared after the act without a reason", clean(crosscheck.Rerouting)),
	one("to green without act or reason", breaks(crosscheck.Rerouting, "a high"), unseen),
	one("act in the same minute", clean(crosscheck.Rerouting), func(r *warehouse.Record) { r.Inspections[0].Moment = minute("2026-03-02 09:30") }),
	one("act a minute later", breaks(crosscheck.Rerouting, "a high"), func(r *warehouse.Record) { r.Inspections[0].Moment = minute("2026-03-02 09:31") }),
	one("with a reason", clean(crosscheck.Rerouting), unseen, func(r *warehouse.Record) { find(r, declaration.Rerouted).Reason = "documents in order" }),
	one("raised without a reason", breaks(crosscheck.Rerouting, "a medium"), without(declaration.Rerouted), rerouted("2026-03-02 08:00", declaration.Yellow, declaration.Red, "")),
	one("to blue without a reason after an act", breaks(crosscheck.Rerouting, "a high"), without(declaration.Rerouted), rerouted("2026-03-02 09:30", "", declaration.Blue, "")),
	one("by a program", clean(crosscheck.Rerouting), without(declaration.Rerouted), with(lane(event(declaration.Rerouted, "System re-route to blue", "2026-03-05 09:30", "System re-route"), declaration.Yellow, declaration.Blue))),
	{"by a user named like a program of the settings", func(w *world) {
		w.settings.MachineUsers = []string{"system", "Auto."}
		w.proper(without(declaration.Rerouted), with(lane(event(declaration.Rerouted, "Re-route to blue", "2026-03-05 09:30", "AUTO.7"), declaration.Yellow, declaration.Blue)))
	}, clean(crosscheck.Rerouting)},
	one("after assessment", breaks(crosscheck.Rerouting, "b high"), rerouted("2026-03-02 10:03", declaration.Green, declaration.Red, "why")),
	one("within the tolerance after assessment", clean(crosscheck.Rerouting), rerouted("2026-03-02 10:02", declaration.Green, declaration.Red, "why")),
	one("both", breaks(crosscheck.Rerouting, "a high", "b high"), rerouted("2026-03-02 10:03", declaration.Green, declaration.Blue, ""), func(r *warehouse.Record) {
		r.Events[len(r.Events)-1].From = declaration.Red
	}),
	{"after assessment where selection comes later", setting(func(s *administration.Settings) { s.SelectionTiming = administration.AfterAssessment }, rerouted("2026-03-02 10:03", declaration.Green, declaration.Red, "why")), clean(crosscheck.Rerouting)},
	{"after release where selection comes later", setting(func(s *administration.Settings) { s.SelectionTiming = administration.AfterPayment }, rerouted("2026-03-02 13:03", declaration.Green, declaration.Red, "why")), breaks(crosscheck.Rerouting, "b high")},
	one("with a date only, on the day of assessment", clean(crosscheck.Rerouting), rerouted("2026-03-02 10:03", declaration.Green, declaration.Red, "why"), func(r *warehouse.Record) { r.Events[len(r.Events)-1].Moment = onDay("2026-03-02") }),
	one("with a date only, the day after", breaks(crosscheck.Rerouting, "b high"), rerouted("2026-03-02 10:03", declaration.Green, declaration.Red, "why"), func(r *warehouse.Record) { r.Events[len(r.Events)-1].Moment = onDay("2026-03-03") }),
	one("never assessed", clean(crosscheck.Rerouting), without(declaration.Assessed)),
	one("the new lane is not known", lacks(crosscheck.Rerouting, crosscheck.InputLanes), func(r *warehouse.Record) { find(r, declaration.Rerouted).To = "" }),
	one("the new lane is not known, but too late", breaks(crosscheck.Rerouting, "b high"), func(r *warehouse.Record) {
		*find(r, declaration.Rerouted) = event(declaration.Rerouted, "Re-route", "2026-03-02 10:03", "g1")
	}),
	one("to green, acts were never delivered", lacks(crosscheck.Rerouting, crosscheck.InputInspections), lackingPart(warehouse.PartInspections), unseen),
	one("no operations", lacks(crosscheck.Rerouting, crosscheck.InputOperations), lackingPart(warehouse.PartEvents), func(r *warehouse.Record) { r.Events = nil }),
}

func crime(when string, change ...func(*declaration.Offence)) func(*warehouse.Record) {
	return func(r *warehouse.Record) {
		o := declaration.Offence{Number: "X1", Moment: minute(when), User: "g1", Code: "VALUE", Status: declaration.OffenceConfirmed}
		for _, c := range change {
			c(&o)
		}
		r.Offences = append(r.Offences, o)
	}
}

func uplift(when string, value, payable int64) func(*warehouse.Record) {
	return func(r *warehouse.Record) {
		r.Versions = append(r.Versions, declaration.Version{Moment: minute(when), User: "g1", Cause: declaration.VersionPostEntry, ByCustoms: true, CustomsValue: value, Payable: payable})
	}
}

var offenceScenarios = []scenario{
	one("nothing found, nothing raised", clean(crosscheck.OffenceAgainstMoney)),
	one("an offence that cost nothing", breaks(crosscheck.OffenceAgainstMoney, "a medium"), crime("2026-03-02 09:00")),
	one("with a fine", clean(crosscheck.OffenceAgainstMoney), crime("2026-03-02 09:00", func(o *declaration.Offence) { o.Fine = 1 })),
	one("with extra duties", clean(crosscheck.OffenceAgainstMoney), crime("2026-03-02 09:00", func(o *declaration.Offence) { o.ExtraDuties = 1 })),
	one("dismissed", clean(crosscheck.OffenceAgainstMoney), crime("2026-03-02 09:00", func(o *declaration.Offence) { o.Status = declaration.OffenceDismissed })),
	{"documentary", setting(func(s *administration.Settings) { s.DocumentaryOffences = []string{"VALUE"} }, crime("2026-03-02 09:00")), clean(crosscheck.OffenceAgainstMoney)},
	one("with an adjustment 30 days later", clean(crosscheck.OffenceAgainstMoney), crime("2026-03-02 09:00"), uplift("2026-04-01 20:59", 600_000, 100_000)),
	one("with an adjustment 31 days later", breaks(crosscheck.OffenceAgainstMoney, "a medium", "b medium"), crime("2026-03-02 09:00"), uplift("2026-04-01 21:00", 600_000, 100_000)),
	one("with an adjustment below the tolerance", breaks(crosscheck.OffenceAgainstMoney, "a medium"), crime("2026-03-02 09:00"), uplift("2026-03-03 09:00", 502_499, 100_499)),
	one("with an adjustment at the tolerance", clean(crosscheck.OffenceAgainstMoney), crime("2026-03-02 09:00"), uplift("2026-03-03 09:00", 500_000, 100_500)),
	one("raised by the declarant", breaks(crosscheck.OffenceAgainstMoney, "a medium"), crime("2026-03-02 09:00"), uplift("2026-03-03 09:00", 600_000, 120_000), func(r *warehouse.Record) { r.Versions[2].ByCustoms = false }),
	one("raised without an offence", breaks(crosscheck.OffenceAgainstMoney, "b medium"), uplift("2026-03-03 09:00", 600_000, 120_000)),
	one("raised, an act says not conform", clean(crosscheck.OffenceAgainstMoney), uplift("2026-03-03 09:00", 600_000, 120_000), func(r *warehouse.Record) { r.Inspections[0].Conform = false }),
	one("raised, the act that says not conform is too old", breaks(crosscheck.OffenceAgainstMoney, "b medium"), uplift("2026-04-03 09:00", 600_000, 120_000), func(r *warehouse.Record) { r.Inspections[0].Conform = false }),
	{"raised by less than what counts", setting(func(s *administration.Settings) { s.MonetaryDeMinimis = 20_001 }, uplift("2026-03-03 09:00", 600_000, 120_000)), clean(crosscheck.OffenceAgainstMoney)},
	{"too early to tell", func(w *world) {
		w.watermark = at("2026-04-01 20:00") // in Kampala 30 days after the second of March
		w.proper(crime("2026-03-02 21:00"))  // which is the third there
	}, lacks(crosscheck.OffenceAgainstMoney, crosscheck.InputMaturity)},
	{"just ripe", func(w *world) {
		w.watermark = at("2026-04-01 21:00")
		w.proper(crime("2026-03-02 21:00"))
	}, breaks(crosscheck.OffenceAgainstMoney, "a medium")},
	{"one ripe, one not", func(w *world) {
		w.watermark = at("2026-05-01 21:00")
		w.proper(crime("2026-03-02 21:00"), crime("2026-04-30 21:00"))
	}, breaks(crosscheck.OffenceAgainstMoney, "a medium")},
	one("offences were never delivered", lacks(crosscheck.OffenceAgainstMoney, crosscheck.InputOffences), lackingPart(warehouse.PartOffences)),
	one("versions were never delivered", lacks(crosscheck.OffenceAgainstMoney, crosscheck.InputVersions), lackingPart(warehouse.PartVersions), func(r *warehouse.Record) { r.Versions = nil }),
}

func takenBack(when string, payable int64, change ...func(*declaration.Version)) func(*warehouse.Record) {
	return func(r *warehouse.Record) {
		v := declaration.Version{Moment: minute(when), User: "head", Cause: declaration.VersionPostEntry, ByCustoms: true, CustomsValue: 500_000, Payable: payable}
		for _, c := range change {
			c(&v)
		}
		r.Versions = append(r.Versions, v)
	}
}

var reversalScenarios = []scenario{
	one("nothing raised", clean(crosscheck.AdjustmentReversed)),
	one("raised and kept", clean(crosscheck.AdjustmentReversed), uplift("2026-03-03 09:00", 600_000, 120_000)),
	one("raised and taken back", breaks(crosscheck.AdjustmentReversed, " high"), uplift("2026-03-03 09:00", 600_000, 120_000), takenBack("2026-03-10 09:00", 100_000)),
	one("four fifths taken back", breaks(crosscheck.AdjustmentReversed), uplift("2026-03-03 09:00", 600_000, 120_000), takenBack("2026-03-10 09:00", 104_000)),
	one("less taken back", clean(crosscheck.AdjustmentReversed), uplift("2026-03-03 09:00", 600_000, 120_000), takenBack("2026-03-10 09:00", 104_001)),
	one("on the thirtieth day", breaks(crosscheck.AdjustmentReversed), uplift("2026-03-03 09:00", 600_000, 120_000), takenBack("2026-04-02 20:59", 100_000)),
	one("on the thirty-first day", clean(crosscheck.AdjustmentReversed), uplift("2026-03-03 09:00", 600_000, 120_000), takenBack("2026-04-02 21:00", 100_000)),
	one("cancelled", breaks(crosscheck.AdjustmentReversed), uplift("2026-03-03 09:00", 600_000, 120_000), takenBack("2026-03-10 09:00", 0, func(v *declaration.Version) { v.Cause = declaration.VersionCancelled })),
	one("by assessment", clean(crosscheck.AdjustmentReversed), uplift("2026-03-03 09:00", 600_000, 120_000), takenBack("2026-03-10 09:00", 0, func(v *declaration.Version) { v.Cause = declaration.VersionAssessed })),
	one("raised by the declarant", clean(crosscheck.AdjustmentReversed), uplift("2026-03-03 09:00", 600_000, 120_000), takenBack("2026-03-10 09:00", 100_000), func(r *warehouse.Record) { r.Versions[2].ByCustoms = false }),
	one("only the value was raised", clean(crosscheck.AdjustmentReversed), uplift("2026-03-03 09:00", 600_000, 100_000), takenBack("2026-03-10 09:00", 80_000)),
	one("a small one, taken back", clean(crosscheck.AdjustmentReversed), uplift("2026-03-03 09:00", 500_000, 100_499), takenBack("2026-03-10 09:00", 100_000)),
	one("taken back two versions later", breaks(crosscheck.AdjustmentReversed), uplift("2026-03-03 09:00", 600_000, 120_000), takenBack("2026-03-05 09:00", 119_000), takenBack("2026-03-10 09:00", 100_000)),
	one("versions were never delivered", lacks(crosscheck.AdjustmentReversed, crosscheck.InputVersions), lackingPart(warehouse.PartVersions), func(r *warehouse.Record) { r.Versions = nil }),
}

// cargo makes importer, bill and goods the same in two declarations.
func cargo(r *warehouse.Record) {
	r.Header.Importer, r.Header.Manifest, r.Header.Bills, r.Header.Containers = "T0", "BIR/2026/7", []string{"B7"}, []string{"MSKU1"}
}

func cancelled(when string) func(*warehouse.Record) {
	return func(r *warehouse.Record) {
		r.Header.Cancelled = true
		drop(r, declaration.Paid, declaration.Released, declaration.Exited)
		r.Payments = nil
		r.Events = append(r.Events, event(declaration.Cancelled, "Cancel", when, "head"))
	}
}

// again is a cancelled declaration and one after it, registered on 12 March at 7 UTC.
func again(name string, want expectation, change ...func(r *warehouse.Record)) scenario {
	return scenario{name, func(w *world) {
		w.proper(cargo, cancelled("2026-03-10 08:00"))
		w.proper(append([]func(*warehouse.Record){cargo, later(10 * 24 * time.Hour)}, change...)...)
	}, want}
}

// later moves the whole declaration in time.
func later(by time.Duration) func(*warehouse.Record) {
	return func(r *warehouse.Record) {
		for i := range r.Events {
			r.Events[i].At = r.Events[i].At.Add(by)
		}
		for i := range r.Assignments {
			r.Assignments[i].At = r.Assignments[i].At.Add(by)
		}
		for i := range r.Inspections {
			r.Inspections[i].At = r.Inspections[i].At.Add(by)
		}
		for i := range r.Payments {
			r.Payments[i].At = r.Payments[i].At.Add(by)
		}
		for i := range r.Versions {
			r.Versions[i].At = r.Versions[i].At.Add(by)
		}
		r.Header.RegisteredOn = r.Header.RegisteredOn.Add(by.Truncate(24 * time.Hour))
	}
}

func goods(codes ...string) func(*warehouse.Record) {
	return func(r *warehouse.Record) {
		item := r.Items[0]
		r.Items = nil
		for i, code := range codes {
			item.Number, item.HS = i+1, code
			r.Items = append(r.Items, item)
		}
	}
}

var againScenarios = []scenario{
	again("alike", breaks(crosscheck.RegisteredAgain, " low")),
	again("softer lane", breaks(crosscheck.RegisteredAgain, " high"), func(r *warehouse.Record) { find(r, declaration.Selected).To = declaration.Green }),
	again("lower tax", breaks(crosscheck.RegisteredAgain, " high"), func(r *warehouse.Record) { r.Items[0].Taxes[0].Amount = 10 }),
	again("higher tax", breaks(crosscheck.RegisteredAgain, " medium"), func(r *warehouse.Record) { r.Items[0].Taxes[0].Amount = 90_000 }),
	again("another broker", breaks(crosscheck.RegisteredAgain, " medium"), func(r *warehouse.Record) { r.Header.Broker = "B2" }),
	again("another office", breaks(crosscheck.RegisteredAgain, " high"), func(r *warehouse.Record) { r.Reference.Office = "DLA" }),
	again("another officer", breaks(crosscheck.RegisteredAgain, " high"), func(r *warehouse.Record) { r.Assignments[0].Examiner = "g7" }),
	again("another importer", clean(crosscheck.RegisteredAgain), func(r *warehouse.Record) { r.Header.Importer = "T9" }),
	again("another bill, same container", breaks(crosscheck.RegisteredAgain), func(r *warehouse.Record) { r.Header.Bills = []string{"B8"} }),
	again("same bill number on another manifest", clean(crosscheck.RegisteredAgain), func(r *warehouse.Record) { r.Header.Manifest, r.Header.Containers = "BIR/2026/8", nil }),
	again("other cargo", clean(crosscheck.RegisteredAgain), func(r *warehouse.Record) { r.Header.Bills, r.Header.Containers = []string{"B8"}, []string{"MSKU2"} }),
	again("neither bill nor container", lacks(crosscheck.RegisteredAgain, crosscheck.InputCargo), func(r *warehouse.Record) { r.Header.Bills, r.Header.Containers = nil, nil }),
	again("no importer", lacks(crosscheck.RegisteredAgain, crosscheck.InputImporter), func(r *warehouse.Record) { r.Header.Importer = "" }),
	again("no items", lacks(crosscheck.RegisteredAgain, crosscheck.InputItems), lackingPart(warehouse.PartItems), func(r *warehouse.Record) { r.Items = nil }),
	again("no operations", lacks(crosscheck.RegisteredAgain, crosscheck.InputOperations), lackingPart(warehouse.PartEvents), func(r *warehouse.Record) { r.Events = nil }),
	again("other goods", clean(crosscheck.RegisteredAgain), goods("8703231000", "9403300000")),
	again("other national digits", breaks(crosscheck.RegisteredAgain), goods("8703239999")),
	again("a day before the cancellation", breaks(crosscheck.RegisteredAgain), later(-3*24*time.Hour+time.Hour)),
	again("more than a day before", clean(crosscheck.RegisteredAgain), later(-3*24*time.Hour+59*time.Minute)),
	again("thirty days after", breaks(crosscheck.RegisteredAgain), later(28*24*time.Hour+time.Hour)),
	again("more than thirty days after", clean(crosscheck.RegisteredAgain), later(28*24*time.Hour+61*time.Minute)),
	again("with a date only, on the thirtieth day", breaks(crosscheck.RegisteredAgain), dateOnly(declaration.Registered, "2026-04-09")),
	again("with a date only, on the thirty-first day", clean(crosscheck.RegisteredAgain), dateOnly(declaration.Registered, "2026-04-10")),
	{"the first of two, the second cancelled at once", func(w *world) {
		w.proper(cargo, later(time.Hour), cancelled("2026-03-02 08:30"))
		w.proper(cargo)
	}, clean(crosscheck.RegisteredAgain)},
	{"four of five headings", func(w *world) {
		w.proper(cargo, cancelled("2026-03-10 08:00"), goods("100000", "200000", "300000", "400000", "5000001"))
		w.proper(cargo, later(240*time.Hour), goods("100000", "200000", "300000", "400000"))
	}, breaks(crosscheck.RegisteredAgain)},
	{"four of six headings", func(w *world) {
		w.proper(cargo, cancelled("2026-03-10 08:00"), goods("100000", "200000", "300000", "400000", "500000"))
		w.proper(cargo, later(240*time.Hour), goods("100000", "200000", "300000", "400000", "600000"))
	}, clean(crosscheck.RegisteredAgain)},
	{"cancelled by status without an operation", func(w *world) {
		w.proper(cargo, cancelled("2026-03-10 08:00"), without(declaration.Cancelled))
		w.proper(cargo, later(240*time.Hour))
	}, clean(crosscheck.RegisteredAgain)},
	{"not cancelled", func(w *world) {
		w.proper(cargo)
		w.proper(cargo, later(240*time.Hour))
	}, clean(crosscheck.RegisteredAgain)},
}

// bill is a manifest of one bill with 10 packages and 500 kg, written off for the
// declarations of the given numbers.
func (w *world) bill(reference string, packages, mass int64, writeOffs ...declaration.WriteOff) *declaration.Bill {
	if len(w.manifests) == 0 {
		w.manifests = append(w.manifests, &declaration.Manifest{Reference: "BIR/2026/7", Office: "BIR", Mode: "1", RegisteredAt: moment("2026-03-01 08:00"), ArrivedAt: moment("2026-03-01 20:00")})
	}
	m := w.manifests[0]
	for i := range writeOffs {
		writeOffs[i].Sequence = i + 1
	}
	m.Bills = append(m.Bills, declaration.Bill{Reference: reference, Line: len(m.Bills) + 1, Nature: "23", Packages: packages, GrossMass: mass, WriteOffs: writeOffs})
	return &m.Bills[len(m.Bills)-1]
}

// off is a write-off for the declaration with a number; 0 for another document.
func off(number int, packages, mass int64) declaration.WriteOff {
	o := declaration.WriteOff{Moment: minute("2026-03-02 07:00"), Type: "S.A.D.", Packages: packages, GrossMass: mass, User: "broker.1"}
	if number != 0 {
		o.Declaration = fmt.Sprintf("BIR/2026/C%d", number)
	}
	return o
}

func cites(bills ...string) func(*warehouse.Record) {
	return func(r *warehouse.Record) { r.Header.Manifest, r.Header.Bills = "BIR/2026/7", bills }
}

var balanceScenarios = []scenario{
	{"balanced", func(w *world) { w.bill("B1", 10, 500_000, off(1, 10, 500_000)); w.proper(cites("B1")) }, clean(crosscheck.WriteOffBalance)},
	{"short-shipped", func(w *world) { w.bill("B1", 12, 600_000, off(1, 10, 500_000)); w.proper(cites("B1")) }, clean(crosscheck.WriteOffBalance)},
	{"overdrawn", func(w *world) { w.bill("B1", 9, 500_000, off(1, 10, 500_000)); w.proper(cites("B1")) }, breaks(crosscheck.WriteOffBalance, "a high")},
	{"overdrawn within the tolerance", func(w *world) {
		w.settings.PackageTolerance = 1
		w.bill("B1", 9, 500_000, off(1, 10, 500_000))
		w.proper(cites("B1"))
	}, clean(crosscheck.WriteOffBalance)},
	{"overdrawn by another document", func(w *world) { w.bill("B1", 10, 500_000, off(1, 10, 500_000), off(0, 1, 1)); w.proper(cites("B1")) }, breaks(crosscheck.WriteOffBalance, "a high")},
	{"negative remainder", func(w *world) {
		w.bill("B1", 10, 500_000, off(1, 10, 500_000)).RemainingPackages = pointer(int64(-1))
		w.proper(cites("B1"))
	}, breaks(crosscheck.WriteOffBalance, "a high")},
	{"negative mass left", func(w *world) {
		w.bill("B1", 10, 500_000, off(1, 10, 500_000)).RemainingMass = pointer(int64(-1))
		w.proper(cites("B1"))
	}, breaks(crosscheck.WriteOffBalance, "a high")},
	{"fewer written off", func(w *world) { w.bill("B1", 10, 500_000, off(1, 9, 500_000)); w.proper(cites("B1")) }, breaks(crosscheck.WriteOffBalance, "b medium")},
	{"not assessed yet", func(w *world) {
		w.bill("B1", 10, 500_000, off(1, 9, 500_000))
		w.proper(cites("B1"), without(declaration.Assessed))
	}, clean(crosscheck.WriteOffBalance)},
	{"mass at the tolerance", func(w *world) { w.bill("B1", 10, 500_000, off(1, 10, 475_000)); w.proper(cites("B1")) }, clean(crosscheck.WriteOffBalance)},
	{"mass beyond it", func(w *world) { w.bill("B1", 10, 500_000, off(1, 10, 474_999)); w.proper(cites("B1")) }, breaks(crosscheck.WriteOffBalance, "c low")},
	{"no mass declared", func(w *world) {
		w.bill("B1", 10, 500_000, off(1, 10, 500_000))
		w.proper(cites("B1"), func(r *warehouse.Record) { r.Items[0].GrossMass = 0 })
	}, clean(crosscheck.WriteOffBalance)},
	{"cancelled and written back", func(w *world) {
		w.bill("B1", 10, 500_000, off(1, 10, 500_000), off(1, -10, -500_000), off(2, 10, 500_000))
		w.proper(cites("B1"), cancelled("2026-03-10 08:00"))
		w.proper(cites("B1"))
	}, clean(crosscheck.WriteOffBalance)},
	{"cancelled, not written back", func(w *world) {
		w.bill("B1", 30, 500_000, off(1, 10, 500_000), off(2, 10, 500_000))
		w.proper(cites("B1"), cancelled("2026-03-10 08:00"))
		w.proper(cites("B1"))
	}, breaks(crosscheck.WriteOffBalance, "b medium", "c low")},
	{"a cancelled one", func(w *world) {
		w.bill("B1", 9, 500_000, off(1, 10, 500_000))
		w.proper(cites("B1"), cancelled("2026-03-10 08:00"))
	}, lacks(crosscheck.WriteOffBalance, crosscheck.InputLiveDocument)},
	{"two declarations share it", func(w *world) {
		w.bill("B1", 20, 1_000_000, off(1, 10, 500_000), off(2, 10, 500_000))
		w.proper(cites("B1"))
		w.proper(cites("B1"))
	}, clean(crosscheck.WriteOffBalance)},
	{"two share it, one is not assessed", func(w *world) {
		w.bill("B1", 20, 1_000_000, off(1, 10, 500_000))
		w.proper(cites("B1"), without(declaration.Assessed))
		w.proper(cites("B1"))
	}, clean(crosscheck.WriteOffBalance)},
	{"two share it, one was not written off", func(w *world) {
		w.bill("B1", 20, 1_000_000, off(1, 10, 500_000))
		w.proper(cites("B1"))
		w.proper(cites("B1"))
	}, breaks(crosscheck.WriteOffBalance, "b medium", "c low")},
	{"two share it, one without items", func(w *world) {
		w.bill("B1", 20, 1_000_000, off(1, 10, 500_000))
		w.proper(cites("B1"), lackingPart(warehouse.PartItems), func(r *warehouse.Record) { r.Items = nil })
		w.proper(cites("B1"))
	}, clean(crosscheck.WriteOffBalance)},
	{"written off for one that is not here", func(w *world) { w.bill("B1", 20, 1_000_000, off(1, 10, 500_000), off(77, 5, 5)); w.proper(cites("B1")) }, clean(crosscheck.WriteOffBalance)},
	{"written off for one that does not cite it", func(w *world) {
		w.bill("B1", 20, 1_000_000, off(1, 5, 250_000), off(2, 10, 500_000))
		w.proper()
		w.proper(cites("B1"))
	}, breaks(crosscheck.WriteOffBalance, "b medium", "c low")},
	{"several bills together", func(w *world) {
		w.bill("B1", 4, 200_000, off(1, 4, 200_000))
		w.bill("B2", 6, 300_000, off(1, 6, 300_000))
		w.proper(cites("B1", "B2", "B1"))
	}, clean(crosscheck.WriteOffBalance)},
	{"several bills together, wrong", func(w *world) {
		w.bill("B1", 4, 200_000, off(1, 4, 200_000))
		w.bill("B2", 6, 300_000, off(1, 5, 300_000))
		w.proper(cites("B1", "B2"))
	}, breaks(crosscheck.WriteOffBalance, "b medium")},
	{"several bills, one unknown", func(w *world) { w.bill("B1", 4, 200_000, off(1, 4, 200_000)); w.proper(cites("B1", "B9")) }, clean(crosscheck.WriteOffBalance)},
	{"several bills, one shared", func(w *world) {
		w.bill("B1", 4, 200_000, off(1, 4, 200_000))
		w.bill("B2", 6, 300_000, off(1, 5, 300_000))
		w.proper(cites("B2"))
		w.proper(cites("B1", "B2"))
	}, clean(crosscheck.WriteOffBalance)},
	{"shared with one of several bills", func(w *world) {
		w.bill("B1", 4, 200_000, off(1, 4, 200_000))
		w.bill("B2", 6, 300_000, off(1, 5, 300_000))
		w.proper(cites("B1", "B2"))
		w.proper(cites("B2"))
	}, clean(crosscheck.WriteOffBalance)},
	{"bill not found", func(w *world) { w.bill("B1", 4, 200_000, off(1, 4, 200_000)); w.proper(cites("B9")) }, lacks(crosscheck.WriteOffBalance, crosscheck.InputBill)},
	{"manifest not found", func(w *world) { w.bill("B1", 4, 200_000, off(1, 4, 200_000)); w.proper() }, lacks(crosscheck.WriteOffBalance, crosscheck.InputManifest)},
	{"no write-offs at all", func(w *world) { w.bill("B1", 10, 500_000); w.proper(cites("B1")) }, lacks(crosscheck.WriteOffBalance, crosscheck.InputWriteOffs)},
	{"no items", func(w *world) {
		w.bill("B1", 10, 500_000, off(1, 10, 500_000))
		w.proper(cites("B1"), lackingPart(warehouse.PartItems))
	}, lacks(crosscheck.WriteOffBalance, crosscheck.InputItems)},
}

// t1 is a transit of 180 km that left at 8 and arrived at 12 UTC.
func (w *world) t1(reference string, change ...func(*declaration.TransitDocument)) {
	t := &declaration.TransitDocument{Reference: reference, Departure: "BIR", Destination: "DLA", RegisteredAt: moment("2026-03-02 07:00"), TransmittedAt: moment("2026-03-02 08:00"),
		ArrivedAt: moment("2026-03-02 12:00"), ValidatedAt: moment("2026-03-02 14:00"), Status: "Validated", DistanceKM: 180}
	for _, c := range change {
		c(t)
	}
	w.transits = append(w.transits, t)
}

func transit(name string, want expectation, change ...func(*declaration.TransitDocument)) scenario {
	return scenario{name, func(w *world) { w.t1("BIR/2026/C1", change...); w.proper() }, want}
}

// history gives the route 29 or more transits without distance.
func history(w *world, n int) {
	for i := range n {
		w.t1(fmt.Sprintf("T1-%d", i), func(t *declaration.TransitDocument) {
			t.DistanceKM, t.ArrivedAt = 0, moment(fmt.Sprintf("2026-03-02 %d:00", 12+i%2))
		})
	}
}

var transitScenarios = []scenario{
	transit("possible", clean(crosscheck.ImpossibleTransit)),
	transit("validated before departure", breaks(crosscheck.ImpossibleTransit, "a critical"), func(t *declaration.TransitDocument) { t.ValidatedAt = moment("2026-03-02 07:59") }),
	transit("validated at departure", clean(crosscheck.ImpossibleTransit), func(t *declaration.TransitDocument) { t.ValidatedAt = moment("2026-03-02 08:00") }),
	transit("validated after registration where nothing was transmitted", clean(crosscheck.ImpossibleTransit), func(t *declaration.TransitDocument) { t.TransmittedAt, t.ValidatedAt = nil, moment("2026-03-02 07:59") }),
	transit("exactly at the limit of speed", clean(crosscheck.ImpossibleTransit), func(t *declaration.TransitDocument) { t.ArrivedAt = moment("2026-03-02 10:00") }),
	transit("faster", breaks(crosscheck.ImpossibleTransit, "b high"), func(t *declaration.TransitDocument) { t.ArrivedAt = moment("2026-03-02 09:59") }),
	transit("arrived before it left", breaks(crosscheck.ImpossibleTransit, "b high"), func(t *declaration.TransitDocument) { t.ArrivedAt = moment("2026-03-02 07:30") }),
	transit("dates only", clean(crosscheck.ImpossibleTransit), func(t *declaration.TransitDocument) {
		t.ArrivedAt, t.ValidatedAt = pointer(localDay("2026-03-02", "Africa/Douala")), pointer(localDay("2026-03-02", "Africa/Douala"))
	}),
	transit("validated the day before", breaks(crosscheck.ImpossibleTransit, "a critical"), func(t *declaration.TransitDocument) { t.ValidatedAt = pointer(localDay("2026-03-01", "Africa/Douala")) }),
	transit("on the way", clean(crosscheck.ImpossibleTransit), func(t *declaration.TransitDocument) { t.ArrivedAt, t.ValidatedAt = nil, nil }),
	transit("departure not known", lacks(crosscheck.ImpossibleTransit, crosscheck.InputTransit), func(t *declaration.TransitDocument) { t.TransmittedAt, t.RegisteredAt = nil, nil }),
	{"too fast for the route", func(w *world) {
		history(w, 39)
		w.t1("BIR/2026/C1", func(t *declaration.TransitDocument) { t.DistanceKM, t.ArrivedAt = 0, moment("2026-03-02 09:59") })
		w.proper()
	}, breaks(crosscheck.ImpossibleTransit, "b high")},
	{"at half the fifth percentile", func(w *world) {
		history(w, 39)
		w.t1("BIR/2026/C1", func(t *declaration.TransitDocument) { t.DistanceKM, t.ArrivedAt = 0, moment("2026-03-02 10:00") })
		w.proper()
	}, clean(crosscheck.ImpossibleTransit)},
	{"too little history", func(w *world) {
		history(w, 28)
		w.t1("BIR/2026/C1", func(t *declaration.TransitDocument) { t.DistanceKM, t.ArrivedAt = 0, moment("2026-03-02 08:01") })
		w.proper()
	}, clean(crosscheck.ImpossibleTransit)},
	{"just enough history", func(w *world) {
		history(w, 29)
		w.t1("BIR/2026/C1", func(t *declaration.TransitDocument) { t.DistanceKM, t.ArrivedAt = 0, moment("2026-03-02 08:01") })
		w.proper()
	}, breaks(crosscheck.ImpossibleTransit)},
	{"by the previous document", func(w *world) {
		w.t1("T1-5", func(t *declaration.TransitDocument) { t.ValidatedAt = moment("2026-03-02 07:00") })
		w.proper(func(r *warehouse.Record) { r.Header.Previous = "T1-5" })
	}, breaks(crosscheck.ImpossibleTransit, "a critical")},
	{"not linked", func(w *world) { w.t1("T1-5"); w.proper() }, lacks(crosscheck.ImpossibleTransit, crosscheck.InputTransit)},
	{"no transits", func(w *world) { w.proper() }, lacks(crosscheck.ImpossibleTransit, crosscheck.InputTransit)},
}

// account is a suspense account of the importer of declaration 1 with a quantity of 100.
func (w *world) account(discharges ...declaration.Discharge) *declaration.SuspenseAccount {
	for i := range discharges {
		discharges[i].Sequence = i + 1
	}
	a := &declaration.SuspenseAccount{Account: fmt.Sprintf("A%d", len(w.accounts)+1), Office: "BIR", Regime: "7000", Holder: "T1", HS: "8703231000", OpenedOn: date("2026-01-05"), DueOn: date("2026-07-05"), Quantity: 100, Discharges: discharges}
	w.accounts = append(w.accounts, a)
	return a
}

func discharge(when, reference string, quantity int64) declaration.Discharge {
	return declaration.Discharge{Moment: minute(when), Declaration: reference, Quantity: quantity}
}

func reExport(r *warehouse.Record) { r.Header.Flow, r.Items[0].Procedure = declaration.Export, "3070" }

func homeUse(r *warehouse.Record) { r.Items[0].Procedure = "4070" }

var dischargeScenarios = []scenario{
	{"another procedure", func(w *world) { w.account(); w.proper() }, clean(crosscheck.ExportUndischarged)},
	{"discharged", func(w *world) { w.account(discharge("2026-03-02 10:00", "BIR/2026/C1", 100)); w.proper(reExport) }, clean(crosscheck.ExportUndischarged)},
	{"never discharged", func(w *world) { w.account(); w.proper(reExport) }, breaks(crosscheck.ExportUndischarged, "a high")},
	{"home use discharged", func(w *world) { w.account(discharge("2026-03-02 10:00", "BIR/2026/C1", 100)); w.proper(homeUse) }, clean(crosscheck.ExportUndischarged)},
	{"home use never discharged", func(w *world) { w.account(); w.proper(homeUse) }, breaks(crosscheck.ExportUndischarged, "b high")},
	{"an import under an export procedure", func(w *world) {
		w.account()
		w.proper(reExport, func(r *warehouse.Record) { r.Header.Flow = declaration.Import })
	}, clean(crosscheck.ExportUndischarged)},
	{"seven days later", func(w *world) { w.account(discharge("2026-03-09 20:59", "BIR/2026/C1", 100)); w.proper(reExport) }, clean(crosscheck.ExportUndischarged)},
	{"eight days later", func(w *world) { w.account(discharge("2026-03-09 21:00", "BIR/2026/C1", 100)); w.proper(reExport) }, breaks(crosscheck.ExportUndischarged, "a high")},
	{"seven days before", func(w *world) { w.account(discharge("2026-02-22 21:00", "BIR/2026/C1", 100)); w.proper(reExport) }, clean(crosscheck.ExportUndischarged)},
	{"eight days before", func(w *world) { w.account(discharge("2026-02-22 20:59", "BIR/2026/C1", 100)); w.proper(reExport) }, breaks(crosscheck.ExportUndischarged, "a high")},
	{"discharged for another declaration", func(w *world) { w.account(discharge("2026-03-02 10:00", "BIR/2026/C9", 100)); w.proper(reExport) }, breaks(crosscheck.ExportUndischarged, "a high")},
	{"discharged for nobody named", func(w *world) { w.account(discharge("2026-03-02 10:00", "", 100)); w.proper(reExport) }, clean(crosscheck.ExportUndischarged)},
	{"nobody named, other goods", func(w *world) { w.account(discharge("2026-03-02 10:00", "", 100)).HS = "940330"; w.proper(reExport) }, breaks(crosscheck.ExportUndischarged, "a high")},
	{"nobody named, other holder", func(w *world) { w.account(discharge("2026-03-02 10:00", "", 100)).Holder = "T2"; w.proper(reExport) }, breaks(crosscheck.ExportUndischarged, "a high")},
	{"nobody named, account closed before", func(w *world) {
		w.account(discharge("2026-03-02 10:00", "", 100)).ClosedOn = pointer(date("2026-03-01"))
		w.proper(reExport)
	}, breaks(crosscheck.ExportUndischarged, "a high")},
	{"nobody named, account closed that day", func(w *world) {
		w.account(discharge("2026-03-02 10:00", "", 100)).ClosedOn = pointer(date("2026-03-02"))
		w.proper(reExport)
	}, clean(crosscheck.ExportUndischarged)},
	{"not assessed", func(w *world) { w.account(); w.proper(reExport, without(declaration.Assessed)) }, clean(crosscheck.ExportUndischarged)},
	{"too early to tell", func(w *world) { w.watermark = at("2026-03-09 20:00"); w.account(); w.proper(reExport) }, lacks(crosscheck.ExportUndischarged, crosscheck.InputMaturity)},
	{"just ripe", func(w *world) { w.watermark = at("2026-03-09 21:00"); w.account(); w.proper(reExport) }, breaks(crosscheck.ExportUndischarged, "a high")},
	{"more out than in", func(w *world) {
		w.account(discharge("2026-03-02 10:00", "BIR/2026/C9", 60), discharge("2026-03-02 11:00", "BIR/2026/C1", 41))
		w.proper(reExport)
	}, breaks(crosscheck.ExportUndischarged, "c high")},
	{"exactly out", func(w *world) {
		w.account(discharge("2026-03-02 10:00", "BIR/2026/C9", 60), discharge("2026-03-02 11:00", "BIR/2026/C1", 40))
		w.proper(reExport)
	}, clean(crosscheck.ExportUndischarged)},
	{"more out than in, after this one", func(w *world) {
		w.account(discharge("2026-03-02 10:00", "BIR/2026/C1", 60), discharge("2026-03-02 11:00", "BIR/2026/C9", 41))
		w.proper(reExport)
	}, clean(crosscheck.ExportUndischarged)},
	{"no accounts", func(w *world) { w.proper(reExport) }, lacks(crosscheck.ExportUndischarged, crosscheck.InputSuspense)},
	{"no items", func(w *world) { w.account(); w.proper(lackingPart(warehouse.PartItems)) }, lacks(crosscheck.ExportUndischarged, crosscheck.InputItems)},
	{"no operations", func(w *world) { w.account(); w.proper(lackingPart(warehouse.PartEvents)) }, lacks(crosscheck.ExportUndischarged, crosscheck.InputOperations)},
}

// staff gives a user a row of the register.
func (w *world) staff(user, office, function, status, from, to string) {
	p := posting{user: user, office: office, function: function, status: status, from: date(from)}
	if to != "" {
		p.to = pointer(date(to))
	}
	w.postings = append(w.postings, p)
}

func (w *world) session(user, workstation, from, to string) {
	s := session{user: user, workstation: workstation, from: at(from)}
	if to != "" {
		s.to = pointer(at(to))
	}
	w.sessions = append(w.sessions, s)
}

func absent(name string, want expectation, office, status, from, to string, more ...func(w *world)) scenario {
	return scenario{name, func(w *world) {
		w.staff("g1", "BIR", "examiner", "active", "2020-01-01", "2026-02-28")
		w.staff("g1", office, "examiner", status, from, to)
		for _, m := range more {
			m(w)
		}
		w.proper()
	}, want}
}

var userScenarios = []scenario{
	absent("at work", clean(crosscheck.ImpossibleUser), "BIR", "active", "2026-03-01", ""),
	absent("on leave", breaks(crosscheck.ImpossibleUser, "a critical"), "BIR", "leave", "2026-03-01", "2026-03-10"),
	absent("suspended from that day", breaks(crosscheck.ImpossibleUser, "a critical"), "BIR", "suspended", "2026-03-02", ""),
	absent("suspended from the next day", clean(crosscheck.ImpossibleUser), "BIR", "suspended", "2026-03-03", ""),
	absent("on leave to that day", breaks(crosscheck.ImpossibleUser, "a critical"), "", "leave", "2026-02-02", "2026-03-02"),
	absent("on leave to the day before", clean(crosscheck.ImpossibleUser), "", "leave", "2026-02-02", "2026-03-01"),
	absent("transferred away", breaks(crosscheck.ImpossibleUser, "a critical"), "BIR", "transferred", "2026-03-01", ""),
	absent("transferred from another office", clean(crosscheck.ImpossibleUser), "DLA", "transferred", "2026-03-01", ""),
	absent("transferred and back", clean(crosscheck.ImpossibleUser), "BIR", "transferred", "2026-03-01", "", func(w *world) { w.staff("g1", "BIR", "examiner", "active", "2026-03-02", "") }),
	absent("transferred, active before only", breaks(crosscheck.ImpossibleUser, "a critical"), "", "transferred", "2026-03-02", "", func(w *world) { w.staff("g1", "BIR", "examiner", "active", "2026-03-01", "") }),
	{"a program on leave", func(w *world) { w.staff("System bank", "", "system", "leave", "2026-03-01", ""); w.proper() }, clean(crosscheck.ImpossibleUser)},
	{"one session", func(w *world) { w.session("g1", "W1", "2026-03-02 06:00", "2026-03-02 15:00"); w.proper() }, clean(crosscheck.ImpossibleUser)},
	{"two sessions at once", func(w *world) {
		w.session("g1", "W1", "2026-03-02 06:00", "2026-03-02 15:00")
		w.session("g1", "W2", "2026-03-02 08:30", "2026-03-02 09:15")
		w.proper()
	}, breaks(crosscheck.ImpossibleUser, "b critical")},
	{"two sessions at once, no act in that time", func(w *world) {
		w.session("g1", "W1", "2026-03-02 06:00", "2026-03-02 15:00")
		w.session("g1", "W2", "2026-03-02 11:00", "2026-03-02 12:15")
		w.proper()
	}, clean(crosscheck.ImpossibleUser)},
	{"two sessions at one workstation", func(w *world) {
		w.session("g1", "W1", "2026-03-02 06:00", "2026-03-02 15:00")
		w.session("g1", "W1", "2026-03-02 08:30", "2026-03-02 09:15")
		w.proper()
	}, clean(crosscheck.ImpossibleUser)},
	{"overlap of a minute", func(w *world) {
		w.session("g1", "W1", "2026-03-02 06:00", "2026-03-02 09:01")
		w.session("g1", "W2", "2026-03-02 09:00", "2026-03-02 15:00")
		w.proper()
	}, clean(crosscheck.ImpossibleUser)},
	{"overlap of a minute and a second, act at its beginning", func(w *world) {
		w.session("g1", "W1", "2026-03-02 06:00", "2026-03-02 09:01:01")
		w.session("g1", "W2", "2026-03-02 09:00", "2026-03-02 15:00")
		w.proper()
	}, breaks(crosscheck.ImpossibleUser, "b critical")},
	{"begun together", func(w *world) {
		w.session("g1", "W1", "2026-03-02 06:00", "2026-03-02 15:00")
		w.session("g1", "W2", "2026-03-02 06:00", "2026-03-02 15:00")
		w.proper()
	}, breaks(crosscheck.ImpossibleUser, "b critical")},
	{"a session without end", func(w *world) {
		w.session("g1", "W1", "2026-03-02 06:00", "")
		w.session("g1", "W2", "2026-03-02 06:00", "2026-03-02 15:00")
		w.proper()
	}, clean(crosscheck.ImpossibleUser)},
	{"a second session without end", func(w *world) {
		w.session("g1", "W1", "2026-03-02 06:00", "2026-03-02 15:00")
		w.session("g1", "W2", "2026-03-02 08:00", "")
		w.proper()
	}, clean(crosscheck.ImpossibleUser)},
	{"two offices in half an hour", func(w *world) {
		w.proper()
		w.proper(later(30*time.Minute), func(r *warehouse.Record) {
			r.Reference.Office = "DLA"
			drop(r, declaration.ControlRecorded, declaration.Rerouted)
			r.Inspections = nil
		})
	}, breaks(crosscheck.ImpossibleUser, "c critical")},
	{"two offices in more than half an hour", func(w *world) {
		w.proper()
		w.proper(later(3*time.Hour), func(r *warehouse.Record) {
			r.Reference.Office = "DLA"
			drop(r, declaration.Exited)
		})
	}, clean(crosscheck.ImpossibleUser)},
	{"two offices with a session log", func(w *world) {
		w.session("g9", "W1", "2026-03-02 06:00", "2026-03-02 15:00")
		w.proper()
		w.proper(later(30*time.Minute), func(r *warehouse.Record) { r.Reference.Office = "DLA" })
	}, clean(crosscheck.ImpossibleUser)},
	{"a broker at two offices", func(w *world) {
		w.staff("g1", "BIR", "broker", "active", "2020-01-01", "")
		w.proper()
		w.proper(later(30*time.Minute), func(r *warehouse.Record) { r.Reference.Office = "DLA" })
	}, clean(crosscheck.ImpossibleUser)},
	{"nobody known to be of Customs", func(w *world) { w.proper(func(r *warehouse.Record) { r.Assignments, r.Inspections = nil, nil }) }, lacks(crosscheck.ImpossibleUser, crosscheck.InputStaff)},
	one("no operations", lacks(crosscheck.ImpossibleUser, crosscheck.InputOperations), lackingPart(warehouse.PartEvents)),
}

func assessedTotal(n int64) func(*warehouse.Record) {
	return func(r *warehouse.Record) { r.Header.AssessedTotal = &n }
}

func refunded(when string, amount int64) func(*warehouse.Record) {
	return func(r *warehouse.Record) {
		r.Events = append(r.Events, event(declaration.Refunded, "Refund", when, "cashier"))
		r.Payments = append(r.Payments, declaration.Payment{Receipt: "R2", Moment: minute(when), Kind: declaration.Refund, Tax: "DUTY", Amount: amount})
	}
}

var arithmeticScenarios = []scenario{
	one("adds up", clean(crosscheck.TaxArithmetic)),
	one("assessed more, at the tolerance", clean(crosscheck.TaxArithmetic), assessedTotal(100_502)),
	one("assessed more, beyond the tolerance", breaks(crosscheck.TaxArithmetic, "a medium", "b high"), assessedTotal(100_503)),
	one("assessed less", breaks(crosscheck.TaxArithmetic, "a medium", "b medium"), assessedTotal(99_000)),
	one("paid less", breaks(crosscheck.TaxArithmetic, "b high"), paidAt("2026-03-02 12:00", 99_499)),
	one("paid less, at the tolerance", clean(crosscheck.TaxArithmetic), paidAt("2026-03-02 12:00", 99_500)),
	one("paid more", breaks(crosscheck.TaxArithmetic, "b medium"), paidAt("2026-03-02 12:00", 100_501)),
	one("paid with a fine", clean(crosscheck.TaxArithmetic), func(r *warehouse.Record) {
		r.Payments = append(r.Payments, declaration.Payment{Receipt: "R1", Moment: minute("2026-03-02 12:00"), Kind: declaration.Receipt, Tax: "FINE", Amount: 50_000})
	}),
	one("part refunded", breaks(crosscheck.TaxArithmetic, "b high"), refunded("2026-03-05 12:00", 1_000)),
	one("raised since and not paid yet", clean(crosscheck.TaxArithmetic), func(r *warehouse.Record) {
		r.Events = append(r.Events, event(declaration.PostEntry, "Post-Entry", "2026-03-05 12:00", "g1"))
		r.Items[0].Taxes[0].Amount, r.Header.AssessedTotal = 80_000, pointer(int64(120_000))
	}),
	one("raised since and paid in the same minute, too little", breaks(crosscheck.TaxArithmetic, "b high"), func(r *warehouse.Record) {
		r.Events = append(r.Events, event(declaration.PostEntry, "Post-Entry", "2026-03-05 12:00", "g1"), event(declaration.Paid, "Payment", "2026-03-05 12:00", "System bank"))
		r.Items[0].Taxes[0].Amount, r.Header.AssessedTotal = 80_000, pointer(int64(120_000))
	}),
	one("not paid", clean(crosscheck.TaxArithmetic), without(declaration.Paid), func(r *warehouse.Record) { r.Payments = nil }),
	one("refunded but never paid", clean(crosscheck.TaxArithmetic), without(declaration.Paid), refunded("2026-03-05 12:00", 1_000)),
	one("cancelled", clean(crosscheck.TaxArithmetic), refunded("2026-03-05 12:00", 100_000), func(r *warehouse.Record) { r.Header.Cancelled = true }),
	one("receipts were never delivered", clean(crosscheck.TaxArithmetic), lackingPart(warehouse.PartPayments), func(r *warehouse.Record) { r.Payments = nil }),
	one("no assessment total", lacks(crosscheck.TaxArithmetic, crosscheck.InputAssessment), func(r *warehouse.Record) { r.Header.AssessedTotal = nil }),
	one("no items", lacks(crosscheck.TaxArithmetic, crosscheck.InputItems), lackingPart(warehouse.PartItems)),
	{"three items, a unit for each", func(w *world) {
		w.settings.MoneyEpsilonPerMille = 0
		w.proper(goods("100000", "200000", "300000"), assessedTotal(300_300), paidAt("2026-03-02 12:00", 300_000))
	}, clean(crosscheck.TaxArithmetic)},
	{"three items, a unit for each, and one more", func(w *world) {
		w.settings.MoneyEpsilonPerMille = 0
		w.proper(goods("100000", "200000", "300000"), assessedTotal(300_301), paidAt("2026-03-02 12:00", 300_301))
	}, breaks(crosscheck.TaxArithmetic, "a medium")},
}

// shipped is a declaration on a manifest registered and arrived at these times.
func shipped(name string, want expectation, registered, arrived, mode string, change ...func(w *world)) scenario {
	return scenario{name, func(w *world) {
		m := &declaration.Manifest{Reference: "BIR/2026/7", Office: "BIR", Mode: mode}
		if registered != "" {
			m.RegisteredAt = moment(registered)
		}
		if arrived != "" {
			m.ArrivedAt = moment(arrived)
		}
		w.manifests = append(w.manifests, m)
		w.proper(cites("B1"))
		for _, c := range change {
			c(w)
		}
	}, want}
}

var manifestScenarios = []scenario{
	shipped("manifest first", clean(crosscheck.LateManifest), "2026-03-01 08:00", "", "1"),
	shipped("in the same minute", clean(crosscheck.LateManifest), "2026-03-02 07:00", "", "1"),
	shipped("a minute later", breaks(crosscheck.LateManifest, " medium"), "2026-03-02 07:01", "", "1"),
	shipped("later by road", breaks(crosscheck.LateManifest, " low"), "2026-03-02 07:01", "", "3"),
	shipped("later by air", breaks(crosscheck.LateManifest, " low"), "2026-03-02 07:01", "", "4"),
	shipped("within the grace", clean(crosscheck.LateManifest), "2026-03-02 07:10", "", "1", func(w *world) { w.settings.LateManifestMinutes = 10 }),
	shipped("before arrival where that is not allowed", breaks(crosscheck.LateManifest), "2026-03-02 17:10", "2026-03-03 17:10", "1"),
	shipped("before arrival where that is allowed", clean(crosscheck.LateManifest), "2026-03-02 17:10", "2026-03-03 17:10", "1", func(w *world) { w.settings.PreArrivalAllowed = true }),
	shipped("after arrival where that is allowed", breaks(crosscheck.LateManifest), "2026-03-02 17:10", "2026-03-01 17:10", "1", func(w *world) { w.settings.PreArrivalAllowed = true }),
	shipped("pre-lodged where that is allowed", clean(crosscheck.LateManifest), "2026-03-02 17:10", "2026-03-01 17:10", "1", func(w *world) { w.settings.PreArrivalAllowed = true; w.records[0].Header.Prelodged = true }),
	shipped("arrival of the header", clean(crosscheck.LateManifest), "2026-03-02 17:10", "", "1", func(w *world) {
		w.settings.PreArrivalAllowed = true
		w.records[0].Header.ArrivedAt = moment("2026-03-04 10:00")
	}),
	shipped("no time of registration", lacks(crosscheck.LateManifest, crosscheck.InputManifest), "", "", "1"),
	shipped("date only, the same day", clean(crosscheck.LateManifest), "", "", "1", func(w *world) { w.manifests[0].RegisteredAt = pointer(onDay("2026-03-02")) }),
	shipped("date only, the next day", breaks(crosscheck.LateManifest), "", "", "1", func(w *world) { w.manifests[0].RegisteredAt = pointer(onDay("2026-03-03")) }),
	one("no manifest", lacks(crosscheck.LateManifest, crosscheck.InputManifest)),
}
