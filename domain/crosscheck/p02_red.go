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
	case x.life.laned == nil && x.r.Header.LaneSelected == "":
		x.lacks(RedUninspected, InputLanes)
		return
	case !x.has(warehouse.PartInspections):
		x.lacks(RedUninspected, InputInspections)
		return
	}
	x.evaluates(RedUninspected)
	if !x.life.reddened && x.r.Header.LaneSelected != declaration.Red {
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

// redUntil finds the operation that made the declaration red, and the first one
// after it that ended the control. Where the log has no selection and the header says
// red, it was red from the beginning, and red is nil. What became red only after
// release is not looked at.
func (x *examination) redUntil() (red, closing *declaration.Event) {
	held := x.r.Header.LaneSelected == declaration.Red && !x.life.selectedLane
	inForce := x.r.Header.LaneSelected
	for i := range x.r.Events {
		e := &x.r.Events[i]
		moved := (e.Kind == declaration.Selected || e.Kind == declaration.Rerouted) && e.To != ""
		switch {
		case !held && moved && e.To == declaration.Red:
			red, held = e, true
		case !held && e == x.life.released:
			return nil, nil
		case !held:
		case e == x.life.released,
			e.Kind == declaration.Assessed && x.c.Settings.SelectionTiming == administration.BeforeAssessment,
			moved && e.Kind == declaration.Rerouted && e.To != declaration.Red && (e.From == declaration.Red || e.From == "" && inForce == declaration.Red):
			return red, e
		}
		if moved {
			inForce = e.To
		}
	}
	return nil, nil
}

func (x *examination) redFacts(red, closing *declaration.Event) RedFacts {
	facts := RedFacts{Closed: eventRow(closing), Broker: x.r.Header.Broker}
	if red != nil {
		facts.Selected = eventRow(red)
		facts.HeldFor, facts.HeldDays = x.gap(x.stamp(red.Moment), x.stamp(closing.Moment))
	} else {
		facts.Selected = Row{Source: "header", Name: "lane at selectivity", To: declaration.Red}
		facts.HeldFor, facts.HeldDays = x.gap(x.life.registration, x.stamp(closing.Moment))
	}
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
