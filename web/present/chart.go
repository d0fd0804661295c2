package present

import (
	"math"

	"assay/web/view"
)

// Month is one point of a course.
type Month struct {
	Short   string // on the axis
	Name    string
	Address string // the same page for this month
	Current bool
	Reading Reading
}

// Chart makes the course of a measure for the drawing and for its table. It is nil
// when no month has anything to show; where all have too few cases there is only the table.
func (p Presenter) Chart(m Measure, months []Month) *view.Chart {
	unit, per := p.axis(m.Kind, months)
	band := p.T("chart.interval")
	if m.Kind != Share {
		band = p.T("chart.quartiles")
	}
	chart := &view.Chart{Title: p.T("chart.title"), Unit: unit,
		Heads: []string{p.T("chart.month"), p.T("chart.value"), band, p.T("chart.cases"), p.T("chart.note")},
		Data: view.ChartData{Unit: unit, Line: p.T("chart.value"), Band: band, Mirror: p.RightToLeft(), Digits: p.Digits,
			Current: -1, ZeroTop: m.Kind != Share || spreads(months)}}
	any := false
	for i, month := range months {
		figure := p.Figure(m, month.Reading)
		text := p.Text(figure)
		point := view.ChartPoint{Label: month.Short, Name: month.Name, Address: month.Address, Text: text,
			Interval: figure.Interval, Cases: figure.Cases, Note: figure.Note,
			Soft: figure.State == view.Partly || figure.State == view.Few}
		if r := month.Reading; r.Value != nil && !(r.Small && m.Kind == Share) {
			point.Value, chart.Drawn = scaled(r.Value, per), true
			point.Low, point.High = scaled(r.Low, per), scaled(r.High, per)
			if point.Low == nil || point.High == nil {
				point.Low, point.High = nil, nil
			}
		}
		any = any || figure.State != view.NoCases && figure.State != view.Immature
		if month.Current {
			chart.Data.Current = i
		}
		chart.Data.Points = append(chart.Data.Points, point)
		chart.Rows = append(chart.Rows, view.ChartRow{Name: month.Name, Address: month.Address, Value: text,
			Interval: figure.Interval, Cases: figure.CasesN, Note: figure.Note, Current: month.Current})
	}
	if !any {
		return nil
	}
	if chart.Drawn {
		chart.Plot = p.drawCourse(chart.Data)
	}
	return chart
}

// Text writes a figure in one line.
func (p Presenter) Text(f view.Figure) string {
	switch f.State {
	case view.Unavailable:
		return p.T("state.unavailable")
	case view.Immature:
		return p.T("state.immature")
	case view.NoCases:
		return "–"
	}
	switch f.Unit {
	case "":
		return f.Number
	case p.percentSign():
		return p.Run(p.beside(Share, f.Number, f.Unit))
	}
	return p.Run(p.beside(Count, f.Number, f.Unit))
}

// axis chooses one unit for all months, and how much of the domain's unit it holds.
func (p Presenter) axis(kind Kind, months []Month) (unit string, per float64) {
	largest := 0.0
	for _, month := range months {
		for _, v := range []*float64{month.Reading.Value, month.Reading.High} {
			if v != nil {
				largest = math.Max(largest, math.Abs(*v))
			}
		}
	}
	switch kind {
	case Share:
		return p.percentSign(), 0.01
	case Money:
		return p.Currency, math.Pow10(p.Minor)
	case Duration:
		scale := p.unitFor(kind, largest)
		return p.T(scale.key), scale.seconds
	case Points:
		return p.T("unit.points"), 1
	}
	return p.T("unit.name.count"), 1
}

func scaled(value *float64, per float64) *float64 {
	if value == nil {
		return nil
	}
	v := math.Round(*value/per*1e6) / 1e6
	return &v
}

// spreads reports whether a share's course uses so much of its range that its axis may
// begin at zero without flattening it.
func spreads(months []Month) bool {
	low, high := math.Inf(1), 0.0
	for _, month := range months {
		if v := month.Reading.Value; v != nil {
			low, high = math.Min(low, *v), math.Max(high, *v)
		}
	}
	return high > 0 && (high-low)/high > 0.25
}
