package present

import (
	"math"
	"sort"
	"strconv"

	"assay/web/view"
)

// Group is one value of a dimension with its figure, as plots take it.
type Group struct {
	Name    string
	Address string
	Reading Reading
}

// The field of a plot in its own units; it is scaled to the page.
const (
	plotWidth, plotHeight              = 720, 320
	plotLeft, plotRight                = 56.0, 20.0
	plotTop, plotBottom                = 14.0, 48.0
	funnelSteps                        = 60
	limitWarn, limitAct                = 1.959963984540054, 3.090232306167814 // 95 % and 99.8 % of chance lie within
	leastGroups, mostLabels, mostBoxes = 4, 8, 12
)

// field turns values into places.
type field struct {
	lowX, highX, lowY, highY float64
	logX, mirror             bool
}

func (f field) x(value float64) float64 {
	low, high := f.lowX, f.highX
	if f.logX {
		low, high, value = math.Log(low), math.Log(high), math.Log(value)
	}
	at := plotLeft + (value-low)/(high-low)*(plotWidth-plotLeft-plotRight)
	if f.mirror {
		return plotWidth - at
	}
	return at
}

func (f field) y(value float64) float64 {
	at := plotHeight - plotBottom - (value-f.lowY)/(f.highY-f.lowY)*(plotHeight-plotTop-plotBottom)
	return math.Min(math.Max(at, plotTop), plotHeight-plotBottom)
}

func place(v float64) string { return strconv.FormatFloat(v, 'f', 1, 64) }

// Funnel draws the shares of groups over their number of cases between control limits
// (Spiegelhalter, Statistics in Medicine 24, 2005): outside of the inner limits lies one of
// twenty by chance alone, outside of the outer one of five hundred. It is nil where
// there are too few groups, or no share of cases.
func (p Presenter) Funnel(m Measure, total Reading, groups []Group) *view.Plot {
	if m.Kind != Share || total.Value == nil || total.Low == nil || *total.Value <= 0 || *total.Value >= 1 {
		return nil
	}
	var kept []Group
	f := field{lowX: math.Inf(1), mirror: p.RightToLeft(), highY: *total.Value}
	for _, g := range groups {
		if r := g.Reading; r.Denominator != nil && *r.Denominator >= 1 && r.Numerator != nil && r.Maturity != Immature {
			kept = append(kept, g)
			f.lowX, f.highX = math.Min(f.lowX, *r.Denominator), math.Max(f.highX, *r.Denominator)
			f.highY = math.Max(f.highY, shareOf(r))
		}
	}
	if len(kept) < leastGroups || f.highX <= f.lowX {
		return nil
	}
	f.logX = f.highX/f.lowX > 12
	f.highY = math.Min(1, f.highY*1.08)
	f.lowY = lowestOf(kept, f.lowX, *total.Value)
	plot := &view.Plot{ID: "funnel", Title: p.T("plot.funnel"), Sub: p.T("plot.funnel.how"), Unit: p.percentSign(), Width: plotWidth, Height: plotHeight, Table: ".breakdown-table"}
	p.axes(plot, f, func(v float64) string { return p.Percent(v, decimalsOf(f.highY)) })
	p.funnelLimits(plot, f, *total.Value)
	sort.SliceStable(kept, func(i, j int) bool { return far(kept[i], *total.Value) > far(kept[j], *total.Value) })
	for i, g := range kept {
		p.funnelDot(plot, f, g, *total.Value, i)
	}
	return plot
}

// lowestOf is where the axis of shares begins: at nothing, or, where all shares and limits lie far above it,
// at the ten per cent below the lowest.
func lowestOf(kept []Group, fewest, whole float64) float64 {
	lowest := whole - limitAct*math.Sqrt(whole*(1-whole)/fewest)
	for _, g := range kept {
		lowest = math.Min(lowest, shareOf(g.Reading))
	}
	if lowest < 0.3 {
		return 0
	}
	return math.Floor(lowest*10) / 10
}

func shareOf(r Reading) float64 { return *r.Numerator / *r.Denominator }

