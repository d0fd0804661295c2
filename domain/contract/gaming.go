package contract

import (
	"context"
	"math"
	"slices"
	"strings"

	"assay/domain"
	"assay/domain/cube"
	"assay/domain/indicator"
)

// pairCodes are the indicators whose cases an officer finds on somebody's declarations, so that a friendly
// broker could supply them. Cases of one officer with one broker beyond the usual number weigh less.
var pairCodes = []string{"CTL02", "CTL04", "INF01"}

// fewestPairCases always count in full: two or three cases with one broker say nothing.
const fewestPairCases = 3

// usualCases is how many of an officer's cases with one broker are usual: twice the broker's share of all
// that the office handled, rounded up, and never fewer than three.
func usualCases(cases, ofBroker, ofOffice int64) int64 {
	if ofOffice <= 0 {
		return fewestPairCases
	}
	return max(fewestPairCases, (2*cases*ofBroker+ofOffice-1)/ofOffice)
}

// pairKey is an officer at an office.
func pairKey(keys []string) string { return strings.Join(keys, keySeparator) }

// excessCases counts for each officer the cases beyond the usual number with one broker. The rows are
// by officer, office (where known) and broker, the broker last. Cases of an unknown broker are nobody's pair.
func excessCases(rows []indicator.Row) map[string]int64 {
	ofOffice, ofBroker, cases := map[string]int64{}, map[string]int64{}, map[string]int64{}
	split := func(r *indicator.Row) (officer, office, broker string) {
		last := len(r.Keys) - 1
		return pairKey(r.Keys[:last]), strings.Join(r.Keys[1:last], keySeparator), r.Keys[last]
	}
	for i := range rows {
		officer, office, broker := split(&rows[i])
		if n := rows[i].Denominator; n != nil {
			ofOffice[office] += *n
			ofBroker[office+keySeparator+broker] += *n
		}
		if n := rows[i].Numerator; n != nil {
			cases[officer] += *n
		}
	}
	excess := map[string]int64{}
	for i := range rows {
		officer, office, broker := split(&rows[i])
		if broker == "" || rows[i].Numerator == nil {
			continue
		}
		if more := *rows[i].Numerator - usualCases(cases[officer], ofBroker[office+keySeparator+broker], ofOffice[office]); more > 0 {
			excess[officer] += more
		}
	}
	return excess
}

// discount gives a share with its cases beyond the usual number at a weight in per cent.
// A figure without such cases stays as it was computed, to the last digit.
func (f *CardFigure) discount(excess int64, percent int) {
	if excess <= 0 || percent >= 100 || f.Value == nil || f.Numerator == nil || f.Denominator == nil || *f.Denominator == 0 {
		return
	}
	hundredths := *f.Numerator*100 - int64(100-percent)*excess
	value := float64(hundredths) / float64(*f.Denominator)
	f.Discounted, f.Value = excess, &value
	if f.Low != nil {
		low, high := indicator.Wilson(int64(math.Round(float64(hundredths)/100)), *f.Denominator)
		low, high = 100*low, 100*high
		f.Low, f.High = &low, &high
	}
}

// pairs asks for the cases beyond the usual number of the officers of a question, by indicator.
func (f *figuresFrom) pairs(ctx context.Context, q question, month cube.Month) (map[string]map[string]int64, []string, error) {
	codes := slices.DeleteFunc(slices.Clone(q.codes), func(code string) bool { return !slices.Contains(pairCodes, code) })
	if len(q.by) == 0 || q.by[0] != "officer" || len(codes) == 0 || !q.discounts {
		return nil, nil, nil
	}
	results, err := f.over(ctx, question{by: append(slices.Clone(q.by), "broker"), where: q.where, codes: codes, without: q.without}, month)
	if domain.Is(err, domain.KindTooMany) {
		return nil, nil, domain.Wrap(domain.KindTooMany, err, "too many pairs of officer and broker in %s", month)
	}
	if err != nil {
		return nil, nil, err
	}
	excess := map[string]map[string]int64{}
	var segments []string
	for _, r := range results {
		excess[r.Code] = excessCases(r.Rows)
		segments = append(segments, r.Segments...)
	}
	return excess, segments, nil
}

// profile asks for the declarations handled on each day of a month, by holder.
func (f *figuresFrom) profile(ctx context.Context, q question, month cube.Month) (map[string][]int64, []string, error) {
	results, err := f.over(ctx, question{by: append(slices.Clone(q.by), cube.DimensionDay), where: q.where, codes: []string{handledCode}}, month)
	if err != nil {
		return nil, nil, err
	}
	days := map[string][]int64{}
	for i := range results[0].Rows {
		row := &results[0].Rows[i]
		last := len(row.Keys) - 1
		day, err := cube.ParseDate(row.Keys[last])
		if err != nil {
			return nil, nil, err
		}
		key := pairKey(row.Keys[:last])
		if days[key] == nil {
			days[key] = make([]int64, (month+1).First()-month.First())
		}
		days[key][day-month.First()] += row.N
	}
	return days, results[0].Segments, nil
}

// LateDays is how many days at the end of a month are looked at for bunching: a week, so that every weekday is in them once.
const LateDays = 7

// Late gives how much of a month's declarations were handled in its last seven days, and how much of the
// month these days are, both as parts of one. Nothing handled gives 0.
func (c *Card) Late() (handled, days float64) {
	if len(c.Daily) < LateDays {
		return 0, 0
	}
	var all, late int64
	for i, n := range c.Daily {
		all += n
		if i >= len(c.Daily)-LateDays {
			late += n
		}
	}
	days = float64(LateDays) / float64(len(c.Daily))
	if all == 0 {
		return 0, days
	}
	return float64(late) / float64(all), days
}
