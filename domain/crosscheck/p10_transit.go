package crosscheck

import (
	"assay/domain/administration"
	"assay/domain/declaration"
)

// transitHistory is how many timed transits a route needs before its own history
// says what is possible, where no distance is known.
const transitHistory = 30

// TransitFacts is the evidence of P10.
type TransitFacts struct {
	Transit     string `json:"transit"`
	Departure   string `json:"departure"`
	Destination string `json:"destination"`
	Principal   string `json:"principal,omitempty"`
	Carrier     string `json:"carrier,omitempty"`
	Status      string `json:"status,omitempty"`
	Departed    Row    `json:"departed"`
	Ended       Row    `json:"ended"` // validated (a) or arrived (b)
	Seconds     *int64 `json:"seconds,omitempty"`
	DistanceKM  int64  `json:"distance_km,omitempty"`
	SpeedKMH    *int64 `json:"speed_kmh,omitempty"` // implied, rounded down
	// Least is the shortest time that the route's history makes likely, in seconds; where no distance is known.
	Least   *float64 `json:"least_seconds,omitempty"`
	History int64    `json:"history,omitempty"` // timed transits of the route

	Variant string `json:"variant"`
}

// route is what the history of a pair of offices says.
type route struct {
	transits int64   // with a time of day at both ends
	fifth    float64 // fifth percentile of their seconds, linear between neighbours
}

// departure is the time of transmission, else of registration.
func departure(t *declaration.TransitDocument) *declaration.Moment {
	if t.TransmittedAt != nil {
		return t.TransmittedAt
	}
	return t.RegisteredAt
}

// examineTransit is P10 for one transit document; evaluated is false where its departure is not known.
func (c *Context) examineTransit(t *declaration.TransitDocument, history route) (breaches []TransitFacts, evaluated bool) {
	departed := departure(t)
	if departed == nil {
		return nil, false
	}
	from := stampOf(*departed, c.Calendars.Of(t.Departure))
	calendar := c.Calendars.Of(t.Destination)
	if t.ValidatedAt != nil {
		to := stampOf(*t.ValidatedAt, calendar)
		if before(to, from, calendar, c.Calendars.Of(t.Departure)) {
			breaches = append(breaches, transitFacts(t, "a", departed, t.ValidatedAt, from, to))
		}
	}
	if t.ArrivedAt != nil {
		to := stampOf(*t.ArrivedAt, calendar)
		if from.timed && to.timed {
			if facts, impossible := c.tooFast(t, departed, from, to, history); impossible {
				breaches = append(breaches, facts)
			}
		}
	}
	return breaches, true
}

// before compares stamps of two offices: by instants, or by each office's own date where one has no time of day.
func before(s, t stamp, ofS, ofT *administration.Calendar) bool {
	if s.timed && t.timed {
		return s.micros < t.micros
	}
	return s.localDay(ofS) < t.localDay(ofT)
}

func (c *Context) tooFast(t *declaration.TransitDocument, departed *declaration.Moment, from, to stamp, history route) (facts TransitFacts, impossible bool) {
	micros := to.micros - from.micros
	var least *float64
	switch {
	case t.DistanceKM > 0:
		// micros < distance / speed hours, without division
		impossible = micros*c.Settings.TransitSpeed < t.DistanceKM*3600*microsPerSecond
	case history.transits >= transitHistory:
		half := history.fifth / 2
		least = &half
		impossible = float64(micros)/microsPerSecond < half
	}
	if !impossible {
		return facts, false
	}
	facts = transitFacts(t, "b", departed, t.ArrivedAt, from, to)
	facts.Least = least
	if least != nil {
		facts.History = history.transits
	}
	if seconds := micros / microsPerSecond; seconds > 0 && t.DistanceKM > 0 {
		speed := t.DistanceKM * 3600 / seconds
		facts.SpeedKMH = &speed
	}
	return facts, true
}

func transitFacts(t *declaration.TransitDocument, variant string, departed, ended *declaration.Moment, from, to stamp) TransitFacts {
	facts := TransitFacts{Transit: t.Reference, Departure: t.Departure, Destination: t.Destination, Principal: t.Principal, Carrier: t.Carrier,
		Status: t.Status, DistanceKM: t.DistanceKM, Variant: variant}
	name := "registered"
	if departed == t.TransmittedAt {
		name = "transmitted"
	}
	facts.Departed = Row{Source: "transit", Name: name, Office: t.Departure, User: t.User}.at(*departed)
	name = "validated"
	if variant == "b" {
		name = "arrived"
	}
	facts.Ended = Row{Source: "transit", Name: name, Office: t.Destination, User: t.User}.at(*ended)
	if from.timed && to.timed {
		seconds := (to.micros - from.micros) / microsPerSecond
		facts.Seconds = &seconds
	}
	return facts
}

func transitSeverity(variant string) Severity {
	if variant == "a" {
		return Critical
	}
	return High
}

// checkTransit is P10 for a declaration that is itself a transit document (same
// reference) or that ends one (it is the previous document).
func (x *examination) checkTransit() {
	if len(x.c.transits) == 0 {
		x.lacks(ImpossibleTransit, InputTransit)
		return
	}
	x.lacks(ImpossibleTransit, InputTransit)
	x.checkLinkedTransit(x.keyOfReference(x.r.Reference), true)
	if previous := x.r.Header.Previous; previous != "" {
		x.checkLinkedTransit(x.c.keyOf(previous), false)
	}
}

func (x *examination) checkLinkedTransit(key uint64, own bool) {
	broken, linked := x.c.transits[key]
	if !linked {
		return
	}
	x.evaluates(ImpossibleTransit)
	if !broken {
		return
	}
	reference := x.r.Header.Previous
	if own {
		reference = x.r.Reference.String()
	}
	for _, facts := range x.c.transitBreach[reference] {
		x.breaks(ImpossibleTransit, facts.Variant, transitSeverity(facts.Variant), facts)
	}
}
