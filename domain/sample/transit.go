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
	return 90 + int64(mixUnit(g.parameters.Seed, uint64(from.index), uint64(to.index), 77)*620) //nolint:gosec // small
}

func (g *generator) writeTransit(d day, from, to *office) {
	w, r := g.world, g.transits
	g.transitsWritten++
	km := g.distance(from, to)
	year := w.span.years[w.span.index(d)]
	reference := "T1-" + from.code + "-" + strconv.Itoa(int(year)) + "-" + strconv.Itoa(g.transitsWritten)
	registered := d.midnight() + moment(r.between(int(from.opens), int(from.closes)-60)) //nolint:gosec // minutes of a day
	transmitted := registered + moment(r.between(10, 180))                               //nolint:gosec // minutes
	limit := transmitted + moment(km/350+2)*minutesOfDay                                 //nolint:gosec // days
	arrived := transmitted + moment(float64(km)/(35+30*r.unit())*60+r.exponential(600))
	validated := to.calendar.add(arrived, r.logNormal(120, 1.2))
	status := "Validated"
	switch u := r.unit(); {
	case u < 0.015:
		arrived, validated = never, never // lost on the way
	case u < 0.035:
		validated = never // arrived, not conform
	case u < 0.06:
		arrived += moment(r.between(1, 9)) * minutesOfDay //nolint:gosec // days
		validated = to.calendar.add(arrived, r.logNormal(120, 1.2))
	}
	if validated > limit && validated != never {
		status = "Late Validated"
	}
	offence := validated > limit && r.chance(0.25)
	known := mixUnit(uint64(from.index), uint64(to.index), 5) > 0.15 //nolint:gosec // small
	if arrived != never && validated < w.watermark-60 && status == "Validated" {
		switch {
		case g.plants.due("P10", "a") && d < w.end-25:
			validated = transmitted - moment(r.between(30, 400)) //nolint:gosec // minutes
			g.plants.done("P10", "a", "transit", reference, "")
		case known && g.plants.due("P10", "b") && d < w.end-25:
			arrived = transmitted + moment(float64(km)/(130+60*r.unit())*60)
			g.plants.done("P10", "b", "transit", reference, "")
		}
	}
	when := func(b []byte, m moment) []byte {
		b = append(b, ',')
		if m <= w.watermark {
			b = w.span.appendMoment(b, m)
		}
		return b
	}
	switch {
	case transmitted > w.watermark:
		status = "Registered"
	case arrived > w.watermark:
		status = "Transmitted"
	case validated > w.watermark:
		status = "Arrived"
	}
	h := &w.headings[w.goods.draw(r)]
	carriers := [...]string{"HAULER 1", "HAULER 2", "HAULER 3", "HAULER 5", "HAULER 8", "RAIL 1"}
	f := g.files.transits
	b := append(f.buffer, reference+","+from.code+","+to.code+","...)
	b = append(b, w.brokers[from.brokers.draw(r)].code...)
	b = append(b, ","+carriers[r.below(len(carriers))]+","+h.codes[0]...)
	b = when(b, registered)
	b = when(b, transmitted)
	b = w.span.appendMoment(append(b, ','), limit)
	b = when(b, arrived)
	b = when(b, validated)
	b = append(b, ","+status+","+w.present(from.examiners, from, d, r).user+","...)
	if known {
		b = strconv.AppendInt(b, km, 10)
	}
	b = append(b, ",0\n"...)
	if offence {
		b[len(b)-2] = '1'
	}
	f.buffer = b
	f.row()
}
