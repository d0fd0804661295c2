package paper

func (t Table) draw(s *sheet) {
	widths := t.widths(s.width())
	s.need(4 * height(tableSize))
	t.titles(s, widths)
	for _, row := range t.Rows {
		t.row(s, widths, row)
	}
	s.down(gap)
}

func (t Table) widths(whole float64) []float64 {
	sum := 0.0
	for _, column := range t.Columns {
		sum += max(column.Share, 0.01)
	}
	widths := make([]float64, len(t.Columns))
	for i, column := range t.Columns {
		widths[i] = whole * max(column.Share, 0.01) / sum
	}
	return widths
}

func (t Table) titles(s *sheet, widths []float64) {
	texts := make([]string, len(t.Columns))
	for i, column := range t.Columns {
		texts[i] = column.Title
	}
	s.cells(t.Columns, widths, texts, bold)
	s.rule(0.4)
}

// row never falls apart at the foot of a page, unless it is longer than a page.
func (t Table) row(s *sheet, widths []float64, row []string) {
	texts := make([]string, len(t.Columns))
	copy(texts, row)
	if s.y+s.cellsHeight(widths, texts, regular) > s.bottom() {
		s.newPage()
		t.titles(s, widths)
	}
	s.cells(t.Columns, widths, texts, regular)
	s.rule(0.1)
}

func (s *sheet) cellsHeight(widths []float64, texts []string, weight weight) float64 {
	most := 1
	for i, text := range texts {
		most = max(most, len(s.wrap(text, weight, tableSize, widths[i]-2*cellPadding)))
	}
	return float64(most)*height(tableSize) + cellPadding
}

// cells draws one line of a table; the first column stands where a line begins.
func (s *sheet) cells(columns []Column, widths []float64, texts []string, weight weight) {
	top, along := s.y, 0.0
	below := top + s.cellsHeight(widths, texts, weight)
	for i, text := range texts {
		side := atStart
		if columns[i].Number {
			side = atEnd
		}
		s.y = top + cellPadding/2
		width := widths[i] - 2*cellPadding
		s.lines(s.wrap(text, weight, tableSize, width), weight, tableSize, s.fromStart(along+cellPadding, width), width, side)
		along += widths[i]
	}
	s.y = below
}

func (g Signatures) draw(s *sheet) {
	const between, tall = 6.0, 40.0
	width := (s.width() - between) / 2
	for i := 0; i < len(g); i += 2 {
		s.need(tall + gap)
		top := s.y
		for j, signature := range g[i:min(i+2, len(g))] {
			s.y = top
			signature.drawAt(s, s.fromStart(float64(j)*(width+between), width), width, tall)
		}
		s.y = top + tall + gap
	}
}

func (g Signature) drawAt(s *sheet, x, width, tall float64) {
	top := s.y
	s.frame(x, top, width, tall)
	s.y += 2
	inside := width - 6
	s.grey()
	s.lines(s.wrap(g.Role, regular, muteSize, inside), regular, muteSize, x+3, inside, atStart)
	s.black()
	s.lines(s.wrap(g.Name, bold, bodySize, inside), bold, bodySize, x+3, inside, atStart)
	for _, text := range []string{g.When, g.How} {
		s.lines(s.wrap(text, regular, muteSize, inside), regular, muteSize, x+3, inside, atStart)
	}
	s.grey()
	s.lines(s.wrap(g.Hash, regular, 6.5, inside), regular, 6.5, x+3, inside, atStart)
	s.black()
}
