package sample

import "strconv"

// lane is a selectivity lane.
type lane byte

const (
	noLane lane = iota
	green
	yellow
	red
	blue
)

var laneCodes = [...]string{"", "GREEN", "YELLOW", "RED", "BLUE"}
var laneNames = [...]string{"", "Green", "Yellow", "Red", "Blue"}

// regime is what becomes of the goods.
type regime byte

const (
	elsewhere regime = iota // no declaration at all
	homeUse
	exempt
	suspense
	dischargeHome
	dischargeExport
	export
	transit
)

// operation is a row of the operations file.
type operation struct {
	at      moment
	name    string
	user    string
	version int // index in versions plus one; 0 for none
}

type laneMove struct {
	at                       moment
	user                     string
	from, to                 lane
	cause, criterion, reason string
}

type assignment struct {
	at       moment
	examiner *officer
	chief    *officer
	manual   bool
	by       string
}

type inspection struct {
	at, finished moment
	user         string
	physical     bool
	conform      bool
	result       string
}

type offence struct {
	at                 moment
	user, code, status string
	declared, assessed int64
	extra, fine        int64
	extraPaid          int64
	finePaid           int64
	paid               moment
}

type receipt struct {
	at     moment
	number int
	kind   string
	user   string
	tax    string
	amount int64
}

type version struct {
	number     int
	at         moment
	user       string
	cause      string
	byCustoms  bool
	reason     string
	value, tax int64
}

// life is one declaration from its registration to the end of the extract. The
// generator has one and uses it again and again; begin makes it new.
type life struct {
	g        *generator
	r        *source
	practice *practice
	breach   *breach // what is to be broken in it, nil for nothing or when done

	office    *office
	at        moment // registration
	year      int16
	serial    byte
	number    int
	prefix    []byte // OFFICE,REGDATE,REGNO
	head      []byte // scratch
	tail      []byte // scratch
	broker    int
	importer  int
	user      string // the broker's user
	flow      byte
	model     string
	procedure string
	national  string
	regime    regime
	treatment treatment
	delivery  string
	terms     string

	items      []item
	adjusted   []item   // as control wants them, until they are assessed
	original   []item   // as they were before
	late       *officer // gets the declaration only after the inspection (P3 b)
	planted    bool     // the breach has been planted
	deferredAt moment   // when a deferred payment is made; never for none
	billHeld   bool     // the bill's row waits for a second declaration
	irregular  bool
	selected   lane
	current    lane
	cause      string
	criterion  string
	officer    *officer // assigned
	assignedAt moment   // when it was re-assigned last
	chief      *officer
	favour     *favour
	containers [][11]byte
	vehicles   []string
	bill       bill
	hasBill    bool
	joins      *partner // it comes under the bill of the one before it
	gives      *partner // the next one comes under its bill
	twin       *twin
	account    *account
	previous   string
	deferred   string
	guarantee  int64
	prelodged  bool
	assessed   int64 // total of the notice
	isAssessed bool
	raised     bool // tax or value went up by control or by the declarant
	cancelled  bool
	paperDone  moment
	paid       [3]int64
	receipt    int

	operations  []operation
	moves       []laneMove
	assignments []assignment
	inspections []inspection
	offences    []offence
	receipts    []receipt
	versions    []version
}

