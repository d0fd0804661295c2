package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// The size of one picture of the plot.
const (
	plotWidth, plotHeight, plotMargin = 560, 400, 60
)

// engines are the lines of the plot.
var engines = []struct {
	name, colour string
	time         func(measured) time.Duration
}{
	{"Assay", "#0b6e4f", func(m measured) time.Duration { return m.cube }},
	{"DuckDB, table", "#c8553d", func(m measured) time.Duration { return m.duckTable }},
	{"DuckDB, files", "#e08e45", func(m measured) time.Duration { return m.duckFiles }},
	{"PostgreSQL", "#33658a", func(m measured) time.Duration { return m.postgres }},
	{"reading once", "#777777", func(m measured) time.Duration { return m.floor }},
}

// growth draws two pictures side by side, all axes logarithmic, as SVG: the time
// of one question against the number of declarations, and that of all questions
// with quantiles over one number of declarations against that of their groups.
func growth(all []measured) string {
	const question = "officer × month"
	var byRows, byGroups []measured
	rows := 0
	for _, m := range all {
		if m.question == question {
			byRows = append(byRows, m)
			if m.postgres > 0 {
				rows = max(rows, m.rows)
			}
		}
	}
	if rows == 0 && len(byRows) > 0 { // PostgreSQL was not asked
		rows = byRows[0].rows
	}
	for _, m := range all {
		if m.rows == rows && m.unfiltered && !strings.Contains(m.question, "no quantiles") {
			byGroups = append(byGroups, m)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", 2*plotWidth, plotHeight)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="white"/>`+"\n", 2*plotWidth, plotHeight)
	panel(&b, 0, question+": time against declarations", []float64{1e6, 5e6, 1e7}, 5.8, 7.2, byRows, func(m measured) float64 { return float64(m.rows) })
	panel(&b, plotWidth, fmt.Sprintf("%s declarations: time against groups", short(float64(rows))), []float64{1, 100, 1e4, 1e6}, -0.2, 6.2, byGroups,
		func(m measured) float64 { return float64(m.groups) })
	b.WriteString("</svg>\n")
	return b.String()
}

// panel draws one picture; low and high are the logarithms that its x axis spans.
func panel(b *strings.Builder, left int, title string, marks []float64, low, high float64, all []measured, of func(measured) float64) {
	x := func(v float64) float64 {
		return float64(left+plotMargin) + (math.Log10(v)-low)/(high-low)*(plotWidth-1.5*plotMargin)
	}
	y := func(d time.Duration) float64 {
		return plotHeight - plotMargin - (math.Log10(d.Seconds())+3)/5*(plotHeight-2*plotMargin)
	}
	fmt.Fprintf(b, `<text x="%d" y="24" font-size="14">%s</text>`+"\n", left+plotMargin, title)
	for _, seconds := range []float64{0.001, 0.01, 0.1, 1, 10, 100} {
		at := y(time.Duration(seconds * 1e9))
		fmt.Fprintf(b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="%d" y="%.1f">%v s</text>`+"\n",
			left+plotMargin, left+plotWidth-plotMargin/2, at, at, left+8, at+4, seconds)
	}
	for _, mark := range marks {
		fmt.Fprintf(b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`+"\n", x(mark), plotHeight-plotMargin+20, short(mark))
	}
	slices.SortFunc(all, func(p, q measured) int { return int(of(p) - of(q)) })
	for i, engine := range engines {
		var points []string
		for _, m := range all {
			if d := engine.time(m); d > 0 {
				points = append(points, fmt.Sprintf("%.1f,%.1f", x(of(m)), y(d)))
				fmt.Fprintf(b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"><title>%s: %s, %s</title></circle>`+"\n",
					x(of(m)), y(d), engine.colour, engine.name, m.question, d.Round(time.Millisecond))
			}
		}
		fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/><text x="%d" y="%d" fill="%s">%s</text>`+"\n",
			strings.Join(points, " "), engine.colour, left+plotMargin+i*92, plotHeight-12, engine.colour, engine.name)
	}
}

// short writes a number of things.
func short(n float64) string {
	if n >= 1e6 {
		return fmt.Sprintf("%v million", math.Round(n/1e5)/10)
	}
	return fmt.Sprint(int(n))
}
