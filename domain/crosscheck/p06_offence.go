package crosscheck

import (
	"slices"

	"assay/domain/cube"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// OffenceFacts is the evidence of P6. One of Offence (variant a) and Raise
// (variant b) is set.
type OffenceFacts struct {
	Offence     *Row       `json:"offence,omitempty"`
	Raise       *Row       `json:"raise,omitempty"` // the version that raised the amounts
	Duty        int64      `json:"duty_raised,omitempty"`
	Value       int64      `json:"value_raised,omitempty"`
	Versions    []Row      `json:"versions,omitempty"`
	Inspections []Row      `json:"inspections,omitempty"`
	Officer     string     `json:"officer"` // whose act it was; five in a month make them high
	ActMonth    cube.Month `json:"act_month"`
}

// checkOffenceAgainstMoney is P6. A case younger than the tenant's number of
// days waits: until then what is missing may still come.
func (x *examination) checkOffenceAgainstMoney() {
	switch {
	case !x.has(warehouse.PartOffences):
		x.lacks(OffenceAgainstMoney, InputOffences)
		return
	case !x.has(warehouse.PartVersions):
		x.lacks(OffenceAgainstMoney, InputVersions)
		return
	}
	x.evaluates(OffenceAgainstMoney)
	for i := range x.r.Offences {
		if o := &x.r.Offences[i]; x.offenceWithoutMoney(o) {
			row := offenceRow(o)
			x.raiseWhenMature(x.stamp(o.Moment), "a", OffenceFacts{Offence: &row, Officer: o.User})
		}
	}
	for i := 1; i < len(x.r.Versions); i++ {
		if duty, value, raised := x.raisedBy(i); raised && x.moneyWithoutOffence(i, duty) {
			v := &x.r.Versions[i]
			row := versionRow(v)
			x.raiseWhenMature(x.stamp(v.Moment), "b", OffenceFacts{Raise: &row, Duty: duty, Value: value, Officer: v.User})
		}
	}
}

// offenceWithoutMoney: a confirmed case of a kind that costs money, with no
// extra duty, no fine and no adjustment near it.
func (x *examination) offenceWithoutMoney(o *declaration.Offence) bool {
	if o.Status != declaration.OffenceConfirmed || o.ExtraDuties != 0 || o.Fine != 0 || slices.Contains(x.c.Settings.DocumentaryOffences, o.Code) {
		return false
	}
	at := x.stamp(o.Moment)
	for i := 1; i < len(x.r.Versions); i++ {
		if _, _, raised := x.raisedBy(i); raised && x.near(x.stamp(x.r.Versions[i].Moment), at) {
			return false
		}
	}
	return true
}

// moneyWithoutOffence: an adjustment that is not too small, with no case near it and no inspection near it that says otherwise.
func (x *examination) moneyWithoutOffence(i int, duty int64) bool {
	if max(duty, 0) < x.c.Settings.MonetaryDeMinimis {
		return false
	}
	at := x.stamp(x.r.Versions[i].Moment)
	for j := range x.r.Offences {
		if x.near(x.stamp(x.r.Offences[j].Moment), at) {
			return false
		}
	}
	for j := range x.r.Inspections {
		if act := &x.r.Inspections[j]; !act.Conform && x.near(x.stamp(act.Moment), at) {
			return false
		}
	}
	return true
}

// near reports whether two days are at most the tenant's days of an offence apart.
func (x *examination) near(s, t stamp) bool {
	return int64(absolute(x.day(s)-x.day(t))) <= x.c.Settings.OffenceDays
}

func (x *examination) raiseWhenMature(at stamp, variant string, facts OffenceFacts) {
	if !x.mature(at, x.c.Settings.OffenceDays) {
		x.lacks(OffenceAgainstMoney, InputMaturity)
		return
	}
	facts.ActMonth = cube.Date(x.day(at)).Month()
	for i := range x.r.Versions[:min(few, len(x.r.Versions))] {
		facts.Versions = append(facts.Versions, versionRow(&x.r.Versions[i]))
	}
	for i := range x.r.Inspections[:min(few, len(x.r.Inspections))] {
		facts.Inspections = append(facts.Inspections, inspectionRow(&x.r.Inspections[i]))
	}
	x.breaks(OffenceAgainstMoney, variant, Medium, facts)
}

// mature reports whether the data reach at least so many days beyond a time.
func (x *examination) mature(at stamp, days int64) bool {
	return int64(x.calendar.LocalDay(x.c.Watermark)-x.day(at)) >= days
}
