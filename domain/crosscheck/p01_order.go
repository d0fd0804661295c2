package crosscheck

import (
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// OrderFacts is the evidence of P1: two steps that stand the wrong way round.
type OrderFacts struct {
	First  Row `json:"first"`  // the step that should come first
	Second Row `json:"second"` // the one that should follow, but lies before it
	// GapSeconds is from first to second, negative; nil where one has only a date.
	GapSeconds *int64 `json:"gap_seconds,omitempty"`
	GapDays    int32  `json:"gap_days"`
}

// The five steps in their order.
const (
	stepRegistration = iota
	stepAssessment
	stepPayment
	stepRelease
	stepExit
)

// checkOrder is P1: each step may not lie before the nearest step before it that exists. Equal times always pass.
func (x *examination) checkOrder() {
	l := &x.life
	if !x.has(warehouse.PartEvents) && !l.payment.known {
		x.lacks(Order, InputOperations)
		return
	}
	x.evaluates(Order)
	steps := [...]stamp{l.registration, l.assessment, l.payment, l.release, l.exit}
	before := stepRegistration
	for step := stepAssessment; step <= stepExit; step++ {
		if !steps[step].known {
			continue
		}
		if x.precedes(steps[step], steps[before], x.c.Settings.ClockToleranceSeconds) && !x.orderIsFree(before, step) {
			x.breaks(Order, "", x.orderSeverity(&steps), x.orderFacts(&steps, before, step))
		}
		before = step
	}
}

// orderIsFree reports whether two neighbours may stand either way: payment after
// release where it is deferred, and assessment after payment where accounts are debited at assessment.
func (x *examination) orderIsFree(before, step int) bool {
	switch {
	case before == stepPayment && step == stepRelease:
		return x.deferred(x.due())
	case before == stepAssessment && step == stepPayment:
		return x.c.Settings.PaymentAtAssessment
	}
	return false
}

// orderSeverity is critical when release or exit lies before payment (unless deferred) or registration.
func (x *examination) orderSeverity(steps *[5]stamp) Severity {
	for _, late := range [...]int{stepRelease, stepExit} {
		for _, early := range [...]int{stepRegistration, stepPayment} {
			if !steps[late].known || !steps[early].known || !x.precedes(steps[late], steps[early], x.c.Settings.ClockToleranceSeconds) {
				continue
			}
			if early == stepRegistration || !x.deferred(x.due()) {
				return Critical
			}
		}
	}
	return High
}

func (x *examination) orderFacts(steps *[5]stamp, first, second int) OrderFacts {
	facts := OrderFacts{First: x.stepRow(first), Second: x.stepRow(second)}
	facts.GapSeconds, facts.GapDays = x.gap(steps[first], steps[second])
	return facts
}

// stepRow is the source row that gave a step its time.
func (x *examination) stepRow(step int) Row {
	l := &x.life
	event := [...]*declaration.Event{l.registered, l.assessed, l.paid, l.released, l.exited}[step]
	switch {
	case event != nil:
		return eventRow(event)
	case step == stepPayment:
		return paymentRow(l.receipt)
	}
	return Row{Source: "header", Name: "date of registration"}.at(declaration.Moment{At: x.r.Header.RegisteredOn, Precision: declaration.Day})
}
