package warehouse

// rowSet holds encoded documents: for each of their tables the rows of all of
// them one after the other, and where each document's rows end.
type rowSet struct {
	tables []copyRows
	ends   [][]int
}

func newRowSet(tables int) rowSet {
	return rowSet{tables: make([]copyRows, tables), ends: make([][]int, tables)}
}

func (r *rowSet) reset() {
	for t := range r.tables {
		r.tables[t].bytes = r.tables[t].bytes[:0]
		r.ends[t] = r.ends[t][:0]
	}
}

func (r *rowSet) len() int { return len(r.ends[0]) }

// of gives the encoded rows of document i in a table.
func (r *rowSet) of(t, i int) []byte { return r.tables[t].bytes[r.start(t, i):r.ends[t][i]] }

func (r *rowSet) start(t, i int) int {
	if i == 0 {
		return 0
	}
	return r.ends[t][i-1]
}

// size is the number of bytes of all tables.
func (r *rowSet) size() int {
	sum := 0
	for t := range r.tables {
		sum += len(r.tables[t].bytes)
	}
	return sum
}

// end closes the document being written. What PostgreSQL cannot hold of it is
// given as a reason, and the document is dropped.
func (r *rowSet) end() (fault string) {
	for t := range r.tables {
		r.ends[t] = append(r.ends[t], len(r.tables[t].bytes))
		if fault == "" {
			fault = r.tables[t].fault
		}
		r.tables[t].fault = ""
	}
	if fault != "" {
		r.dropLast()
	}
	return fault
}

func (r *rowSet) dropLast() {
	last := r.len() - 1
	for t := range r.tables {
		r.tables[t].bytes = r.tables[t].bytes[:r.start(t, last)]
		r.ends[t] = r.ends[t][:last]
	}
}

// spans gives the rows of some documents, ascending, with neighbours in one piece.
func (r *rowSet) spans(t int, positions []int) [][]byte {
	var spans [][]byte
	for i := 0; i < len(positions); {
		last := i
		for last+1 < len(positions) && positions[last+1] == positions[last]+1 {
			last++
		}
		if start, end := r.start(t, positions[i]), r.ends[t][positions[last]]; end > start {
			spans = append(spans, r.tables[t].bytes[start:end])
		}
		i = last + 1
	}
	return spans
}
