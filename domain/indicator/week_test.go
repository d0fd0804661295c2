package indicator_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"assay/domain"
	"assay/domain/cube"
	"assay/domain/indicator"
)

// weeks asks for hours over a world both ways, for all offices and for some.
func (b *bundle) weeks(ctx context.Context, t *testing.T) {
	t.Helper()
	for _, in := range []indicator.WeekRequest{
		{From: cube.DateOf(2024, 1, 1), To: cube.DateOf(2025, 3, 1)},
		{From: cube.DateOf(2024, 3, 31), To: cube.DateOf(2024, 10, 28), Offices: []string{"NYC"}},
		{From: cube.DateOf(2024, 2, 10), To: cube.DateOf(2024, 11, 4), Offices: []string{"KTM", "XXX"}},
		{From: cube.DateOf(2024, 2, 10), To: cube.DateOf(2024, 11, 4), Offices: []string{"nowhere"}},
	} {
		week, err := b.indicators.Week(ctx, b.tenant, in)
		if err != nil {
			t.Fatal(err)
		}
		statement, err := b.indicators.WeekSQL(b.tenant, in)
		if err != nil {
			t.Fatal(err)
		}
		reference := indicator.Week{Period: week.Period, Segments: week.Segments}
		query(ctx, t, statement, func(rows pgx.Rows) error {
			var weekday, hour string
			var registered, assessed, released int64
			if err := rows.Scan(&weekday, &hour, &registered, &assessed, &released); err != nil {
				return err
			}
			for _, sum := range []struct {
				count *indicator.WeekCount
				n     int64
			}{{&reference.Registered, registered}, {&reference.Assessed, assessed}, {&reference.Released, released}} {
				if hour == "" {
					sum.count.Untimed += sum.n
					continue
				}
				var day, at int
				if _, err := fmt.Sscan(weekday, &day); err != nil {
					return err
				}
				if _, err := fmt.Sscanf(hour, "%02d", &at); err != nil {
					return err
				}
				sum.count.Hours[day-1][at] += sum.n
			}
			return nil
		})
		for day := in.From; day < in.To; day++ {
			reference.Days[(int(day.Time().Weekday())+6)%7]++
		}
		if diff := cmp.Diff(&reference, week); diff != "" {
			t.Errorf("hours of %v (-SQL +cube):\n%s", in.Offices, diff)
		}
		if n := week.Registered.Timed(); (n == 0) != (len(in.Offices) == 1 && in.Offices[0] == "nowhere") {
			t.Errorf("%d registrations with an hour at %v", n, in.Offices)
		}
	}
	if _, err := b.indicators.Week(ctx, b.tenant, indicator.WeekRequest{From: 10, To: 10}); !domain.Is(err, domain.KindInvalid) {
		t.Errorf("an empty period: %v", err)
	}
}
