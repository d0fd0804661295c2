package sample

import (
	"encoding/json"
	"fmt"
)

// Truth is truth.json: what an extract was made of and what was planted in it.
type Truth struct {
	Parameters Parameters       `json:"parameters"`
	Currency   string           `json:"currency"`
	Zone       string           `json:"zone"`
	Country    string           `json:"country"`
	Watermark  string           `json:"watermark"` // local time of the last minute of the extract
	Rows       map[string]int64 `json:"rows"`      // by file, without its header
	Rules      []TruthRule      `json:"rules"`
	Favours    []TruthFavour    `json:"favours"`
	Officers   []TruthOfficer   `json:"officers"`
	Office     *TruthOffice     `json:"office,omitempty"`
	Broker     *TruthBroker     `json:"broker,omitempty"`
}

// TruthRule is what was planted of one case of a rule.
type TruthRule struct {
	Rule    string     `json:"rule"`
	Case    string     `json:"case"`
	Says    string     `json:"says"`
	Subject string     `json:"subject"` // what Key names: declaration, bill, transit or user
	Planned int        `json:"planned"`
	Planted int        `json:"planted"`
	Keys    []truthKey `json:"keys"` // at most Parameters.KeysLimit a rule; truth_keys.csv has all
}

// TruthFavour is a favoured pair of broker and officer (T1).
type TruthFavour struct {
	Office   string  `json:"office"`
	Broker   string  `json:"broker"`
	Officer  string  `json:"officer"`
	QBefore  float64 `json:"q_before"` // chance of diversion in legacy practice, officer on duty
	QAfter   float64 `json:"q_after"`  // in reformed practice
	By       string  `json:"by"`       // assignment or reassignment
	Selected int     `json:"selected"` // red and yellow declarations of the broker at the office
	Diverted int     `json:"diverted"`
	Changed  int     `json:"changed"` // of them those that chance would have given to another
}

// TruthOfficer is an officer on whom something is planted.
type TruthOfficer struct {
	Officer string `json:"officer"`
	Office  string `json:"office"`
	Test    string `json:"test"` // T3, T4 or INT02
	Says    string `json:"says"`
	From    string `json:"from,omitempty"`
	Count   int    `json:"count"`
}

// TruthOffice is the office that inspects more and finds no more (T5).
type TruthOffice struct {
	Office string `json:"office"`
	From   string `json:"from"`
}

// TruthBroker is the broker that stores long before it registers (T7).
type TruthBroker struct {
	Broker string `json:"broker"`
	From   string `json:"from"`
	Count  int    `json:"count"`
}

var subjects = map[string]string{"P9": "bill", "P10": "transit"}

func (g *generator) summary() Summary {
	s := Summary{Rows: map[string]int64{}, Bytes: map[string]int64{}, Planted: map[string]int{}}
	s.Declarations = g.files.transport.rows
	for _, f := range g.files.all {
		if f != g.files.truthKeys {
			s.Rows[f.name], s.Bytes[f.name] = f.rows, f.bytes
		}
	}
	for i := range g.plants.quotas {
		s.Planted[g.plants.quotas[i].rule] += g.plants.quotas[i].planted
	}
	return s
}

func (g *generator) writeTruth(path string, s Summary) error {
	w, date := g.world, func(d day) string { return d.time().Format("2006-01-02") }
	t := Truth{Parameters: g.parameters, Currency: w.currency, Zone: w.zone, Country: w.country, Rows: s.Rows,
		Watermark: string(w.span.appendMoment(nil, w.watermark)), Favours: []TruthFavour{}, Officers: []TruthOfficer{}}
	for i := range g.plants.quotas {
		q := &g.plants.quotas[i]
		rule := TruthRule{Rule: q.rule, Case: q.variant, Says: q.says, Subject: or(subjects[q.rule], "declaration"), Planned: q.planned, Planted: q.planted, Keys: []truthKey{}}
		if q.rule == "P12" && q.variant == "b" {
			rule.Subject = "user"
		}
		for _, k := range g.plants.keys[q.rule] {
			if k.Case == q.variant {
				rule.Keys = append(rule.Keys, k)
			}
		}
		t.Rules = append(t.Rules, rule)
	}
	for _, b := range g.people.order {
		f := g.people.favours[b]
		x := TruthFavour{Office: w.offices[0].code, Broker: w.brokers[b].code, Officer: f.officer.user, QBefore: f.q[0], QAfter: f.q[1], By: "assignment", Selected: f.Declared, Diverted: f.Diverted, Changed: f.Changed}
		if f.byHand {
			x.By = "reassignment"
		}
		t.Favours = append(t.Favours, x)
	}
	if p := g.people; p.unfounded != nil {
		port := w.offices[0].code
		t.Officers = append(t.Officers,
			TruthOfficer{p.unfounded.user, port, "T3", "re-routes 30 % of yellow to red and finds something in 5 % of them", "", p.unfoundedReroutes},
			TruthOfficer{p.pads.user, port, "T4", "finds little things almost everywhere, each just above a threshold", date(p.padsFrom), p.paddedOffences},
			TruthOfficer{p.delayed.user, port, "INT02", "keys 40 % of controls one to three days after they were done", "", p.delayedKeyings})
		if p.activeOffice != nil {
			t.Office = &TruthOffice{Office: p.activeOffice.code, From: date(p.activeFrom)}
		}
		if p.hoarder >= 0 {
			t.Broker = &TruthBroker{Broker: w.brokers[p.hoarder].code, From: date(p.hoardsFrom), Count: p.hoarded}
		}
	}
	content, err := json.MarshalIndent(t, "", " ")
	if err != nil {
		return fmt.Errorf("encode what was planted: %w", err)
	}
	return writeFileWhole(path, append(content, '\n'))
}
