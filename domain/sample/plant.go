package sample

// breach is one way in which a rule can be broken.
type breach struct {
	rule, variant string
	share         float64 // part of the rule's number
	days          day     // a declaration must be this old at the watermark for the breach to show and ripen
	needs         regime  // regime of the declarations it is planted in; elsewhere means not in declarations
	forced        lane    // lane the declaration is given; noLane leaves it to selectivity
	says          string  // what is wrong, for truth.json
}

// breaches are all of them. The letters are those of the rule's own cases where
// it has several.
var breaches = []breach{
	{"P1", "a", 0.4, 40, homeUse, green, "assessed before registered"},
	{"P1", "b", 0.3, 40, homeUse, green, "paid before assessed"},
	{"P1", "c", 0.3, 40, homeUse, green, "exited before released"},
	{"P2", "a", 0.5, 30, homeUse, red, "red, re-routed to green without an inspection act"},
	{"P2", "b", 0.3, 30, homeUse, red, "red, assessed or released without an inspection act, with at most a keyed result"},
	{"P2", "c", 0.2, 30, homeUse, red, "red, re-routed to yellow or blue without an inspection act"},
	{"P3", "a", 0.6, 30, homeUse, red, "inspected by a user to whom it was not assigned"},
	{"P3", "b", 0.4, 30, homeUse, red, "inspected by a user to whom it was assigned only afterwards"},
	{"P4", "a", 1, 35, homeUse, noLane, "released and never paid, without deferral"},
	{"P5", "a", 0.6, 30, homeUse, yellow, "re-routed by an officer without a reason"},
	{"P5", "b", 0.4, 40, homeUse, yellow, "re-routed by an officer when it was too late"},
	{"P6", "a", 0.5, 65, homeUse, red, "confirmed offence without any change of value, duty or fine"},
	{"P6", "b", 0.5, 65, homeUse, red, "raised by an officer without an offence, inspection conform"},
	{"P7", "a", 1, 75, homeUse, red, "adjustment reversed by post-entry within 30 days"},
	{"P8", "a", 0.4, 50, homeUse, noLane, "cancelled and registered again alike"},
	{"P8", "b", 0.6, 50, homeUse, noLane, "cancelled and registered again with a softer lane, lower value and another broker"},
	{"P9", "a", 0.4, 20, homeUse, noLane, "more packages written off than the bill has"},
	{"P9", "b", 0.4, 20, homeUse, noLane, "fewer packages written off than declared"},
	{"P9", "c", 0.2, 20, homeUse, noLane, "weight written off differs from the declared weight"},
	{"P10", "a", 0.5, 25, elsewhere, noLane, "transit validated before it departed"},
	{"P10", "b", 0.5, 25, elsewhere, noLane, "transit arrived faster than any lorry"},
	{"P11", "a", 0.5, 35, dischargeExport, noLane, "re-export after suspense without a discharge"},
	{"P11", "b", 0.5, 35, dischargeHome, noLane, "home use after suspense without a discharge"},
	{"P12", "a", 0.7, 30, homeUse, noLane, "act by a user who was on leave, suspended or deleted"},
	{"P12", "b", 0.3, 1, elsewhere, noLane, "two sessions of one user at once on two workstations"},
	{"P13", "a", 0.5, 35, homeUse, noLane, "assessment notice above the sum of the items, and paid so"},
	{"P13", "b", 0.25, 35, homeUse, noLane, "receipts above the assessment"},
	{"P13", "c", 0.25, 45, homeUse, noLane, "part refunded after release without a new version"},
	{"P14", "a", 1, 15, homeUse, noLane, "manifest registered after the declaration"},
}

// quota is how far one breach has been planted.
type quota struct {
	breach
	planned, planted int
	next, spacing    float64 // index of the declaration from which the next is due
}

// plants decides what is broken where, and keeps the record of it. The number of
// each breach is fixed; they are spread evenly over the declarations that are old
// enough at the watermark.
type plants struct {
	quotas []quota
	index  int // number of the declaration at hand
	first  int // where the search for a due breach begins, so that none is starved
	r      *source
	truth  *file
	keys   map[string][]truthKey
	limit  int
}

// truthKey is one planted breach.
type truthKey struct {
	Case  string `json:"case"`
	Key   string `json:"key"`
	Other string `json:"other,omitempty"` // the cancelled declaration of P8, the user of P12, the bill's declaration of P9
}

// newPlants plans; registered says how many declarations are registered before a day.
func newPlants(p Parameters, w *world, registered func(day) int, truth *file) *plants {
	ps := &plants{r: newSource(p.Seed, streamPlants), truth: truth, keys: map[string][]truthKey{}, limit: p.KeysLimit}
	left := map[string]int{}
	for _, b := range breaches {
		total := int(p.rate(b.rule)*float64(p.Declarations)/10_000 + 0.5)
		if _, begun := left[b.rule]; !begun {
			left[b.rule] = total
		}
		n := min(int(float64(total)*b.share+0.5), left[b.rule])
		left[b.rule] -= n
		ps.quotas = append(ps.quotas, quota{breach: b, planned: n})
	}
	for i := range ps.quotas { // what rounding has left goes to the first case
		q := &ps.quotas[i]
		q.planned += left[q.rule]
		left[q.rule] = 0
		ripe := float64(registered(w.end - q.days))
		if q.planned > 0 {
			q.spacing = 0.92 * ripe / float64(q.planned)
			q.next = q.spacing * ps.r.unit()
		}
		if ripe == 0 {
			q.next = float64(p.Declarations) + 1
		}
	}
	return ps
}

