package intake

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"assay/domain/declaration"
)

// manifestBuilder makes manifests of the rows of manifests, bills and write-offs.
type manifestBuilder struct {
	row
	files []*survey
	bills map[string]int // by reference, in the manifest being built
}

func newManifestBuilder(s *settings, files []*survey) *manifestBuilder {
	return &manifestBuilder{files: files, row: row{scribe: newScribe(s)}, bills: map[string]int{}}
}

func (b *manifestBuilder) counts() *tally { return &b.tally }

var (
	errNoManifest = errors.New("belongs to a manifest that the delivery does not have")
	errNoBill     = errors.New("is of a bill that the manifest does not have")
	errTwice      = errors.New("occurs twice with different contents")
)

func (b *manifestBuilder) build(h *gathered, g *group, _ bool, out *built) {
	m := &declaration.Manifest{}
	clear(b.bills)
	var taken []int32
	for n := g.first; n >= 0; n = h.rows[n].next {
		source := &h.rows[n]
		file := b.files[source.file]
		if file.kind.name != fileWriteOffs && repeatsRow(h, taken, n) {
			b.duplicates++
			continue
		}
		if b.begin(file, source.raw, source.line) {
			b.take(m, file, g.key)
		}
		if b.err != nil {
			out.rejects = append(out.rejects, b.reject())
			continue
		}
		taken = append(taken, n)
	}
	if m.Reference == "" {
		b.rejectRows(b.files, h, taken, errNoManifest, out)
		return
	}
	orderManifest(m)
	out.documents = append(out.documents, Document{Manifest: m})
}

// orderManifest sorts bills by line and write-offs by time, and numbers the write-offs.
func orderManifest(m *declaration.Manifest) {
	slices.SortStableFunc(m.Bills, func(x, y declaration.Bill) int { return cmp.Compare(x.Line, y.Line) })
	for i := range m.Bills {
		offs := m.Bills[i].WriteOffs
		slices.SortStableFunc(offs, func(x, y declaration.WriteOff) int { return x.At.Compare(y.At) })
		for n := range offs {
			offs[n].Sequence = n + 1
		}
	}
}

// repeatsRow says whether a row only repeats one that was taken. It looks back over a few rows: a
// repeated delivery of a part repeats near by or is found by the row's own key.
func repeatsRow(h *gathered, taken []int32, n int32) bool {
	const back = 64
	for i := len(taken) - 1; i >= max(0, len(taken)-back); i-- {
		other := &h.rows[taken[i]]
		if bytes.Equal(other.raw, h.rows[n].raw) {
			return true
		}
	}
	return false
}

func (b *manifestBuilder) take(m *declaration.Manifest, file *survey, key []byte) {
	r := &b.row
	switch file.kind.name {
	case fileManifests:
		b.manifest(m, key)
	case fileBills:
		b.bill(m)
	case fileWriteOffs:
		if m.Reference == "" {
			r.fail(-1, errNoManifest)
			return
		}
		b.writeOff(m)
	}
}

func (b *manifestBuilder) manifest(m *declaration.Manifest, key []byte) {
	r := &b.row
	if m.Reference != "" {
		r.fail(manifestNumber, errTwice)
		return
	}
	office, _, _ := bytes.Cut(key, []byte{'/'})
	clock := r.clock(validText(string(office)))
	read := declaration.Manifest{
		Reference: validText(string(key)), Office: validText(string(office)), Voyage: r.code(manifestVoyage), Carrier: r.code(manifestCarrier),
		Mode: r.mode(r.code(manifestMode)), Transport: r.code(manifestTransport), DepartedOn: r.dateOf(manifestDeparted),
		ArrivedAt: r.momentOf(manifestArrived, clock), LastDischargedAt: r.momentOf(manifestDischarged, clock),
		RegisteredAt: r.momentOf(manifestRegistered, clock), ValidatedAt: r.momentOf(manifestValidated, clock), User: r.code(manifestUser),
	}
	if r.err == nil {
		read.Bills = m.Bills
		*m = read
	}
}

func (b *manifestBuilder) bill(m *declaration.Manifest) {
	r := &b.row
	bill := declaration.Bill{
		Line: int(r.whole(billLine, 0, 1<<31-1)), Reference: r.must(billReference), Nature: r.code(billNature),
		Consignee: r.code(billConsignee), Packages: r.whole(billPackages, 0, 1<<50), GrossMass: r.mass(billGrossMass),
	}
	if len(r.cell(billRemainingPackages)) > 0 {
		n := r.whole(billRemainingPackages, -1<<50, 1<<50)
		bill.RemainingPackages = &n
	}
	if len(r.cell(billRemainingMass)) > 0 {
		n := r.mass(billRemainingMass)
		bill.RemainingMass = &n
	}
	if at, twice := b.bills[bill.Reference]; twice {
		r.fail(billReference, fmt.Errorf("%w (bill %d)", errTwice, m.Bills[at].Line))
	}
	if r.err != nil {
		return
	}
	if bill.Line == 0 {
		bill.Line = len(m.Bills) + 1
	}
	b.bills[bill.Reference] = len(m.Bills)
	m.Bills = append(m.Bills, bill)
}

