package crosscheck

import (
	"context"
	"time"

	"assay/domain/administration"
	"assay/domain/cube"
	"assay/domain/declaration"
)

// absences loads the register of those users who were away at some time.
func (l *loader) absences(ctx context.Context) (err error) {
	if l.c.staff, err = l.exists(ctx, `SELECT FROM posting WHERE tenant_id = $1`); err != nil {
		return err
	}
	postings := map[string][]posting{}
	var p posting
	var from time.Time
	var to *time.Time
	err = l.each(ctx, `SELECT p.officer, p.office, p.status, p.starts_on, p.ends_on FROM posting p WHERE p.tenant_id = $1
			AND EXISTS (SELECT 1 FROM posting away WHERE away.tenant_id = $1 AND away.officer = p.officer AND away.status <> 'active')
		ORDER BY p.officer, p.starts_on, p.office, p.status`, []any{l.tenant}, []any{&p.user, &p.office, &p.status, &from, &to},
		func() error {
			p.first, p.last = administration.DayNumber(from.UTC()), forever
			if to != nil {
				p.last = administration.DayNumber(to.UTC())
			}
			postings[p.user] = append(postings[p.user], p)
			return nil
		})
	if err != nil {
		return err
	}
	for user, rows := range postings {
		l.c.watch(user).absences = absencesOf(rows)
	}
	return nil
}

// overlaps finds sessions of one user at two workstations at once. A session
// without an end is left out: it is not known how long it lasted.
func (l *loader) overlaps(ctx context.Context) error {
	logged, err := l.exists(ctx, `SELECT FROM workstation_session WHERE tenant_id = $1`)
	if err != nil || !logged {
		return err
	}
	l.c.staff = true
	var user, first, second string
	var began, began2, ended time.Time
	return l.each(ctx, `SELECT a.officer, a.workstation, a.started_at, b.workstation, b.started_at, least(a.ended_at, b.ended_at)
		FROM workstation_session a JOIN workstation_session b ON b.tenant_id = $1 AND b.officer = a.officer AND b.workstation <> a.workstation
			AND b.started_at >= a.started_at AND b.started_at < a.ended_at AND (b.started_at > a.started_at OR b.workstation > a.workstation)
		WHERE a.tenant_id = $1 AND a.ended_at IS NOT NULL AND b.ended_at IS NOT NULL AND least(a.ended_at, b.ended_at) - b.started_at > make_interval(secs => $2)
		ORDER BY a.officer, a.started_at, b.started_at, b.workstation`, []any{l.tenant, l.c.Settings.SessionOverlapSecs},
		[]any{&user, &first, &began, &second, &began2, &ended}, func() error {
			session := func(workstation string, at time.Time) Row {
				return Row{Source: "session", Number: workstation, User: user}.at(declaration.Moment{At: at, Precision: declaration.Second})
			}
			o := Overlap{User: user, First: session(first, began), Second: session(second, began2), Seconds: int64(ended.Sub(began2) / time.Second),
				from: began2.UnixMicro(), until: ended.UnixMicro()}
			o.Key = user + " " + began2.UTC().Format(time.RFC3339) + " " + first + " " + second
			w := l.c.watch(user)
			w.overlaps = append(w.overlaps, o)
			at := began2.UTC()
			return l.raise(ImpossibleUser, "b", Critical, OnUser, user, "", cube.MonthOf(at.Year(), at.Month()), o)
		})
}

// customsUsers are the users whose acts at two offices at once mean something:
// those in the register in a function of Customs, and those who inspect or are
// assigned; without machine users and brokers.
const customsUsers = `SELECT u.code FROM (
		SELECT officer AS code FROM posting WHERE tenant_id = $1 AND function IN ('examiner','chief','head','cashier')
		UNION SELECT user_code FROM inspection WHERE tenant_id = $1 UNION SELECT examiner FROM assignment WHERE tenant_id = $1 UNION SELECT chief FROM assignment WHERE tenant_id = $1) u
	WHERE u.code <> '' AND NOT EXISTS (SELECT 1 FROM posting p WHERE p.tenant_id = $1 AND p.officer = u.code AND p.function IN ('broker','system'))
		AND NOT EXISTS (SELECT 1 FROM officer o WHERE o.tenant_id = $1 AND o.code = u.code AND o.machine)`

// trips finds acts of one user at two offices within too short a time. It is the
// fallback where there is no session log at all, because it must sort all acts of Customs.
func (l *loader) trips(ctx context.Context) error {
	logged, err := l.exists(ctx, `SELECT FROM workstation_session WHERE tenant_id = $1`)
	if err != nil || logged {
		return err
	}
	if !l.c.staff {
		if l.c.staff, err = l.exists(ctx, customsUsers); err != nil || !l.c.staff {
			return err
		}
	}
	t := travel{limit: l.c.Settings.TravelMinutes * 60 * microsPerSecond, found: l.c.trips}
	from, _ := l.span(60, 0)
	var user, precision string
	var v visit
	// Acts long before the months cannot belong to their declarations, and later ones can.
	return l.each(ctx, `WITH customs AS MATERIALIZED (`+customsUsers+`)
		SELECT e.user_code, e.declaration_id, d.reference, d.office, e.at, e.precision, e.operation FROM event e JOIN customs c ON c.code = e.user_code
			JOIN declaration d ON d.tenant_id = $1 AND d.declaration_id = e.declaration_id
		WHERE e.tenant_id = $1 AND NOT e.machine AND e.precision NOT IN ('day', '') AND e.at >= $2
		ORDER BY e.user_code, e.at, e.declaration_id, e.sequence`, []any{l.tenant, from},
		[]any{&user, &v.declarationID, &v.reference, &v.office, &v.moment.At, &precision, &v.operation}, func() error {
			if l.c.program(user) {
				return nil
			}
			v.moment.Precision, v.micros = declaration.Precision(precision), v.moment.At.UnixMicro()
			t.next(user, v)
			return nil
		})
}
