package sample

import (
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"assay/deploy/local/dbtest/racing"
	"assay/domain"
)

// Twenty-five shapes are enough for every run; -rapid.checks asks for more.
func init() { _ = flag.Set("rapid.checks", "25") }

// hashes gives the SHA-256 of every file of a folder; compressed files are opened.
func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatalf("read folder: %v", err)
	}
	sums := map[string]string{}
	for _, e := range entries {
		f, err := os.Open(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatalf("open: %v", err)
		}
		var from io.Reader = f
		name := e.Name()
		if strings.HasSuffix(name, ".gz") {
			if from, err = gzip.NewReader(f); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			name = strings.TrimSuffix(name, ".gz")
		}
		h := sha256.New()
		if _, err := io.Copy(h, from); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := f.Close(); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sums[name] = hex.EncodeToString(h.Sum(nil))
	}
	return sums
}

func write(t *testing.T, p Parameters) string {
	t.Helper()
	dir := t.TempDir()
	if _, err := Write(context.Background(), dir, p, nil); err != nil {
		t.Fatalf("Write: %v", err)
	}
	return dir
}

// Not parallel: it changes the number of processors.
func TestSameArgumentsGiveTheSameBytes(t *testing.T) {
	p := DefaultParameters()
	p.Declarations = 5000
	first := hashes(t, write(t, p))
	before := runtime.GOMAXPROCS(1)
	second := hashes(t, write(t, p))
	runtime.GOMAXPROCS(before)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("on one processor the files differ:\n%s", diff)
	}
	if len(first) != len(Files())+2 {
		t.Errorf("%d files written, want the %d of the extract and two of truth", len(first), len(Files()))
	}
	packed := p
	packed.Gzip = true
	third := hashes(t, write(t, packed))
	delete(first, "truth.json") // it says whether the files are compressed
	delete(third, "truth.json")
	if diff := cmp.Diff(first, third); diff != "" {
		t.Errorf("compressed, the contents differ:\n%s", diff)
	}
	p.Seed = 2
	for name, sum := range hashes(t, write(t, p)) {
		if sum == first[name] && name != "offices.csv" && name != "sections.csv" && name != "holidays.csv" {
			t.Errorf("%s is the same with another seed", name)
		}
	}
}

// TestMemoryDoesNotGrow writes a large extract and looks at the heap on the way.
// Not parallel: other tests would be counted.
func TestMemoryDoesNotGrow(t *testing.T) {
	racing.Unwatched(t)
	p := DefaultParameters()
	p.Declarations = 200_000
	var most uint64
	calls := 0
	_, err := Write(context.Background(), t.TempDir(), p, func(int) {
		if calls++; calls%120 != 0 {
			return
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc)
	})
	if err != nil {
		t.Fatalf("Write: %v", err)
	}
	if limit := uint64(60 << 20); most > limit {
		t.Errorf("the heap grows to %d MB, want at most %d", most>>20, limit>>20)
	}
}

func TestWrongParametersAreNamed(t *testing.T) {
	t.Parallel()
	for field, change := range map[string]func(*Parameters){
		"declarations":     func(p *Parameters) { p.Declarations = 0 },
		"months":           func(p *Parameters) { p.Months = 241 },
		"end":              func(p *Parameters) { p.End = "2025-13" },
		"profile":          func(p *Parameters) { p.Profile = "golden" },
		"timing":           func(p *Parameters) { p.Timing = "never" },
		"locale":           func(p *Parameters) { p.Locale = "tlh" },
		"currency":         func(p *Parameters) { p.Currency = "XXX" },
		"zone":             func(p *Parameters) { p.Zone = "Moon/Sea" },
		"country":          func(p *Parameters) { p.Country = "MWI" },
		"offices":          func(p *Parameters) { p.Offices = 41 },
		"brokers":          func(p *Parameters) { p.Brokers = 3 },
		"importers":        func(p *Parameters) { p.Importers = -1 },
		"scale":            func(p *Parameters) { p.Scale = -1 },
		"favour_q":         func(p *Parameters) { p.FavourQ = 1.5 },
		"favours":          func(p *Parameters) { p.Favours = 9 },
		"keys_limit":       func(p *Parameters) { p.KeysLimit = -1 },
		"per_ten_thousand": func(p *Parameters) { p.PerTenThousand["P15"] = 1 },
	} {
		p := DefaultParameters()
		change(&p)
		_, err := Write(context.Background(), t.TempDir(), p, nil)
		var failure *domain.Error
		if !errors.As(err, &failure) || failure.Kind != domain.KindInvalid || len(failure.Fields) != 1 || failure.Fields[0].Field != field {
			t.Errorf("%s: got %v, want one invalid field of that name", field, err)
		}
	}
	p := DefaultParameters()
	p.Declarations, p.Months, p.Locale = -5, 0, "xx"
	var failure *domain.Error
	if !errors.As(p.Validate(), &failure) || len(failure.Fields) != 3 {
		t.Errorf("three wrong parameters: got %v", failure)
	}
}

