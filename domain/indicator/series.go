package indicator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"assay/domain"
	"assay/domain/administration"
	"assay/domain/cube"
)

// SeriesRequest asks for indicators over the stretches of a period.
type SeriesRequest struct {
	Codes       []string
	From, To    cube.Date
	Granularity string // day, week, month, quarter or year
	Where       []Filter
}

// maxStretches bounds the points of a series.
const maxStretches = 4000

// Series gives indicators over each stretch of a period. A stretch at its edge
// is cut off there. Snapshots are as of the end of each stretch.
func (s *Service) Series(ctx context.Context, tenant *administration.Tenant, in SeriesRequest) ([]*Series, error) {
	definitions, err := s.find(ctx, tenant, in.Codes)
	if err != nil {
		return nil, err
	}
	if !slices.Contains(Calendar, in.Granularity) {
		return nil, domain.Errorf(domain.KindInvalid, "a series is by %s, not by %q", strings.Join(Calendar, ", "), in.Granularity)
	}
	request := Request{From: in.From, To: in.To, Where: in.Where}
	if err := request.check(definitions); err != nil {
		return nil, err
	}
	snapshot, err := s.Snapshot(ctx, tenant)
	if err != nil {
		return nil, err
	}
	e := newEvaluation(snapshot, tenant)
	stretches := cut(in.From, in.To, in.Granularity, e.settings.FiscalYearStart)
	if len(stretches) > maxStretches {
		return nil, domain.Errorf(domain.KindTooMany, "that would be %d points; choose a shorter period or a coarser one than %s", len(stretches), in.Granularity)
	}
	points, from, err := e.series(ctx, definitions, stretches, in.Granularity, in.Where)
	if err != nil {
		return nil, fmt.Errorf("compute series of %s: %w", tenant.Code, err)
	}
	series := make([]*Series, len(definitions))
	for i, d := range definitions {
		series[i] = &Series{Provenance: e.provenance(d, from[i]...), Period: Period{Day(in.From), Day(in.To)}, Granularity: in.Granularity, Where: in.Where, Points: points[i]}
	}
	return series, nil
}

// stretch is one part of a period with its key.
type stretch struct {
	key      string
	from, to cube.Date
}

// cut divides a period by a dimension of the calendar.
func cut(from, to cube.Date, granularity string, fiscalYearStart int) []stretch {
	var all []stretch
	for from < to && len(all) <= maxStretches {
		next := stretchEnd(from, granularity, fiscalYearStart)
		all = append(all, stretch{stretchKey(from, granularity, fiscalYearStart), from, min(next, to)})
		from = next
	}
	return all
}

// stretchEnd is the first day after the stretch that a day is in.
func stretchEnd(day cube.Date, granularity string, fiscalYearStart int) cube.Date {
	month := day.Month()
	shifted := (int(month.Month()) - max(1, fiscalYearStart) + 12) % 12 // months into the fiscal year
	switch granularity {
	case cube.DimensionDay:
		return day + 1
	case cube.DimensionWeek:
		return day + cube.Date(7-(int(day.Time().Weekday())+6)%7)
	case cube.DimensionMonth:
		return (month + 1).First()
	case cube.DimensionQuarter:
		return (month + cube.Month(3-shifted%3)).First()
	}
	return (month + cube.Month(12-shifted)).First()
}

// stretchKey is the key that the cube gives to the stretch that a day is in.
func stretchKey(day cube.Date, granularity string, fiscalYearStart int) string {
	fiscalYearStart = max(1, fiscalYearStart)
	month := day.Month() - cube.Month(fiscalYearStart-1)
	year := fmt.Sprintf("%04d", month.Year())
	if fiscalYearStart > 1 {
		year += fmt.Sprintf("/%02d", (month.Year()+1)%100)
	}
	switch granularity {
	case cube.DimensionDay:
		return day.String()
	case cube.DimensionWeek:
		y, w := day.Time().ISOWeek()
		return fmt.Sprintf("%04d-W%02d", y, w)
	case cube.DimensionMonth:
		return day.Month().String()
	case cube.DimensionQuarter:
		return fmt.Sprintf("%s-Q%d", year, (int(month.Month())-1)/3+1)
	}
	return year
}

// series computes the points of definitions, in their order, and gives the answers
// they were read from. There is at least one stretch.
func (e *evaluation) series(ctx context.Context, definitions []*Definition, stretches []stretch, granularity string, where []Filter) ([][]Point, [][]*answer, error) {
	answers, err := e.run(ctx, e.seriesAsks(definitions, stretches, granularity, where))
	if err != nil {
		return nil, nil, err
	}
	points, read := e.seriesPoints(definitions, stretches, answers)
	return points, read, nil
}

// seriesAsks are the questions of a series. Cohorts and activities of all stretches are
// one question; a snapshot is a question a stretch.
func (e *evaluation) seriesAsks(definitions []*Definition, stretches []stretch, granularity string, where []Filter) []*ask {
	from, to := stretches[0].from, stretches[len(stretches)-1].to
	var asks []*ask
	for _, d := range definitions {
		if !d.UpToEnd {
			asks = append(asks, e.newAsk(d, from, to, []string{granularity}, where))
			continue
		}
		for _, each := range stretches {
			asks = append(asks, e.newAsk(d, each.from, each.to, nil, where))
		}
	}
	return asks
}

// seriesPoints reads the points from the answers to seriesAsks.
func (e *evaluation) seriesPoints(definitions []*Definition, stretches []stretch, answers []*answer) ([][]Point, [][]*answer) {
	least := e.settings.SmallDenominator
	points, read := make([][]Point, len(definitions)), make([][]*answer, len(definitions))
	for i, d := range definitions {
		points[i] = make([]Point, len(stretches))
		var rows []Row
		if d.UpToEnd {
			read[i], answers = answers[:len(stretches)], answers[len(stretches):]
			for _, found := range read[i] {
				rows = append(rows, found.rows(least)[0])
			}
		} else {
			read[i], answers = answers[:1], answers[1:]
			rows = byStretch(read[i][0], stretches, least)
		}
		for n, each := range stretches {
			points[i][n] = Point{Key: each.key, Period: Period{Day(each.from), Day(each.to)}, Row: rows[n],
				Maturity: e.horizon.maturity(d.Mature, each.from, each.to, e.settings)}
			points[i][n].Keys = nil
		}
	}
	return points, read
}

// byStretch gives each stretch its row, an empty one where nothing was counted.
func byStretch(found *answer, stretches []stretch, least int64) []Row {
	rows := make([]Row, len(stretches))
	for i, each := range stretches {
		g := found.groups[each.key]
		if g == nil && each.from <= found.ask.through {
			g = found.group([]string{each.key})
		} else if g == nil { // nothing can be told about it yet
			g = &group{figures: make([]raw, len(found.ask.Companions)+1)}
		}
		rows[i] = found.row(g, 0, nil, least)
	}
	return rows
}
