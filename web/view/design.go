package view

// Design shows every component in every state, for developers.
type Design struct {
	Layout
	Pages       []Link
	Plots       []*Plot
	Heat        *Heat
	Figures     []FigureSample
	Notices     []Notice
	EmptySample Empty
	Lanes       []Lane
	Statuses    []Notice
	Filter      FilterBar
	Path        []Crumb
	Trail       []Link
	Pager       Pager
}

// FigureSample is a figure in one state.
type FigureSample struct {
	Name       string
	Figure     Figure
	Comparison Comparison
	Spark      *Spark
}
