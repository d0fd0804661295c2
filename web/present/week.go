package present

import (
	"fmt"
	"math"
	"strconv"

	"assay/domain/indicator"
	"assay/web/view"
)

// The field of a week in the units of its drawing.
const (
	weekNames, weekTop, weekRow, weekEdge = 128.0, 6.0, 27.0, 8.0
	hoursOfDay                            = 24
	hoursLabelled                         = 3 // every third hour has its time below
)

// WeekPart draws how many declarations something happened to in each hour of an average day of the week. Days says
// how often each weekday, Monday first, was in the period: where a weekday was not in it, nothing is said of it.
func (p Presenter) WeekPart(key string, count *indicator.WeekCount, days [7]int) view.WeekPart {
	part := view.WeekPart{Title: p.T("week." + key), Cases: p.TN("week.cases", count.Timed())}
	if count.Untimed > 0 {
		part.Untimed = p.TN("week.untimed", count.Untimed)
	}
	values := make([]*float64, 7*hoursOfDay)
	var sums [hoursOfDay]int64
	all := 0
	for d := range 7 {
		all += days[d]
		for h, n := range count.Hours[d] {
			sums[h] += n
			if n > 0 && days[d] > 0 {
				average := float64(n) / float64(days[d])
				values[d*hoursOfDay+h] = &average
			}
		}
	}
	levels := Levels(values)
	part.Busiest = p.busiest(values)
	part.Plot = p.weekPlot(key, count, days, values, levels)
	for h := range hoursOfDay {
		part.Columns = append(part.Columns, p.hour(h))
	}
	for d := range 7 {
		line := p.weekLine(p.T("week.days", "Day", p.weekday(d), "Days", p.Plain(days[d])), count.Hours[d], days[d])
		for h := range line.Hours {
			line.Hours[h].Level = levels[d*hoursOfDay+h]
		}
		part.Rows = append(part.Rows, line)
	}
	part.Together = p.weekLine(p.T("week.every"), sums, all)
	return part
}

func (p Presenter) weekday(d int) string { return p.T("weekday." + strconv.Itoa(d+1)) }

// hour is when an hour of the day begins.
func (p Presenter) hour(h int) string { return p.Digit(fmt.Sprintf("%02d:00", h)) }

// average writes a number for an average day.
func (p Presenter) average(value float64) string {
	switch {
	case value >= 9_999.5:
		return p.Short(value)
	case value >= 9.95 || value == 0:
		return p.Count(int64(math.Round(value)))
	case value < 0.095:
		return p.Decimal(value, 2)
	}
	return p.Decimal(value, 1)
}

func (p Presenter) weekLine(name string, hours [hoursOfDay]int64, days int) view.WeekLine {
	line := view.WeekLine{Name: name, Day: "–"}
	var total int64
	for _, n := range hours {
		total += n
		cell := view.WeekCell{Text: "–"}
		if days > 0 {
			cell.Text = p.average(float64(n) / float64(days))
		}
		line.Hours = append(line.Hours, cell)
	}
	if days > 0 {
		line.Day = p.average(float64(total) / float64(days))
	}
	line.Total = p.Count(total)
	return line
}

// busiest says in which hour most happens, the earliest of equals; "" when there is none.
func (p Presenter) busiest(values []*float64) string {
	at, most := 0, 0.0
	for i, v := range values {
		if v != nil && *v > most {
			at, most = i, *v
		}
	}
	if most == 0 {
		return ""
	}
	d, h := at/hoursOfDay, at%hoursOfDay
	return p.T("week.busiest", "Day", p.weekday(d), "From", p.hour(h), "To", p.hour((h+1)%hoursOfDay), "Average", p.average(most))
}

func (p Presenter) weekPlot(key string, count *indicator.WeekCount, days [7]int, values []*float64, levels []int) *view.Plot {
	plot := &view.Plot{ID: "week-" + key, Width: plotWidth, Height: int(weekTop + 7*weekRow + 26), Table: ".week-table"}
	mirror, wide := p.RightToLeft(), (plotWidth-weekNames-weekEdge)/hoursOfDay
	across := func(at, width float64) string {
		if mirror {
			return place(plotWidth - at - width)
		}
		return place(at)
	}
	before := "end"
	if mirror {
		before = "start"
	}
	for d := range 7 {
		top := weekTop + float64(d)*weekRow
		plot.Texts = append(plot.Texts, view.PlotText{Kind: "day", X: across(weekNames-8, 0), Y: place(top + 18), Anchor: before, Text: p.weekday(d)})
		for h := range hoursOfDay {
			i, at := d*hoursOfDay+h, weekNames+float64(h)*wide
			plot.Boxes = append(plot.Boxes, view.PlotBox{Kind: "hour-" + strconv.Itoa(levels[i]), X: across(at+0.75, wide-1.5), Y: place(top + 0.75), Width: place(wide - 1.5), Height: place(weekRow - 1.5),
				Title: p.weekTitle(d, h, count.Hours[d][h], days[d])})
			if values[i] != nil {
				plot.Texts = append(plot.Texts, view.PlotText{Kind: "within-" + strconv.Itoa(levels[i]), X: across(at+wide/2, 0), Y: place(top + 17), Anchor: "middle", Text: p.average(*values[i])})
			}
		}
	}
	for h := 0; h < hoursOfDay; h += hoursLabelled {
		plot.Texts = append(plot.Texts, view.PlotText{Kind: "tick", X: across(weekNames+float64(h)*wide, 0), Y: place(weekTop + 7*weekRow + 18), Anchor: map[bool]string{false: "start", true: "end"}[mirror], Text: p.hour(h)})
	}
	return plot
}

func (p Presenter) weekTitle(d, h int, n int64, days int) string {
	if days == 0 {
		return p.T("state.none")
	}
	return p.T("week.field", "Day", p.weekday(d), "From", p.hour(h), "To", p.hour((h+1)%hoursOfDay), "Average", p.average(float64(n)/float64(days)), "Cases", p.TN("week.cases", n), "Days", p.Plain(days))
}
