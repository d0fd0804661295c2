package present

import (
	"strings"
	"time"

	"assay/domain/administration"
	"assay/domain/crosscheck"
	"assay/domain/declaration"
	"assay/domain/warehouse"
	"assay/web/view"
)

// Dossier is a declaration with everything that its page shows beside it.
type Dossier struct {
	Record   *warehouse.Record
	Calendar *administration.Calendar // of its office
	ZoneName string
	Names    Names
	Lanes    LaneNames
	Findings []crosscheck.Finding
	// FindingsHidden is set when the reader's role does not see findings.
	FindingsHidden bool
	Extracts       []Extract // newest first
}

// Names are what codes are called, by kind (office, officer, broker, trader) and code.
type Names map[string]map[string]string

// Of is the name of a code, empty when it has none.
func (n Names) Of(kind, code string) string { return n[kind][code] }

// LaneNames are an administration's own names of lanes in the reader's language.
type LaneNames map[declaration.Lane]string

// Lane writes a lane as the administration calls it.
func (p Presenter) Lane(lane declaration.Lane, own LaneNames) *view.Lane {
	name := own[lane]
	key := string(lane)
	if name == "" && key != "" {
		name = p.T("lane." + key)
	}
	if key == "" {
		name = p.T("lane.unknown")
	}
	return &view.Lane{Key: key, Name: name}
}

// Declaration fills a declaration's page; its layout and trail are the caller's.
func (p Presenter) Declaration(d Dossier) view.Declaration {
	p.Locale = p.InZone(d.Calendar.Location())
	r := d.Record
	page := view.Declaration{
		Reference: r.Reference.String(), Summary: p.summary(d), Facts: p.header(d), Zone: p.T("declaration.zone", "Zone", d.ZoneName),
		Steps: p.steps(d), Timeline: p.timeline(d), Items: p.items(r), Totals: p.totals(r),
		Assignments: p.assignments(d), Inspections: p.inspections(d), Offences: p.offences(d), Versions: p.versions(d), Extracts: p.extracts(d),
		Missing: p.missing(r.Parts),
	}
	page.Status, page.StatusKind = p.status(r)
	if lane := r.Header.LaneCurrent; lane != "" {
		page.Lane = p.Lane(lane, d.Lanes)
	}
	if len(page.Items) > 0 {
		page.ItemsNote = p.T("declaration.items_of", "Currency", p.Currency)
	}
	page.Payments, page.PaymentsSum = p.payments(d)
	page.CargoName, page.Cargo = p.cargo(r)
	if d.FindingsHidden {
		page.FindingsOff = p.T("declaration.findings.role")
	} else {
		page.Findings = p.findings(d)
	}
	return page
}

// status is how far the declaration has come.
func (p Presenter) status(r *warehouse.Record) (text, kind string) {
	key, kind := "registered", "info"
	switch {
	case r.Header.Cancelled || first(r.Events, declaration.Cancelled) != nil:
		key, kind = "cancelled", "bad"
	case first(r.Events, declaration.Exited) != nil:
		key, kind = "exited", "good"
	case first(r.Events, declaration.Released) != nil:
		key, kind = "released", "good"
	case first(r.Events, declaration.Paid) != nil || len(r.Payments) > 0:
		key = "paid"
	case first(r.Events, declaration.Assessed) != nil:
		key = "assessed"
	case len(r.Events) == 0 && !r.Parts.Has(warehouse.PartEvents):
		key = "open"
	}
	return p.T("declaration.status." + key), kind
}

// first finds the first event of a kind.
func first(events []declaration.Event, kind declaration.EventKind) *declaration.Event {
	for i := range events {
		if events[i].Kind == kind {
			return &events[i]
		}
	}
	return nil
}

func (p Presenter) summary(d Dossier) []view.Fact {
	r := d.Record
	trader := p.T("header.importer")
	if r.Header.Flow == declaration.Export {
		trader = p.T("header.exporter")
	}
	facts := []view.Fact{
		{Name: p.T("header.office"), Text: r.Reference.Office, Code: true, Muted: d.Names.Of("office", r.Reference.Office)},
		{Name: p.T("header.registered_on"), Text: p.ShortDate(r.Header.RegisteredOn)},
	}
	if r.Header.Importer != "" {
		facts = append(facts, view.Fact{Name: trader, Text: r.Header.Importer, Code: true, Muted: named(r.Header.ImporterName, d.Names.Of("trader", r.Header.Importer))})
	}
	if r.Header.Broker != "" {
		facts = append(facts, view.Fact{Name: p.T("header.broker"), Text: r.Header.Broker, Code: true, Muted: named(r.Header.BrokerName, d.Names.Of("broker", r.Header.Broker))})
	}
	if r.Parts.Has(warehouse.PartItems) || len(r.Items) > 0 {
		facts = append(facts, view.Fact{Name: p.T("header.customs_value"), Text: p.Money(r.Totals.CustomsValue), Number: true},
			view.Fact{Name: p.T("header.payable"), Text: p.Money(r.Totals.Payable), Number: true})
	}
	return facts
}

