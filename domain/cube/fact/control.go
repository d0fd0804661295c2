package fact

import (
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// control is what control and post-entry made of a declaration.
type control struct {
	adjustments []adjustment // upward, by Customs
	adjusted    bool         // there is one, or the source shows a top-up without versions
	declared    Number       // customs value first declared
	uplift      Number       // what Customs' last version added to it; null without an adjustment in versions
	offences    []int        // positions of cases that are not dismissed
	changed     bool         // modified or cancelled after assessment
	changedWhy  string
	effect      Number // duties and taxes after all changes less those assessed; null without versions or change
}

// adjustment is an upward change of value or duty by Customs between two versions.
type adjustment struct {
	point
	version int // position in the record's versions
}

func (l *life) control() control {
	r := l.record
	var c control
	for i := range r.Offences {
		if r.Offences[i].Status != declaration.OffenceDismissed {
			c.offences = append(c.offences, i)
		}
	}
	items := len(r.Items)
	for i := 1; i < len(r.Versions); i++ {
		before, after := &r.Versions[i-1], &r.Versions[i]
		if after.ByCustoms && (after.Payable-before.Payable >= l.context.moneyTolerance(before.Payable, items) ||
			after.CustomsValue-before.CustomsValue >= l.context.moneyTolerance(before.CustomsValue, items)) {
			c.adjustments = append(c.adjustments, adjustment{l.moment(after.Moment), i})
		}
	}
	c.adjusted = len(c.adjustments) > 0 || l.toppedUp()
	c.values(r)
	l.changes(&c)
	return c
}

// toppedUp reports an increase that the source shows on the header while it gave no versions.
func (l *life) toppedUp() bool {
	r := l.record
	return len(r.Versions) == 0 && r.Header.TopUp >= l.context.moneyTolerance(r.Totals.Payable, len(r.Items))
}

// values takes the value first declared, and what Customs added to it.
func (c *control) values(r *warehouse.Record) {
	switch {
	case len(r.Versions) > 0:
		c.declared = number(r.Versions[0].CustomsValue)
	case itemsGiven(r):
		c.declared = number(r.Totals.CustomsValue)
	}
	if len(c.adjustments) == 0 {
		return
	}
	for i := len(r.Versions) - 1; i >= 0; i-- {
		if r.Versions[i].ByCustoms {
			c.uplift = number(r.Versions[i].CustomsValue - r.Versions[0].CustomsValue)
			return
		}
	}
}

// changes looks for what happened to the declaration after its assessment: a
// post-entry or cancellation in the log, or a version made by one.
func (l *life) changes(c *control) {
	if l.assessed == none {
		return
	}
	r := l.record
	for i := l.assessed + 1; i < len(r.Events); i++ {
		if kind := r.Events[i].Kind; kind == declaration.PostEntry || kind == declaration.Cancelled {
			c.changed, c.changedWhy = true, r.Events[i].Reason
			break
		}
	}
	if r.Header.Cancelled && l.cancelled == none {
		c.changed = true
	}
	for i := range r.Versions {
		if cause := r.Versions[i].Cause; cause == declaration.VersionPostEntry || cause == declaration.VersionCancelled {
			c.changed = true
			if c.changedWhy == "" {
				c.changedWhy = r.Versions[i].Reason
			}
			break
		}
	}
	if !c.changed || len(r.Versions) == 0 {
		return
	}
	assessed := &r.Versions[0]
	for i := range r.Versions {
		switch r.Versions[i].Cause {
		case declaration.VersionRegistered, declaration.VersionAmended, declaration.VersionAssessed:
			assessed = &r.Versions[i]
		}
	}
	c.effect = number(r.Versions[len(r.Versions)-1].Payable - assessed.Payable)
}

// foundBy gives the inspection that led to something found at a moment: the
// last one that the finding is not before; none when it is before all.
func (l *life) foundBy(found point) int {
	for i := len(l.record.Inspections) - 1; i >= 0; i-- {
		if found.notBefore(l.moment(l.record.Inspections[i].Moment), l.context.Settings.ClockToleranceSeconds) {
			return i
		}
	}
	return none
}

// hits marks the inspections that led to an offence or an upward adjustment. A
// top-up without a time belongs to the last inspection.
func (l *life) hits(c *control) []bool {
	found := make([]bool, len(l.record.Inspections))
	mark := func(i int) {
		if i != none {
			found[i] = true
		}
	}
	for _, o := range c.offences {
		mark(l.foundBy(l.moment(l.record.Offences[o].Moment)))
	}
	for _, a := range c.adjustments {
		mark(l.foundBy(a.point))
	}
	if l.toppedUp() {
		mark(len(found) - 1)
	}
	return found
}

// due is the amount assessed: the total of the notice, else the payable tax
// lines; null when the source gave neither.
func (l *life) due() Number {
	r := l.record
	switch {
	case r.Header.AssessedTotal != nil:
		return number(*r.Header.AssessedTotal)
	case itemsGiven(r):
		return number(r.Totals.Payable)
	}
	return Number{}
}
