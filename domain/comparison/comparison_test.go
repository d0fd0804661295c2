package comparison

import (
	"context"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"assay/deploy/local/dbtest"
	"assay/domain"
	"assay/domain/administration"
	"assay/domain/audit"
	"assay/domain/cube"
	"assay/domain/store"
)

var by = administration.Actor{Name: "amina", Capacity: "administrator", Origin: "192.0.2.1"}

const code = "CLR01"

// circle is administrations that may compare themselves.
type circle struct {
	*Service
	db      *store.DB
	tenants []domain.TenantID
	quarter Quarter
}

func newCircle(t *testing.T, count int) *circle {
	t.Helper()
	db, err := store.Open(t.Context(), dbtest.New(t).AppURL, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	clock := func() time.Time { return time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC) }
	c := &circle{Service: New(db, nil, clock), db: db, quarter: Quarter(2026*12 + 3)}
	for i := range count {
		tenant := administration.Tenant{Code: "adm" + string(rune('a'+i)), Names: map[string]string{"en": "Administration"}, Currency: "EUR", Zone: "UTC", Languages: []string{"en"}}
		if err := administration.New(db, clock).Create(t.Context(), &tenant); err != nil {
			t.Fatal(err)
		}
		c.tenants = append(c.tenants, tenant.ID)
	}
	return c
}

