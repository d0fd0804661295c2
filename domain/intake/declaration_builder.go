package intake

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"assay/domain/declaration"
)

// The ranks of the files of a declaration, in which their rows are taken.
const (
	rankItems = iota
	rankOperations
	rankTransport
	rankLanes
	rankExaminers
	rankInspections
	rankOffences
	rankReceipts
	rankVersions
	declarationRanks
)

// declarationBuilder makes declarations of gathered rows. It belongs to one goroutine.
type declarationBuilder struct {
	row
	files   []*survey // by file number
	given   [declarationRanks]bool
	taxes   []TaxColumns
	events  []draftEvent
	lanes   []laneRow
	seen    [declarationRanks][]int32 // rows taken, to find repeated ones
	rejects []Reject
	many    map[string]int32
}

func (b *declarationBuilder) counts() *tally { return &b.tally }

func newDeclarationBuilder(s *settings, files []*survey) *declarationBuilder {
	b := &declarationBuilder{files: files, row: row{scribe: newScribe(s)}, taxes: s.columns.Files[fileItems].Taxes}
	for _, f := range files {
		if f.kind != nil && f.kind.joint == joinDeclaration {
			b.given[f.kind.rank] = true
		}
	}
	return b
}

// splitKey takes the key of a declaration's rows apart: day, office and number.
func splitKey(key []byte) (day int32, office, number []byte) {
	slash := 4 + bytes.IndexByte(key[4:], '/')
	return int32(binary.BigEndian.Uint32(key)), key[4:slash], key[slash+1:]
}

var errRepeatedKey = errors.New("belongs to a registration number that the delivery also has under another date in the same year")

// build makes the declaration of a group, or the rejects of its rows, or both.
func (b *declarationBuilder) build(h *gathered, g *group, repeated bool, out *built) {
	if repeated {
		b.rejectAll(b.files, h, g, keyDate, errRepeatedKey, out)
		return
	}
	d := b.start(h, g)
	b.rejects = b.rejects[:0]
	for n := g.first; n >= 0; n = h.rows[n].next {
		b.take(d, h, n)
	}
	b.merge(d, h)
	out.rejects = append(out.rejects, b.rejects...)
	if d.taken == 0 {
		return
	}
	if err := b.settle(d); err != nil {
		for _, taken := range b.seen {
			b.rejectRows(b.files, h, taken, err, out)
		}
		return
	}
	b.finish(d)
	out.documents = append(out.documents, Document{Declaration: &d.Declaration})
}

// start prepares a draft with room for exactly the rows there are.
func (b *declarationBuilder) start(h *gathered, g *group) *draft {
	day, office, number := splitKey(g.key)
	d := &draft{}
	d.Reference = reference(day, validText(b.interner.text(office)), string(number))
	d.Header.RegisteredOn = date(day)
	d.clock = b.clock(d.Reference.Office)
	d.events, d.lanes = b.events[:0], b.lanes[:0]
	var counts [declarationRanks]int
	for n := g.first; n >= 0; n = h.rows[n].next {
		counts[b.files[h.rows[n].file].kind.rank]++
	}
	for rank := range b.seen {
		b.seen[rank] = b.seen[rank][:0]
	}
	d.Items = room[declaration.Item](b.given[rankItems], counts[rankItems])
	d.Assignments = room[declaration.Assignment](b.given[rankExaminers], counts[rankExaminers])
	d.Inspections = room[declaration.Inspection](b.given[rankInspections], counts[rankInspections])
	d.Offences = room[declaration.Offence](b.given[rankOffences], counts[rankOffences])
	d.Payments = room[declaration.Payment](b.given[rankReceipts], counts[rankReceipts])
	d.Versions = room[declaration.Version](b.given[rankVersions], counts[rankVersions])
	return d
}

// reference is the natural key: office, year of registration, serial and number.
func reference(day int32, office, number string) declaration.Reference {
	serial, rest := declaration.SplitNumber(validText(number))
	return declaration.Reference{Office: office, Year: yearOf(day), Serial: serial, Number: rest}
}

// room makes an empty list for a part that the delivery gives, nil for one that it does not.
func room[T any](given bool, n int) []T {
	if !given {
		return nil
	}
	return make([]T, 0, n)
}