// far is how many standard errors a group's share lies from the whole's.
func far(g Group, whole float64) float64 {
	return math.Abs(shareOf(g.Reading)-whole) / math.Sqrt(whole*(1-whole) / *g.Reading.Denominator)
}

func (p Presenter) funnelLimits(plot *view.Plot, f field, whole float64) {
	step := func(i int) float64 {
		part := float64(i) / funnelSteps
		if f.logX {
			return f.lowX * math.Pow(f.highX/f.lowX, part)
		}
		return f.lowX + part*(f.highX-f.lowX)
	}
	curve := func(z float64) string {
		points := ""
		for i := 0; i <= funnelSteps; i++ {
			n := step(i)
			points += place(f.x(n)) + "," + place(f.y(math.Max(f.lowY, whole+z*math.Sqrt(whole*(1-whole)/n)))) + " "
		}
		return points
	}
	for _, z := range []float64{limitWarn, -limitWarn} {
		plot.Lines = append(plot.Lines, view.PlotLine{Kind: "warn", Points: curve(z)})
	}
	for _, z := range []float64{limitAct, -limitAct} {
		plot.Lines = append(plot.Lines, view.PlotLine{Kind: "act", Points: curve(z)})
	}
	plot.Lines = append(plot.Lines, view.PlotLine{Kind: "whole", Points: place(f.x(f.lowX)) + "," + place(f.y(whole)) + " " + place(f.x(f.highX)) + "," + place(f.y(whole))})
}

func (p Presenter) funnelDot(plot *view.Plot, f field, g Group, whole float64, rank int) {
	x, y := f.x(*g.Reading.Denominator), f.y(shareOf(g.Reading))
	dot := view.PlotDot{Kind: "inside", X: place(x), Y: place(y), Radius: "4", Address: g.Address,
		Title: p.T("plot.funnel.point", "Name", g.Name, "Value", p.Percent(shareOf(g.Reading), 1), "Cases", p.Count(int64(*g.Reading.Denominator)))}
	if far(g, whole) > limitAct {
		dot.Kind, dot.Radius = "outside", "5.5"
		if rank < mostLabels {
			anchor, shift := "start", 9.0
			if x > plotWidth*0.75 {
				anchor, shift = "end", -9
			}
			plot.Texts = append(plot.Texts, view.PlotText{Kind: "label", X: place(x + shift), Y: place(y + 4), Anchor: anchor, Text: shorten(g.Name, 24)})
		}
	} else if far(g, whole) > limitWarn {
		dot.Kind = "edge"
	}
	plot.Dots = append(plot.Dots, dot)
}

func shorten(text string, most int) string {
	if letters := []rune(text); len(letters) > most {
		return string(letters[:most-1]) + "…"
	}
	return text
}

// axes draws the ground: values at the side, numbers of cases below.
func (p Presenter) axes(plot *view.Plot, f field, write func(float64) string) {
	for _, tick := range ticks(f.lowY, f.highY, 4) {
		y := place(f.y(tick))
		plot.Lines = append(plot.Lines, view.PlotLine{Kind: "grid", Points: place(plotLeft) + "," + y + " " + place(plotWidth-plotRight) + "," + y})
		at, anchor := plotLeft-8, "end"
		if f.mirror {
			at, anchor = plotWidth-plotLeft+8, "start"
			plot.Lines[len(plot.Lines)-1].Points = place(plotRight) + "," + y + " " + place(plotWidth-plotLeft) + "," + y
		}
		plot.Texts = append(plot.Texts, view.PlotText{Kind: "tick", X: place(at), Y: place(f.y(tick) + 4), Anchor: anchor, Text: write(tick)})
	}
	for _, tick := range f.below() {
		plot.Texts = append(plot.Texts, view.PlotText{Kind: "tick", X: place(f.x(tick)), Y: place(plotHeight - plotBottom + 23), Anchor: "middle", Text: p.Count(int64(tick))})
	}
	plot.Texts = append(plot.Texts, view.PlotText{Kind: "name", X: place(plotWidth / 2), Y: place(plotHeight - 3), Anchor: "middle", Text: p.T("plot.cases")})
}

