package crosscheck

import (
	"encoding/json"
	"fmt"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// Verdict is the outcome of a rule for one declaration.
type Verdict int

// The verdicts.
const (
	NotEvaluated Verdict = iota // an input is missing: neither clean nor broken
	Clean
	Broken
)

// Result is the outcome of one rule for one declaration.
type Result struct {
	Rule     Rule
	Verdict  Verdict
	Missing  Input // when not evaluated
	Findings []Finding
}

// Examine applies all rules to one record. It is pure: the same context and
// record give the same results. Session.Examine says the same in bits.
func (c *Context) Examine(r *warehouse.Record) [Count]Result {
	var x examination
	x.run(c, r)
	var results [Count]Result
	for i := range results {
		rule := Rule(i + 1)
		switch {
		case x.broken&rule.Bit() != 0:
			results[i] = Result{Rule: rule, Verdict: Broken}
		case x.evaluated&rule.Bit() != 0:
			results[i] = Result{Rule: rule, Verdict: Clean}
		default:
			results[i] = Result{Rule: rule, Verdict: NotEvaluated, Missing: x.missing[i]}
		}
	}
	for _, f := range x.findings {
		results[f.Rule-1].Findings = append(results[f.Rule-1].Findings, f)
	}
	return results
}

// examination is one record under examination. It is used again for the next
// record, so that a clean one costs no memory.
type examination struct {
	c        *Context
	r        *warehouse.Record
	calendar *administration.Calendar
	life     life

	evaluated, broken uint16
	missing           [Count]Input
	findings          []Finding
	fault             error
	key               []byte   // scratch space for keys
	users             []string // suspects checked already
	touched           []string // overlaps of sessions in which there is an act
}

func (x *examination) run(c *Context, r *warehouse.Record) {
	x.c, x.r, x.calendar = c, r, c.Calendars.Of(r.Reference.Office)
	x.evaluated, x.broken, x.missing, x.findings, x.fault, x.users = 0, 0, [Count]Input{}, x.findings[:0], nil, x.users[:0]
	x.touched = x.touched[:0]
	x.live()
	x.checkOrder()
	x.checkRedUninspected()
	x.checkOutsideInspection()
	x.checkReleasedUnpaid()
	x.checkRerouting()
	x.checkOffenceAgainstMoney()
	x.checkAdjustmentReversed()
	x.checkRegisteredAgain()
	x.checkWriteOffBalance()
	x.checkTransit()
	x.checkDischarge()
	x.checkUsers()
	x.checkTaxArithmetic()
	x.checkManifest()
	x.evaluated |= x.broken
}

// evaluates says that a rule's inputs are there.
func (x *examination) evaluates(rule Rule) { x.evaluated |= rule.Bit() }

// lacks says that a rule cannot be evaluated and why. A breach found all the
// same (by another variant) stays a breach.
func (x *examination) lacks(rule Rule, input Input) {
	x.evaluated &^= rule.Bit()
	x.missing[rule-1] = input
}

// breaks raises a finding on the declaration.
func (x *examination) breaks(rule Rule, variant string, severity Severity, facts any) {
	x.broken |= rule.Bit()
	content, err := json.Marshal(facts)
	if err != nil { // only types of this package come here
		x.fault = fmt.Errorf("write the evidence of %s: %w", rule, err)
		return
	}
	batch := x.r.Batch
	x.findings = append(x.findings, Finding{
		Rule: rule, Version: definitions[rule-1].Version, Variant: variant, Severity: severity,
		SubjectKind: OnDeclaration, Subject: x.r.Reference.String(), DeclarationID: x.r.ID, Office: x.r.Reference.Office,
		Month:    cube.MonthOf(x.r.Header.RegisteredOn.Year(), x.r.Header.RegisteredOn.Month()),
		Evidence: Evidence{Facts: content, Parameters: x.c.parameters[rule-1], Batch: &batch, Version: x.r.Version},
	})
}

// has reports whether the sources gave the parts.
func (x *examination) has(parts warehouse.Parts) bool { return x.r.Parts.Has(parts) }

// life is what one pass over the events finds.
type life struct {
	registered, assessed, paid, exited *declaration.Event // the first of each
	selected                           *declaration.Event // the first selection
	laned                              *declaration.Event // the last selection or re-route with a known lane
	released                           *declaration.Event // see live
	raised                             *declaration.Event // the last assessment or post-entry
	settled                            *declaration.Event // the last payment or refund
	reddened, rerouted                 bool               // there is a lane red; there is a re-route by a person
	selectedLane                       bool               // a selection says its lane
	receipt                            *declaration.Payment

	registration, assessment, payment, release, exit stamp
}

// live fills x.life. Events stand in the order of time and source, so that the
// first found is the first.
//
// Release is the first operation of release or re-route to green by a machine
// user. Where the log has neither, and selectivity fires after payment, it is
// the last lane operation if that gave green or blue: then nothing else holds
// the goods. Where selectivity comes earlier a green lane releases nothing yet.
func (x *examination) live() {
	x.life = life{}
	l := &x.life
	for i := range x.r.Events {
		e := &x.r.Events[i]
		switch e.Kind {
		case declaration.Registered:
			first(&l.registered, e)
		case declaration.Assessed:
			first(&l.assessed, e)
			l.raised = e
		case declaration.PostEntry:
			l.raised = e
		case declaration.Paid:
			first(&l.paid, e)
			l.settled = e
		case declaration.Refunded:
			l.settled = e
		case declaration.Released:
			first(&l.released, e)
		case declaration.Exited:
			first(&l.exited, e)
		case declaration.Selected:
			first(&l.selected, e)
			l.lane(e)
			l.selectedLane = l.selectedLane || e.To != ""
		case declaration.Rerouted:
			l.lane(e)
			switch {
			case !x.c.machine(e):
				l.rerouted = true
			case e.To == declaration.Green:
				first(&l.released, e)
			}
		default: // the other operations are no steps and give no lane
		}
	}
	if l.released == nil && l.laned != nil && x.c.Settings.SelectionTiming == administration.AfterPayment &&
		(l.laned.To == declaration.Green || l.laned.To == declaration.Blue) {
		l.released = l.laned
	}
	x.stampSteps()
}

func first(slot **declaration.Event, e *declaration.Event) {
	if *slot == nil {
		*slot = e
	}
}

func (l *life) lane(e *declaration.Event) {
	if e.To == "" {
		return
	}
	l.laned = e
	l.reddened = l.reddened || e.To == declaration.Red
}

// stampSteps gives the five steps their times. Registration falls back to the
// header's date, payment to the first receipt or account debit.
func (x *examination) stampSteps() {
	l := &x.life
	l.registration = stampOfDay(x.r.Header.RegisteredOn)
	for _, step := range [...]struct {
		event *declaration.Event
		at    *stamp
	}{{l.registered, &l.registration}, {l.assessed, &l.assessment}, {l.paid, &l.payment}, {l.released, &l.release}, {l.exited, &l.exit}} {
		if step.event != nil {
			*step.at = x.stamp(step.event.Moment)
		}
	}
	if l.paid != nil {
		return
	}
	for i := range x.r.Payments {
		if x.r.Payments[i].Kind != declaration.Refund {
			l.receipt = &x.r.Payments[i]
			l.payment = x.stamp(l.receipt.Moment)
			return
		}
	}
}
