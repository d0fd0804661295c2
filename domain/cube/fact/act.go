package fact

import (
	"fmt"

	"assay/domain/cube"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// ActRow is one act on a declaration, dated by the local day of the act: an
// operation, an inspection or an assignment. One operation may have several roles (an
// assessment that also ends the control); it is one row.
// The officer is who did it.
type ActRow struct {
	Dimensions
	On    cube.Date
	Kind  string
	Role  Bit
	State Bit

	Reason       string // of a re-route
	ChangeReason string // of the first change after assessment
	OffenceCode  string // of the first case on the declaration
	RulesTried   uint64 // closed: rules P1 to P14 whose inputs were there
	RulesBroken  uint64

	InspectionLag Lag    // inspected: lane given to inspection
	RemovalLag    Lag    // released: release to exit
	KeyingDelay   Lag    // handled: control finished on paper to keyed
	DeclaredValue Number // handled: customs value first declared
	Uplift        Number // handled: what Customs added to the value of an adjusted declaration
	DutyEffect    Number // assessed: duties after all changes less those assessed
	Points        Number // assigned: weight of the declaration
}

// The roles of an act.
const (
	RoleOfficerAct Bit = 1 << iota
	RoleTimed
	RoleAssessed
	RoleHandled
	RoleDecidedYellow
	RoleYellowToRed
	RoleRedCleared
	RoleReleased
	RoleClosed
	RoleInspected
	RoleAssigned
	RoleReassigned
)

var actRoles = namedBits(
	[2]string{"officer_act", "an operation of control or clearance by an officer"},
	[2]string{"timed", "has a time of day"},
	[2]string{"assessed", "the first assessment of the declaration"},
	[2]string{"handled", "the act with which Customs finished its control of the declaration"},
	[2]string{"decided_yellow", "decided on an initially yellow declaration: the first re-route to red by an officer, else the act that handled it"},
	[2]string{"yellow_to_red", "the first re-route of the declaration from yellow to red by an officer"},
	[2]string{"red_cleared", "the act that ended red for the declaration"},
	[2]string{"released", "the release of the declaration"},
	[2]string{"closed", "the exit of the goods, else release, else cancellation"},
	[2]string{"inspected", "an inspection act"},
	[2]string{"assigned", "an assignment to an examiner"},
	[2]string{"reassigned", "an assignment by hand after another one"},
)

// The states of an act or its declaration.
const (
	ActCancelled Bit = 1 << iota
	ActInspectionsGiven
	ActOutcomeKnown
	ActPhysical
	ActPhysicallyInspected
	ActOffence
	ActAdjusted
	ActHit
	ActAdjustedAfter
	ActUninspected
	ActRemovedInWeek
	ActChanged
	ActSelected
	ActAttributable
	ActOtherOfficer
	ActFinishKnown
	ActKeyedLate
	ActOffHours
	ActBurst
	ActLastHour
)

var actStates = namedBits(
	[2]string{"cancelled", "the declaration is cancelled"},
	[2]string{"inspections_given", "the source gave inspection acts"},
	[2]string{"outcome_known", "the source gave offences or versions"},
	[2]string{"physical", "this inspection was physical"},
	[2]string{"physically_inspected", "the declaration has a physical inspection"},
	[2]string{"offence", "the declaration has an offence case that is not dismissed"},
	[2]string{"adjusted", "Customs raised value or duty of the declaration"},
	[2]string{"hit", "this inspection led to an offence or an upward adjustment"},
	[2]string{"adjusted_after", "value or duty were raised at or after this re-route"},
	[2]string{"uninspected", "no inspection is recorded up to this clearing act"},
	[2]string{"removed_in_week", "the goods left at most seven days after this release"},
	[2]string{"changed", "the declaration was modified or cancelled after its assessment"},
	[2]string{"selected", "the initial lane is known and not green"},
	[2]string{"attributable", "acting and assigned officer are both known"},
	[2]string{"other_officer", "the acting officer is not the assigned one"},
	[2]string{"finish_known", "it is known when the control was finished on paper"},
	[2]string{"keyed_late", "the control was finished before it was keyed"},
	[2]string{"off_hours", "outside the working hours of the office"},
	[2]string{"burst", "an assessment keyed in a burst"},
	[2]string{"last_hour", "in the last working hour of the office's day"},
)

func ruleBits() []cube.Flag {
	bits := make([]cube.Flag, 14)
	for i := range bits {
		bits[i] = cube.Flag{Name: fmt.Sprintf("P%d", i+1), Bit: uint(i)}
	}
	return bits
}

var acts = newSchema("act", 1, "acted_on", hsChapter,
	dimensionColumns(func(r *ActRow) *Dimensions { return &r.Dimensions }),
	[]column[ActRow]{
		day("acted_on", "local day of the act", func(r *ActRow) Date { return date(r.On) }),
		code("kind", "kind of the operation in the canonical vocabulary; inspection or assignment", func(r *ActRow) string { return r.Kind }),
		flags("role", "what the act is for its declaration", actRoles, func(r *ActRow) uint64 { return uint64(r.Role) }),
		flags("state", "what is true of the act and its declaration", actStates, func(r *ActRow) uint64 { return uint64(r.State) }),
		code("reason", "reason given for a re-route", func(r *ActRow) string { return r.Reason }),
		code("change_reason", "reason given for the first change after assessment", func(r *ActRow) string { return r.ChangeReason }),
		code("type", "code of the declaration's first offence case that is not dismissed", func(r *ActRow) string { return r.OffenceCode }),
		flags("rules_tried", "of a closing act: procedure rules whose inputs were there", ruleBits(), func(r *ActRow) uint64 { return r.RulesTried }),
		flags("rules_broken", "of a closing act: procedure rules broken", ruleBits(), func(r *ActRow) uint64 { return r.RulesBroken }),
		integer("inspection_lag", "s", "of an inspection: lane given to inspection recorded", func(r *ActRow) Number { return r.InspectionLag.Elapsed }),
		integer("inspection_lag_office", "s", "the same in office hours", func(r *ActRow) Number { return r.InspectionLag.Office }),
		integer("removal_lag", "s", "of a release: release to exit", func(r *ActRow) Number { return r.RemovalLag.Elapsed }),
		integer("removal_lag_office", "s", "the same in office hours", func(r *ActRow) Number { return r.RemovalLag.Office }),
		integer("keying_delay", "s", "of a handling act: control finished on paper to keyed, where it was keyed late", func(r *ActRow) Number { return r.KeyingDelay.Elapsed }),
		integer("keying_delay_office", "s", "the same in office hours", func(r *ActRow) Number { return r.KeyingDelay.Office }),
		integer("declared_value", "minor", "of a handling act: customs value first declared", func(r *ActRow) Number { return r.DeclaredValue }),
		integer("uplift", "minor", "of a handling act: value by Customs' last version less value first declared, of adjusted declarations", func(r *ActRow) Number { return r.Uplift }),
		integer("duty_effect", "minor", "of an assessment: duties and taxes after all changes less those assessed", func(r *ActRow) Number { return r.DutyEffect }),
		integer("points", "", "of an assignment: weight of the declaration", func(r *ActRow) Number { return r.Points }),
	})

// officerKinds are the operations that only officers do; others may be a
// trader's, a broker's or a cashier's.
var officerKinds = map[declaration.EventKind]bool{
	declaration.Assessed: true, declaration.Selected: true, declaration.ExaminerAssigned: true, declaration.RoutedToShed: true,
	declaration.ControlRecorded: true, declaration.Queried: true, declaration.PostEntry: true, declaration.Cleared: true,
	declaration.Rerouted: true, declaration.Released: true, declaration.ExitNoted: true, declaration.Exited: true,
	declaration.Cancelled: true, declaration.Refunded: true, declaration.Locked: true, declaration.Unlocked: true,
}

// DeriveActs gives the rows of a declaration's acts: operations in their order,
// then inspections and assignments.
func DeriveActs(r *warehouse.Record, c *Context) []ActRow {
	l := live(r, c)
	found := l.control()
	return l.acts(nil, &found)
}

func (l *life) acts(rows []ActRow, found *control) []ActRow {
	common := l.commonState(found)
	offence := ""
	if len(found.offences) > 0 {
		offence = l.record.Offences[found.offences[0]].Code
	}
	start := len(rows)
	rows = l.operations(rows, common, found)
	rows = l.inspections(rows, common, found)
	rows = l.assignments(rows, common)
	for i := start; i < len(rows); i++ {
		rows[i].OffenceCode = offence
	}
	return rows
}

func (l *life) commonState(found *control) Bit {
	r := l.record
	var s Bit
	s.set(ActCancelled, l.isCancelled())
	s.set(ActInspectionsGiven, r.Parts.Has(warehouse.PartInspections))
	s.set(ActOutcomeKnown, outcomeKnown(r))
	for i := range r.Inspections {
		s.set(ActPhysicallyInspected, r.Inspections[i].Physical)
	}
	s.set(ActOffence, len(found.offences) > 0)
	s.set(ActAdjusted, found.adjusted)
	s.set(ActChanged, found.changed)
	s.set(ActSelected, l.base.Lane != "" && l.base.Lane != string(declaration.Green))
	return s
}

// operations gives a row for each operation that has a role.
func (l *life) operations(rows []ActRow, common Bit, found *control) []ActRow {
	for i := range l.record.Events {
		e := &l.record.Events[i]
		var role Bit
		role.set(RoleAssessed, i == l.assessed)
		role.set(RoleHandled, i == l.handled)
		role.set(RoleDecidedYellow, i == l.decided)
		role.set(RoleYellowToRed, i == l.yellowToRed)
		role.set(RoleRedCleared, i == l.redCleared)
		role.set(RoleReleased, i == l.released)
		role.set(RoleClosed, i == l.closed)
		role.set(RoleOfficerAct, officerKinds[e.Kind] && l.officer(i) != "")
		if role == 0 {
			continue
		}
		role.set(RoleTimed, e.HasTime())
		at := l.event(i)
		row := ActRow{Dimensions: l.at(at), On: at.day, Kind: string(e.Kind), Role: role, State: common}
		row.Officer = l.actor(i)
		if e.Kind == declaration.Rerouted {
			row.Reason = short(e.Reason)
		}
		l.whenKeyed(&row, i, at)
		l.roleFacts(&row, at, found)
		rows = append(rows, row)
	}
	return rows
}

// actor is the officer of an operation. What the system does after an examiner
// has cleared the declaration it does in the examiner's name.
func (l *life) actor(i int) string {
	if l.machine(i) && l.cleared != none && l.cleared < i {
		return l.officer(l.cleared)
	}
	return l.officer(i)
}

// whenKeyed says how the time of an act stands to the office's working hours.
func (l *life) whenKeyed(row *ActRow, i int, at point) {
	if !at.timed {
		return
	}
	open := l.calendar.IsOpen(at.at)
	row.State.set(ActOffHours, !open)
	row.State.set(ActLastHour, open && !l.calendar.IsOpen(at.at.Add(hour)))
	if l.record.Events[i].Kind == declaration.Assessed {
		if officer := l.officer(i); officer != "" {
			row.State.set(ActBurst, l.context.Bursts.in(l.base.Office, officer, at.day, at.at.Unix()))
		}
	}
}

// roleFacts fills what the roles of an operation carry.
func (l *life) roleFacts(row *ActRow, at point, found *control) {
	tolerance := l.context.Settings.ClockToleranceSeconds
	if row.Role.Has(RoleAssessed) {
		row.ChangeReason, row.DutyEffect = short(found.changedWhy), found.effect
	}
	if row.Role.Has(RoleHandled) {
		row.DeclaredValue, row.Uplift = found.declared, found.uplift
		l.keyedLate(row, at)
		row.State.set(ActAttributable, row.Officer != "" && row.Examiner != "")
		row.State.set(ActOtherOfficer, row.Officer != "" && row.Examiner != "" && row.Officer != row.Examiner)
	}
	if row.Role.Has(RoleYellowToRed) {
		for _, a := range found.adjustments {
			row.State.set(ActAdjustedAfter, a.notBefore(at, tolerance))
		}
		row.State.set(ActAdjustedAfter, l.toppedUp())
	}
	if row.Role.Has(RoleRedCleared) {
		uninspected := true
		for i := range l.record.Inspections {
			uninspected = uninspected && !at.notBefore(l.moment(l.record.Inspections[i].Moment), tolerance)
		}
		row.State.set(ActUninspected, uninspected)
	}
	if exited := l.event(l.exited); row.Role.Has(RoleReleased) && exited.set {
		row.RemovalLag = days(at, exited, l.calendar)
		row.State.set(ActRemovedInWeek, within(at, exited, 7))
	}
	if row.Role.Has(RoleClosed) {
		tried, broken := l.rules()
		row.RulesTried, row.RulesBroken = uint64(tried), uint64(broken)
	}
}

// keyedLate compares when the control was finished on paper with when it was
// keyed: the header's paper date with the handling act, else the last
// inspection that has a paper date with its own entry.
func (l *life) keyedLate(row *ActRow, handled point) {
	finished, keyed := l.optional(l.record.Header.PaperFinishedAt), handled
	for i := len(l.record.Inspections) - 1; i >= 0 && !finished.set; i-- {
		finished, keyed = l.optional(l.record.Inspections[i].FinishedAt), l.moment(l.record.Inspections[i].Moment)
	}
	if !finished.set {
		return
	}
	late := !finished.notBefore(keyed, l.context.Settings.ClockToleranceSeconds)
	row.State.set(ActFinishKnown, true)
	row.State.set(ActKeyedLate, late)
	if late {
		row.KeyingDelay = hours(finished, keyed, l.calendar)
	}
}

func (l *life) inspections(rows []ActRow, common Bit, found *control) []ActRow {
	if len(l.record.Inspections) == 0 {
		return rows
	}
	hits := l.hits(found)
	for i := range l.record.Inspections {
		inspection := &l.record.Inspections[i]
		at := l.moment(inspection.Moment)
		row := ActRow{Dimensions: l.at(at), On: at.day, Kind: "inspection", Role: RoleInspected, State: common}
		row.Role.set(RoleTimed, at.timed)
		if l.context.Staff.Officer(inspection.User) {
			row.Officer = inspection.User
		}
		row.State.set(ActPhysical, inspection.Physical)
		row.State.set(ActHit, hits[i])
		for n := len(l.lanes) - 1; n >= 0; n-- {
			if lane := l.event(l.lanes[n].event); !lane.at.After(at.at) {
				row.InspectionLag = hours(lane, at, l.calendar)
				break
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (l *life) assignments(rows []ActRow, common Bit) []ActRow {
	settings := &l.context.Settings
	for i := range l.record.Assignments {
		a := &l.record.Assignments[i]
		at := l.moment(a.Moment)
		row := ActRow{Dimensions: l.base, On: at.day, Kind: "assignment", Role: RoleAssigned, State: common}
		row.Section, row.Examiner, row.Chief = a.Section, a.Examiner, a.Chief
		row.Role.set(RoleTimed, at.timed)
		row.Role.set(RoleReassigned, i > 0 && a.Manual)
		if l.context.Staff.Officer(a.AssignedBy) {
			row.Officer = a.AssignedBy
		}
		row.Points = number(settings.WeightDeclaration + settings.WeightItem*int64(len(l.record.Items)))
		if a.Weight > 0 {
			row.Points = number(int64(a.Weight))
		}
		rows = append(rows, row)
	}
	return rows
}

// shortened is how many characters of a reason are kept in the cube; the whole
// text is in the warehouse.
const shortened = 200

func short(text string) string {
	if len(text) <= shortened {
		return text
	}
	characters := 0
	for i := range text {
		if characters == shortened {
			return text[:i]
		}
		characters++
	}
	return text
}