// TestOddParametersWork writes small extracts of every shape; the reader checks that
// what is cited is there and that no rule is broken that was not planted.
func TestOddParametersWork(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		p := DefaultParameters()
		p.Declarations = rapid.IntRange(1, 500).Draw(rt, "declarations")
		p.Seed = rapid.Uint64().Draw(rt, "seed")
		p.Months = rapid.IntRange(1, 30).Draw(rt, "months")
		p.Profile = rapid.SampledFrom([]Profile{Before, After, Mixed, Clean}).Draw(rt, "profile")
		p.Locale = rapid.SampledFrom([]string{"en", "fr", "ar"}).Draw(rt, "locale")
		p.Timing = rapid.SampledFrom([]Timing{BeforeAssessment, AfterPayment}).Draw(rt, "timing")
		p.Currency = rapid.SampledFrom([]string{"", "USD", "LBP", "KWD", "JPY"}).Draw(rt, "currency")
		p.Offices = rapid.IntRange(1, 12).Draw(rt, "offices")
		p.Brokers = rapid.SampledFrom([]int{0, 10, 400}).Draw(rt, "brokers")
		p.Scale = rapid.SampledFrom([]float64{0, 0.1, 3}).Draw(rt, "scale")
		dir, err := os.MkdirTemp("", "sample") //nolint:usetesting // one folder a draw, not one a test
		if err != nil {
			rt.Fatalf("folder: %v", err)
		}
		defer func() { _ = os.RemoveAll(dir) }()
		summary, err := Write(context.Background(), dir, p, nil)
		if err != nil {
			rt.Fatalf("Write: %v", err)
		}
		if summary.Declarations != int64(p.Declarations) {
			rt.Fatalf("%d declarations written, want %d", summary.Declarations, p.Declarations)
		}
		x := readExtract(t, dir)
		for rule, subjects := range breachesFound(t, x) {
			if diff := cmp.Diff(x.keysOf(rule), subjects); diff != "" {
				rt.Errorf("%s: planted and found differ:\n%s", rule, diff)
			}
		}
	})
}

func TestCancelledRunSaysSo(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	p := DefaultParameters()
	p.Declarations = 50_000
	_, err := Write(ctx, t.TempDir(), p, func(done int) {
		if done > 1000 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the run was cancelled", err)
	}
}

func TestForeignFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := DefaultParameters()
	p.Declarations = 100
	for range 2 { // its own files are replaced
		if _, err := Write(context.Background(), dir, p, nil); err != nil {
			t.Fatalf("Write: %v", err)
		}
	}
	foreign := filepath.Join(dir, "payroll.csv")
	if err := os.WriteFile(foreign, []byte("x"), 0o600); err != nil {
		t.Fatalf("write: %v", err)
	}
	if _, err := Write(context.Background(), dir, p, nil); err == nil || !strings.Contains(err.Error(), "payroll.csv") {
		t.Errorf("got %v, want that payroll.csv is in the way", err)
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Errorf("the foreign file is gone: %v", err)
	}
}

