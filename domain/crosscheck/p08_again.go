package crosscheck

import (
	"slices"

	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// hsOverlapPerMille is how much of their goods two declarations must share:
// headings of six digits in both, of those in either.
const hsOverlapPerMille = 800

// cancellation is a cancelled declaration as P8 compares it with others.
type cancellation struct {
	id          int64
	reference   string
	office      string
	broker      string
	lane        declaration.Lane
	examiner    string
	payable     int64
	manifest    string
	bills       []string
	containers  []string
	headings    []string // HS, six digits, different ones
	registered  stamp
	cancelled   stamp
	cancelledBy Row
	registering Row
}

// AgainFacts is the evidence of P8.
type AgainFacts struct {
	Cancelled    SideFacts `json:"cancelled"`
	Again        SideFacts `json:"again"`
	Cancellation Row       `json:"cancellation"`
	Bills        []string  `json:"bills_in_both,omitempty"`
	Containers   []string  `json:"containers_in_both,omitempty"`
	SharedHS     int       `json:"headings_in_both"`
	AllHS        int       `json:"headings_in_either"`
	Differences  []string  `json:"differences,omitempty"` // office, broker, lane, tax, officer
}

// SideFacts is one of the two declarations, side by side.
type SideFacts struct {
	Declaration string           `json:"declaration"`
	Office      string           `json:"office"`
	Broker      string           `json:"broker,omitempty"`
	Lane        declaration.Lane `json:"lane,omitempty"`
	Examiner    string           `json:"examiner,omitempty"`
	Payable     int64            `json:"payable"`
	Registered  Row              `json:"registered"`
}

// checkRegisteredAgain is P8. The later of the two declarations breaks it: one that was
// registered before the cancelled one was not registered again.
func (x *examination) checkRegisteredAgain() {
	h := &x.r.Header
	switch {
	case !x.has(warehouse.PartEvents):
		x.lacks(RegisteredAgain, InputOperations)
		return
	case !x.has(warehouse.PartItems):
		x.lacks(RegisteredAgain, InputItems)
		return
	case h.Importer == "":
		x.lacks(RegisteredAgain, InputImporter)
		return
	case len(h.Bills) == 0 && len(h.Containers) == 0:
		x.lacks(RegisteredAgain, InputCargo)
		return
	}
	x.evaluates(RegisteredAgain)
	candidates := x.c.cancellations[h.Importer]
	for i := range candidates {
		c := &candidates[i]
		if c.id != x.r.ID && x.sameCargo(c) && x.soonAfter(c) && !x.precedes(x.life.registration, c.registered, 0) {
			x.compareGoods(c)
		}
	}
}

func (x *examination) sameCargo(c *cancellation) bool {
	h := &x.r.Header
	return h.Manifest == c.manifest && overlap(h.Bills, c.bills) || overlap(h.Containers, c.containers)
}

func overlap(a, b []string) bool {
	for _, text := range a {
		if slices.Contains(b, text) {
			return true
		}
	}
	return false
}

// soonAfter: registered from a day before the cancellation until the tenant's days after it.
func (x *examination) soonAfter(c *cancellation) bool {
	at, days := x.life.registration, x.c.Settings.ReRegistrationDays
	if at.timed && c.cancelled.timed {
		const day = 86400 * microsPerSecond
		return at.micros >= c.cancelled.micros-day && at.micros <= c.cancelled.micros+days*day
	}
	after := int64(x.day(at)) - int64(x.day(c.cancelled))
	return after >= -1 && after <= days
}

func (x *examination) compareGoods(c *cancellation) {
	headings := make([]string, 0, len(x.r.Items))
	for i := range x.r.Items {
		headings = append(headings, heading(x.r.Items[i].HS))
	}
	slices.Sort(headings)
	headings = slices.Compact(headings)
	shared := 0
	for _, h := range headings {
		if slices.Contains(c.headings, h) {
			shared++
		}
	}
	all := len(headings) + len(c.headings) - shared
	if shared*1000 < hsOverlapPerMille*all || all == 0 {
		return
	}
	facts := x.againFacts(c, shared, all)
	x.breaks(RegisteredAgain, "", againSeverity(&facts), facts)
}

// heading is the first six digits of a tariff code.
func heading(hs string) string { return hs[:min(6, len(hs))] }

func (x *examination) againFacts(c *cancellation, shared, all int) AgainFacts {
	h := &x.r.Header
	facts := AgainFacts{SharedHS: shared, AllHS: all, Cancellation: c.cancelledBy,
		Cancelled: SideFacts{Declaration: c.reference, Office: c.office, Broker: c.broker, Lane: c.lane, Examiner: c.examiner, Payable: c.payable, Registered: c.registering},
		Again: SideFacts{Declaration: x.r.Reference.String(), Office: x.r.Reference.Office, Broker: h.Broker, Lane: x.firstLane(),
			Examiner: x.lastExaminer(), Payable: x.r.Totals.Payable, Registered: x.stepRow(stepRegistration)}}
	if h.Manifest == c.manifest {
		facts.Bills = both(h.Bills, c.bills)
	}
	facts.Containers = both(h.Containers, c.containers)
	facts.Differences = differences(&facts)
	return facts
}

func both(a, b []string) []string {
	var common []string
	for _, text := range a {
		if slices.Contains(b, text) && !slices.Contains(common, text) {
			common = append(common, text)
		}
	}
	return common
}

func differences(f *AgainFacts) []string {
	var names []string
	differ := func(name string, different bool) {
		if different {
			names = append(names, name)
		}
	}
	a, b := &f.Cancelled, &f.Again
	differ("office", a.Office != b.Office)
	differ("broker", a.Broker != b.Broker)
	differ("lane", a.Lane != b.Lane && a.Lane != "" && b.Lane != "")
	differ("tax", a.Payable != b.Payable)
	differ("officer", a.Examiner != b.Examiner && a.Examiner != "" && b.Examiner != "")
	return names
}

// againSeverity is low for an honest correction where nothing differs, high where
// control or money became less or other people decided, else medium.
func againSeverity(f *AgainFacts) Severity {
	a, b := &f.Cancelled, &f.Again
	switch {
	case a.Office != b.Office,
		slices.Contains(f.Differences, "officer"),
		slices.Contains(f.Differences, "lane") && b.Lane.Strength() < a.Lane.Strength(),
		b.Payable < a.Payable:
		return High
	case len(f.Differences) == 0:
		return Low
	}
	return Medium
}

// firstLane is the lane of the first selection, else the one that the header shows.
func (x *examination) firstLane() declaration.Lane {
	if s := x.life.selected; s != nil && s.To != "" {
		return s.To
	}
	return x.r.Header.LaneSelected
}

// lastExaminer is the examiner assigned last.
func (x *examination) lastExaminer() string {
	for i := len(x.r.Assignments) - 1; i >= 0; i-- {
		if examiner := x.r.Assignments[i].Examiner; examiner != "" {
			return examiner
		}
	}
	return ""
}
