package administration_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/store"
)

var by = administration.Actor{Name: "amina", Capacity: "administrator", Origin: "192.0.2.1"}

// setting is an administration to set, beside another that must not feel it.
type setting struct {
	*administration.Service
	db         *store.DB
	own, other administration.Tenant
}

func newSetting(t *testing.T) *setting {
	t.Helper()
	db, err := store.Open(t.Context(), dbtest.New(t).AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	s := &setting{Service: administration.New(db, func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }), db: db}
	s.own = administration.Tenant{Code: "bir", Names: map[string]string{"en": "Birwa Customs"}, Currency: "XAF", Zone: "Africa/Douala", Languages: []string{"en"}}
	s.other = administration.Tenant{Code: "oth", Names: map[string]string{"en": "Other Customs"}, Currency: "EUR", Zone: "UTC", Languages: []string{"en"}}
	for _, tenant := range []*administration.Tenant{&s.own, &s.other} {
		if err := s.Create(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// jobs counts the jobs that compute all months again, and forgets them.
func (s *setting) jobs(t *testing.T) (count int64) {
	t.Helper()
	err := s.db.InTenant(t.Context(), s.own.ID, func(_ context.Context, tx *store.Tx) error {
		result := tx.Exec(`DELETE FROM outbox WHERE tenant_id = ? AND kind = 'refresh' AND arguments = '{"all": true}'`, s.own.ID.String())
		count = result.RowsAffected
		return result.Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// recorded gives the latest record.
func (s *setting) recorded(t *testing.T) (action, before, after string) {
	t.Helper()
	var rows []struct{ Action, Before, After string }
	err := s.db.Read(t.Context(), s.own.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT action, coalesce(before::text, '') AS before, coalesce(after::text, '') AS after FROM audit_record WHERE tenant_id = ? ORDER BY sequence DESC LIMIT 1`, s.own.ID.String()).Scan(&rows).Error
	})
	if err != nil || len(rows) != 1 {
		t.Fatalf("%v, %v", rows, err)
	}
	return rows[0].Action, rows[0].Before, rows[0].After
}

func fieldKeys(err error) (keys []string) {
	var failure *domain.Error
	if errors.As(err, &failure) {
		for _, f := range failure.Fields {
			keys = append(keys, f.Field+" "+f.Key)
		}
	}
	return keys
}

func TestProfileIsChanged(t *testing.T) {
	t.Parallel()
	s := newSetting(t)
	ctx := t.Context()
	altered, err := s.Change(ctx, s.own.ID, by, func(p *administration.Profile) error {
		p.Names = map[string]string{"fr": "Douanes de Birwa", "ar": "جمارك بيروا"}
		p.Languages = []string{"fr", "ar"}
		p.Settings.FiscalYearStart = 7
		return nil
	})
	if err != nil || altered || s.jobs(t) != 0 {
		t.Fatalf("names and labels: altered %v, %v", altered, err)
	}
	if action, before, after := s.recorded(t); action != "tenant.settings" || !strings.Contains(before, "Birwa Customs") || !strings.Contains(after, "Douanes de Birwa") {
		t.Errorf("the record says %s %s %s", action, before, after)
	}
	for i, threshold := range administration.Thresholds {
		value := threshold.Low
		if threshold.Of(&s.own.Settings) == value {
			value++
		}
		altered, err := s.Change(ctx, s.own.ID, by, func(p *administration.Profile) error { return threshold.Set(&p.Settings, value) })
		if want := threshold.Key != "small_denominator"; err != nil || altered != want || s.jobs(t) > 0 != want {
			t.Errorf("threshold %d %s: altered %v, %v", i, threshold.Key, altered, err)
		}
		if _, err := s.Change(ctx, s.own.ID, by, func(p *administration.Profile) error { return threshold.Set(&p.Settings, threshold.High+1) }); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%s beyond its range: %v", threshold.Key, err)
		}
	}
	if len(administration.Thresholds) != 23 {
		t.Errorf("%d thresholds", len(administration.Thresholds))
	}
	_, err = s.Change(ctx, s.own.ID, by, func(p *administration.Profile) error {
		p.Zone, p.Currency, p.Languages, p.Settings.FiscalYearStart, p.Settings.Digits = "Nowhere/Else", "XXXX", nil, 13, "roman"
		return nil
	})
	if diff := cmp.Diff([]string{"zone zone", "currency currency", "languages languages", "fiscal_year fiscal_year", "digits digits"}, fieldKeys(err)); diff != "" {
		t.Error(diff)
	}
	now, err := s.ByID(ctx, s.other.ID)
	if err != nil || cmp.Diff(s.other.Settings, now.Settings) != "" || now.Names["en"] != "Other Customs" {
		t.Errorf("the other administration has changed: %+v, %v", now, err)
	}
}

func TestCurrencyIsFixedOnceDataAreLoaded(t *testing.T) {
	t.Parallel()
	s := newSetting(t)
	ctx := t.Context()
	to := func(code string) error {
		_, err := s.Change(ctx, s.own.ID, by, func(p *administration.Profile) error { p.Currency = code; return nil })
		return err
	}
	if err := to("TND"); err != nil {
		t.Fatal(err)
	}
	now, err := s.ByID(ctx, s.own.ID)
	if err != nil || now.Currency != "TND" || now.Settings.MoneyEpsilon != 1000 {
		t.Errorf("one unit of the new currency is %d: %v", now.Settings.MoneyEpsilon, err)
	}
	err = s.db.InTenant(ctx, s.own.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`INSERT INTO batch (tenant_id, batch_id, format, source, state, started_at) VALUES (?, ?, 'world', 'x', 'loaded', now())`, s.own.ID.String(), domain.NewID()).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := to("EUR"); cmp.Diff([]string{"currency currency_fixed"}, fieldKeys(err)) != "" {
		t.Errorf("data are loaded: %v", err)
	}
}

func TestWorkingHoursHolidaysAndClosures(t *testing.T) {
	t.Parallel()
	s := newSetting(t)
	ctx := t.Context()
	day := func(month, d int) int32 {
		return administration.DayNumber(time.Date(2026, time.Month(month), d, 0, 0, 0, 0, time.UTC))
	}
	if _, err := s.DescribeOffice(ctx, s.own.ID, by, administration.Office{Code: "KRB", Name: "Karouma Bridge", Kind: "land"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.DescribeOffice(ctx, s.own.ID, by, administration.Office{Code: "a b/c", Kind: "moon", Zone: "Local"}); len(fieldKeys(err)) != 3 {
		t.Errorf("a wrong office: %v", err)
	}
	s.jobs(t)
	// From Monday 2 March on: a break at noon, and Saturday morning.
	week := administration.DatedWeek{From: day(3, 2)}
	for i := range 5 {
		week.Week[i] = []administration.Shift{{Opens: 480, Closes: 720}, {Opens: 780, Closes: 1020}}
	}
	week.Week[5] = []administration.Shift{{Opens: 480, Closes: 720}}
	if err := s.KeepWeek(ctx, s.own.ID, by, "KRB", week); err != nil || s.jobs(t) != 1 {
		t.Fatalf("keep hours: %v", err)
	}
	if action, before, after := s.recorded(t); action != "tenant.hours" || !strings.Contains(before, `"closes": 1020`) || !strings.Contains(after, `"opens": 780`) {
		t.Errorf("the record says %s %s %s", action, before, after)
	}
	if err := s.KeepHoliday(ctx, s.own.ID, by, administration.Holiday{Day: day(3, 20), Name: "End of the fast"}); err != nil {
		t.Fatal(err)
	}
	if err := s.MoveHoliday(ctx, s.own.ID, by, "", day(3, 20), day(3, 19)); err != nil {
		t.Fatal(err)
	}
	closure, err := s.Close(ctx, s.own.ID, by, administration.Closure{Office: "KRB", First: day(3, 9), Last: day(3, 10), Reason: "flood at the bridge"})
	if err != nil || s.jobs(t) != 1 {
		t.Fatalf("close: %v", err)
	}
	hours := func(month, d int) float64 {
		calendars, err := s.Calendars(ctx, &s.own)
		if err != nil {
			t.Fatal(err)
		}
		from := time.Date(2026, time.Month(month), d, 0, 0, 0, 0, s.own.Location())
		return float64(calendars.Of("KRB").WorkingSeconds(from, from.AddDate(0, 0, 1))) / 3600
	}
	for name, c := range map[string]struct {
		month, day int
		want       float64
	}{"before the new hours": {2, 27, 9}, "a Saturday before them": {2, 28, 0}, "from them on": {3, 2, 8}, "Saturday morning": {3, 7, 4},
		"closed": {3, 10, 0}, "open again": {3, 11, 8}, "the holiday moved here": {3, 19, 0}, "and away from here": {3, 20, 8}} {
		if got := hours(c.month, c.day); got != c.want {
			t.Errorf("%s: %v hours, want %v", name, got, c.want)
		}
	}
	// An extract that names the removed day again does not bring it back.
	err = s.db.InTenant(ctx, s.own.ID, func(_ context.Context, tx *store.Tx) error {
		return tx.Exec(`INSERT INTO holiday AS t (tenant_id, office, day, name) VALUES (?, '', '2026-03-20', 'from an extract')
			ON CONFLICT (tenant_id, office, day) DO UPDATE SET name = excluded.name`, s.own.ID.String()).Error
	})
	if err != nil || hours(3, 20) != 8 {
		t.Errorf("the removed holiday is back: %v", err)
	}
	if err := s.Reopen(ctx, s.own.ID, by, closure); err != nil || hours(3, 10) != 8 {
		t.Errorf("reopen: %v", err)
	}
	if err := s.DropWeek(ctx, s.own.ID, by, "KRB", week.From); err != nil || hours(3, 2) != 9 {
		t.Errorf("drop hours: %v", err)
	}
	for name, err := range map[string]error{
		"hours of another's office": s.KeepWeek(ctx, s.other.ID, by, "KRB", week),
		"another's closure":         s.Reopen(ctx, s.other.ID, by, closure),
		"another's holiday":         s.RemoveHoliday(ctx, s.other.ID, by, "", day(3, 19)),
		"a holiday of no office":    s.KeepHoliday(ctx, s.own.ID, by, administration.Holiday{Office: "NONE", Day: day(3, 1), Name: "x"}),
	} {
		if !domain.Is(err, domain.KindNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wrong := week
	wrong.Week[0] = []administration.Shift{{Opens: 700, Closes: 600}}
	for name, err := range map[string]error{
		"hours that end before they begin": s.KeepWeek(ctx, s.own.ID, by, "KRB", wrong),
		"no hours at all":                  s.KeepWeek(ctx, s.own.ID, by, "KRB", administration.DatedWeek{From: day(1, 1)}),
		"a holiday without a name":         s.KeepHoliday(ctx, s.own.ID, by, administration.Holiday{Day: day(1, 1)}),
		"a day far away":                   s.KeepHoliday(ctx, s.own.ID, by, administration.Holiday{Day: 1 << 30, Name: "x"}),
	} {
		if !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.Close(ctx, s.own.ID, by, administration.Closure{First: day(3, 1), Last: day(3, 1)}); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("a closure without a reason: %v", err)
	}
	if report, err := audit.Verify(ctx, s.db, s.own.ID, nil); err != nil || !report.Intact() {
		t.Errorf("the record: %+v, %v", report, err)
	}
}

func TestLogoIsDrawnAnew(t *testing.T) {
	t.Parallel()
	picture := image.NewNRGBA(image.Rect(0, 0, 900, 300))
	for x := range 900 {
		for y := range 300 {
			picture.Set(x, y, color.NRGBA{R: uint8(x), G: uint8(y), B: 40, A: 255})
		}
	}
	var asPNG, asJPEG bytes.Buffer
	if err := png.Encode(&asPNG, picture); err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(&asJPEG, picture, nil); err != nil {
		t.Fatal(err)
	}
	const hostile = "<script>alert(1)</script>"
	for name, content := range map[string][]byte{"PNG": asPNG.Bytes(), "JPEG": asJPEG.Bytes()} {
		logo, err := administration.DrawLogo(bytes.NewReader(append(content, hostile...)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if logo.Width != 480 || logo.Height != 160 || bytes.Contains(logo.Content, []byte("script")) || !bytes.HasPrefix(logo.Content, []byte("\x89PNG")) {
			t.Errorf("%s became %d × %d, %q", name, logo.Width, logo.Height, logo.Content[:8])
		}
	}
	var huge, tiny bytes.Buffer
	if err := png.Encode(&huge, image.NewGray(image.Rect(0, 0, 2001, 20))); err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(&tiny, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		content []byte
		key     string
	}{"pixels": {huge.Bytes(), "logo_pixels"}, "too small": {tiny.Bytes(), "logo_pixels"}, "bytes": {bytes.Repeat([]byte("x"), administration.MostLogoBytes+1), "logo_bytes"},
		"SVG": {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`), "logo_format"}, "half a picture": {asPNG.Bytes()[:200], "logo_format"}} {
		if _, err := administration.DrawLogo(bytes.NewReader(c.content)); cmp.Diff([]string{"logo " + c.key}, fieldKeys(err)) != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := newSetting(t)
	ctx := t.Context()
	if _, err := s.Logo(ctx, s.own.ID); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("before there is one: %v", err)
	}
	kept, err := s.KeepLogo(ctx, s.own.ID, by, bytes.NewReader(asPNG.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.Logo(ctx, s.own.ID)
	if err != nil || cmp.Diff(kept, found) != "" {
		t.Errorf("what is kept differs: %v", err)
	}
	if tenant, err := s.ByID(ctx, s.own.ID); err != nil || tenant.Logo != kept.Hash {
		t.Errorf("the administration says %q: %v", tenant.Logo, err)
	}
	if _, err := s.Logo(ctx, s.other.ID); !domain.Is(err, domain.KindNotFound) {
		t.Errorf("another's: %v", err)
	}
	if err := s.RemoveLogo(ctx, s.own.ID, by); err != nil {
		t.Fatal(err)
	}
	if tenant, err := s.ByID(ctx, s.own.ID); err != nil || tenant.Logo != "" {
		t.Errorf("removed, the administration says %q: %v", tenant.Logo, err)
	}
}
