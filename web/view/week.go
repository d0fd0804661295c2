package view

// Week shows in which hours of which weekdays work comes and is done.
type Week struct {
	Layout
	Filter FilterBar
	Whose  string
	Empty  *Empty
	Parts  []WeekPart
}

// WeekPart is one thing that happens to declarations, as a heat map and as a table.
type WeekPart struct {
	Title    string
	Plot     *Plot
	Cases    string // how many, in words
	Busiest  string // the hour with most; empty when there is nothing
	Untimed  string // how many have a day only; empty for none
	Columns  []string
	Rows     []WeekLine
	Together WeekLine
}

// WeekLine is one weekday of the table: the average of each hour, of the day, and all together.
type WeekLine struct {
	Name  string
	Hours []WeekCell
	Day   string
	Total string
}

// WeekCell is one hour of an average day; Level as in HeatCell.
type WeekCell struct {
	Text  string
	Level int
}
