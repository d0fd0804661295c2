package intake

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"assay/domain/declaration"
)

// readReferences reads a file of which every row is a document.
func (w *reading) readReferences(ctx context.Context, f *survey) (err error) {
	blocks, closer, err := f.reader(w.meter.add)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closer.Close()) }()
	if w.references == nil {
		w.references = &referenceReader{row: row{scribe: newScribe(w.settings)}}
	}
	if w.references.kind != f.kind { // keys of one kind are apart from those of another
		w.references.kind, w.references.known = f.kind, map[string]uint64{}
	}
	header := true
	var b block
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := blocks.next(&b)
		if isEOF(err) {
			w.tally.merge(&w.references.tally)
			w.references.tally = newTally()
			return nil
		}
		if err != nil {
			return f.fault(err, blocks.line)
		}
		for i := range b.records {
			if header {
				header = false
				continue
			}
			if err := w.reference(f, &b, &b.records[i]); err != nil {
				return err
			}
		}
	}
}

func (w *reading) reference(f *survey, b *block, rec *record) error {
	r := w.references
	raw := b.data[rec.start:rec.end]
	var d Document
	if r.begin(f, raw, rec.line) {
		if rec.fault != faultNone {
			r.fail(-1, errOversized)
		} else {
			d = r.document()
		}
	}
	if r.err != nil {
		return w.deliverRejects([]Reject{r.reject()})
	}
	if d == (Document{}) {
		return nil // a repeated row
	}
	if d.Office != nil && d.Office.Zone != "" {
		w.settings.officeZones[d.Office.Code], _ = time.LoadLocation(d.Office.Zone)
		clear(r.scribe.offices)
	}
	return w.deliverDocument(d)
}

// referenceReader makes documents of single rows.
type referenceReader struct {
	row
	kind  *fileKind
	known map[string]uint64 // keys seen and the hash of their row, up to a limit
}

// document reads the row; the zero Document is a row that only repeats one before.
func (r *referenceReader) document() Document {
	var d Document
	var key string
	switch r.file.kind.name {
	case fileOffices:
		d.Office = r.office()
		key = d.Office.Code
	case fileSections:
		d.Section = &Section{Office: r.must(0), Code: r.must(1), Name: r.name(2)}
		key = d.Section.Office + "\x00" + d.Section.Code
	case fileHolidays:
		d.Holiday = &Holiday{Office: r.code(0), Day: r.mustDay(1), Name: r.name(2)}
		key = d.Holiday.Office + "\x00" + d.Holiday.Day.Format(time.DateOnly)
	case fileTraders:
		d.Trader = &Trader{Code: r.must(0), Name: r.name(1)}
		key = d.Trader.Code
	case fileBrokers:
		d.Broker = &Broker{Code: r.must(0), Name: r.name(1)}
		key = d.Broker.Code
	case fileStaff:
		d.Posting = r.posting()
		key = strings.Join([]string{d.Posting.User, d.Posting.From.Format(time.DateOnly), d.Posting.Office, d.Posting.Status}, "\x00")
	case fileSessions:
		d.Session = r.session()
		key = d.Session.User + "\x00" + d.Session.StartedAt.String() + "\x00" + d.Session.Workstation
	case fileTargets:
		d.Target = r.target()
		key = d.Target.Office + "\x00" + string(r.cell(1))
	case fileTransits:
		d.Transit = r.transit()
		key = d.Transit.Reference
	}
	if r.err != nil {
		return Document{}
	}
	if r.repeats(key) {
		return Document{}
	}
	return d
}

// maxKnown bounds the keys that are remembered; beyond it rows may repeat.
const maxKnown = 1 << 18

var errAgain = errors.New("has the key of a row before it, with different contents")

// repeats says whether a row's key occurred before. A row that is the same is only counted, one that
// differs is rejected.
func (r *referenceReader) repeats(key string) bool {
	hash := xxhash.Sum64(r.raw)
	before, known := r.known[key]
	switch {
	case !known && len(r.known) < maxKnown:
		r.known[key] = hash
	case known && before == hash:
		r.duplicates++
	case known:
		r.fail(-1, errAgain)
	}
	return known
}

var officeKinds = map[string]string{
	"SEAPORT": "seaport", "AIRPORT": "airport", "LAND": "land", "POST": "post", "INLAND": "inland",
}

var (
	errZone     = errors.New("is not an IANA time zone")
	errClock    = errors.New("is not a time of day HH:MM")
	errOpening  = errors.New("is not after the opening")
	errWorkdays = errors.New("is not seven digits 1 or 0, Monday first")
	errMonth    = errors.New("is not a month YYYY-MM")
	errEndFirst = errors.New("lies before the beginning")
)

