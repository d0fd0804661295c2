package sample

import "strconv"

// cargo is the stream of manifests of one office. A manifest is a slot of time:
// everything about it but the number of its bills follows from office and slot, so
// that only the slots that can still be cited are held.
type cargo struct {
	base     moment
	interval moment
	bills    map[int64]int // bills so far by slot
	special  int           // manifests outside the slots so far this year
}

// longestLag bounds manifest to registration, and by that what cargo must hold.
const longestLag = 100 * minutesOfDay

// manifest is a manifest as a declaration cites it.
type manifest struct {
	office     *office
	year       int16
	number     string
	slot       int64
	registered moment
	arrival    moment
}

func (g *generator) planCargo(o *office) {
	p := g.parameters
	perManifest := map[int]float64{modeSea: 18, modeRoad: 1.5, modeAir: 8, modePost: 20}[o.mode]
	imports := float64(p.Declarations) * o.share * 0.8
	minutes := float64(p.Months) * 30.4 * minutesOfDay
	// Manifests are close enough to find one at about the wanted lag.
	closest := reformed.lag[o.mode] * minutesOfDay * 0.3
	o.cargo = cargo{base: g.world.span.first.midnight(), interval: moment(max(1, min(minutes*perManifest/max(imports, 1), closest))), bills: map[int64]int{}}
}

// forgetManifests drops the slots that no later declaration can cite.
func (o *office) forgetManifests(d day) {
	oldest := int64((d.midnight() - longestLag - o.cargo.base) / o.cargo.interval)
	for slot := range o.cargo.bills {
		if slot < oldest-1 {
			delete(o.cargo.bills, slot)
		}
	}
}

// cite finds the manifest registered about lag before at, writes it when it is met
// first, and gives it with the line number of a new bill.
func (g *generator) cite(o *office, at moment, lag moment) (m manifest, line int) {
	c := &o.cargo
	slot := int64((at - min(lag, longestLag) - c.base) / c.interval)
	start, registered := g.slotTimes(o, slot)
	if registered >= at {
		slot--
		start, registered = g.slotTimes(o, slot)
	}
	year := g.world.span.years[g.world.span.index(start.day())]
	firstOfYear := int64((monthStart(int(year), 1).midnight()-c.base)/c.interval) + 1
	if slot < firstOfYear { // the slots before the first full year
		firstOfYear = 0
	}
	m = manifest{office: o, year: year, number: strconv.FormatInt(slot-firstOfYear+1, 10), slot: slot, registered: registered}
	m.arrival = g.arrivalOf(&m)
	line, met := c.bills[slot]
	if !met {
		g.writeManifest(&m)
		line = g.writeUnclaimed(&m, line)
	}
	line++
	c.bills[slot] = line
	return m, line
}

// slotTimes gives the start of a slot and the registration of its manifest in it,
// which is in the same year.
func (g *generator) slotTimes(o *office, slot int64) (start, registered moment) {
	c := &o.cargo
	start = c.base + moment(slot)*c.interval
	registered = start + moment(float64(c.interval)*g.chanceOf(o, slot, 1))
	s := g.world.span
	if s.years[s.index(s.clampDay(registered.day()))] != s.years[s.index(s.clampDay(start.day()))] {
		registered = start
	}
	return start, registered
}

// chanceOf is a number in [0, 1) that belongs to a manifest for good.
func (g *generator) chanceOf(o *office, slot int64, purpose uint64) float64 {
	return mixUnit(g.parameters.Seed, uint64(o.index), uint64(slot), purpose)
}

// arrivalOf gives the arrival of the means of transport: most manifests come
// before it.
func (g *generator) arrivalOf(m *manifest) moment {
	u := g.chanceOf(m.office, m.slot, 2)
	switch m.office.mode {
	case modeSea:
		return m.registered + moment((u-0.2)*48*60)
	case modeAir:
		return m.registered + moment((u-0.3)*8*60)
	case modePost:
		return m.registered - moment(u*10*60)
	}
	return m.registered - moment(5+u*40)
}

