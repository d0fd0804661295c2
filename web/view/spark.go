package view

import (
	"math"
	"strconv"
	"strings"
)

// Reading is one month of a small line: its value and, where there is one, its
// interval. A nil value interrupts the line.
type Reading struct{ Value, Low, High *float64 }

const (
	sparkWidth, sparkHeight = 128, 32
	sparkMargin             = 4.0
)

// NewSpark draws readings as a small line, oldest first. Shown is the index of the
// period of the page, -1 for none. With mirror, time runs from right to left. The scale
// is that of the values alone, so that a wide interval does not flatten the line; it is cut off
// at the edge. Without two readings there is nothing to draw and the result is nil.
func NewSpark(readings []Reading, shown int, mirror bool, label string) *Spark {
	low, high, count := math.Inf(1), math.Inf(-1), 0
	for _, r := range readings {
		if r.Value != nil {
			low, high = math.Min(low, *r.Value), math.Max(high, *r.Value)
			count++
		}
	}
	if count < 2 {
		return nil
	}
	if high == low { // a level line stands in the middle
		low, high = low-1, high+1
	}
	field := sparkField{count: len(readings), low: low, high: high, mirror: mirror}
	spark := &Spark{Width: sparkWidth, Height: sparkHeight, Label: label}
	var run []string
	flush := func() {
		switch {
		case len(run) > 1:
			spark.Lines = append(spark.Lines, strings.Join(run, " "))
		case len(run) == 1:
			x, y, _ := strings.Cut(run[0], ",")
			spark.Dots = append(spark.Dots, Dot{x, y})
		}
		run = nil
	}
	for i, r := range readings {
		if r.Value == nil {
			flush()
			continue
		}
		run = append(run, field.point(i, *r.Value))
	}
	flush()
	spark.Band = field.band(readings)
	if shown >= 0 && shown < len(readings) && readings[shown].Value != nil {
		x, y, _ := strings.Cut(field.point(shown, *readings[shown].Value), ",")
		spark.Last = &Dot{x, y}
	}
	return spark
}

type sparkField struct {
	count     int
	low, high float64
	mirror    bool
}

func (f sparkField) point(index int, value float64) string {
	x := sparkMargin + float64(index)/math.Max(1, float64(f.count-1))*(sparkWidth-2*sparkMargin)
	if f.mirror {
		x = sparkWidth - x
	}
	y := sparkHeight - sparkMargin - (value-f.low)/(f.high-f.low)*(sparkHeight-2*sparkMargin)
	y = math.Min(math.Max(y, 0), sparkHeight)
	return decimal(x) + "," + decimal(y)
}

// band is the polygon of the longest run of readings that all have an interval.
func (f sparkField) band(readings []Reading) string {
	from, to, best := 0, 0, 0
	for i := 0; i <= len(readings); i++ {
		if i < len(readings) && readings[i].Low != nil && readings[i].High != nil {
			continue
		}
		if i-from > best {
			best, to = i-from, i
		}
		from = i + 1
	}
	if best < 2 {
		return ""
	}
	points := make([]string, 0, 2*best)
	for i := to - best; i < to; i++ {
		points = append(points, f.point(i, *readings[i].High))
	}
	for i := to - 1; i >= to-best; i-- {
		points = append(points, f.point(i, *readings[i].Low))
	}
	return strings.Join(points, " ")
}

func decimal(value float64) string { return strconv.FormatFloat(value, 'f', 1, 64) }

// NewBar draws a value as a share of the largest in its table, with its interval. It is
// nil for values that are not positive.
func NewBar(value, largest float64, low, high *float64, mirror bool) *Bar {
	if value <= 0 || largest <= 0 {
		return nil
	}
	percent := func(v float64) float64 { return math.Min(math.Max(100*v/largest, 0), 100) }
	bar := &Bar{Width: decimal(percent(value)), Rest: decimal(100 - percent(value)), Mirror: mirror}
	if low != nil && high != nil && *high > *low {
		from, span := percent(*low), percent(*high)-percent(*low)
		if mirror {
			from = 100 - percent(*high)
		}
		bar.From, bar.Span = decimal(from), decimal(span)
	}
	return bar
}
