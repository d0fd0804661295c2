package administration

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// workingSecondsSlowly walks minute by minute and asks IsOpen: the reference of WorkingSeconds.
func workingSecondsSlowly(c *Calendar, from, to time.Time) int64 {
	var sum int64
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		if c.IsOpen(at) {
			sum += 60
		}
	}
	return sum
}

func TestWorkingSecondsEqualsAWalkThroughTheMinutes(t *testing.T) {
	t.Parallel()
	zones := []string{"UTC", "Africa/Douala", "Asia/Kathmandu", "America/Asuncion", "Europe/Paris"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		opens := rapid.IntRange(0, 720).Draw(t, "opens")
		office := Office{Opens: opens, Closes: rapid.IntRange(opens+1, 1440).Draw(t, "closes"),
			Workdays: rapid.StringMatching(`[01]{7}`).Draw(t, "workdays")}
		start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 60*24*365).Draw(t, "start")) * time.Minute)
		holiday := DayNumber(start.In(zone)) + int32(rapid.IntRange(0, 5).Draw(t, "holiday"))
		for i := range rapid.IntRange(0, 2).Draw(t, "weeks") {
			week := DatedWeek{From: holiday - 3 + 4*int32(i)}
			for day := range week.Week {
				at := 0
				for range rapid.IntRange(0, 2).Draw(t, "shifts") {
					from := at + rapid.IntRange(0, 300).Draw(t, "from")
					at = from + rapid.IntRange(1, 400).Draw(t, "long")
					week.Week[day] = append(week.Week[day], Shift{from, at})
				}
			}
			office.Weeks = append(office.Weeks, week)
		}
		c := NewCalendar(office, zone, []int32{holiday})
		end := start.Add(time.Duration(rapid.IntRange(0, 60*24*9).Draw(t, "length")) * time.Minute)
		_, offsetStart := start.In(zone).Zone()
		_, offsetEnd := end.In(zone).Zone()
		if offsetStart != offsetEnd {
			t.Skip("a clock change within the span: wall-clock hours and elapsed minutes differ by design")
		}
		if got, want := c.WorkingSeconds(start, end), workingSecondsSlowly(c, start, end); got != want {
			t.Fatalf("from %s to %s: %d, want %d", start, end, got, want)
		}
		if c.WorkingSeconds(end, start) != -c.WorkingSeconds(start, end) {
			t.Fatal("backwards must be the negative")
		}
	})
}

func TestWorkingSecondsByHand(t *testing.T) {
	t.Parallel()
	douala, err := time.LoadLocation("Africa/Douala") // UTC+1
	if err != nil {
		t.Fatal(err)
	}
	// Monday to Friday, 8 to 17. Wednesday 2026-11-25 is a holiday.
	c := NewCalendar(Office{Opens: 480, Closes: 1020, Workdays: "1111100"}, douala,
		[]int32{DayNumber(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))})
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, douala) }
	for name, c2 := range map[string]struct {
		from, to time.Time
		hours    float64
	}{
		"within a day":              {at(23, 9, 0), at(23, 11, 30), 2.5},
		"before opening":            {at(23, 6, 0), at(23, 9, 0), 1},
		"over night":                {at(23, 16, 0), at(24, 9, 0), 2},
		"over the holiday":          {at(24, 16, 0), at(26, 9, 0), 2},
		"over the week-end":         {at(27, 16, 30), at(30, 8, 30), 1},
		"on the week-end":           {at(28, 9, 0), at(29, 18, 0), 0},
		"a whole week":              {at(23, 0, 0), at(30, 0, 0), 36},
		"midnight belongs to a day": {at(23, 17, 0), at(24, 0, 0), 0},
	} {
		if got := c.WorkingSeconds(c2.from, c2.to); got != int64(c2.hours*3600) {
			t.Errorf("%s: %d s, want %v h", name, got, c2.hours)
		}
	}
}

func TestLocalDay(t *testing.T) {
	t.Parallel()
	kathmandu, err := time.LoadLocation("Asia/Kathmandu") // UTC+5:45
	if err != nil {
		t.Fatal(err)
	}
	c := NewCalendar(Office{}, kathmandu, nil)
	evening := time.Date(2026, 11, 22, 18, 14, 59, 0, time.UTC)
	if c.LocalDay(evening)+1 != c.LocalDay(evening.Add(time.Second)) {
		t.Error("the day must change at 18:15 UTC")
	}
	if DayNumber(time.Unix(0, 0).UTC()) != 0 || DayNumber(time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC)) != -1 {
		t.Error("days count from 1970-01-01")
	}
	if c.IsWorkday(0) != true || c.IsWorkday(2) || c.IsWorkday(3) || !c.IsWorkday(4) || c.IsWorkday(-4) {
		t.Error("1970-01-01 was a Thursday")
	}
}

func TestMinorDigits(t *testing.T) {
	t.Parallel()
	for currency, want := range map[string]int{"EUR": 2, "XAF": 0, "KRW": 0, "TND": 3, "???": 2} {
		if got := (&Tenant{Currency: currency}).MinorDigits(); got != want {
			t.Errorf("%s: %d, want %d", currency, got, want)
		}
	}
}
