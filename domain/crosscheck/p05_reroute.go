package crosscheck

import (
	"assay/domain/administration"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// RerouteFacts is the evidence of P5.
type RerouteFacts struct {
	Reroute  Row              `json:"reroute"`
	InForce  declaration.Lane `json:"lane_before,omitempty"`
	Lowered  bool             `json:"control_lowered"`
	Selected *Row             `json:"selected,omitempty"` // the first selection
	Since    *int64           `json:"seconds_since_selection,omitempty"`
	// Limit is the assessment or release that the re-route should have come before; of variant b only.
	Limit    *Row `json:"limit,omitempty"`
	Position int  `json:"position"` // in the chain of operations, from 1
	Of       int  `json:"of"`
}

// checkRerouting is P5 for every re-route by a person. A re-route to green after
// an inspection act is how an examined declaration is cleared: it needs no reason.
func (x *examination) checkRerouting() {
	if !x.has(warehouse.PartEvents) {
		x.lacks(Rerouting, InputOperations)
		return
	}
	x.evaluates(Rerouting)
	if !x.life.rerouted {
		return
	}
	var inForce declaration.Lane
	for i := range x.r.Events {
		e := &x.r.Events[i]
		if e.Kind == declaration.Rerouted && !x.c.machine(e) {
			x.checkReroute(e, i, inForce)
		}
		if (e.Kind == declaration.Selected || e.Kind == declaration.Rerouted) && e.To != "" {
			inForce = e.To
		}
	}
}

func (x *examination) checkReroute(e *declaration.Event, index int, inForce declaration.Lane) {
	at := x.stamp(e.Moment)
	if e.From != "" {
		inForce = e.From
	}
	lowered := e.To != "" && inForce != "" && e.To.Strength() < inForce.Strength()
	if e.Reason == "" {
		switch {
		case e.To == "":
			x.lacks(Rerouting, InputLanes)
		case e.To == declaration.Green && !x.has(warehouse.PartInspections):
			x.lacks(Rerouting, InputInspections)
		case e.To == declaration.Green && x.inspectedUntil(at):
		case lowered:
			x.breaks(Rerouting, "a", High, x.rerouteFacts(e, index, inForce, lowered, nil))
		default:
			x.breaks(Rerouting, "a", Medium, x.rerouteFacts(e, index, inForce, lowered, nil))
		}
	}
	limit, event := x.life.release, x.life.released
	if x.c.Settings.SelectionTiming == administration.BeforeAssessment {
		limit, event = x.life.assessment, x.life.assessed
	}
	if event != nil && x.precedes(limit, at, x.c.Settings.ClockToleranceSeconds) {
		x.breaks(Rerouting, "b", High, x.rerouteFacts(e, index, inForce, lowered, event))
	}
}

// inspectedUntil reports whether there is an inspection act at or before a time.
func (x *examination) inspectedUntil(at stamp) bool {
	for i := range x.r.Inspections {
		if !x.precedes(at, x.stamp(x.r.Inspections[i].Moment), 0) {
			return true
		}
	}
	return false
}

func (x *examination) rerouteFacts(e *declaration.Event, index int, inForce declaration.Lane, lowered bool, limit *declaration.Event) RerouteFacts {
	facts := RerouteFacts{Reroute: eventRow(e), InForce: inForce, Lowered: lowered, Position: index + 1, Of: len(x.r.Events)}
	if x.life.selected != nil {
		row := eventRow(x.life.selected)
		facts.Selected = &row
		facts.Since, _ = x.gap(x.stamp(x.life.selected.Moment), x.stamp(e.Moment))
	}
	if limit != nil {
		row := eventRow(limit)
		facts.Limit = &row
	}
	return facts
}
