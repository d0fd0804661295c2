package warehouse_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/domain/declaration"
	"assay/domain/intake"
)

const (
	january2026  = 2026*12 + 0
	february2026 = 2026*12 + 1
	march2026    = 2026*12 + 2
	april2026    = 2026*12 + 3
	may2026      = 2026*12 + 4
)

// plain is a declaration with a header and one operation.
func plain(number int, registered time.Time, acted time.Time) *declaration.Declaration {
	return &declaration.Declaration{
		Reference: declaration.Reference{Office: "SEL1", Year: registered.Year(), Serial: "C", Number: string(rune('0' + number))},
		Header:    declaration.Header{Flow: declaration.Import, Model: "IM4", RegisteredOn: registered},
		Events:    []declaration.Event{{Sequence: 1, Kind: declaration.Assessed, Operation: "Assess", Moment: declaration.Moment{At: acted, Precision: declaration.Second}}},
	}
}

func TestExactlyTheTouchedMonthsBecomeDirty(t *testing.T) {
	t.Parallel()
	b := setup(t) // the second administration is in Seoul: UTC+9
	id := b.second.ID
	step := func(name string, want []int, documents ...intake.Document) {
		t.Helper()
		b.clearDirty(t, id)
		batch := b.load(t, b.second, documents...)
		if diff := cmp.Diff(want, b.dirty(t, id)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if len(want) > 0 {
			if diff := cmp.Diff(want, batch.Detail.Months); diff != "" {
				t.Errorf("%s, batch (-want +got):\n%s", name, diff)
			}
		}
	}
	lastHour := time.Date(2026, 1, 31, 14, 59, 59, 0, time.UTC) // 23:59:59 in Seoul
	nextMonth := time.Date(2026, 1, 31, 15, 0, 0, 0, time.UTC)  // midnight in Seoul
	step("an act in the last hour of January", []int{january2026}, one(plain(1, day(2026, 1, 31), lastHour)))
	step("an act in the first second of February", []int{january2026, february2026}, one(plain(2, day(2026, 1, 31), nextMonth)))
	step("nothing new", nil, one(plain(1, day(2026, 1, 31), lastHour)), one(plain(2, day(2026, 1, 31), nextMonth)))
	moved := plain(1, day(2026, 1, 31), time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC))
	step("an act that moved from January to April", []int{january2026, april2026}, one(moved), one(plain(2, day(2026, 1, 31), nextMonth)))
	again := plain(1, day(2026, 3, 1), time.Date(2026, 4, 2, 0, 0, 0, 0, time.UTC))
	again.Reference.Year = 2026
	step("a registration that moved from January to March", []int{january2026, march2026, april2026}, one(again))

	utc := intake.Document{Office: &intake.Office{Code: "SEL1", Zone: "UTC"}}
	step("an office told to be in UTC: everything from the first to the last month", []int{january2026, february2026, march2026, april2026}, utc)
	step("the same office again", nil, utc)
	step("an act of that office in its own zone", []int{january2026}, one(plain(3, day(2026, 1, 31), nextMonth)))
}

