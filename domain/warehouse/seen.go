package warehouse

import (
	"strings"
	"unicode/utf8"

	"assay/domain/declaration"
	"assay/domain/intake"
)

// seen collects what documents say about the dimensions: codes with the names
// that came with them, and descriptions of offices, people and targets. A code whose name has
// been told to the server already is not told again.
type seen struct {
	offices  names
	officers names
	brokers  names
	traders  names
	sections names // by office and code, see sectionKey

	described descriptions
}

// descriptions are reference documents in the order in which they came.
type descriptions struct {
	offices  []intake.Office
	holidays []intake.Holiday
	postings []intake.Posting
	sessions []intake.Session
	targets  []intake.Target
}

func (d *descriptions) count() int {
	return len(d.offices) + len(d.holidays) + len(d.postings) + len(d.sessions) + len(d.targets)
}

// names are codes of one dimension with their names; told ones are remembered
// within a bound, so that a code costs one lookup however often it occurs.
type names struct {
	fresh map[string]string
	told  map[string]string
}

const (
	manySeen   = 4000
	mostTold   = 200_000
	mostInName = 500
)

func newSeen() *seen {
	fresh := func() names { return names{fresh: map[string]string{}, told: map[string]string{}} }
	return &seen{offices: fresh(), officers: fresh(), brokers: fresh(), traders: fresh(), sections: fresh()}
}

func (n *names) add(code, name string) {
	if code == "" {
		return
	}
	if told, ok := n.told[code]; ok && (name == "" || name == told) {
		return
	}
	if len(code) > shortText || !storable(code) {
		return // the document that names it is refused
	}
	if name != "" || n.fresh[code] == "" {
		n.fresh[code] = tidy(name, mostInName)
	}
}

func (n *names) take() map[string]string {
	taken := n.fresh
	if len(n.told)+len(taken) > mostTold {
		clear(n.told)
	}
	for code, name := range taken {
		n.told[code] = name
	}
	n.fresh = map[string]string{}
	return taken
}

// storable reports whether PostgreSQL can hold a text.
func storable(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}

// tidy makes any text one that PostgreSQL can hold, of at most so many bytes.
func tidy(text string, most int) string {
	if len(text) > most {
		text = text[:most]
	}
	if storable(text) {
		return text
	}
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
}

// toldCodes is what one chunk tells the server about the dimensions.
type toldCodes struct {
	offices, officers, brokers, traders map[string]string
	sections                            map[string]string // by sectionKey
	described                           descriptions
}

func (s *seen) take() *toldCodes {
	taken := &toldCodes{offices: s.offices.take(), officers: s.officers.take(), brokers: s.brokers.take(), traders: s.traders.take(),
		sections: s.sections.take(), described: s.described}
	s.described = descriptions{}
	return taken
}

// many reports whether it is time to tell the server.
func (s *seen) many() bool {
	return len(s.offices.fresh)+len(s.officers.fresh)+len(s.brokers.fresh)+len(s.traders.fresh)+len(s.sections.fresh)+s.described.count() >= manySeen
}

// describes reports whether something waits that the next declarations may depend
// on: their office's zone decides into which month an act falls.
func (s *seen) describes() bool { return s.described.count() > 0 }

func (s *seen) declaration(d *declaration.Declaration) {
	s.offices.add(d.Reference.Office, "")
	s.offices.add(d.Header.BorderOffice, "")
	s.brokers.add(d.Header.Broker, d.Header.BrokerName)
	s.traders.add(d.Header.Importer, d.Header.ImporterName)
	for i := range d.Events {
		s.officers.add(d.Events[i].User, "")
	}
	for i := range d.Assignments {
		a := &d.Assignments[i]
		s.officers.add(a.Examiner, "")
		s.officers.add(a.Chief, "")
		s.officers.add(a.AssignedBy, "")
		s.section(d.Reference.Office, a.Section, "")
	}
	for i := range d.Inspections {
		s.officers.add(d.Inspections[i].User, "")
	}
	for i := range d.Offences {
		s.officers.add(d.Offences[i].User, "")
	}
	for i := range d.Payments {
		s.officers.add(d.Payments[i].User, "")
	}
	for i := range d.Versions {
		s.officers.add(d.Versions[i].User, "")
	}
}

// sectionKey is an office and one of its sections in one text.
func sectionKey(office, section string) string { return office + "\n" + section }

func splitSectionKey(key string) (office, section string) {
	office, section, _ = strings.Cut(key, "\n")
	return office, section
}

func (s *seen) section(office, code, name string) {
	if office != "" && code != "" {
		s.sections.add(sectionKey(office, code), name)
	}
}

func (s *seen) document(d *intake.Document) {
	switch {
	case d.Office != nil:
		s.offices.add(d.Office.Code, d.Office.Name)
		s.described.offices = append(s.described.offices, *d.Office)
	case d.Section != nil:
		s.offices.add(d.Section.Office, "")
		s.section(d.Section.Office, d.Section.Code, d.Section.Name)
	case d.Holiday != nil:
		s.described.holidays = append(s.described.holidays, *d.Holiday)
	case d.Posting != nil:
		s.officers.add(d.Posting.User, d.Posting.Name)
		s.described.postings = append(s.described.postings, *d.Posting)
	case d.Session != nil:
		s.officers.add(d.Session.User, "")
		s.described.sessions = append(s.described.sessions, *d.Session)
	case d.Trader != nil:
		s.traders.add(d.Trader.Code, d.Trader.Name)
	case d.Broker != nil:
		s.brokers.add(d.Broker.Code, d.Broker.Name)
	case d.Target != nil:
		s.described.targets = append(s.described.targets, *d.Target)
	}
}
