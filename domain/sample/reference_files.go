package sample

import (
	"strconv"
	"strings"
)

// writeReference writes what stands before the first declaration.
func (g *generator) writeReference() {
	w := g.world
	clock := func(b []byte, m int32) []byte {
		return append(b, '0'+byte(m/600), '0'+byte(m/60%10), ':', '0'+byte(m%60/10), '0'+byte(m%10))
	}
	for _, o := range w.offices {
		f := g.files.offices
		b := append(f.buffer, o.code+","+o.name+","+o.kind+","+w.zone+","...)
		b = clock(b, o.opens)
		b = append(b, ',')
		b = clock(b, o.closes)
		f.buffer = append(b, ","+o.workdays+"\n"...)
		f.row()
		for k := range o.sections {
			g.files.sections.buffer = append(g.files.sections.buffer, o.code+",S"+strconv.Itoa(k+1)+","+csvText(w.locale.sections[k])+"\n"...)
			g.files.sections.row()
		}
		g.files.sections.buffer = append(g.files.sections.buffer, o.code+",EX,"+csvText(w.locale.exitSection)+"\n"...)
		g.files.sections.row()
	}
	g.writeHolidays()
	for _, list := range []struct {
		file    *file
		traders []trader
	}{{g.files.brokers, w.brokers}, {g.files.traders, w.importers}} {
		for i := range list.traders {
			t := &list.traders[i]
			list.file.buffer = append(list.file.buffer, t.code+","+t.name+"\n"...)
			list.file.row()
		}
	}
}

// writeHolidays writes the non-working days that fall into the series or the days
// round it: for the whole country where every office keeps them, else by office.
func (g *generator) writeHolidays() {
	w := g.world
	everywhere := true
	for _, o := range w.offices {
		everywhere = everywhere && o.workdays != "1111111"
	}
	f := g.files.holidays
	for _, d := range w.holidays {
		if d < w.start-120 || d >= w.end+120 {
			continue
		}
		for _, o := range w.offices {
			if o.workdays == "1111111" {
				continue
			}
			b := f.buffer
			if !everywhere {
				b = append(b, o.code...)
			}
			b = w.span.appendDate(append(b, ','), d)
			f.buffer = append(b, ","+csvText(w.feasts[d])+"\n"...)
			f.row()
			if everywhere {
				break
			}
		}
	}
}

// writeStaff writes the register of users as intervals: officers with their leave
// and postings, the machine users, and the brokers' users that were met.
func (g *generator) writeStaff() {
	w := g.world
	from := w.start - 400
	for _, p := range w.officers {
		begin := from
		for d := from + 1; d <= w.end+30; d++ {
			if d < w.end+30 && w.standingAt(p, d) == w.standingAt(p, begin) && p.officeAt(d) == p.officeAt(begin) {
				continue
			}
			g.staffRow(p, begin, d-1, d == w.end+30)
			begin = d
		}
	}
	row := func(user, name, office, function string) {
		f := g.files.staff
		b := append(f.buffer, user+","+name+","+office+",,"+function+",ACTIVE,"...)
		b = w.span.appendDate(b, from)
		f.buffer = append(b, ",,\n"...)
		f.row()
	}
	for _, user := range []string{machineSelectivity, machineAssessment, machineReroute, machineRelease, machineAccount, machineBank} {
		row(user, user, "", string(system))
	}
	for b := range w.brokers {
		for _, o := range w.offices {
			if g.brokerMet[b*len(w.offices)+o.index] {
				row(w.brokerUser(b, o), w.brokers[b].name, o.code, string(broker))
			}
		}
	}
}

func (w *world) standingAt(p *officer, d day) status {
	return p.standing[w.span.index(w.span.clampDay(d))]
}

func (g *generator) staffRow(p *officer, from, to day, open bool) {
	w, f := g.world, g.files.staff
	o := p.officeAt(from)
	b := append(f.buffer, p.user+","+p.name+","+o.code+","...)
	if p.function == examiner {
		b = append(b, p.section(o)...)
	}
	b = append(b, ","+string(p.function)+","+statusNames[w.standingAt(p, from)]+","...)
	b = w.span.appendDate(b, from)
	b = append(b, ',')
	if !open {
		b = w.span.appendDate(b, to)
	}
	b = append(b, ',')
	switch p.function {
	case examiner, cashier:
		b = append(b, o.chiefs[p.rank%len(o.chiefs)].user...)
	case chief:
		b = append(b, o.heads[0].user...)
	}
	f.buffer = append(b, '\n')
	f.row()
}

// writeTargets sets each office's monthly target near what was collected, as if it
// had been forecast.
func (g *generator) writeTargets() {
	r := newSource(g.parameters.Seed, streamWorld+100)
	f := g.files.targets
	for m := range g.parameters.Months {
		for _, o := range g.world.offices {
			amount := int64(float64(g.collected[m*len(g.world.offices)+o.index]) * (0.92 + 0.2*r.unit()))
			b := append(f.buffer, o.code+","+monthName(g.world.month+m)+","...)
			b = appendMoney(b, amount, g.world.decimals)
			f.buffer = append(b, '\n')
			f.row()
		}
	}
}

// writeSessions writes the sessions of one day: every officer who works that day
// signs in round the opening, or round the change of shift.
func (g *generator) writeSessions(d day) {
	w, r := g.world, g.sessions
	for _, p := range w.officers {
		o := p.officeAt(d)
		if !o.calendar.isWorkday(d) || !p.isThere(o, d, w.span) {
			continue
		}
		login := d.midnight() + moment(o.opens) + moment(r.between(-12, 15))
		logout := d.midnight() + moment(o.closes) + moment(r.between(-20, 35))
		if logout >= w.watermark {
			logout = w.watermark
		}
		station := stationOf(o, p.rank, p.function)
		g.sessionRow(p.user, station, login, logout)
		if g.plants.due("P12", "b") && r.chance(0.5) {
			at := login + moment(r.between(60, 240))
			g.sessionRow(p.user, stationOf(o, p.rank+50, p.function), at, min(at+moment(r.between(20, 150)), logout))
			key := string(w.span.appendMoment([]byte(p.user+" "), at))
			g.plants.done("P12", "b", "user", key, p.user)
		}
	}
}

func stationOf(o *office, rank int, f function) string {
	return strings.ToUpper(o.code + "-" + string(f)[:2] + strconv.Itoa(rank+1))
}

func (g *generator) sessionRow(user, station string, login, logout moment) {
	f, s := g.files.sessions, g.world.span
	b := append(f.buffer, user+","+station+","...)
	b = s.appendMoment(b, login)
	b = s.appendMoment(append(b, ','), logout)
	f.buffer = append(b, '\n')
	f.row()
}
