package crosscheck

import (
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// OutsiderFacts is the evidence of P3.
type OutsiderFacts struct {
	Inspection  Row   `json:"inspection"`
	Assignments []Row `json:"assignments"` // all of them; each holds until the next
	// AssignedLater says that the user was assigned only after the act.
	AssignedLater bool `json:"assigned_later"`
}

// checkOutsideInspection is P3. An act without a user, or at a time when nobody
// was assigned, cannot be judged; with no act at all the rule is clean.
func (x *examination) checkOutsideInspection() {
	switch {
	case !x.has(warehouse.PartInspections):
		x.lacks(OutsideInspection, InputInspections)
		return
	case !x.has(warehouse.PartAssignments):
		x.lacks(OutsideInspection, InputAssignments)
		return
	}
	judged := len(x.r.Inspections) == 0
	for i := range x.r.Inspections {
		act := &x.r.Inspections[i]
		if act.User == "" {
			continue
		}
		assigned, inForce := x.assignedAt(x.stamp(act.Moment), act.User)
		judged = judged || inForce
		if inForce && !assigned {
			x.outsider(act)
		}
	}
	if judged {
		x.evaluates(OutsideInspection)
	} else {
		x.lacks(OutsideInspection, InputActAssigned)
	}
}

// assignedAt reports whether the user was examiner or chief at a time, and
// whether anybody was. Where the act has only a date, everybody assigned during
// that day counts.
func (x *examination) assignedAt(at stamp, user string) (assigned, inForce bool) {
	for i := range x.r.Assignments {
		a := &x.r.Assignments[i]
		if a.Examiner == "" && a.Chief == "" {
			continue
		}
		since := x.stamp(a.Moment)
		named := a.Examiner == user || a.Chief == user
		switch {
		case at.timed && since.micros <= at.micros, !at.timed && x.day(since) < at.day:
			assigned, inForce = named, true // holds instead of the one before
		case !at.timed && x.day(since) == at.day:
			assigned, inForce = assigned || named, true
		}
	}
	return assigned, inForce
}

func (x *examination) outsider(act *declaration.Inspection) {
	facts := OutsiderFacts{Inspection: inspectionRow(act)}
	at := x.stamp(act.Moment)
	for i := range x.r.Assignments {
		a := &x.r.Assignments[i]
		facts.Assignments = append(facts.Assignments, assignmentRow(a))
		if (a.Examiner == act.User || a.Chief == act.User) && x.precedes(at, x.stamp(a.Moment), 0) {
			facts.AssignedLater = true
		}
	}
	severity := Medium
	if facts.AssignedLater {
		severity = High
	}
	x.breaks(OutsideInspection, "", severity, facts)
}
