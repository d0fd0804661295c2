package intake

import (
	"errors"
	"strings"

	"github.com/cespare/xxhash/v2"

	"assay/domain/declaration"
)

// trimCell takes blanks off a cell and makes the ways databases write "nothing" empty.
func trimCell(cell []byte) []byte {
	for len(cell) > 0 && cell[0] <= ' ' {
		cell = cell[1:]
	}
	for len(cell) > 0 && cell[len(cell)-1] <= ' ' {
		cell = cell[:len(cell)-1]
	}
	switch len(cell) {
	case 2:
		if cell[0] == '\\' && cell[1] == 'N' {
			return nil
		}
	case 4:
		if string(cell) == "NULL" || string(cell) == "null" {
			return nil
		}
	case 6:
		if string(cell) == "(null)" || string(cell) == "(NULL)" {
			return nil
		}
	}
	return cell
}

// Limits of texts; what is longer than a code may be is rejected, what is longer than a remark is cut.
const (
	maxCode = 100
	maxText = 4000
)

// interner gives one string for many equal ones. Its size is fixed: a text that meets another in
// its place takes the place.
type interner struct{ slots [1 << 14]string }

func (n *interner) text(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if len(b) > maxCode {
		return string(b)
	}
	slot := &n.slots[xxhash.Sum64(b)&uint64(len(n.slots)-1)]
	if *slot != string(b) {
		*slot = string(b)
	}
	return *slot
}

var (
	errEmpty   = errors.New("is missing")
	errTooLong = errors.New("is longer than a code may be")
	errNoFlag  = errors.New("is neither 1 nor 0")
	errRange   = errors.New("is out of range")
)

// scribe turns cells into values. It belongs to one goroutine and is shared by all rows that
// goroutine reads.
type scribe struct {
	*settings
	tally
	interner
	clocks    map[string]*zoneClock // by zone name
	offices   map[string]*zoneClock
	resolved  map[string]resolvedOperation
	laneNames map[string]declaration.Lane
	machineOf map[string]bool
	buffer    []byte
}

// resolvedOperation is an operation with its name as an interned string.
type resolvedOperation struct {
	Operation
	name string
}

func newScribe(s *settings) *scribe {
	return &scribe{
		settings: s, tally: newTally(), clocks: map[string]*zoneClock{}, offices: map[string]*zoneClock{},
		resolved: map[string]resolvedOperation{}, laneNames: map[string]declaration.Lane{}, machineOf: map[string]bool{},
	}
}

// maxCached bounds every cache that grows with the data's variety.
const maxCached = 50_000

// clock is the clock of an office.
func (w *scribe) clock(office string) *zoneClock {
	if clock := w.offices[office]; clock != nil {
		return clock
	}
	zone := w.zoneOf(office)
	clock := w.clocks[zone.String()]
	if clock == nil {
		clock = newZoneClock(zone)
		w.clocks[zone.String()] = clock
	}
	if len(w.offices) > maxCached {
		clear(w.offices)
	}
	w.offices[office] = clock
	return clock
}

// operation gives the meaning of an operation's name; names that no map knows are counted.
func (w *scribe) operation(name []byte) resolvedOperation {
	op, known := w.resolved[string(name)]
	if !known {
		text := validText(string(name))
		meaning, mapped := w.operations[foldName(text)]
		if !mapped {
			meaning = Operation{Kind: declaration.Unmapped}
		}
		op = resolvedOperation{Operation: meaning, name: text}
		if len(w.resolved) > maxCached {
			clear(w.resolved)
		}
		w.resolved[string(name)] = op
	}
	if op.Kind == declaration.Unmapped {
		count(w.unmapped, op.name, 1)
	}
	return op
}

// lane gives the canonical lane; names that no map knows are counted and give no lane.
func (w *scribe) lane(name []byte) declaration.Lane {
	if len(name) == 0 {
		return ""
	}
	lane, cached := w.laneNames[string(name)]
	if !cached {
		var known bool
		if lane, known = w.settings.lanes[foldName(string(name))]; !known {
			count(w.unknownLanes, validText(string(name)), 1)
			return ""
		}
		w.laneNames[string(name)] = lane
	}
	return lane
}

// machine says whether a user is a program.
func (w *scribe) machine(user string) bool {
	if user == "" {
		return false
	}
	is, known := w.machineOf[user]
	if !known {
		if len(w.machineOf) > maxCached {
			clear(w.machineOf)
		}
		is = w.isMachine(user)
		w.machineOf[user] = is
	}
	return is
}

// validText makes text fit for a database: valid UTF-8 without zero bytes.
func validText(text string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "\uFFFD")
}

// clip cuts a text at a whole character.
func clip(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	cut := limit
	for cut > 0 && text[cut]&0xC0 == 0x80 {
		cut--
	}
	return text[:cut]
}