func TestACargoMarksTheMonthsOfThoseWhoCiteIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	citing := plain(1, day(2026, 4, 1), time.Date(2026, 5, 4, 9, 0, 0, 0, time.UTC)) // rows of its acts name the carrier too
	citing.Header.Manifest = "M/1"
	other := intake.Document{Manifest: &declaration.Manifest{Reference: "M/0", Office: "SEL1"}} // the first manifest of all would mark everything
	b.load(t, b.first, other, one(citing), one(plain(2, day(2026, 3, 1), time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC))))
	b.clearDirty(t, b.first.ID)
	b.load(t, b.first, intake.Document{Manifest: &declaration.Manifest{Reference: "M/1", Office: "SEL1", ArrivedAt: pointer(moment(2026, 1, 5, 1, 0))}})
	if diff := cmp.Diff([]int{january2026, april2026, may2026}, b.dirty(t, b.first.ID)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestALoadMarksWhatIsComparedWithIt(t *testing.T) {
	t.Parallel()
	at := func(month time.Month, d int) time.Time { return time.Date(2026, month, d, 9, 0, 0, 0, time.UTC) }
	declared := func(number int, month time.Month, change func(*declaration.Declaration)) intake.Document {
		d := plain(number, day(2026, month, 10), at(month, 10))
		d.Header.Importer = "I1"
		change(d)
		return one(d)
	}
	cites := func(bill string) func(*declaration.Declaration) {
		return func(d *declaration.Declaration) { d.Header.Manifest, d.Header.Bills = "M/1", []string{bill} }
	}
	nothing := func(*declaration.Declaration) {}
	second := func(month time.Month, d, minute int) declaration.Moment {
		return declaration.Moment{At: at(month, d).Add(time.Duration(minute) * time.Minute), Precision: declaration.Second}
	}
	exits := func(month time.Month, change func(*declaration.Declaration)) func(*declaration.Declaration) {
		return func(d *declaration.Declaration) {
			change(d)
			d.Events = append(d.Events, declaration.Event{Sequence: 9, Kind: declaration.Exited, Operation: "Exit", Moment: second(month, 3, 0)})
		}
	}
	by := func(user string) func(*declaration.Declaration) {
		return func(d *declaration.Declaration) { d.Events[0].User = user }
	}
	inspects := func(user string) func(*declaration.Declaration) {
		return func(d *declaration.Declaration) {
			d.Inspections = []declaration.Inspection{{Number: "I", User: user, Moment: second(time.Month(d.Header.RegisteredOn.Month()), 11, 0)}}
		}
	}
	account := func(name, holder string, month time.Month) intake.Document {
		return intake.Document{Suspense: &declaration.SuspenseAccount{Account: name, Office: "SEL1", Holder: holder, HS: "1001", Quantity: 5,
			OpenedOn: day(2026, month, 1), DueOn: day(2026, month, 2), Discharges: []declaration.Discharge{{Sequence: 1, Moment: second(month, 12, 0), Quantity: 1}}}}
	}
	manifest := intake.Document{Manifest: &declaration.Manifest{Reference: "M/0", Office: "SEL1"}}
	for name, try := range map[string]struct {
		before, load []intake.Document
		want         []int
	}{
		"a second declaration on a bill": {
			[]intake.Document{manifest, declared(1, 1, cites("B1")), declared(2, 2, cites("B2"))}, []intake.Document{declared(3, 4, cites("B1"))}, []int{january2026, april2026}},
		"a cancellation before others of the importer": {
			[]intake.Document{declared(1, 2, nothing), declared(2, 4, nothing), declared(3, 1, nothing)},
			[]intake.Document{declared(3, 1, func(d *declaration.Declaration) {
				d.Header.Cancelled = true
				d.Events = append(d.Events, declaration.Event{Sequence: 2, Kind: declaration.Cancelled, Operation: "Cancel", Moment: declaration.Moment{At: at(1, 20), Precision: declaration.Second}})
			})}, []int{january2026, february2026}},
		"a second declaration on the bill of one that left later": {
			[]intake.Document{manifest, declared(1, 1, exits(2, cites("B1")))}, []intake.Document{declared(3, 4, cites("B1"))}, []int{january2026, february2026, april2026}},
		"somebody in control at two offices within minutes": {
			[]intake.Document{declared(1, 1, exits(3, by("u"))), declared(2, 4, inspects("u")), declared(3, 1, exits(2, by("v")))},
			[]intake.Document{declared(4, 1, func(d *declaration.Declaration) {
				d.Reference.Office, d.Events[0].User, d.Events[0].Moment = "SEL2", "u", second(1, 10, 20)
			})}, []int{january2026, march2026}},
		"somebody in control who was at two offices within minutes before a correction": {
			[]intake.Document{declared(1, 1, exits(3, by("u"))), declared(2, 4, inspects("u")), declared(4, 1, func(d *declaration.Declaration) {
				d.Reference.Office, d.Events[0].User, d.Events[0].Moment = "SEL2", "u", second(1, 10, 20)
			})},
			[]intake.Document{declared(4, 1, func(d *declaration.Declaration) {
				d.Reference.Office, d.Events[0].User, d.Events[0].Moment = "SEL2", "u", second(1, 14, 0)
			})}, []int{january2026, march2026}},
		"a user whose only act of control is taken back": {
			[]intake.Document{declared(1, 2, inspects("u")), declared(2, 1, by("u")), declared(3, 4, nothing)},
			[]intake.Document{declared(1, 2, func(d *declaration.Declaration) { d.Inspections = []declaration.Inspection{} })},
			[]int{january2026, february2026, march2026, april2026}},
		"a discharge that names a holder and no declaration": {
			[]intake.Document{account("A0", "I2", 2), declared(1, 1, exits(3, nothing)), declared(2, 4, nothing)},
			[]intake.Document{account("A1", "I1", 1)}, []int{january2026, march2026}},
		"an offence that has waited long enough": {
			[]intake.Document{declared(1, 1, func(d *declaration.Declaration) {
				d.Offences = []declaration.Offence{{Number: "1", User: "u", Status: declaration.OffenceConfirmed, Moment: declaration.Moment{At: at(1, 12), Precision: declaration.Second}}}
			}), declared(2, 2, nothing)}, []intake.Document{declared(3, 3, nothing)}, []int{january2026, march2026}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.load(t, b.first, try.before...)
			b.clearDirty(t, b.first.ID)
			b.load(t, b.first, try.load...)
			if diff := cmp.Diff(try.want, b.dirty(t, b.first.ID)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
