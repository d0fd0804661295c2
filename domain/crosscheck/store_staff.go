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
// without an end is left out: it is not known how long it lasted. All sessions pass by once in the
// order of user and time; a join of the table with itself would compare each with
// all others of the user.
func (l *loader) overlaps(ctx context.Context) error {
	logged, err := l.exists(ctx, `SELECT FROM workstation_session WHERE tenant_id = $1`)
	if err != nil || !logged {
		return err
	}
	l.c.staff = true
	pairs := sessionPairs{least: time.Duration(l.c.Settings.SessionOverlapSecs) * time.Second}
	var now session
	err = l.each(ctx, `SELECT officer, workstation, started_at, ended_at FROM workstation_session
		WHERE tenant_id = $1 AND ended_at IS NOT NULL ORDER BY officer, started_at, workstation`, []any{l.tenant},
		[]any{&now.user, &now.workstation, &now.began, &now.ended}, func() error {
			if pairs.user() != now.user {
				if err := l.raiseOverlaps(pairs.take()); err != nil {
					return err
				}
			}
			pairs.add(now)
			return nil
		})
	if err != nil {
		return err
	}
	return l.raiseOverlaps(pairs.take())
}

// raiseOverlaps raises the overlaps of one user, to be moved to a declaration when there is an act in one.
func (l *loader) raiseOverlaps(pairs []sessionPair) error {
	for i := range pairs {
		o := pairs[i].overlap()
		w := l.c.watch(o.User)
		w.overlaps = append(w.overlaps, o)
		at := pairs[i].second.began.UTC()
		if err := l.raise(ImpossibleUser, "b", Critical, OnUser, o.User, "", cube.MonthOf(at.Year(), at.Month()), o); err != nil {
			return err
		}
	}
	return nil
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