// below are round numbers of cases.
func (f field) below() []float64 {
	if !f.logX {
		return ticks(f.lowX, f.highX, 5)
	}
	var at []float64
	for power := math.Pow(10, math.Floor(math.Log10(f.lowX))); power <= f.highX; power *= 10 {
		for _, unit := range []float64{1, 3} {
			if v := power * unit; v >= f.lowX && v <= f.highX {
				at = append(at, v)
			}
		}
	}
	return at
}

// ticks are round numbers between two values.
func ticks(low, high float64, about int) []float64 {
	if high <= low {
		return nil
	}
	rough := (high - low) / float64(about)
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	step := power
	for _, unit := range []float64{1, 2, 5, 10} {
		if step = power * unit; step >= rough {
			break
		}
	}
	var at []float64
	for v := math.Ceil(low/step) * step; v <= high*1.0000001; v += step {
		at = append(at, v)
	}
	return at
}

func decimalsOf(highest float64) int {
	switch {
	case highest < 0.02:
		return 2
	case highest < 0.1:
		return 1
	}
	return 0
}

// Spreads draws for each group of durations or amounts the middle half as a box, with the median in
// it. It is nil without two groups that have quartiles.
func (p Presenter) Spreads(m Measure, groups []Group) *view.Plot {
	var kept []Group
	highest := 0.0
	for _, g := range groups {
		if r := g.Reading; m.Kind != Share && r.Value != nil && r.Low != nil && r.High != nil && *r.Low >= 0 && len(kept) < mostBoxes {
			kept = append(kept, g)
			highest = math.Max(highest, *r.High)
		}
	}
	if len(kept) < 2 || highest <= 0 {
		return nil
	}
	const row, names = 28.0, 190.0
	height := int(float64(len(kept))*row + plotTop + plotBottom)
	plot := &view.Plot{ID: "spread", Title: p.T("plot.spread"), Sub: p.T("plot.spread.how"), Width: plotWidth, Height: height, Table: ".breakdown-table"}
	x := func(v float64) float64 {
		at := names + v/highest*(plotWidth-names-plotRight-40)
		if p.RightToLeft() {
			return plotWidth - at
		}
		return at
	}
	box := func(from, to float64) (at, width string) {
		a, b := x(from), x(to)
		return place(math.Min(a, b)), place(math.Max(math.Abs(b-a), 1))
	}
	for i, g := range kept {
		y := plotTop + float64(i)*row
		at, width := box(*g.Reading.Low, *g.Reading.High)
		figure := p.Figure(m, g.Reading)
		title := p.T("plot.spread.point", "Name", g.Name, "Value", p.Text(figure), "Range", figure.Interval)
		plot.Boxes = append(plot.Boxes, view.PlotBox{Kind: "middle", X: at, Y: place(y + 5), Width: width, Height: "14", Title: title, Address: g.Address})
		median := place(x(*g.Reading.Value))
		plot.Lines = append(plot.Lines, view.PlotLine{Kind: "median", Points: median + "," + place(y+2) + " " + median + "," + place(y+22)})
		name, end, before, after := names-10, x(*g.Reading.High)+8, "end", "start"
		if p.RightToLeft() {
			name, end, before, after = plotWidth-names+10, x(*g.Reading.High)-8, after, before
		}
		plot.Texts = append(plot.Texts, view.PlotText{Kind: "name", X: place(name), Y: place(y + 16), Anchor: before, Text: shorten(g.Name, 26)},
			view.PlotText{Kind: "tick", X: place(end), Y: place(y + 16), Anchor: after, Text: p.Text(figure)})
	}
	return plot
}

// Levels puts values into five steps between the lowest and the highest, 0 for none.
func Levels(values []*float64) []int {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if v != nil {
			low, high = math.Min(low, *v), math.Max(high, *v)
		}
	}
	levels := make([]int, len(values))
	for i, v := range values {
		switch {
		case v == nil:
		case high <= low:
			levels[i] = 3
		default:
			levels[i] = 1 + int(math.Min(4, math.Floor((*v-low)/(high-low)*5)))
		}
	}
	return levels
}