func named(own, listed string) string {
	if own != "" {
		return own
	}
	return listed
}

// header lists what the header says, leaving out what it does not.
func (p Presenter) header(d Dossier) []view.Fact {
	h := &d.Record.Header
	var facts []view.Fact
	add := func(key, text string, code bool) {
		if text != "" {
			facts = append(facts, view.Fact{Name: p.T("header." + key), Text: text, Code: code})
		}
	}
	money := func(key string, amount int64) {
		if amount != 0 {
			facts = append(facts, view.Fact{Name: p.T("header." + key), Text: p.Money(amount), Number: true})
		}
	}
	if h.Flow != "" {
		add("flow", p.T("flow."+string(h.Flow)), false)
	}
	add("model", h.Model, true)
	if h.BorderOffice != "" && h.BorderOffice != d.Record.Reference.Office {
		add("border_office", h.BorderOffice, true)
	}
	if h.LaneSelected != "" {
		add("lane_selected", p.Lane(h.LaneSelected, d.Lanes).Name, false)
	}
	if h.LaneCurrent != "" {
		add("lane_current", p.Lane(h.LaneCurrent, d.Lanes).Name, false)
	}
	add("mode", p.transport(h.Mode), false)
	add("incoterm", h.Incoterm, true)
	add("payment_terms", h.PaymentTerms, false)
	add("vehicles", strings.Join(h.Vehicles, ", "), true)
	add("containers", strings.Join(h.Containers, ", "), true)
	add("manifest", h.Manifest, true)
	add("bills", strings.Join(h.Bills, ", "), true)
	if h.ArrivedAt != nil {
		add("arrived_at", p.Moment(*h.ArrivedAt), false)
	}
	if h.Prelodged {
		add("prelodged", p.T("answer.yes"), false)
	}
	add("deferred_account", h.DeferredAccount, true)
	add("previous", h.Previous, true)
	if h.PaperFinishedAt != nil {
		add("paper_finished_at", p.Moment(*h.PaperFinishedAt), false)
	}
	money("guarantee", h.Guarantee)
	if h.AssessedTotal != nil {
		money("assessed_total", *h.AssessedTotal)
	}
	money("top_up", h.TopUp)
	return facts
}

// transport names a mode of transport by its UN Recommendation 19 digit.
func (p Presenter) transport(mode string) string {
	if mode != "" && p.Has("mode."+mode) {
		return p.T("mode." + mode)
	}
	return mode
}

// Moment writes a time with the precision that its source gave.
func (p Presenter) Moment(m declaration.Moment) string {
	if !m.HasTime() {
		return p.ShortDate(m.At.In(p.Zone))
	}
	return p.Instant(m.At)
}

// missing names the parts that no source gave.
func (p Presenter) missing(parts warehouse.Parts) []string {
	var names []string
	for _, part := range []struct {
		bit warehouse.Parts
		key string
	}{
		{warehouse.PartItems, "items"}, {warehouse.PartEvents, "events"}, {warehouse.PartAssignments, "assignments"}, {warehouse.PartInspections, "inspections"},
		{warehouse.PartOffences, "offences"}, {warehouse.PartPayments, "payments"}, {warehouse.PartVersions, "versions"},
	} {
		if !parts.Has(part.bit) {
			names = append(names, p.T("part."+part.key))
		}
	}
	return names
}

// between is the time from one moment to a later one, in days where one has no time of day.
func (p Presenter) between(from, to declaration.Moment) (text string, seconds int64) {
	if from.HasTime() && to.HasTime() {
		seconds = int64(to.At.Sub(from.At) / time.Second)
		return p.Locale.Duration(seconds), seconds
	}
	days := administration.DayNumber(to.At.In(p.Zone)) - administration.DayNumber(from.At.In(p.Zone))
	seconds = int64(days) * 86400
	if days == 0 {
		return "", 0
	}
	return p.Locale.Duration(seconds), seconds
}
