package sample

import (
	"sort"
	"strings"
	"testing"
	"time"
)

const clockTolerance = 2 * time.Minute

// breachesFound evaluates P1 to P14 by their predicates, plainly and from the files
// alone. The result is the set of subjects by rule.
func breachesFound(t *testing.T, x *extract) map[string]map[string]bool {
	t.Helper()
	found := map[string]map[string]bool{}
	for _, rule := range Rules {
		found[rule] = map[string]bool{}
	}
	cancelled := map[string][]*document{}
	for _, d := range x.declarations {
		if d.cancelled {
			cancelled[d.importer] = append(cancelled[d.importer], d)
		}
	}
	acts := map[string][]visit{}
	for _, key := range x.order {
		d := x.declarations[key]
		for rule, broken := range map[string]bool{
			"P1": x.wrongOrder(d), "P2": x.redUninspected(t, d), "P3": x.outsideInspection(t, d), "P4": x.releasedUnpaid(t, d), "P5": x.badReroute(t, d),
			"P6": x.offenceAgainstMoney(t, d), "P7": x.reversed(t, d), "P11": x.undischarged(t, d), "P13": x.wrongSums(t, d), "P14": x.lateManifest(t, d),
		} {
			if broken {
				found[rule][key] = true
			}
		}
		for _, c := range cancelled[d.importer] {
			if registeredAgain(d, c) {
				found["P8"][key] = true
			}
		}
		x.noteActs(t, d, acts, found["P12"])
	}
	x.unbalancedBills(found["P9"])
	x.impossibleTransits(t, found["P10"])
	x.doubleSessions(t, found["P12"])
	twoPlaces(acts, found["P12"])
	return found
}

func (x *extract) wrongOrder(d *document) bool {
	var before time.Time
	last := ""
	for _, step := range []string{"registered", "assessed", "paid", "released", "exited"} {
		at, known := d.first[step]
		if !known {
			continue
		}
		if last != "" && at.Before(before.Add(-clockTolerance)) && !(last == "paid" && step == "released" && d.deferred != "") {
			return true
		}
		before, last = at, step
	}
	return false
}

func (x *extract) redUninspected(t *testing.T, d *document) bool {
	t.Helper()
	var red, closed time.Time
	close := func(at time.Time) {
		if !red.IsZero() && !at.Before(red) && (closed.IsZero() || at.Before(closed)) {
			closed = at
		}
	}
	for _, m := range d.lanes {
		at := clockOf(t, m["TIME"])
		if m["TO_LANE"] == "RED" && red.IsZero() {
			red = at
		} else if m["FROM_LANE"] == "RED" {
			close(at)
		}
	}
	if red.IsZero() {
		return false
	}
	if at, known := d.first["assessed"]; known && x.truth.Parameters.Timing == BeforeAssessment {
		close(at)
	}
	if at, known := d.first["released"]; known {
		close(at)
	}
	if closed.IsZero() {
		return false
	}
	for _, i := range d.inspections {
		if !clockOf(t, i["TIME"]).After(closed.Add(clockTolerance)) {
			return false
		}
	}
	return true
}

func (x *extract) outsideInspection(t *testing.T, d *document) bool {
	t.Helper()
	for _, i := range d.inspections {
		at, allowed, assigned := clockOf(t, i["TIME"]), false, false
		for _, a := range d.assignments {
			if !clockOf(t, a["TIME"]).After(at) {
				assigned = true
				allowed = a["EXAMINER"] == i["USERNAME"] || a["CHIEF"] == i["USERNAME"]
			}
		}
		if assigned && !allowed {
			return true
		}
	}
	return false
}

// epsilon is the tolerance for money: a unit an item, at least half a per cent.
func epsilon(d *document, total int64) int64 { return max(int64(d.items)*1000, total/200) }

func (x *extract) paidUntil(t *testing.T, d *document, until time.Time) (sum int64) {
	t.Helper()
	for _, r := range d.receipts {
		switch {
		case r["TAX_CODE"] == "FINE" || clockOf(t, r["TIME"]).After(until):
		case r["KIND"] == "REFUND":
			sum -= amountOf(t, r["AMOUNT"])
		default:
			sum += amountOf(t, r["AMOUNT"])
		}
	}
	return sum
}

func (x *extract) releasedUnpaid(t *testing.T, d *document) bool {
	t.Helper()
	released, known := d.first["released"]
	if !known || d.deferred != "" {
		return false
	}
	due := int64(0)
	for _, v := range d.versions {
		if !clockOf(t, v["TIME"]).After(released) {
			due = amountOf(t, v["DUTIES_TAXES"])
		}
	}
	return due > epsilon(d, due) && x.paidUntil(t, d, released) < due-epsilon(d, due)
}