var workdaysForm = regexp.MustCompile(`^[01]{7}$`)

func (r *referenceReader) office() *Office {
	o := &Office{
		Code: r.must(0), Name: r.name(1), Kind: keyword(&r.row, 2, "", officeKinds), Zone: r.code(3),
		Opens: r.timeOfDay(4), Closes: r.timeOfDay(5), Workdays: r.code(6),
	}
	if err := checkOffice([]byte(o.Code)); err != nil {
		r.fail(0, err)
	}
	if o.Zone != "" {
		if _, err := time.LoadLocation(o.Zone); err != nil || o.Zone == "Local" {
			r.fail(3, errZone)
		}
	}
	if (o.Opens != 0 || o.Closes != 0) && o.Opens >= o.Closes {
		r.fail(5, errOpening)
	}
	if o.Workdays != "" && !workdaysForm.MatchString(o.Workdays) {
		r.fail(6, errWorkdays)
	}
	return o
}

// timeOfDay is minutes after midnight; 24:00 is the day's end.
func (r *row) timeOfDay(field int) int {
	cell := r.cell(field)
	if len(cell) == 0 {
		return 0
	}
	if string(cell) == "24:00" {
		return 24 * 60
	}
	var c civil
	if err := c.parseClock(cell); err != nil || c.hasOffset {
		r.fail(field, errClock)
		return 0
	}
	return int(c.second) / 60
}

var functions = map[string]string{
	"EXAMINER": "examiner", "CHIEF": "chief", "HEAD": "head", "CASHIER": "cashier", "SYSTEM": "system", "BROKER": "broker", "OTHER": "other",
}

var statuses = map[string]string{
	"ACTIVE": "active", "SUSPENDED": "suspended", "LEAVE": "leave", "TRANSFERRED": "transferred", "DELETED": "deleted",
}

func (r *referenceReader) posting() *Posting {
	p := &Posting{
		User: r.must(0), Name: r.name(1), Office: r.code(2), Section: r.code(3), Function: keyword(&r.row, 4, "other", functions),
		Status: keyword(&r.row, 5, "active", statuses), From: r.mustDay(6), Chief: r.code(8),
	}
	if cell := r.cell(7); len(cell) >= 4 && string(cell[:4]) != "9999" { // 9999-12-31 stands for "open"
		p.To = r.dateOf(7)
	}
	if p.To != nil && p.To.Before(p.From) {
		r.fail(7, errEndFirst)
	}
	return p
}

func (r *referenceReader) session() *Session {
	clock := r.clock("")
	s := &Session{User: r.must(0), Workstation: r.code(1), StartedAt: r.moment(2, clock).At}
	if end := r.momentOf(3, clock); end != nil {
		s.EndedAt = &end.At
		if s.EndedAt.Before(s.StartedAt) {
			r.fail(3, errEndFirst)
		}
	}
	return s
}

func (r *referenceReader) target() *Target {
	cell := r.cell(1)
	month, err := parseMonth(cell)
	if err != nil {
		r.fail(1, err)
	}
	return &Target{Office: r.must(0), Month: month, Amount: r.money(2)}
}

// parseMonth reads YYYY-MM as year * 12 + month - 1.
func parseMonth(cell []byte) (int, error) {
	if len(cell) != 7 || cell[4] != '-' {
		return 0, errMonth
	}
	year, month := digits4(cell), digits2(cell[5:])
	if year < firstYear || year > lastYear || month < 1 || month > 12 {
		return 0, errMonth
	}
	return year*12 + month - 1, nil
}

func (r *referenceReader) transit() *declaration.TransitDocument {
	from, to := r.must(transitDeparture), r.must(transitDestination)
	departure, destination := r.clock(from), r.clock(to)
	return &declaration.TransitDocument{
		Reference: r.must(transitReference), Departure: from, Destination: to, Principal: r.code(transitPrincipal),
		Carrier: r.code(transitCarrier), HS: hsCode(r.code(transitHS)),
		RegisteredAt: r.momentOf(transitRegistered, departure), TransmittedAt: r.momentOf(transitTransmitted, departure),
		LimitAt: r.momentOf(transitLimit, destination), ArrivedAt: r.momentOf(transitArrived, destination),
		ValidatedAt: r.momentOf(transitValidated, destination), Status: r.code(transitStatus), User: r.code(transitUser),
		DistanceKM: r.whole(transitDistance, 0, 1<<31), Offence: r.flag(transitOffence),
	}
}