// writeManifest writes a manifest; what happened to it after the end of the extract
// is left out.
func (g *generator) writeManifest(m *manifest) {
	w, o, f := g.world, m.office, g.files.manifests
	u := func(purpose uint64) float64 { return g.chanceOf(o, m.slot, purpose) }
	carriers := [...]string{"KLN", "MRS", "TGA", "OVL", "BLU", "SRC", "NDW", "PLR"}
	carrier := carriers[int(u(3)*u(4)*float64(len(carriers)))]
	b := append(f.buffer, o.code...)
	b = strconv.AppendInt(append(b, ','), int64(m.year), 10)
	b = append(append(b, ','), m.number...)
	b = append(b, ","+carrier...)
	b = strconv.AppendInt(b, 100+int64(u(5)*899), 10)
	b = append(b, ","+carrier+","...)
	b = strconv.AppendInt(b, int64(o.mode), 10)
	b = append(b, ',')
	b = append(b, transportNames[o.mode][int(u(6)*float64(len(transportNames[o.mode])))]...)
	b = append(b, ',')
	travel := map[int]float64{modeSea: 30, modeAir: 1, modePost: 12, modeRoad: 1}[o.mode]
	b = w.span.appendDate(b, m.arrival.day()-day(travel*(0.3+u(7))))
	b = append(b, ',')
	if m.arrival <= w.watermark {
		b = w.span.appendMoment(b, m.arrival)
	}
	b = append(b, ',')
	if discharge := m.arrival + moment((6+u(8)*42)*60); o.mode == modeSea && discharge <= w.watermark {
		b = w.span.appendMoment(b, discharge)
	}
	b = w.span.appendMoment(append(b, ','), m.registered)
	b = append(b, ',')
	standing := g.parameters.standing(int(w.span.month[w.span.index(w.span.clampDay(m.arrival.day()))]))
	median := legacy.validation + (reformed.validation-legacy.validation)*standing
	if o.mode != modeSea {
		median /= 6
	}
	// An approximate normal number from three even ones.
	validated := later(m.arrival, m.registered) + moment(median*exp(1.0*2*(u(9)+u(10)+u(11)-1.5)))
	if validated <= w.watermark {
		b = w.span.appendMoment(b, validated)
	}
	b = append(b, ",agent."...)
	b = append(b, carrier...)
	f.buffer = append(b, '\n')
	f.row()
}

var transportNames = [6][]string{
	modeSea:  {"MV Coral Star", "MV Monsoon", "MV Delta Queen", "MV Northern Crane", "MV Amber", "MV Kite", "MV Lagoon", "MV Meridian"},
	modeRoad: {"LORRY", "TRUCK AND TRAILER", "TANKER", "VAN"},
	modeAir:  {"FLIGHT 204", "FLIGHT 317", "FLIGHT 551", "FLIGHT 872", "FREIGHTER 19"},
	modePost: {"MAIL BAG A", "MAIL BAG B", "PARCEL CONTAINER"},
}

// writeUnclaimed writes bills of a new manifest that nobody declares.
func (g *generator) writeUnclaimed(m *manifest, line int) int {
	if m.office.mode == modeRoad || g.chanceOf(m.office, m.slot, 20) > 0.3 {
		return line
	}
	line++
	packages := 1 + int64(g.chanceOf(m.office, m.slot, 21)*120)
	gross := packages * (1 + int64(g.chanceOf(m.office, m.slot, 22)*30)) * 1000
	b := bill{manifest: *m, line: line, reference: g.billReference(), nature: "23", packages: packages, gross: gross, left: packages, leftGross: gross}
	g.writeBill(&b)
	return line
}

func (g *generator) billReference() string {
	g.billsWritten++
	return "KB" + strconv.Itoa(10_000_000+g.billsWritten)
}

// bill is a bill of lading with what remains of it at the watermark.
type bill struct {
	manifest  manifest
	line      int
	reference string
	nature    string
	consignee string
	packages  int64
	gross     int64
	left      int64
	leftGross int64
}

func (b *bill) key() string {
	return b.manifest.office.code + "/" + strconv.Itoa(int(b.manifest.year)) + "/" + b.manifest.number + "/" + b.reference
}

func (g *generator) writeBill(x *bill) {
	f := g.files.bills
	b := append(f.buffer, x.manifest.office.code...)
	b = strconv.AppendInt(append(b, ','), int64(x.manifest.year), 10)
	b = append(append(b, ','), x.manifest.number...)
	b = strconv.AppendInt(append(b, ','), int64(x.line), 10)
	b = append(b, ","+x.reference+","+x.nature+","+x.consignee+","...)
	b = strconv.AppendInt(b, x.packages, 10)
	b = appendKilos(append(b, ','), x.gross)
	b = strconv.AppendInt(append(b, ','), x.left, 10)
	b = appendKilos(append(b, ','), x.leftGross)
	f.buffer = append(b, '\n')
	f.row()
}

// writeOff writes a write-off of a bill by a declaration.
func (l *life) writeOff(x *bill, at moment, kind string, packages, gross int64, user string) {
	if at > l.g.world.watermark {
		return
	}
	f := l.g.files.writeoffs
	b := append(f.buffer, x.manifest.office.code...)
	b = strconv.AppendInt(append(b, ','), int64(x.manifest.year), 10)
	b = append(append(b, ','), x.manifest.number...)
	b = append(b, ","+x.reference+","...)
	b = l.g.world.span.appendMoment(b, at)
	b = append(b, ","+kind+","...)
	b = append(b, l.prefix...)
	b = strconv.AppendInt(append(b, ','), packages, 10)
	b = appendKilos(append(b, ','), gross)
	b = append(b, ","+user+"\n"...)
	f.buffer = b
	f.row()
	x.left -= packages
	x.leftGross -= gross
}

