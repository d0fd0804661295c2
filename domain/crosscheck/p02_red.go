package crosscheck

import (
	"assay/domain/administration"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// RedFacts is the evidence of P2.
type RedFacts struct {
	Selected  Row    `json:"selected"` // how it became red
	Closed    Row    `json:"closed"`   // how it left red without an act
	HeldFor   *int64 `json:"held_seconds,omitempty"`
	HeldDays  int32  `json:"held_days"`
	Traces    []Row  `json:"traces,omitempty"`     // weaker traces of control: results and scanned documents in the log
	LaterActs []Row  `json:"later_acts,omitempty"` // inspection acts keyed only afterwards
	Broker    string `json:"broker,omitempty"`
}

// checkRedUninspected is P2: red, then routed out of red, assessed (where
// selection comes before assessment) or released, and no inspection act until then.
func (x *examination) checkRedUninspected() {
	switch {
	case !x.has(warehouse.PartEvents):
		x.lacks(RedUninspected, InputOperations)
		return
	case x.life.laned == nil:
		x.lacks(RedUninspected, InputLanes)
		return
	case !x.has(warehouse.PartInspections):
		x.lacks(RedUninspected, InputInspections)
		return
	}
	x.evaluates(RedUninspected)
	if !x.life.reddened {
		return
	}
	red, closing := x.redUntil()
	if closing == nil {
		return
	}
	end := x.stamp(closing.Moment)
	for i := range x.r.Inspections {
		if !x.precedes(end, x.stamp(x.r.Inspections[i].Moment), x.c.Settings.ClockToleranceSeconds) {
			return
		}
	}
	x.breaks(RedUninspected, "", Critical, x.redFacts(red, closing))
}

// redUntil finds the operation that made the declaration red and the first one
// after it that ended the control. A re-route to red after release is not looked at.
func (x *examination) redUntil() (red, closing *declaration.Event) {
	for i := range x.r.Events {
		e := &x.r.Events[i]
		if red == nil {
			red = x.reddens(e)
			continue
		}
		switch {
		case e.Kind == declaration.Rerouted && e.To != "" && e.To != declaration.Red,
			e.Kind == declaration.Assessed && x.c.Settings.SelectionTiming == administration.BeforeAssessment,
			e == x.life.released:
			return red, e
		}
	}
	return nil, nil
}

func (x *examination) reddens(e *declaration.Event) *declaration.Event {
	switch {
	case e.To != declaration.Red:
	case e.Kind == declaration.Selected:
		return e
	case e.Kind == declaration.Rerouted && (x.life.released == nil || !x.precedes(x.life.release, x.stamp(e.Moment), 0)):
		return e
	}
	return nil
}

func (x *examination) redFacts(red, closing *declaration.Event) RedFacts {
	facts := RedFacts{Selected: eventRow(red), Closed: eventRow(closing), Broker: x.r.Header.Broker}
	facts.HeldFor, facts.HeldDays = x.gap(x.stamp(red.Moment), x.stamp(closing.Moment))
	for i := range x.r.Events {
		if e := &x.r.Events[i]; (e.Kind == declaration.ControlRecorded || e.Kind == declaration.DocumentAdded) && len(facts.Traces) < few {
			facts.Traces = append(facts.Traces, eventRow(e))
		}
	}
	for i := range x.r.Inspections[:min(few, len(x.r.Inspections))] {
		facts.LaterActs = append(facts.LaterActs, inspectionRow(&x.r.Inspections[i]))
	}
	return facts
}