func TestCalendarAddsOfficeTime(t *testing.T) {
	t.Parallel()
	monday := dayOf(time.Date(2025, 6, 2, 0, 0, 0, 0, time.UTC))
	s := newSpan(monday-30, monday+400, 2025*12+5)
	c := newCalendar(s, 8*60, 16*60, "1111100", map[day]bool{monday + 1: true})
	at := func(d day, h, m int) moment { return d.midnight() + moment(h*60+m) }
	for _, x := range []struct {
		from    moment
		minutes float64
		want    moment
	}{
		{at(monday, 9, 0), 30, at(monday, 9, 30)},
		{at(monday, 7, 0), 30, at(monday, 8, 30)},
		{at(monday, 15, 50), 20, at(monday+2, 8, 10)}, // Tuesday is a holiday
		{at(monday, 15, 59), 1, at(monday+2, 8, 0)},
		{at(monday+4, 17, 0), 0, at(monday+7, 8, 0)}, // Friday evening
		{at(monday+5, 12, 0), 5, at(monday+7, 8, 5)},
		{at(monday+7, 8, 0), 480 * 5, at(monday+14, 8, 0)},
		{at(monday+7, 8, 0), 480*200 + 1, at(monday+7+280, 8, 1)},
		{at(monday, 8, 0), 1e6, never},
	} {
		if got := c.add(x.from, x.minutes); got != x.want {
			t.Errorf("%v plus %v minutes is %v, want %v", x.from, x.minutes, got, x.want)
		}
	}
}

func TestMovableFeasts(t *testing.T) {
	t.Parallel()
	for year, want := range map[int]string{2024: "2024-03-31", 2025: "2025-04-20", 2026: "2026-04-05", 2038: "2038-04-25"} {
		if got := easterOf(year).time().Format(time.DateOnly); got != want {
			t.Errorf("Easter %d is %s, want %s", year, got, want)
		}
	}
	// 1 Muharram 1446 was 7 July 2024, 1 Shawwal 1445 10 April 2024 (civil calendar may differ by a day).
	for _, x := range []struct {
		date         string
		month, date2 int
	}{{"2024-07-08", 1, 1}, {"2024-04-10", 10, 1}} {
		d, err := time.Parse(time.DateOnly, x.date)
		if err != nil {
			t.Fatal(err)
		}
		if month, date := islamicDate(dayOf(d)); month != x.month || max(date-x.date2, x.date2-date) > 1 {
			t.Errorf("%s is %d of month %d, want about %d of %d", x.date, date, month, x.date2, x.month)
		}
	}
}

func TestContainerNumbersCarryTheirDigit(t *testing.T) {
	t.Parallel()
	// The worked example of ISO 6346.
	if got := checkDigit([]byte("CSQU305438")); got != '3' {
		t.Errorf("check digit of CSQU305438 is %c, want 3", got)
	}
}

func TestMoneyIsWrittenExactly(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		amount   int64
		decimals int
		want     string
	}{{0, 2, "0.00"}, {5, 2, "0.05"}, {-5, 2, "-0.05"}, {123456, 0, "123456"}, {123456, 3, "123.456"}, {100, 2, "1.00"}} {
		if got := string(appendMoney(nil, x.amount, x.decimals)); got != x.want {
			t.Errorf("%d with %d decimals is %s, want %s", x.amount, x.decimals, got, x.want)
		}
	}
	if got := fmt.Sprintf("%s %s", appendRate(nil, 1_734_250_100), appendRate(nil, 5*rateScale)); got != "1734.2501 5" {
		t.Errorf("rates are %s", got)
	}
	// 19.99 at 1734.2501 is 34667.659499: 34667.66 in hundredths.
	if got := convert(1999, 1_734_250_100, 2, 2); got != 3_466_766 {
		t.Errorf("19.99 at 1734.2501 is %d hundredths", got)
	}
}

func BenchmarkWrite(b *testing.B) {
	p := DefaultParameters()
	p.Declarations = 100_000
	for b.Loop() {
		if _, err := Write(context.Background(), b.TempDir(), p, nil); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(p.Declarations)*float64(b.N)/b.Elapsed().Seconds(), "declarations/s")
}