// begin makes the life of a new declaration.
func (l *life) begin(o *office, at moment) {
	l.office, l.at = o, at
	l.breach, l.officer, l.chief, l.favour, l.twin, l.account, l.joins, l.gives = nil, nil, nil, nil, nil, nil, nil, nil
	l.flow, l.model, l.procedure, l.national, l.previous, l.deferred = 'I', "IM4", "4000", "000", "", ""
	l.cause, l.criterion = "", ""
	l.selected, l.current, l.paperDone, l.deferredAt, l.late = noLane, noLane, never, never, nil
	l.planted, l.billHeld, l.assignedAt = false, false, 0
	l.hasBill, l.prelodged, l.isAssessed, l.raised, l.cancelled, l.irregular = false, false, false, false, false, false
	l.guarantee, l.assessed, l.paid, l.receipt = 0, 0, [3]int64{}, 0
	l.items, l.adjusted, l.containers, l.vehicles = l.items[:0], l.adjusted[:0], l.containers[:0], l.vehicles[:0]
	l.operations, l.moves, l.assignments = l.operations[:0], l.moves[:0], l.assignments[:0]
	l.inspections, l.offences, l.receipts, l.versions = l.inspections[:0], l.offences[:0], l.receipts[:0], l.versions[:0]
	s := l.g.world.span
	l.year = s.years[s.index(at.day())]
}

// tries reports whether a rule is to be broken in this declaration.
func (l *life) tries(rule string) bool { return l.breach != nil && l.breach.rule == rule }

// triesCase is tries for one case of the rule.
func (l *life) triesCase(rule, variant string) bool {
	return l.tries(rule) && l.breach.variant == variant
}

// plantDone notes the breach as planted. Nothing else is broken in the declaration.
func (l *life) plantDone(subject, key, other string) {
	l.planted = true
	l.g.plants.done(l.breach.rule, l.breach.variant, subject, key, other)
}

// quiet reports whether chance events that would disturb a breach, or are left out
// of declarations with one, are to be left out.
func (l *life) quiet() bool {
	return l.breach != nil || l.twin != nil || l.joins != nil || l.gives != nil
}

// seen reports whether the extract still sees a moment.
func (l *life) seen(at moment) bool { return at <= l.g.world.watermark }

// do adds an operation; it is false when the moment lies after the end of the extract.
func (l *life) do(at moment, name, user string) bool {
	if !l.seen(at) {
		return false
	}
	l.operations = append(l.operations, operation{at: at, name: name, user: user})
	return true
}

// note makes the last operation a document version with the amounts of now.
func (l *life) note(cause string, byCustoms bool, reason string) {
	op := &l.operations[len(l.operations)-1]
	value, tax := totals(l.items)
	l.versions = append(l.versions, version{at: op.at, user: op.user, cause: cause, byCustoms: byCustoms, reason: reason, value: value, tax: tax})
	op.version = len(l.versions)
}

// move changes the lane, with its row; the operation is the caller's.
func (l *life) move(at moment, user string, to lane, cause, criterion, reason string) {
	l.moves = append(l.moves, laneMove{at: at, user: user, from: l.current, to: to, cause: cause, criterion: criterion, reason: reason})
	l.current = to
}

// reroute is an officer's or the machine's change of lane.
func (l *life) reroute(at moment, user string, to lane, reason string) bool {
	name, cause := "Re-route to ", "MANUAL"
	if user == machineReroute {
		name, cause = "System re-route to ", ""
	}
	switch to {
	case green:
		name += "green"
	case yellow:
		name += "yellow"
	case red:
		name += "red"
	case blue:
		name += "blue"
	}
	if n := len(l.moves); n > 0 && l.moves[n-1].at >= at {
		at = l.moves[n-1].at + 1 // the lanes file tells re-routes apart by their minute
	}
	if !l.do(at, rerouteNames[name], user) {
		return false
	}
	l.move(at, user, to, cause, "", reason)
	return true
}

// rerouteNames keeps one copy of each name.
var rerouteNames = map[string]string{
	"Re-route to green": "Re-route to green", "Re-route to yellow": "Re-route to yellow", "Re-route to red": "Re-route to red", "Re-route to blue": "Re-route to blue",
	"System re-route to green": "System re-route to green", "System re-route to blue": "System re-route to blue",
}

// key gives the natural key of a declaration.
func (l *life) key() string {
	return l.office.code + "/" + strconv.Itoa(int(l.year)) + "/" + string(l.serial) + strconv.Itoa(l.number)
}