// take reads one row into the draft, or rejects it.
func (b *declarationBuilder) take(d *draft, h *gathered, n int32) {
	source := &h.rows[n]
	file := b.files[source.file]
	rank := file.kind.rank
	if rank != rankOperations && b.repeats(h, rank, n) {
		b.duplicates++
		return
	}
	if b.begin(file, source.raw, source.line) {
		if len(b.seen[rank]) >= maxParts || len(d.events) >= maxParts {
			b.err = fmt.Errorf("is one of more than %d of its kind in one declaration", maxParts)
		} else {
			b.takeKind(d, rank, n)
		}
	}
	if b.err != nil {
		b.rejects = append(b.rejects, b.reject())
		return
	}
	d.taken++
	b.seen[rank] = append(b.seen[rank], n)
}

func (b *declarationBuilder) takeKind(d *draft, rank int, n int32) {
	r := &b.row
	switch rank {
	case rankItems:
		d.item(r, b.taxes)
		if r.err == nil && !b.given[rankOffences] && r.has(itemOffenceCodes) {
			b.listedOffences(d)
		}
	case rankOperations:
		d.operation(r, n)
	case rankTransport:
		d.transport(r)
	case rankLanes:
		d.lane(r, n)
	case rankExaminers:
		d.examiner(r)
	case rankInspections:
		d.inspection(r)
	case rankOffences:
		d.offence(r)
	case rankReceipts:
		d.receipt(r)
	case rankVersions:
		d.version(r)
	}
}

// repeats says whether a row only repeats one of the same kind that was taken.
func (b *declarationBuilder) repeats(h *gathered, rank int, n int32) bool {
	raw := h.rows[n].raw
	const few = 32
	taken := b.seen[rank]
	if len(taken) <= few {
		for _, other := range taken {
			if bytes.Equal(h.rows[other].raw, raw) {
				return true
			}
		}
		return false
	}
	if len(taken) == few+1 || b.many == nil {
		b.many = make(map[string]int32, 4*few)
		for _, other := range taken {
			b.many[string(h.rows[other].raw)] = other
		}
	}
	if _, known := b.many[string(raw)]; known {
		return true
	}
	b.many[string(raw)] = n
	return false
}

// settle completes the header; what makes a declaration unusable is an error.
func (b *declarationBuilder) settle(d *draft) error {
	h := &d.Header
	if h.Flow == "" {
		h.Flow = b.flowOf(h.Model)
	}
	if h.Flow == "" {
		return flowFault(h.Model)
	}
	if len(h.Vehicles) == 0 && len(d.vehicles) > 0 {
		h.Vehicles = d.vehicles
	}
	if len(h.Containers) == 0 && len(d.boxes) > 0 {
		h.Containers = d.boxes
	}
	return nil
}

// finish orders and numbers the parts.
func (b *declarationBuilder) finish(d *draft) {
	b.finishEvents(d)
	slices.SortStableFunc(d.Items, func(x, y declaration.Item) int { return cmp.Compare(x.Number, y.Number) })
	slices.SortStableFunc(d.Versions, func(x, y declaration.Version) int { return cmp.Compare(x.Number, y.Number) })
	slices.SortStableFunc(d.Assignments, func(x, y declaration.Assignment) int { return x.At.Compare(y.At) })
	slices.SortStableFunc(d.Inspections, func(x, y declaration.Inspection) int { return x.At.Compare(y.At) })
	slices.SortStableFunc(d.Offences, func(x, y declaration.Offence) int { return x.At.Compare(y.At) })
	slices.SortStableFunc(d.Payments, func(x, y declaration.Payment) int { return x.At.Compare(y.At) })
	for i := range d.Assignments {
		d.Assignments[i].Sequence = i + 1
	}
	for i := range d.Payments {
		d.Payments[i].Sequence = i + 1
	}
	for i := range d.Versions {
		if d.Versions[i].Cause == declaration.VersionCancelled {
			d.Header.Cancelled = true
		}
	}
}

// listedOffences takes the offence codes of an item where the delivery has no file of cases. They
// have no time of their own: they are dated by the day of registration.
func (b *declarationBuilder) listedOffences(d *draft) {
	if d.Offences == nil {
		d.Offences = []declaration.Offence{}
	}
	cell := b.cell(itemOffenceCodes)
	for _, code := range strings.FieldsFunc(string(cell), func(r rune) bool { return r == ';' || r == ',' || r == ' ' || r == '|' }) {
		code = b.fit(clip(code, maxCode))
		if code == "0" || code == "-" || len(d.Offences) >= maxListed ||
			slices.ContainsFunc(d.Offences, func(o declaration.Offence) bool { return o.Code == code }) {
			continue
		}
		d.Offences = append(d.Offences, declaration.Offence{
			Number: code, Code: code, Status: declaration.OffenceConfirmed,
			Moment: dayMoment(d.clock, d.Header),
		})
	}
}

const secondsOfDay = int64(24 * time.Hour / time.Second)
