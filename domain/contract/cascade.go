package contract

import (
	"assay/domain/indicator"
)

// Cascade is one indicator's targets from the administration down to its contracts.
type Cascade struct {
	Code      string
	Unit      indicator.Unit
	Direction indicator.Direction
	Top       CascadeNode
}

// CascadeNode is a target of one level with what is below it.
type CascadeNode struct {
	Level    Level
	Subject  string // office or contract's subject; empty for the administration
	Name     string
	Contract string   // number, of a contract
	Target   *float64 // nil where none is set
	Volume   int64    // denominator of the last twelve months, by which the parts weigh
	Parts    []CascadeNode
	// Sum is what the parts' targets make together: the mean weighted by volume of
	// shares, hours, days and averages, the sum of counts. Parts without a target enter with
	// what they do now (Now). Nil when no part has a target.
	Sum    *float64
	Now    *float64 // value of the last twelve months
	Enough bool     // the parts together reach this level's target
}

// sumUp fills Sum and Enough from the parts, from below.
func (n *CascadeNode) sumUp(unit indicator.Unit, direction indicator.Direction) {
	set, volume, total := 0, int64(0), 0.0
	for i := range n.Parts {
		part := &n.Parts[i]
		part.sumUp(unit, direction)
		value := part.Target
		if value == nil {
			value = part.Sum
		}
		if value != nil {
			set++
		} else {
			value = part.Now
		}
		if value == nil {
			continue
		}
		if additive(unit) {
			total += *value
			continue
		}
		volume += part.Volume
		total += *value * float64(part.Volume)
	}
	if set == 0 || !additive(unit) && volume == 0 {
		return
	}
	if !additive(unit) {
		total /= float64(volume)
	}
	total = roundFigure(unit, total)
	n.Sum = &total
	if n.Target != nil {
		t := Target{Direction: direction}
		n.Enough = t.reaches(total, *n.Target)
	}
}

// additive reports whether targets of parts add up to that of the whole.
func additive(unit indicator.Unit) bool { return unit == indicator.Count || unit == indicator.Points }
