package sample

import "strconv"

// writeTransits writes the transits that leave on a day, in proportion to the
// day's declarations at the ports and airports.
func (g *generator) writeTransits(d day, registered int) {
	w, r := g.world, g.transits
	if len(w.offices) < 2 {
		return
	}
	n := int(float64(registered)*0.04 + r.unit())
	for range n {
		from := w.offices[r.below(min(3, len(w.offices)))]
		to := w.offices[len(w.offices)-1-r.below(min(3, len(w.offices)-1))]
		if from == to || !from.calendar.isWorkday(d) {
			continue
		}
		g.writeTransit(d, from, to)
	}
}

// distance gives the kilometres between two offices.
func (g *generator) distance(from, to *office) int64 {
	return 90 + int64(mixUnit(g.parameters.Seed, uint64(from.index), uint64(to.index), 77)*620)
}

// carriage is one transit document.
type carriage struct {
	reference                                          string
	from, to                                           *office
	km                                                 int64
	known                                              bool // the distance is in the file
	registered, transmitted, limit, arrived, validated moment
	status                                             string
	offence                                            bool
}

func (g *generator) writeTransit(d day, from, to *office) {
	w, r := g.world, g.transits
	g.transitsWritten++
	x := carriage{from: from, to: to, km: g.distance(from, to)}
	x.reference = "T1-" + from.code + "-" + strconv.Itoa(int(w.span.years[w.span.index(d)])) + "-" + strconv.Itoa(g.transitsWritten)
	x.registered = d.midnight() + moment(r.between(int(from.opens), int(from.closes)-60))
	x.transmitted = x.registered + moment(r.between(10, 180))
	x.limit = x.transmitted + moment(x.km/350+2)*minutesOfDay
	x.arrived = x.transmitted + moment(float64(x.km)/(35+30*r.unit())*60+r.exponential(600))
	x.validated = to.calendar.add(x.arrived, r.logNormal(120, 1.2))
	switch u := r.unit(); {
	case u < 0.015:
		x.arrived, x.validated = never, never // lost on the way
	case u < 0.035:
		x.validated = never // arrived, not conform
	case u < 0.06:
		x.arrived += moment(r.between(1, 9)) * minutesOfDay
		x.validated = to.calendar.add(x.arrived, r.logNormal(120, 1.2))
	}
	x.status = "Validated"
	if x.validated > x.limit && x.validated != never {
		x.status = "Late Validated"
	}
	x.offence = x.validated > x.limit && r.chance(0.25)
	x.known = mixUnit(uint64(from.index), uint64(to.index), 5) > 0.15
	if x.status == "Validated" && x.validated < w.watermark-60 && d < w.end-25 {
		g.breakTransit(&x)
	}
	switch {
	case x.transmitted > w.watermark:
		x.status = "Registered"
	case x.arrived > w.watermark:
		x.status = "Transmitted"
	case x.validated > w.watermark:
		x.status = "Arrived"
	}
	g.transitRow(&x, w.present(from.examiners, from, d, r).user)
}

// breakTransit plants P10 where one is due.
func (g *generator) breakTransit(x *carriage) {
	r := g.transits
	switch {
	case g.plants.due("P10", "a"):
		x.validated = x.transmitted - moment(r.between(30, 400))
		g.plants.done("P10", "a", "transit", x.reference, "")
	case x.known && g.plants.due("P10", "b"):
		x.arrived = x.transmitted + moment(float64(x.km)/(130+60*r.unit())*60)
		g.plants.done("P10", "b", "transit", x.reference, "")
	}
}

func (g *generator) transitRow(x *carriage, user string) {
	w, r, f := g.world, g.transits, g.files.transits
	carriers := [...]string{"HAULER 1", "HAULER 2", "HAULER 3", "HAULER 5", "HAULER 8", "RAIL 1"}
	b := append(f.buffer, x.reference+","+x.from.code+","+x.to.code+","...)
	b = append(b, w.brokers[x.from.brokers.draw(r)].code...)
	b = append(b, ","+carriers[r.below(len(carriers))]+","+w.headings[w.goods.draw(r)].codes[0]...)
	for _, at := range [...]moment{x.registered, x.transmitted, x.limit, x.arrived, x.validated} {
		b = append(b, ',')
		if at <= w.watermark || at == x.limit {
			b = w.span.appendMoment(b, at)
		}
	}
	b = append(b, ","+x.status+","+user+","...)
	if x.known {
		b = strconv.AppendInt(b, x.km, 10)
	}
	f.buffer = append(b, ',', '0'+bit(x.offence), '\n')
	f.row()
}
