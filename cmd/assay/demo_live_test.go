package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"assay/domain/declaration"
	"assay/domain/intake"
)

// TestADayIsPlayedAsItHappened: at each time a declaration shows only what had happened, every change
// is pushed once, and at the end of the day nothing of it is missing.
func TestADayIsPlayedAsItHappened(t *testing.T) {
	t.Parallel()
	at := func(hour int) declaration.Moment {
		return declaration.Moment{At: time.Date(2026, 3, 4, hour, 30, 0, 0, time.UTC), Precision: declaration.Minute}
	}
	total := int64(900)
	whole := &declaration.Declaration{
		Reference: declaration.Reference{Office: "A", Year: 2026, Serial: liveSerial, Number: "1"},
		Header:    declaration.Header{Flow: declaration.Import, LaneSelected: declaration.Yellow, LaneCurrent: declaration.Red, AssessedTotal: &total, TopUp: 50},
		Events: []declaration.Event{{Sequence: 1, Kind: declaration.Registered, Moment: at(8)}, {Sequence: 2, Kind: declaration.Selected, Moment: at(9)},
			{Sequence: 3, Kind: declaration.Rerouted, Moment: at(11)}, {Sequence: 4, Kind: declaration.Assessed, Moment: at(13)}},
		Inspections: []declaration.Inspection{{Moment: at(12)}},
		Payments:    []declaration.Payment{{Moment: at(15)}},
	}
	day := &workingDay{opens: at(6).At, closes: at(18).At, declarations: []*declaration.Declaration{whole}}
	pushed := 0
	for hour := 6; hour < 18; hour++ {
		content, count := day.between(at(hour).At, at(hour+1).At)
		pushed += count
		if count == 0 {
			continue
		}
		var read intake.Document
		if err := json.Unmarshal(bytes.TrimSpace(content), &read); err != nil {
			t.Fatal(err)
		}
		for _, event := range read.Declaration.Events {
			if event.At.After(at(hour + 1).At) {
				t.Errorf("at %d the declaration shows what happens at %s", hour+1, event.At)
			}
		}
	}
	if pushed != 4 {
		t.Errorf("%d changes were pushed, want 4", pushed)
	}
	for _, c := range []struct {
		hour                        int
		lane                        declaration.Lane
		total                       bool
		inspections, paid, happened int
	}{{8, "", false, 0, 0, 1}, {10, declaration.Yellow, false, 0, 0, 2}, {12, declaration.Red, false, 1, 0, 3}, {18, declaration.Red, true, 1, 1, 4}} {
		then := asOf(whole, at(c.hour).At)
		if then.Header.LaneCurrent != c.lane || (then.Header.AssessedTotal != nil) != c.total || len(then.Inspections) != c.inspections ||
			len(then.Payments) != c.paid || len(then.Events) != c.happened {
			t.Errorf("at %d: %+v", c.hour, then)
		}
	}
	if whole.Header.AssessedTotal == nil || len(whole.Events) != 4 {
		t.Error("the whole declaration was changed")
	}
}
