package paper

// Heading begins a part: level 1 is the document's own title, 2 and 3 are below it.
type Heading struct {
	Level int
	Text  string
}

// Paragraph is running text; an empty line in it begins a new one.
type Paragraph struct {
	Text string
	Mute bool // smaller and grey, for notes
}

// Facts are names with their values, one below the other.
type Facts []Fact

// Fact is one name with its value.
type Fact struct{ Name, Value string }

// Table has a line of titles, repeated on every page that it reaches.
type Table struct {
	Columns []Column
	Rows    [][]string // a text for every column; missing ones are empty
}

// Column is a column of a table.
type Column struct {
	Title  string
	Share  float64 // of the table's width, against the other columns' shares
	Number bool    // set towards the end of the line, as numbers are
}

// Signature is a signature that people see: who signed, as what, when, how it was confirmed
// and which bytes were signed. Empty texts stand for one that is still missing, and leave room
// to sign by hand.
type Signature struct {
	Role, Name, When, How, Hash string
}

// Signatures stand side by side, two in a line.
type Signatures []Signature

// Code is a square that a telephone reads, with a sentence beside it.
type Code struct {
	Content string // an address
	Text    string
}

// PageBreak begins a new page.
type PageBreak struct{}

// sizes in points and millimetres of the document's type.
const (
	bodySize    = 10.0
	muteSize    = 8.5
	tableSize   = 9.0
	lineFactor  = 1.45 // height of a line against the size of its letters
	gap         = 3.0  // between blocks, millimetres
	cellPadding = 1.5
)

var headingSizes = map[int]float64{1: 18, 2: 13, 3: 11}

func (h Heading) draw(s *sheet) {
	size, ok := headingSizes[h.Level]
	if !ok {
		size = headingSizes[3]
	}
	lines := s.wrap(h.Text, bold, size, s.width())
	// A heading never stands alone at the foot of a page.
	s.need(float64(len(lines))*height(size) + 3*height(bodySize))
	if h.Level > 1 {
		s.down(gap)
	}
	s.lines(lines, bold, size, s.left(), s.width(), atStart)
	s.down(gap / 2)
}

func (p Paragraph) draw(s *sheet) {
	size := bodySize
	if p.Mute {
		size = muteSize
		s.grey()
		defer s.black()
	}
	for _, part := range paragraphsOf(p.Text) {
		s.lines(s.wrap(part, regular, size, s.width()), regular, size, s.left(), s.width(), atStart)
		s.down(gap / 2)
	}
	s.down(gap / 2)
}

func (f Facts) draw(s *sheet) {
	name := s.width() * 0.34
	for _, fact := range f {
		names := s.wrap(fact.Name, regular, bodySize, name-2)
		values := s.wrap(fact.Value, bold, bodySize, s.width()-name)
		rows := max(len(names), len(values))
		s.need(float64(rows) * height(bodySize))
		top := s.y
		s.grey()
		s.lines(names, regular, bodySize, s.fromStart(0, name), name-2, atStart)
		s.black()
		below := s.y
		s.y = top
		s.lines(values, bold, bodySize, s.fromStart(name, s.width()-name), s.width()-name, atStart)
		s.y = max(s.y, below)
	}
	s.down(gap)
}

func (c Code) draw(s *sheet) {
	const side = 26.0
	s.need(side + gap)
	top := s.y
	s.code(c.Content, s.fromStart(0, side), top, side)
	s.y = top + side/4
	s.lines(s.wrap(c.Text, regular, muteSize, s.width()-side-4), regular, muteSize, s.fromStart(side+4, s.width()-side-4), s.width()-side-4, atStart)
	s.y = max(s.y, top+side) + gap
}

func (PageBreak) draw(s *sheet) { s.newPage() }