func (x *extract) badReroute(t *testing.T, d *document) bool {
	t.Helper()
	for _, m := range d.lanes[min(1, len(d.lanes)):] {
		if isMachine(m["USERNAME"]) {
			continue
		}
		at := clockOf(t, m["TIME"])
		if m["REASON"] == "" {
			afterAct := false
			for _, i := range d.inspections {
				afterAct = afterAct || m["TO_LANE"] == "GREEN" && !clockOf(t, i["TIME"]).After(at)
			}
			if !afterAct {
				return true
			}
		}
		limit, known := d.first["assessed"]
		if x.truth.Parameters.Timing == AfterPayment {
			limit, known = d.first["released"]
		}
		if known && at.After(limit.Add(clockTolerance)) {
			return true
		}
	}
	return false
}

// raises lists the versions in which Customs raised value or taxes beyond tolerance.
func (x *extract) raises(t *testing.T, d *document) (when []time.Time, by []int) {
	t.Helper()
	for i := 1; i < len(d.versions); i++ {
		before, after := d.versions[i-1], d.versions[i]
		up := func(column string) bool {
			gain := amountOf(t, after[column]) - amountOf(t, before[column])
			return gain > 0 && gain >= epsilon(d, amountOf(t, before[column]))
		}
		if after["BY_CUSTOMS"] == "1" && (up("DUTIES_TAXES") || up("CUSTOMS_VALUE")) {
			when, by = append(when, clockOf(t, after["TIME"])), append(by, i)
		}
	}
	return when, by
}

func (x *extract) offenceAgainstMoney(t *testing.T, d *document) bool {
	t.Helper()
	const days = 30 * 24 * time.Hour
	near := func(a, b time.Time) bool { return a.Sub(b).Abs() <= days }
	raised, _ := x.raises(t, d)
	for _, o := range d.offences {
		at, money := clockOf(t, o["TIME"]), false
		for _, r := range raised {
			money = money || near(r, at)
		}
		money = money || amountOf(t, o["EXTRA_DUTIES"]) != 0 || amountOf(t, o["FINE"]) != 0
		if o["STATUS"] == "CONFIRMED" && !money && at.Before(x.watermark.Add(-days)) {
			return true
		}
	}
	for _, r := range raised {
		explained := r.After(x.watermark.Add(-days))
		for _, o := range d.offences {
			explained = explained || near(clockOf(t, o["TIME"]), r)
		}
		for _, i := range d.inspections {
			explained = explained || i["CONFORM"] == "0"
		}
		if !explained {
			return true
		}
	}
	return false
}

func (x *extract) reversed(t *testing.T, d *document) bool {
	t.Helper()
	when, by := x.raises(t, d)
	for k, i := range by {
		high := amountOf(t, d.versions[i]["DUTIES_TAXES"])
		gain := high - amountOf(t, d.versions[i-1]["DUTIES_TAXES"])
		if gain <= 0 {
			continue
		}
		for _, w := range d.versions[i+1:] {
			back := high - amountOf(t, w["DUTIES_TAXES"])
			if clockOf(t, w["TIME"]).Sub(when[k]) <= 30*24*time.Hour && back*10 >= gain*8 {
				return true
			}
		}
	}
	return false
}

func registeredAgain(d, c *document) bool {
	if d == c || d.bill == "" || d.bill != c.bill || d.manifest != c.manifest {
		return false
	}
	at, cancelled := d.first["registered"], c.first["cancelled"]
	if at.Before(cancelled.AddDate(0, 0, -1)) || at.After(cancelled.AddDate(0, 0, 30)) {
		return false
	}
	both := 0
	for code := range d.hs6 {
		if c.hs6[code] {
			both++
		}
	}
	return float64(both) >= 0.8*float64(len(d.hs6)+len(c.hs6)-both)
}

func (x *extract) unbalancedBills(found map[string]bool) {
	for key, b := range x.bills {
		declared, gross, assessed := 0.0, 0.0, true
		for _, d := range b.cited {
			if d.cancelled {
				continue
			}
			declared += d.packages
			gross += d.gross
			_, known := d.first["assessed"]
			assessed = assessed && known
		}
		tolerance := 0.05 * gross
		if b.packages < b.written || b.remaining < 0 || assessed && b.written != declared || b.weight-gross > tolerance || gross-b.weight > tolerance {
			found[key] = true
		}
		if b.packages-b.written != b.remaining {
			found[key+" remaining"] = true // not a rule: the generator's own books
		}
	}
}