// takeBill gives the declaration its manifest and bill. What is planted on cargo
// (P9, P14) happens here.
func (l *life) takeBill() {
	g, w, o, r := l.g, l.g.world, l.office, l.r
	lag := moment(min(r.logNormal(l.practice.lag[o.mode]*minutesOfDay, 0.8), longestLag))
	if (o.mode == modeSea || o.mode == modeAir) && r.chance(l.practice.prelodged) {
		lag = moment(r.between(15, 300))
	}
	var m manifest
	var line int
	if l.tries("P14") {
		m, line = g.lateManifest(o, l.at, r), 1
		l.plantDone("declaration", l.key(), "")
	} else {
		m, line = g.cite(o, l.at, lag)
	}
	l.bill = bill{manifest: m, line: line, reference: g.billReference(), nature: "23", consignee: w.importers[l.importer].code}
	if l.flow == 'T' {
		l.bill.nature = "24"
	}
	packages, gross := l.weights()
	l.bill.packages, l.bill.gross = packages, gross
	written, weight := packages, gross
	switch {
	case l.tries("P9"):
		switch l.breach.variant {
		case "a":
			l.bill.packages = max(0, packages-int64(1+r.below(3)))
		case "b":
			if packages < 2 {
				l.breach = nil
				break
			}
			written = packages - int64(1+r.below(min(int(packages-1), 5)))
		case "c":
			weight = gross / 40 * 31 / 10 * 10
		}
		if l.breach != nil {
			l.plantDone("bill", l.bill.key(), l.key())
		}
	case l.breach == nil && g.parameters.Profile != Clean && r.chance(0.02):
		// Short-shipped: the bill has more than arrives and is declared.
		l.bill.packages += int64(1 + r.below(5))
		l.bill.gross += int64(r.between(10, 400)) * 1000
	case l.breach == nil && l.mayShare():
		l.shareBill()
	}
	l.bill.left, l.bill.leftGross = l.bill.packages, l.bill.gross
	l.writeOff(&l.bill, l.at, "S.A.D.", written, weight, l.user)
	l.hasBill = true
	if l.gives != nil {
		l.gives.bill = l.bill
		o.partner = l.gives
	}
}

// lateManifest writes a manifest of its own that is registered after the
// declaration although the goods had arrived.
func (g *generator) lateManifest(o *office, at moment, r *source) manifest {
	o.cargo.special++
	m := manifest{office: o, year: g.world.span.years[g.world.span.index(at.day())], number: "L" + strconv.Itoa(o.cargo.special), slot: int64(-1 - o.cargo.special)}
	m.arrival = at - moment(r.between(2*60, 40*60))
	m.registered = at + moment(r.between(60, 72*60))
	g.writeManifest(&m)
	return m
}

// partner is a second declaration that is to follow on the same bill on the same day.
type partner struct {
	bill             bill
	importer, broker int
	packages, gross  int64
}

// mayShare reports whether a second declaration can come under the same bill: one
// is still to come at the office today.
func (l *life) mayShare() bool {
	return l.regime == homeUse && l.office.left > 0 && len(l.office.twins) == 0 && !l.quiet() && l.r.chance(0.02)
}

// shareBill makes the bill large enough for a second declaration, which is the next
// at this office.
func (l *life) shareBill() {
	p := &partner{importer: l.importer, broker: l.broker, packages: int64(l.r.between(1, 60))}
	p.gross = p.packages * int64(l.r.between(2, 30)) * 1000
	l.bill.packages += p.packages
	l.bill.gross += p.gross
	l.gives = p
}

func (l *life) takeBillOfPartner() {
	l.bill, l.hasBill = l.joins.bill, true
	l.writeOff(&l.bill, l.at, "S.A.D.", l.joins.packages, l.joins.gross, l.user)
}

// twin is a second declaration of goods whose first was cancelled (planted, P8).
type twin struct {
	due, cancelled   moment
	variant          string
	key              string // of the cancelled one
	importer, broker int
	items            []item
	bill             bill
	lane             lane
}

// takeBillOfTwin puts the declaration on the bill of the cancelled one.
func (l *life) takeBillOfTwin() {
	l.bill, l.hasBill = l.twin.bill, true
	packages, gross := l.weights()
	l.writeOff(&l.bill, l.at, "S.A.D.", packages, gross, l.user)
	l.g.plants.record("P8", l.twin.variant, "declaration", l.key(), l.twin.key)
}

// weights sums packages and gross mass over the items.
func (l *life) weights() (packages, gross int64) {
	for i := range l.items {
		packages += l.items[i].packages
		gross += l.items[i].gross
	}
	return packages, gross
}