func (b *manifestBuilder) writeOff(m *declaration.Manifest) {
	r := &b.row
	reference := r.must(writeOffReference)
	office, _, _ := bytes.Cut([]byte(m.Reference), []byte{'/'})
	off := declaration.WriteOff{
		Moment: r.moment(writeOffTime, r.clock(string(office))), Type: r.code(writeOffType),
		Declaration: r.document(writeOffDocumentOffice, writeOffDocumentDate, writeOffDocumentNumber),
		Packages:    r.whole(writeOffPackages, -1<<50, 1<<50), GrossMass: r.mass(writeOffGrossMass), User: r.code(writeOffUser),
	}
	at, known := b.bills[reference]
	if !known {
		r.fail(writeOffReference, errNoBill)
	}
	if r.err != nil {
		return
	}
	bill := &m.Bills[at]
	if slices.Contains(bill.WriteOffs, off) {
		r.duplicates++
		return
	}
	if len(bill.WriteOffs) >= maxParts {
		r.fail(writeOffReference, errRange)
		return
	}
	bill.WriteOffs = append(bill.WriteOffs, off)
}

// document is the natural key of a declaration given by three fields, empty when none is given.
func (r *row) document(office, day, number int) string {
	code, text := r.code(office), r.code(number)
	if code == "" && text == "" {
		return ""
	}
	registered, given := r.day(day)
	switch {
	case code == "":
		r.fail(office, errEmpty)
	case text == "":
		r.fail(number, errEmpty)
	case !given:
		r.fail(day, errEmpty)
	case checkOffice([]byte(code)) != nil:
		r.fail(office, errOfficeKey)
	}
	if r.err != nil {
		return ""
	}
	return code + "/" + strconv.Itoa(yearOf(registered)) + "/" + string(appendWithoutBlanks(nil, []byte(text)))
}

// suspenseBuilder makes suspense accounts of the rows of suspense and discharges.
type suspenseBuilder struct {
	row
	files []*survey
}

func newSuspenseBuilder(s *settings, files []*survey) *suspenseBuilder {
	return &suspenseBuilder{files: files, row: row{scribe: newScribe(s)}}
}

func (b *suspenseBuilder) counts() *tally { return &b.tally }

var errNoAccount = errors.New("belongs to a suspense account that the delivery does not have")

func (b *suspenseBuilder) build(h *gathered, g *group, _ bool, out *built) {
	a := &declaration.SuspenseAccount{}
	var taken []int32
	for n := g.first; n >= 0; n = h.rows[n].next {
		source := &h.rows[n]
		file := b.files[source.file]
		if repeatsRow(h, taken, n) {
			b.duplicates++
			continue
		}
		if b.begin(file, source.raw, source.line) {
			if file.kind.name == fileSuspense {
				b.account(a, g.key)
			} else if a.Account != "" {
				b.discharge(a)
			} else {
				b.fail(-1, errNoAccount)
			}
		}
		if b.err != nil {
			out.rejects = append(out.rejects, b.reject())
			continue
		}
		taken = append(taken, n)
	}
	if a.Account == "" {
		b.rejectRows(b.files, h, taken, errNoAccount, out)
		return
	}
	slices.SortStableFunc(a.Discharges, func(x, y declaration.Discharge) int { return x.At.Compare(y.At) })
	for i := range a.Discharges {
		a.Discharges[i].Sequence = i + 1
	}
	out.documents = append(out.documents, Document{Suspense: a})
}

func (b *suspenseBuilder) account(a *declaration.SuspenseAccount, key []byte) {
	r := &b.row
	if a.Account != "" {
		r.fail(suspenseAccount, errTwice)
		return
	}
	read := declaration.SuspenseAccount{
		Account: validText(string(key)), Office: r.must(suspenseOffice), Regime: r.must(suspenseRegime), Holder: r.code(suspenseHolder),
		HS:          hsCode(r.code(suspenseHS)),
		Declaration: r.document(suspenseDocumentOffice, suspenseDocumentDate, suspenseDocumentNumber),
		OpenedOn:    r.mustDay(suspenseOpened), DueOn: r.mustDay(suspenseDue), ClosedOn: r.dateOf(suspenseClosed),
		Quantity: r.thousandths(suspenseQuantity), Guarantee: r.money(suspenseGuarantee), Offence: r.flag(suspenseOffence),
	}
	if r.err == nil {
		*a = read
	}
}

func (b *suspenseBuilder) discharge(a *declaration.SuspenseAccount) {
	r := &b.row
	d := declaration.Discharge{
		Moment:      r.moment(dischargeTime, r.clock(a.Office)),
		Declaration: r.document(dischargeDocumentOffice, dischargeDocumentDate, dischargeDocumentNumber),
		Quantity:    r.thousandths(dischargeQuantity),
	}
	if len(a.Discharges) >= maxParts {
		r.fail(suspenseAccount, errRange)
	}
	if r.err == nil {
		a.Discharges = append(a.Discharges, d)
	}
}
