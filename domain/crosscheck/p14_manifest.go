package crosscheck

import (
	"assay/domain/declaration"
	"assay/domain/warehouse"
)

// ManifestFacts is the evidence of P14.
type ManifestFacts struct {
	Manifest    string `json:"manifest"`
	Voyage      string `json:"voyage,omitempty"`
	Carrier     string `json:"carrier,omitempty"`
	Mode        string `json:"mode,omitempty"`
	Declaration Row    `json:"declaration_registered"`
	Registered  Row    `json:"manifest_registered"`
	Arrived     *Row   `json:"arrived,omitempty"`
	GapSeconds  *int64 `json:"gap_seconds,omitempty"`
	GapDays     int32  `json:"gap_days"`
	Broker      string `json:"broker,omitempty"`
}

// checkManifest is P14. A manifest that is not found is a matter of DQ03, not of this rule.
func (x *examination) checkManifest() {
	cargo := x.r.Cargo
	if cargo == nil || cargo.RegisteredAt == nil || !x.has(warehouse.PartEvents) {
		x.lacks(LateManifest, InputManifest)
		return
	}
	x.evaluates(LateManifest)
	calendar := x.c.Calendars.Of(cargo.Office)
	manifest := stampOf(*cargo.RegisteredAt, calendar)
	own := x.life.registration
	late := false
	if manifest.timed && own.timed {
		late = manifest.micros > own.micros+x.c.Settings.LateManifestMinutes*60*microsPerSecond
	} else {
		late = manifest.localDay(calendar) > x.day(own)
	}
	if !late || x.c.Settings.PreArrivalAllowed && x.lodgedBeforeArrival() {
		return
	}
	severity := Medium
	if cargo.Mode == modeRoad || cargo.Mode == modeAir {
		severity = Low
	}
	facts := ManifestFacts{Manifest: cargo.Reference, Voyage: cargo.Voyage, Carrier: cargo.Carrier, Mode: cargo.Mode, Declaration: x.stepRow(stepRegistration),
		Registered: Row{Source: "manifest", Name: "registered", Office: cargo.Office, User: cargo.User}.at(*cargo.RegisteredAt), Broker: x.r.Header.Broker}
	facts.GapSeconds, facts.GapDays = x.gap(own, manifest)
	if cargo.ArrivedAt != nil {
		arrived := Row{Source: "manifest", Name: "arrived", Office: cargo.Office}.at(*cargo.ArrivedAt)
		facts.Arrived = &arrived
	}
	x.breaks(LateManifest, "", severity, facts)
}

// Modes of transport by UN Recommendation 19.
const (
	modeRoad = "3"
	modeAir  = "4"
)

// lodgedBeforeArrival reports whether the declaration has the pre-lodged status
// or was registered before the goods arrived.
func (x *examination) lodgedBeforeArrival() bool {
	if x.r.Header.Prelodged {
		return true
	}
	arrival := x.r.Cargo.ArrivedAt
	if arrival == nil {
		arrival = x.r.Header.ArrivedAt
	}
	return arrival != nil && x.precedes(x.life.registration, x.stamp(declaration.Moment(*arrival)), 0)
}
