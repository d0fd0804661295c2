package intake

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// window is a run of registration days whose rows are held in memory together.
type window struct{ first, last int32 }

// planWindows divides the days so that the rows of a window stay within the limit. A single day
// that is larger is a window of its own; gathering then goes through the disk.
func planWindows(files []*survey, limit int64) []window {
	days := map[int32]int64{}
	for _, f := range files {
		for day, bytes := range f.days {
			days[day] += bytes + bytes/2 // rows cost more than their bytes, see rowOverhead
		}
	}
	sorted := make([]int32, 0, len(days))
	for day := range days {
		sorted = append(sorted, day)
	}
	slices.Sort(sorted)
	var windows []window
	held := int64(math.MaxInt64)
	for _, day := range sorted {
		if held > limit-min(days[day], limit) {
			windows = append(windows, window{first: day, last: day})
			held = 0
		}
		windows[len(windows)-1].last = day
		held += days[day]
	}
	if len(windows) == 0 {
		windows = []window{{}}
	}
	windows[0].first, windows[len(windows)-1].last = math.MinInt32, math.MaxInt32
	return windows
}

// windowOf finds the window of a day.
func windowOf(windows []window, day int32) int {
	return sort.Search(len(windows), func(i int) bool { return windows[i].last >= day })
}

// sorted is a file whose days go back and forth, put on disk by windows.
type sortedFile struct {
	file   *survey
	number int32
	chains []chain
}

// sortToDisk writes the rows of an unordered file by windows, each in the order of the file.
func sortToDisk(reader *keyReader, number int32, windows []window, spill *spillFile, rejects func([]Reject) error) (*sortedFile, error) {
	s := &sortedFile{file: reader.file, number: number, chains: make([]chain, len(windows))}
	buffer := max(4<<10, min(spillBuffer, (16<<20)/len(windows)))
	var b keyedBlock
	var head []byte
	for {
		err := reader.next(&b)
		if isEOF(err) {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := rejects(b.rejects); err != nil {
			return nil, err
		}
		for i := range b.rows {
			r := &b.rows[i]
			key, raw := b.keys[r.keyStart:r.keyEnd], b.data[r.start:r.end]
			head = appendRowHead(head[:0], key, r.day, raw, number, r.line)
			if err := spill.append(&s.chains[windowOf(windows, r.day)], buffer, head, key, raw); err != nil {
				return nil, err
			}
		}
	}
	for i := range s.chains {
		if err := spill.flush(&s.chains[i]); err != nil {
			return nil, err
		}
		s.chains[i].pending = nil
	}
	return s, nil
}

// read gives the rows of one window to a gathering.
func (s *sortedFile) read(spill *spillFile, number int, into *gathering) error {
	err := spill.read(&s.chains[number], func(data []byte) error {
		return rowsOf(data, func(r spilledRow) error { return into.add(r.key, r.order, r.raw, r.file, r.line) })
	})
	if err != nil {
		return fmt.Errorf("sorting %s by day: %w", s.file.content.name, err)
	}
	s.chains[number] = chain{}
	return nil
}