func (ps *plants) isDue(q *quota) bool { return q.planted < q.planned && float64(ps.index) >= q.next }

// due reports whether a breach outside the declarations is due.
func (ps *plants) due(rule, variant string) bool {
	for i := range ps.quotas {
		if q := &ps.quotas[i]; q.rule == rule && q.variant == variant {
			return ps.isDue(q)
		}
	}
	return false
}

// choose gives the breach to try in a declaration of a regime, nil for none.
func (ps *plants) choose(of regime, registered, end day) *breach {
	for k := range ps.quotas {
		q := &ps.quotas[(ps.first+k)%len(ps.quotas)]
		if q.needs == of && ps.isDue(q) && registered < end-q.days {
			ps.first++
			return &q.breach
		}
	}
	return nil
}

// done notes a breach that has been planted. A breach that was tried and could not
// be is simply tried in a later declaration.
func (ps *plants) done(rule, variant, subject, key, other string) {
	ps.reserve(rule, variant)
	ps.record(rule, variant, subject, key, other)
}

// reserve counts a breach whose second half is still to come (P8).
func (ps *plants) reserve(rule, variant string) {
	for i := range ps.quotas {
		if q := &ps.quotas[i]; q.rule == rule && q.variant == variant {
			q.planted++
			q.next += q.spacing * (0.6 + 0.8*ps.r.unit())
		}
	}
}

// forgo takes back a reserved breach whose second half could not come.
func (ps *plants) forgo(rule, variant string) {
	for i := range ps.quotas {
		if q := &ps.quotas[i]; q.rule == rule && q.variant == variant {
			q.planted--
		}
	}
}

// record writes the key of a breach.
func (ps *plants) record(rule, variant, subject, key, other string) {
	if len(ps.keys[rule]) < ps.limit {
		ps.keys[rule] = append(ps.keys[rule], truthKey{Case: variant, Key: key, Other: other})
	}
	ps.truth.buffer = append(ps.truth.buffer, rule+","+variant+","+subject+","+key+","+other+"\n"...)
	ps.truth.row()
}

// favour is a planted pair of broker and officer.
type favour struct {
	broker   int
	officer  *officer
	q        [2]float64 // chance of diversion in the legacy and the reformed practice
	byHand   bool       // by a manual re-assignment; else at the assignment itself
	Declared int        // selected declarations of the broker at the office, officer on duty or not
	Diverted int
	Changed  int // diverted ones that chance would have given to another
}

// plantedPeople are the officers, the office and the broker on whom something is
// planted; all empty in the clean profile.
type plantedPeople struct {
	favours      map[int]*favour
	order        []int // brokers of favours, in order
	unfounded    *officer
	pads         *officer
	padsFrom     day
	delayed      *officer
	activeOffice *office // inspects more from activeFrom on, finds no more
	activeFrom   day
	hoarder      int // broker that stores long before it registers; -1 for none
	hoardsFrom   day
	padAmount    int64 // the amount just above which the padded offences lie

	unfoundedReroutes, unfoundedYellow, paddedOffences, delayedKeyings, hoarded int
}

// choosePeople picks whom the integrity tests should find.
func (g *generator) choosePeople() {
	w, p := g.world, g.parameters
	g.people = plantedPeople{favours: map[int]*favour{}, hoarder: -1, padsFrom: w.end, activeFrom: w.end, hoardsFrom: w.end}
	if p.Profile == Clean {
		return
	}
	port := w.offices[0]
	staff := port.examiners
	pairs := legacy.favours
	if p.Profile == After {
		pairs = reformed.favours
	}
	if p.Favours >= 0 {
		pairs = p.Favours
	}
	// The port's own larger brokers, beginning with its second.
	var local []int
	for k := range w.brokers {
		if w.brokers[k].main == 0 {
			local = append(local, k)
		}
	}
	// Of ten or more officers 0, 3 and 6 are favoured (the first twice); 1, 2 and 4 are planted otherwise.
	for k := range min(pairs, (len(local)-2)/2) {
		f := &favour{broker: local[1+2*k], officer: staff[[]int{0, 3, 0, 6, 3, 5, 6, 5}[k]%len(staff)], byHand: k%4 == 1}
		f.q = [2]float64{legacy.favourQ, reformed.favourQ}
		if k >= reformed.favours && p.Favours < 0 {
			f.q[1] = 0 // the reform ends it
		}
		if p.FavourQ >= 0 {
			f.q = [2]float64{p.FavourQ, p.FavourQ}
		}
		g.people.favours[f.broker] = f
		g.people.order = append(g.people.order, f.broker)
	}
	late := 3
	if p.Months < 15 {
		late = max(1, p.Months*2/5)
	}
	first := w.month + p.Months - late
	from := monthStart(first/12, first%12+1)
	g.people.unfounded, g.people.pads, g.people.delayed = staff[1], staff[2], staff[4]
	staff[1].unfounded, staff[4].delayed = true, true
	staff[2].padsFrom = from.midnight()
	g.people.padsFrom = from
	g.people.padAmount = int64(60 * usdRates[w.currency] * float64(powersOfTen[w.decimals]))
	if len(w.offices) > 2 {
		g.people.activeOffice, g.people.activeFrom = w.offices[2], from
	}
	if len(local) > 3 {
		g.people.hoarder, g.people.hoardsFrom = local[2], monthStart((w.month+p.Months/2)/12, (w.month+p.Months/2)%12+1)
	}
}