// takesPart sets a level and publishes a value, as the job does.
func (c *circle) takesPart(t *testing.T, i int, level Level, value float64) {
	t.Helper()
	err := c.Disclose(t.Context(), c.tenants[i], by, map[string]Level{code: level})
	if err == nil {
		err = c.db.InTenant(t.Context(), c.tenants[i], func(_ context.Context, tx *store.Tx) error {
			return c.publish(tx, c.tenants[i], []published{{Indicator: code, Quarter: c.quarter, Version: 1, Value: value, N: 100, State: "mature"}})
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (c *circle) seenBy(t *testing.T, reader domain.TenantID) *Comparison {
	t.Helper()
	found, err := c.Compare(t.Context(), reader, code, c.quarter)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestFewerThanFiveAreNeverCompared(t *testing.T) {
	t.Parallel()
	c := newCircle(t, 7)
	for i := range 4 {
		c.takesPart(t, i, Partners, float64(10*i))
	}
	if four := c.seenBy(t, c.tenants[0]); four.Enough() || len(four.Figures) != 0 || four.Distribution != nil || four.Partners != 4 {
		t.Fatalf("four administrations: %+v", four)
	}
	c.takesPart(t, 4, Public, 40)
	five := c.seenBy(t, c.tenants[0])
	if !five.Enough() || len(five.Figures) != 5 || five.Figures[0].Value != 0 || five.Figures[0].N != 100 {
		t.Fatalf("five administrations: %+v", five)
	}
	d := five.Distribution
	if d == nil || d.Low != 10 || d.Middle != 20 || d.High != 30 || d.Members != 5 || d.Own == nil || d.Own.Value != 0 || d.Place(d.Own.Value) != 1 {
		t.Fatalf("the distribution: %+v", d)
	}
	if outside := c.seenBy(t, c.tenants[5]); len(outside.Figures) != 0 || outside.Distribution != nil {
		t.Errorf("who does not take part sees partners: %+v", outside)
	}
	if anybody := c.seenBy(t, domain.TenantID{}); len(anybody.Figures) != 0 || anybody.Everybody != 1 {
		t.Errorf("anybody sees partners, or one public figure alone: %+v", anybody)
	}
	// One withdraws: there are four, and nothing is shown at once.
	if err := c.Disclose(t.Context(), c.tenants[1], by, map[string]Level{code: Private}); err != nil {
		t.Fatal(err)
	}
	left := c.seenBy(t, c.tenants[0])
	if left.Enough() || len(left.Figures) != 0 || left.Distribution == nil || !left.Distribution.Withdrawn || left.Distribution.Middle != 0 {
		t.Errorf("after one has left: %+v %+v", left, left.Distribution)
	}
	if gone := c.seenBy(t, c.tenants[1]); gone.Distribution != nil || len(gone.Figures) != 0 {
		t.Errorf("who has left still sees: %+v", gone)
	}
}

// Of one quarter at most one distribution is ever shown, so that nobody's figure is the difference of two.
func TestADistributionIsMadeOnce(t *testing.T) {
	t.Parallel()
	c := newCircle(t, 8)
	for i := range 5 {
		c.takesPart(t, i, Partners, float64(10*i))
	}
	before := *c.seenBy(t, c.tenants[0]).Distribution
	c.takesPart(t, 5, Partners, 1000)
	after := *c.seenBy(t, c.tenants[0]).Distribution
	if before.Middle != after.Middle || before.High != after.High || after.Members != 5 {
		t.Errorf("one who joins moves the distribution from %+v to %+v", before, after)
	}
	if joined := c.seenBy(t, c.tenants[5]); joined.Distribution != nil || len(joined.Figures) != 6 {
		t.Errorf("who joins later is not in the distribution that was made: %+v", joined)
	}
	if err := c.Disclose(t.Context(), c.tenants[4], by, map[string]Level{code: Private}); err != nil {
		t.Fatal(err)
	}
	for i := range 4 { // five are left, and everybody publishes again
		c.takesPart(t, i, Partners, float64(10*i))
	}
	if gone := c.seenBy(t, c.tenants[0]); gone.Distribution == nil || !gone.Distribution.Withdrawn || len(gone.Figures) != 5 {
		t.Errorf("one who leaves brings another distribution: %+v", gone)
	}
	c.quarter = c.quarter.Before() // of another quarter one is made again
	for i := range 4 {
		c.takesPart(t, i, Partners, float64(i))
	}
	c.takesPart(t, 5, Partners, 9)
	if other := c.seenBy(t, c.tenants[5]); other.Distribution == nil || other.Distribution.Withdrawn || other.Distribution.Middle != 2 {
		t.Errorf("of another quarter: %+v", other)
	}
}

func TestAQuarterSettlesBeforeItsDistribution(t *testing.T) {
	t.Parallel()
	c := newCircle(t, 5)
	c.quarter = Quarter(2026*12 + 6) // it ended on 30 September, the clock says 22 November
	c.clock = func() time.Time { return time.Date(2026, 11, 13, 0, 0, 0, 0, time.UTC) }
	for i := range 5 {
		c.takesPart(t, i, Partners, float64(i))
	}
	if early := c.seenBy(t, c.tenants[0]); early.Distribution != nil || len(early.Figures) != 5 {
		t.Errorf("made on the 44th day: %+v", early)
	}
	c.clock = func() time.Time { return time.Date(2026, 11, 15, 0, 0, 0, 0, time.UTC) }
	c.takesPart(t, 0, Partners, 0)
	if due := c.seenBy(t, c.tenants[0]); due.Distribution == nil {
		t.Errorf("not made on the 46th day: %+v", due)
	}
}

func TestDisclosureIsRecordedAndBounded(t *testing.T) {
	t.Parallel()
	c := newCircle(t, 2)
	ctx := t.Context()
	for name, wanted := range map[string]map[string]Level{"money": {"INF02": Public}, "size": {"CLR10": Partners}, "missing": {"INT03": Partners}, "unknown": {"NOPE": Public}, "level": {code: "friends"}} {
		if err := c.Disclose(ctx, c.tenants[0], by, wanted); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := c.Disclose(ctx, c.tenants[0], by, map[string]Level{code: Public, "CTL02": Private}); err != nil {
		t.Fatal(err)
	}
	levels, err := c.Levels(ctx, c.tenants[0])
	if err != nil || len(levels) != 1 || levels[code] != Public {
		t.Errorf("levels: %v, %v", levels, err)
	}
	if other, err := c.Levels(ctx, c.tenants[1]); err != nil || len(other) != 0 {
		t.Errorf("of another: %v, %v", other, err)
	}
	var jobs, records int64
	err = c.db.InTenant(ctx, c.tenants[0], func(_ context.Context, tx *store.Tx) error {
		return errors.Join(tx.Raw(`SELECT count(*) FROM outbox WHERE tenant_id = ? AND kind = 'disclose'`, c.tenants[0].String()).Scan(&jobs).Error,
			tx.Raw(`SELECT count(*) FROM audit_record WHERE tenant_id = ? AND action = 'comparison.disclose' AND before->>'level' = 'private' AND after->>'level' = 'public'`, c.tenants[0].String()).Scan(&records).Error)
	})
	if err != nil || jobs != 1 || records != 1 {
		t.Errorf("%d jobs, %d records: %v", jobs, records, err)
	}
	if report, err := audit.Verify(ctx, c.db, c.tenants[0], nil); err != nil || !report.Intact() {
		t.Errorf("the record: %+v, %v", report, err)
	}
	// Not even the program's own role reads a figure of another administration.
	c.takesPart(t, 0, Public, 1)
	var seen int64
	err = c.db.InTenant(ctx, c.tenants[1], func(_ context.Context, tx *store.Tx) error {
		return tx.Raw(`SELECT count(*) FROM disclosed_figure WHERE tenant_id = ?`, c.tenants[0].String()).Scan(&seen).Error
	})
	if err != nil || seen != 0 {
		t.Errorf("%d figures of another administration are read: %v", seen, err)
	}
}

func TestQuarters(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		day := cube.Date(rapid.IntRange(int(cube.DateOf(1990, 1, 1)), int(cube.DateOf(2090, 1, 1))).Draw(t, "day"))
		q := QuarterOf(day)
		from, to := q.Days()
		if day < from || day >= to || to-from < 90 || to-from > 92 {
			t.Fatalf("%s lies in %s: %s to %s", day, q, from, to)
		}
		if parsed, err := ParseQuarter(q.String()); err != nil || parsed != q {
			t.Fatalf("%s is read as %v: %v", q, parsed, err)
		}
		for i, latest := range Latest(day) {
			if _, end := latest.Days(); end > day+1 || i == 0 && day+1-end > 92 {
				t.Fatalf("%s is not complete on %s, or not the latest", latest, day)
			}
		}
	})
	for _, wrong := range []string{"", "2026", "2026-Q5", "2026-Q0", "26-Q1", "2026-Q11", "x"} {
		if _, err := ParseQuarter(wrong); !domain.Is(err, domain.KindInvalid) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