// drawCourse draws a course as a line with its band, for readers without the chart library and
// until it is asked for.
func (p Presenter) drawCourse(data view.ChartData) *view.Plot {
	f := field{highX: float64(max(len(data.Points)-1, 1)), lowY: math.Inf(1), highY: math.Inf(-1), mirror: p.RightToLeft()}
	for _, point := range data.Points {
		for _, v := range []*float64{point.Value, point.Low, point.High} {
			if v != nil {
				f.lowY, f.highY = math.Min(f.lowY, *v), math.Max(f.highY, *v)
			}
		}
	}
	if data.ZeroTop {
		f.lowY = math.Min(0, f.lowY)
	}
	if f.highY <= f.lowY {
		f.lowY, f.highY = f.lowY-1, f.highY+1
	}
	plot := &view.Plot{ID: "course-drawn", Width: plotWidth, Height: plotHeight}
	if steps := ticks(f.lowY, f.highY, 4); len(steps) > 1 { // up to a whole step: no value lies above the last that is written
		step := steps[1] - steps[0]
		f.highY = math.Ceil(f.highY/step-1e-9) * step
	}
	steps := ticks(f.lowY, f.highY, 4)
	decimals := 0
	if len(steps) > 1 {
		decimals = int(math.Max(0, math.Ceil(-math.Log10(steps[1]-steps[0])-1e-9)))
	}
	p.axes(plot, field{highX: f.highX, lowY: f.lowY, highY: f.highY, mirror: f.mirror}, func(v float64) string {
		if math.Abs(v) >= 99_950 {
			return p.Short(v)
		}
		return p.Decimal(v, decimals)
	})
	p.courseMonths(plot, f, data)
	p.courseLine(plot, f, data)
	return plot
}

// courseMonths puts months in the place of the numbers of cases.
func (p Presenter) courseMonths(plot *view.Plot, f field, data view.ChartData) {
	kept := plot.Texts[:0]
	for _, text := range plot.Texts {
		if text.Anchor != "middle" {
			kept = append(kept, text)
		}
	}
	plot.Texts = kept
	every := max(1, len(data.Points)/4)
	for i, point := range data.Points {
		if (len(data.Points)-1-i)%every == 0 && i > 0 {
			anchor := "middle"
			if i == len(data.Points)-1 { // at the edge of the drawing
				anchor = "end"
				if f.mirror {
					anchor = "start"
				}
			}
			plot.Texts = append(plot.Texts, view.PlotText{Kind: "tick", X: place(f.x(float64(i))), Y: place(plotHeight - 12), Anchor: anchor, Text: point.Label})
		}
	}
}

func (p Presenter) courseLine(plot *view.Plot, f field, data view.ChartData) {
	line, upper, lower := "", "", ""
	flush := func() {
		if line != "" {
			plot.Lines = append(plot.Lines, view.PlotLine{Kind: "value", Points: line})
		}
		if upper != "" {
			plot.Bands = append(plot.Bands, upper+lower)
		}
		line, upper, lower = "", "", ""
	}
	for i, point := range data.Points {
		if point.Value == nil {
			flush()
			continue
		}
		x := place(f.x(float64(i)))
		line += x + "," + place(f.y(*point.Value)) + " "
		if point.Low != nil && point.High != nil {
			upper += x + "," + place(f.y(*point.High)) + " "
			lower = x + "," + place(f.y(*point.Low)) + " " + lower
		}
		dot := view.PlotDot{Kind: "inside", X: x, Y: place(f.y(*point.Value)), Radius: "3", Title: point.Name + ": " + point.Text}
		if point.Soft {
			dot.Kind = "soft"
		}
		if i == data.Current {
			dot.Radius = "5.5"
		}
		plot.Dots = append(plot.Dots, dot)
	}
	flush()
}

// HeatTitle is what a field of a heat map says in full.
func (p Presenter) HeatTitle(group, month string, f view.Figure) string {
	return p.T("plot.heat.field", "Name", group, "Month", month, "Value", p.Text(f), "Cases", f.Cases)
}
