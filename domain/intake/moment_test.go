package intake

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assay/domain/declaration"
)

func TestParseCivil(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text      string
		order     dateOrder
		want      string // local date and time
		precision declaration.Precision
		err       error
	}{
		{text: "2022-01-02 16:04", want: "2022-01-02 16:04:00", precision: declaration.Minute},
		{text: "2022-01-02T16:04", want: "2022-01-02 16:04:00", precision: declaration.Minute},
		{text: "2022-01-02 16:04:09", want: "2022-01-02 16:04:09", precision: declaration.Second},
		{text: "2022-01-02T16:04:09.987", want: "2022-01-02 16:04:09", precision: declaration.Second},
		{text: "2022-01-02", want: "2022-01-02 00:00:00", precision: declaration.Day},
		{text: "2022-01-02 00:00:00", want: "2022-01-02 00:00:00", precision: declaration.Second},
		{text: "20220104", want: "2022-01-04 00:00:00", precision: declaration.Day},
		{text: "20220104 16:04:09", want: "2022-01-04 16:04:09", precision: declaration.Second},
		{text: "20220104 1604", want: "2022-01-04 16:04:00", precision: declaration.Minute},
		{text: "20220104 160409", want: "2022-01-04 16:04:09", precision: declaration.Second},
		{text: "2022/1/5", want: "2022-01-05 00:00:00", precision: declaration.Day},
		{text: "3/31/15", order: orderMonthFirst, want: "2015-03-31 00:00:00", precision: declaration.Day},
		{text: "11/19/25", order: orderMonthFirst, want: "2025-11-19 00:00:00", precision: declaration.Day},
		{text: "4/1/15", order: orderMonthFirst, want: "2015-04-01 00:00:00", precision: declaration.Day},
		{text: "01/04/2015 7:05 PM", order: orderDayFirst, want: "2015-04-01 19:05:00", precision: declaration.Minute},
		{text: "01/04/2015 12:05 AM", order: orderDayFirst, want: "2015-04-01 00:05:00", precision: declaration.Minute},
		{text: "31/03/2015", want: "2015-03-31 00:00:00", precision: declaration.Day},
		{text: "03/31/2015", want: "2015-03-31 00:00:00", precision: declaration.Day},
		{text: "05/05/2015", want: "2015-05-05 00:00:00", precision: declaration.Day},
		{text: "03/04/2015", err: errTwoWays},
		{text: "31/3/15", order: orderMonthFirst, err: errNoSuchDay},
		{text: "31.03.2015 16:04", want: "2015-03-31 16:04:00", precision: declaration.Minute},
		{text: "3.4.2015", want: "2015-04-03 00:00:00", precision: declaration.Day},
		{text: "31-Mar-15", want: "2015-03-31 00:00:00", precision: declaration.Day},
		{text: "1-Apr-15", want: "2015-04-01 00:00:00", precision: declaration.Day},
		{text: "18-Nov-2012 16:26", want: "2012-11-18 16:26:00", precision: declaration.Minute},
		{text: "31-MAR-15 10.30.05.000000000 PM", want: "2015-03-31 22:30:05", precision: declaration.Second},
		{text: "18 November 2012", want: "2012-11-18 00:00:00", precision: declaration.Day},
		{text: "Nov 18, 2012", want: "2012-11-18 00:00:00", precision: declaration.Day},
		{text: "2/29/24", order: orderMonthFirst, want: "2024-02-29 00:00:00", precision: declaration.Day},
		{text: "2023-02-29", err: errNoSuchDay},
		{text: "2022-13-01", err: errNoSuchDay},
		{text: "1066-10-14", err: errYear},
		{text: "9999-12-31", err: errYear},
		{text: "2022-01-02 25:00", err: errNotTime},
		{text: "2022-01-02 16:61", err: errNotTime},
		{text: "2022-01-02 noon", err: errNotTime},
		{text: "yesterday", err: errNotDate},
		{text: "2022", err: errNotDate},
		{text: "2022-01", err: errNotDate},
		{text: "", err: errNotDate},
	} {
		got, err := parseCivil([]byte(c.text), c.order)
		if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
			t.Errorf("%q: error %v, want %v", c.text, err, c.err)
			continue
		}
		if err != nil {
			continue
		}
		written := date(got.day).Add(time.Duration(got.second) * time.Second).Format(time.DateTime)
		if written != c.want || got.precision != c.precision {
			t.Errorf("%q: got %s with precision %s, want %s with %s", c.text, written, got.precision, c.want, c.precision)
		}
	}
}

func TestOffsetsOverruleTheZone(t *testing.T) {
	t.Parallel()
	clock := newZoneClock(time.FixedZone("", 2*3600))
	for text, want := range map[string]string{
		"2022-01-02T16:04:00Z":      "2022-01-02T16:04:00Z",
		"2022-01-02T16:04:00+01:00": "2022-01-02T15:04:00Z",
		"2022-01-02T16:04:00-0530":  "2022-01-02T21:34:00Z",
		"2022-01-02T16:04:00+03":    "2022-01-02T13:04:00Z",
		"2022-01-02 16:04":          "2022-01-02T14:04:00Z",
	} {
		c, err := parseCivil([]byte(text), orderUnknown)
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if got := clock.moment(c).At.Format(time.RFC3339); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}

// TestDayNumbers compares with the standard library over all years that are read.
func TestDayNumbers(t *testing.T) {
	t.Parallel()
	for at := time.Date(firstYear, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() <= lastYear; at = at.AddDate(0, 0, 1) {
		number, err := dayNumber(at.Year(), int(at.Month()), at.Day())
		if err != nil || int64(number) != at.Unix()/secondsOfDay {
			t.Fatalf("%s: got %d, %v; want %d", at.Format(time.DateOnly), number, err, at.Unix()/secondsOfDay)
		}
	}
}

// TestZoneClock compares with the standard library, on days with changes of clocks too.
func TestZoneClock(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"UTC", "Africa/Blantyre", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Cairo"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		clock := newZoneClock(zone)
		rapid.Check(t, func(t *rapid.T) {
			day := rapid.Int32Range(10957, 21915).Draw(t, "day") // 2000 to 2029
			second := rapid.Int32Range(0, 86399).Draw(t, "second")
			d := date(day)
			want := time.Date(d.Year(), d.Month(), d.Day(), 0, 0, int(second), 0, zone)
			got := clock.moment(civil{day: day, second: second, precision: declaration.Second})
			if !got.At.Equal(want) || got.At.Location() != time.UTC {
				t.Fatalf("%s, day %d, second %d: got %s, want %s", name, day, second, got.At, want)
			}
		})
	}
}

func TestWorkbookDates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"44562":            "2022-01-01 00:00:00 day",
		"44562.5":          "2022-01-01 12:00:00 minute",
		"44563.6694444444": "2022-01-02 16:04:00 minute",
		"44563.66950231":   "2022-01-02 16:04:05 second",
		"1":                "", // 1899-12-31: before the years that are read
	} {
		c, err := serialDate([]byte(text), excelEpoch)
		if want == "" {
			if err == nil {
				t.Errorf("%q was read as %v", text, c)
			}
			continue
		}
		got := date(c.day).Add(time.Duration(c.second)*time.Second).Format(time.DateTime) + " " + string(c.precision)
		if err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", text, got, err, want)
		}
	}
}