func (x *extract) impossibleTransits(t *testing.T, found map[string]bool) {
	t.Helper()
	for _, row := range x.transits {
		departed := clockOf(t, or(row["TRANSMITTED_TIME"], row["REGISTERED_TIME"]))
		if row["VALIDATED_TIME"] != "" && clockOf(t, row["VALIDATED_TIME"]).Before(departed) {
			found[row["T1_REFERENCE"]] = true
		}
		if row["ARRIVED_TIME"] != "" && row["DISTANCE_KM"] != "" {
			needed := time.Duration(numberOf(t, row["DISTANCE_KM"]) / 90 * float64(time.Hour))
			if clockOf(t, row["ARRIVED_TIME"]).Sub(departed) < needed {
				found[row["T1_REFERENCE"]] = true
			}
		}
	}
}

func (x *extract) undischarged(t *testing.T, d *document) bool {
	t.Helper()
	switch d.procedure {
	case "3051", "3070", "4051", "4070":
	default:
		return false
	}
	assessed, known := d.first["assessed"]
	if !known || assessed.After(x.watermark.AddDate(0, 0, -7)) {
		return false
	}
	for _, row := range x.discharges[d.key] {
		a := x.accounts[row["ACCOUNT"]]
		if a == nil {
			t.Fatalf("discharge of account %s, which is not there", row["ACCOUNT"])
		}
		if a["HOLDER"] == d.importer && a["HSCODE"] == d.hs && clockOf(t, row["TIME"]).Sub(assessed).Abs() <= 7*24*time.Hour {
			return false
		}
	}
	return true
}

// noteActs finds acts of users who were not active, and one user at two offices.
func (x *extract) noteActs(t *testing.T, d *document, acts map[string][]visit, found map[string]bool) {
	t.Helper()
	check := func(user string, at time.Time) {
		if user == "" || isMachine(user) || strings.HasPrefix(user, "agent") {
			return
		}
		intervals := x.staff[user]
		if intervals == nil {
			t.Fatalf("%s: user %s is not in the staff register", d.key, user)
		}
		for _, i := range intervals {
			if i.status != "ACTIVE" && !at.Before(i.from) && at.Before(i.to) {
				found[d.key] = true
				if !x.isCase("P12", "a", d.key) {
					t.Logf("%s: %s acts at %s while %s", d.key, user, at, i.status)
				}
			}
		}
	}
	for _, op := range d.operations {
		check(op.user, op.at)
		if op.user != "" && !isMachine(op.user) {
			acts[op.user] = append(acts[op.user], visit{op.at, d.office})
		}
	}
	for _, rows := range [][]map[string]string{d.lanes, d.inspections, d.offences, d.receipts, d.versions} {
		for _, row := range rows {
			check(row["USERNAME"], clockOf(t, row["TIME"]))
		}
	}
	for _, row := range d.assignments {
		check(row["ASSIGNED_BY"], clockOf(t, row["TIME"]))
	}
}

// visit is an act at an office.
type visit struct {
	at     time.Time
	office string
}

// twoPlaces finds users who act at two offices within half an hour.
func twoPlaces(acts map[string][]visit, found map[string]bool) {
	for user, list := range acts {
		sort.Slice(list, func(i, j int) bool { return list[i].at.Before(list[j].at) })
		for i := 1; i < len(list); i++ {
			if list[i].office != list[i-1].office && list[i].at.Sub(list[i-1].at) < 30*time.Minute {
				found[user+" at two offices at "+list[i].at.String()] = true
			}
		}
	}
}

func (x *extract) doubleSessions(t *testing.T, found map[string]bool) {
	t.Helper()
	type session struct {
		station  string
		from, to time.Time
		key      string
	}
	byUser := map[string][]session{}
	for _, row := range x.sessions {
		byUser[row["USERNAME"]] = append(byUser[row["USERNAME"]], session{row["WORKSTATION"], clockOf(t, row["LOGIN_TIME"]), clockOf(t, row["LOGOUT_TIME"]), row["USERNAME"] + " " + row["LOGIN_TIME"]})
	}
	for _, list := range byUser {
		sort.Slice(list, func(i, j int) bool { return list[i].from.Before(list[j].from) })
		for i := 1; i < len(list); i++ {
			if list[i-1].to.Sub(list[i].from) > time.Minute && list[i].station != list[i-1].station {
				found[list[i].key] = true
			}
		}
	}
}

func (x *extract) wrongSums(t *testing.T, d *document) bool {
	t.Helper()
	if d.cancelled || !d.isAssessed {
		return false
	}
	differ := func(a, b int64) bool { return max(a-b, b-a) > epsilon(d, d.assessed) }
	if differ(d.tax, d.assessed) {
		return true
	}
	_, paid := d.first["paid"]
	return paid && differ(d.assessed, x.paidUntil(t, d, x.watermark))
}

func (x *extract) lateManifest(t *testing.T, d *document) bool {
	t.Helper()
	if d.manifest == "" || d.prelodged {
		return false
	}
	m := x.manifests[d.manifest]
	return clockOf(t, m["REGISTERED_TIME"]).After(d.first["registered"])
}
