package indicator

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/cube/fact"
)

// WeekRequest asks when work comes and when it is done.
type WeekRequest struct {
	From, To cube.Date // From <= day < To, local days of each office
	Offices  []string  // none means every office
}

// Week is what happened over a period by day of the week and hour of the day, each by the clock of the office where
// it happened.
type Week struct {
	Period     Period
	Registered WeekCount // declarations registered, cancelled ones too
	Assessed   WeekCount // declarations assessed for the first time
	Released   WeekCount // declarations released
	// Days is how often each day of the week, Monday first, was in the period.
	Days     [7]int
	Segments []string // hashes of the segments counted
}

// WeekCount is how many declarations something happened to.
type WeekCount struct {
	Hours   [7][24]int64 // Monday first; the hour that begins at 0:00 first
	Untimed int64        // those whose day is known but no time of day
}

// Timed is the sum over all hours.
func (c *WeekCount) Timed() (n int64) {
	for _, day := range c.Hours {
		for _, hour := range day {
			n += hour
		}
	}
	return n
}

// Week counts registrations, assessments and releases by hour and weekday. The error is KindNotReady while the
// administration has no figures, or none made since hours are counted; KindInvalid for a period that ends before it begins.
func (s *Service) Week(ctx context.Context, tenant *administration.Tenant, in WeekRequest) (*Week, error) {
	check := Request{From: in.From, To: in.To}
	if err := check.check(nil); err != nil {
		return nil, err
	}
	snapshot, err := s.Snapshot(ctx, tenant)
	if err != nil {
		return nil, err
	}
	if _, _, counted := snapshot.Span(fact.Hour); !counted {
		return nil, domain.Errorf(domain.KindNotReady, "the hours of %s are counted with the next load of data", tenant.Code)
	}
	query := cube.Query{Grain: fact.Hour, From: in.From, To: in.To, By: []string{"weekday", "hour"}}
	for _, name := range []string{"registered", "assessed", "released"} {
		query.Aggregates = append(query.Aggregates, cube.Aggregate{Name: name, Func: cube.Sum, Column: name})
	}
	if len(in.Offices) > 0 {
		query.Where = []cube.Condition{{Column: "office", In: in.Offices}}
	}
	result, err := snapshot.Query(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("count the hours of %s: %w", tenant.Code, err)
	}
	week := &Week{Period: Period{Day(in.From), Day(in.To)}, Segments: result.Segments}
	for _, row := range result.Rows {
		for i, count := range []*WeekCount{&week.Registered, &week.Assessed, &week.Released} {
			if err := count.add(row.Keys[0], row.Keys[1], row.Values[i].Int); err != nil {
				return nil, err
			}
		}
	}
	for day := in.From; day < in.To; day++ {
		week.Days[fact.Weekday(day)-1]++
	}
	return week, nil
}

// add puts a sum where its weekday and hour say.
func (c *WeekCount) add(weekday, hour string, n int64) error {
	if hour == "" {
		c.Untimed += n
		return nil
	}
	day, wrongDay := strconv.Atoi(weekday)
	at, wrongHour := strconv.Atoi(hour)
	if wrongDay != nil || wrongHour != nil || day < 1 || day > 7 || at < 0 || at > 23 {
		return domain.Errorf(domain.KindInternal, "weekday %q and hour %q are none", weekday, hour)
	}
	c.Hours[day-1][at] += n
	return nil
}

// WeekSQL gives the reference SQL of Week: weekday, hour, registered, assessed, released, in order of the first two.
func (s *Service) WeekSQL(tenant *administration.Tenant, in WeekRequest) (*Statement, error) {
	with, err := views(noRules, fact.Hour)
	if err != nil {
		return nil, domain.Wrap(domain.KindInternal, err, "the reference SQL of hours cannot be written")
	}
	statement := &Statement{Arguments: arguments(tenant, in.From, in.To, in.To)}
	where := ""
	if len(in.Offices) > 0 {
		statement.Arguments["offices"] = slices.Clone(in.Offices)
		where = "\n  AND office = ANY (CAST(@offices AS text[]))"
	}
	statement.Text = strings.Join([]string{"WITH " + with, "SELECT weekday, hour, sum(registered)::bigint AS registered, sum(assessed)::bigint AS assessed, sum(released)::bigint AS released",
		"FROM parameters p JOIN hour_row r ON true", "WHERE r.dated >= p.from_day AND r.dated < p.to_day" + where, "GROUP BY 1, 2 ORDER BY 1, 2"}, "\n")
	return statement, nil
}
