package main

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// growth draws the time of one question against the number of declarations, both
// axes logarithmic, as SVG.
func growth(all []measured) string {
	const question, width, height, margin = "officer × month", 640, 400, 60
	lines := []struct {
		name, colour string
		time         func(measured) time.Duration
	}{
		{"Assay", "#0b6e4f", func(m measured) time.Duration { return m.cube }},
		{"DuckDB, table", "#c8553d", func(m measured) time.Duration { return m.duckTable }},
		{"DuckDB, files", "#e08e45", func(m measured) time.Duration { return m.duckFiles }},
		{"PostgreSQL", "#33658a", func(m measured) time.Duration { return m.postgres }},
		{"reading the bytes once", "#888888", func(m measured) time.Duration { return m.floor }},
	}
	x := func(rows int) float64 { return margin + (math.Log10(float64(rows))-5.8)/1.4*(width-2*margin) }
	y := func(d time.Duration) float64 {
		return height - margin - (math.Log10(d.Seconds())+3)/5*(height-2*margin)
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" font-size="12">`+"\n", width, height)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="white"/><text x="%d" y="24" font-size="14">28 measures, four exact quantiles, by officer and month</text>`+"\n", width, height, margin)
	for _, seconds := range []float64{0.001, 0.01, 0.1, 1, 10, 100} {
		at := y(time.Duration(seconds * 1e9))
		fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" stroke="#ddd"/><text x="8" y="%.1f">%v s</text>`+"\n", margin, width-margin, at, at, at+4, seconds)
	}
	for _, rows := range []int{1_000_000, 5_000_000, 10_000_000} {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%d million</text>`+"\n", x(rows), height-margin+20, rows/1_000_000)
	}
	for i, line := range lines {
		var points []string
		for _, m := range all {
			if d := line.time(m); m.question == question && d > 0 {
				points = append(points, fmt.Sprintf("%.1f,%.1f", x(m.rows), y(d)))
				fmt.Fprintf(&b, `<circle cx="%.1f" cy="%.1f" r="3" fill="%s"/>`+"\n", x(m.rows), y(d), line.colour)
			}
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2"/><text x="%d" y="%d" fill="%s">%s</text>`+"\n",
			strings.Join(points, " "), line.colour, margin+i*110, height-12, line.colour, line.name)
	}
	b.WriteString("</svg>\n")
	return b.String()
}
