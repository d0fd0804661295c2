package view

// Plot is a drawing made here, as SVG: it is there without a script, prints, and is followed
// by links. The numbers stand in a table beside it, which screen readers and the keyboard
// use; the drawing itself is hidden from them.
type Plot struct {
	ID            string
	Title         string
	Sub           string // how to read it
	Unit          string
	Width, Height int
	Bands         []string // points of polygons
	Lines         []PlotLine
	Boxes         []PlotBox
	Dots          []PlotDot
	Texts         []PlotText
	Table         string // selector of the table with the same numbers, for the download
}

// PlotLine is a line through points.
type PlotLine struct{ Kind, Points string }

// PlotBox is a rectangle.
type PlotBox struct{ Kind, X, Y, Width, Height, Title, Address string }

// PlotDot is a point that stands for something.
type PlotDot struct{ Kind, X, Y, Radius, Title, Address string }

// PlotText is a word in a drawing; Anchor is start, middle or end.
type PlotText struct{ Kind, X, Y, Anchor, Text string }

// Heat is a table whose cells are shaded by their value.
type Heat struct {
	Title   string
	Sub     string
	Head    string
	Columns []string
	Rows    []HeatRow
}

// HeatRow is one line of a heat map.
type HeatRow struct {
	Name    string
	Address string
	Cells   []HeatCell
}

// HeatCell is one field; Level goes from 1, the lowest fifth, to 5, and is 0 where there is no value.
type HeatCell struct {
	Text, Title, Address string
	Level                int
}
