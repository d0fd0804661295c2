package warehouse

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/domain/intake"
)

// tell writes what a chunk says about the dimensions. Rows travel as one JSON
// text a statement: there are few of them, and no limit on parameters is met.
func (l *loader) tell(ctx context.Context, told *toldCodes) error {
	for _, office := range told.described.offices {
		l.counter.describe(office.Code, office.Zone)
	}
	steps := []struct {
		what string
		do   func() error
	}{
		{"offices", func() error { return l.tellOffices(told) }},
		{"sections", func() error { return l.tellSections(told.sections) }},
		{"officers", func() error { return l.tellOfficers(told) }},
		{"brokers", func() error { return l.tellNames("broker", told.brokers) }},
		{"traders", func() error { return l.tellNames("trader", told.traders) }},
		{"holidays", func() error { return l.tellHolidays(told.described.holidays) }},
		{"postings", func() error { return l.tellPostings(told.described.postings) }},
		{"sessions", func() error { return l.tellSessions(ctx, told.described.sessions) }},
		{"targets", func() error { return l.tellTargets(told.described.targets) }},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			return fmt.Errorf("keep %s: %w", step.what, err)
		}
	}
	return nil
}

// put runs a statement over rows given as JSON objects; $rows in it stands for
// them and $tenant for the administration. It gives how many rows were written.
func (l *loader) put(statement string, rows []map[string]any) (int64, error) {
	if len(rows) == 0 {
		return 0, nil
	}
	content, err := json.Marshal(rows)
	if err != nil {
		return 0, err
	}
	result := l.tx.Exec(statement, map[string]any{"tenant": l.tenant.ID.String(), "rows": string(content)})
	return result.RowsAffected, result.Error
}

func codeRows(codes map[string]string) []map[string]any {
	rows := make([]map[string]any, 0, len(codes))
	for _, code := range slices.Sorted(maps.Keys(codes)) {
		rows = append(rows, map[string]any{"code": code, "name": codes[code]})
	}
	return rows
}

func (l *loader) tellNames(table string, codes map[string]string) error {
	_, err := l.put(`INSERT INTO `+table+` AS t (tenant_id, code, name)
		SELECT CAST(@tenant AS uuid), r.code, r.name FROM json_to_recordset(CAST(@rows AS json)) AS r(code text, name text)
		ON CONFLICT (tenant_id, code) DO UPDATE SET name = excluded.name WHERE excluded.name NOT IN ('', t.name)`, codeRows(codes))
	return err
}

func (l *loader) tellOffices(told *toldCodes) error {
	_, err := l.put(`INSERT INTO office (tenant_id, code, seen_only)
		SELECT CAST(@tenant AS uuid), r.code, true FROM json_to_recordset(CAST(@rows AS json)) AS r(code text)
		ON CONFLICT (tenant_id, code) DO NOTHING`, codeRows(told.offices))
	if err != nil {
		return err
	}
	latest := map[string]map[string]any{}
	for _, o := range told.described.offices {
		row := map[string]any{"code": o.Code, "name": tidy(o.Name, mostInName), "kind": o.Kind, "zone": o.Zone, "workdays": o.Workdays}
		if o.Opens != 0 || o.Closes != 0 {
			row["opens"], row["closes"] = o.Opens, o.Closes
		}
		latest[o.Code] = row
	}
	// What a source does not say keeps what is there.
	const wanted = `coalesce(nullif(r.name, ''), o.name) AS name, coalesce(nullif(r.kind, ''), o.kind) AS kind,
		coalesce(nullif(r.zone, ''), o.zone) AS zone, coalesce(r.opens, o.opens) AS opens, coalesce(r.closes, o.closes) AS closes,
		coalesce(nullif(r.workdays, ''), o.workdays) AS workdays`
	const from = ` FROM json_to_recordset(CAST(@rows AS json)) AS r(code text, name text, kind text, zone text, opens smallint, closes smallint, workdays text)
		JOIN office o ON o.tenant_id = CAST(@tenant AS uuid) AND o.code = r.code`
	rows := slices.Collect(maps.Values(latest))
	var before int64
	if len(rows) > 0 {
		content, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		err = l.tx.Raw(`SELECT count(*) FROM (SELECT o.code, o.zone AS z, o.opens AS a, o.closes AS b, o.workdays AS c, `+wanted+from+`) x
			WHERE (x.z, x.a, x.b, x.c) IS DISTINCT FROM (x.zone, x.opens, x.closes, x.workdays)`,
			map[string]any{"tenant": l.tenant.ID.String(), "rows": string(content)}).Scan(&before).Error
		if err != nil {
			return err
		}
	}
	l.calendar = l.calendar || before > 0
	_, err = l.put(`UPDATE office t SET name = x.name, kind = x.kind, zone = x.zone, opens = x.opens, closes = x.closes, workdays = x.workdays, seen_only = false
		FROM (SELECT o.code, `+wanted+from+`) x WHERE t.tenant_id = CAST(@tenant AS uuid) AND t.code = x.code`, rows)
	return err
}

func (l *loader) tellSections(sections map[string]string) error {
	rows := make([]map[string]any, 0, len(sections))
	for _, key := range slices.Sorted(maps.Keys(sections)) {
		office, code := splitSectionKey(key)
		rows = append(rows, map[string]any{"office": office, "code": code, "name": sections[key]})
	}
	_, err := l.put(`INSERT INTO section AS t (tenant_id, office, code, name)
		SELECT CAST(@tenant AS uuid), r.office, r.code, r.name FROM json_to_recordset(CAST(@rows AS json)) AS r(office text, code text, name text)
		ON CONFLICT (tenant_id, office, code) DO UPDATE SET name = excluded.name WHERE excluded.name NOT IN ('', t.name)`, rows)
	return err
}

func (l *loader) tellOfficers(told *toldCodes) error {
	described := map[string]bool{}
	machines := map[string]bool{}
	for _, p := range told.described.postings {
		described[p.User] = true
		machines[p.User] = machines[p.User] || p.Function == "system"
	}
	rows := codeRows(told.officers)
	present := map[string]bool{}
	for _, row := range rows {
		present[row["code"].(string)] = true //nolint:forcetypeassert // made so by codeRows
	}
	for user := range described {
		if !present[user] {
			rows = append(rows, map[string]any{"code": user, "name": ""})
		}
	}
	for _, row := range rows {
		code := row["code"].(string) //nolint:forcetypeassert // made so by codeRows
		row["machine"] = machines[code] || isMachine(code, l.tenant.Settings.MachineUsers)
		row["seen_only"] = !described[code]
	}
	if err := l.newMachines(rows); err != nil {
		return err
	}
	_, err := l.put(`INSERT INTO officer AS t (tenant_id, code, name, machine, seen_only)
		SELECT CAST(@tenant AS uuid), r.code, r.name, r.machine, r.seen_only
		FROM json_to_recordset(CAST(@rows AS json)) AS r(code text, name text, machine boolean, seen_only boolean)
		ON CONFLICT (tenant_id, code) DO UPDATE SET name = coalesce(nullif(excluded.name, ''), t.name),
			machine = t.machine OR excluded.machine, seen_only = t.seen_only AND excluded.seen_only
		WHERE excluded.name NOT IN ('', t.name) OR excluded.machine AND NOT t.machine OR t.seen_only AND NOT excluded.seen_only`, rows)
	return err
}

// newMachines notes that a user whom the warehouse knows turns out to be a program.
func (l *loader) newMachines(rows []map[string]any) error {
	var machines []map[string]any
	for _, row := range rows {
		if row["machine"] == true {
			machines = append(machines, row)
		}
	}
	known, err := l.put(`UPDATE officer t SET machine = true FROM json_to_recordset(CAST(@rows AS json)) AS r(code text)
		WHERE t.tenant_id = CAST(@tenant AS uuid) AND t.code = r.code AND NOT t.machine`, machines)
	l.people = l.people || known > 0
	return err
}

// isMachine reports whether a user name begins as a program's does.
func isMachine(user string, beginnings []string) bool {
	for _, beginning := range beginnings {
		if beginning != "" && len(user) >= len(beginning) && strings.EqualFold(user[:len(beginning)], beginning) {
			return true
		}
	}
	return false
}

func dayText(t time.Time) string { return t.Format(time.DateOnly) }

func (l *loader) tellHolidays(holidays []intake.Holiday) error {
	rows := map[string]map[string]any{}
	for _, h := range holidays {
		rows[h.Office+"\n"+dayText(h.Day)] = map[string]any{"office": h.Office, "day": dayText(h.Day), "name": tidy(h.Name, mostInName)}
	}
	added, err := l.put(`INSERT INTO holiday AS t (tenant_id, office, day, name)
		SELECT CAST(@tenant AS uuid), r.office, r.day, r.name FROM json_to_recordset(CAST(@rows AS json)) AS r(office text, day date, name text)
		ON CONFLICT (tenant_id, office, day) DO UPDATE SET name = excluded.name WHERE excluded.name NOT IN ('', t.name)`,
		slices.Collect(maps.Values(rows)))
	l.calendar = l.calendar || added > 0
	return err
}

func (l *loader) tellPostings(postings []intake.Posting) error {
	rows := map[string]map[string]any{}
	for _, p := range postings {
		row := map[string]any{"officer": p.User, "starts_on": dayText(p.From), "office": p.Office, "section": p.Section, "function": p.Function,
			"status": p.Status, "chief": p.Chief}
		if p.To != nil {
			row["ends_on"] = dayText(*p.To)
		}
		rows[strings.Join([]string{p.User, dayText(p.From), p.Office, p.Status}, "\n")] = row
	}
	changed, err := l.put(`INSERT INTO posting AS t (tenant_id, officer, starts_on, ends_on, office, section, function, status, chief)
		SELECT CAST(@tenant AS uuid), r.officer, r.starts_on, r.ends_on, r.office, r.section, r.function, r.status, r.chief
		FROM json_to_recordset(CAST(@rows AS json)) AS r(officer text, starts_on date, ends_on date, office text, section text, function text, status text, chief text)
		ON CONFLICT (tenant_id, officer, starts_on, office, status) DO UPDATE SET ends_on = excluded.ends_on, section = excluded.section,
			function = excluded.function, chief = excluded.chief
		WHERE (t.ends_on, t.section, t.function, t.chief) IS DISTINCT FROM (excluded.ends_on, excluded.section, excluded.function, excluded.chief)`,
		slices.Collect(maps.Values(rows)))
	l.people = l.people || changed > 0
	return err
}

// tellSessions takes the way of bulk data: a site has more sessions than declarations.
func (l *loader) tellSessions(ctx context.Context, sessions []intake.Session) error {
	type key struct {
		user, workstation string
		started           int64
	}
	latest := make(map[key]int, len(sessions))
	for i := range sessions {
		latest[key{sessions[i].User, sessions[i].Workstation, sessions[i].StartedAt.UnixMicro()}] = i
	}
	var w copyRows
	for i := range sessions {
		s := &sessions[i]
		if latest[key{s.User, s.Workstation, s.StartedAt.UnixMicro()}] != i {
			continue
		}
		w.begin(len(sessionLayout.columns))
		w.code("user", s.User)
		w.code("workstation", s.Workstation)
		w.time("beginning", s.StartedAt)
		w.timeOrNull("end", s.EndedAt)
	}
	if len(w.bytes) == 0 {
		return nil
	}
	return l.native(ctx, func(conn *pgx.Conn) error {
		if err := copyIn(ctx, conn, &sessionLayout, [][]byte{w.bytes}); err != nil {
			return err
		}
		written, err := conn.Exec(ctx, `INSERT INTO workstation_session AS t (tenant_id, `+sessionLayout.list()+`)
			SELECT $1::uuid, `+sessionLayout.list()+` FROM `+sessionLayout.stage()+`
			ON CONFLICT (tenant_id, officer, started_at, workstation) DO UPDATE SET ended_at = excluded.ended_at
			WHERE t.ended_at IS DISTINCT FROM excluded.ended_at`, uuid.UUID(l.tenant.ID))
		if err != nil {
			return err
		}
		l.people = l.people || written.RowsAffected() > 0
		_, err = conn.Exec(ctx, "TRUNCATE "+sessionLayout.stage())
		return err
	})
}

func (l *loader) tellTargets(targets []intake.Target) error {
	rows := map[string]map[string]any{}
	for _, t := range targets {
		rows[fmt.Sprintf("%s\n%d", t.Office, t.Month)] = map[string]any{"office": t.Office, "month": t.Month, "amount": t.Amount}
	}
	_, err := l.put(`INSERT INTO revenue_target AS t (tenant_id, office, month, amount)
		SELECT CAST(@tenant AS uuid), r.office, r.month, r.amount FROM json_to_recordset(CAST(@rows AS json)) AS r(office text, month integer, amount bigint)
		ON CONFLICT (tenant_id, office, month) DO UPDATE SET amount = excluded.amount WHERE t.amount <> excluded.amount`,
		slices.Collect(maps.Values(rows)))
	return err
}

// recalendared marks every month with data when working hours, postings, machine users or
// sessions changed under data that was there before, or when the load reaches too much to say what: durations in office hours and the
// crosschecks on people look at them.
func (l *loader) recalendared() error {
	if l.wasEmpty || !l.calendar && !l.people && !l.reach.everything {
		return nil
	}
	var span struct{ First, Last *int }
	err := l.tx.Raw(`SELECT (SELECT (extract(year FROM min(registered_on)) * 12 + extract(month FROM min(registered_on)) - 1)::integer FROM declaration WHERE tenant_id = @tenant) AS first,
		(SELECT (extract(year FROM greatest(max(d.last), max(d.watermark))) * 12 + extract(month FROM greatest(max(d.last), max(d.watermark))) - 1)::integer
			FROM (SELECT NULL::date AS last, (watermark + interval '1 day')::date AS watermark FROM batch WHERE tenant_id = @tenant AND state = 'loaded'
				UNION ALL SELECT max(registered_on), NULL FROM declaration WHERE tenant_id = @tenant) d) AS last`,
		map[string]any{"tenant": l.tenant.ID.String()}).Scan(&span).Error
	if err != nil {
		return fmt.Errorf("find the months with data: %w", err)
	}
	if span.First == nil || span.Last == nil {
		return nil
	}
	for month := *span.First; month <= *span.Last; month++ {
		l.months.add(month)
	}
	return nil
}

// unmapped keeps what no map of the administration knows, with how often it was seen.
func (l *loader) unmapped(summary *intake.Summary) error {
	var rows []map[string]any
	add := func(kind, value string, seen int64) {
		if value = tidy(value, mostInName); value != "" {
			rows = append(rows, map[string]any{"kind": kind, "value": value, "seen": seen, "batch": l.batch.ID.String()})
		}
	}
	for _, o := range summary.UnmappedOperations {
		add("operation", o.Value, o.Seen)
	}
	for _, lane := range summary.UnmappedLanes {
		add("lane", lane.Value, lane.Seen)
	}
	for _, c := range summary.UnknownColumns {
		add("column", c.Column, 1)
	}
	_, err := l.put(`INSERT INTO unmapped_value AS t (tenant_id, kind, value, seen, last_batch)
		SELECT CAST(@tenant AS uuid), r.kind, r.value, sum(r.seen)::bigint, r.batch
		FROM json_to_recordset(CAST(@rows AS json)) AS r(kind text, value text, seen bigint, batch uuid) GROUP BY r.kind, r.value, r.batch
		ON CONFLICT (tenant_id, kind, value) DO UPDATE SET seen = t.seen + excluded.seen, last_batch = excluded.last_batch`, rows)
	if err != nil {
		return fmt.Errorf("keep unmapped values: %w", err)
	}
	return nil
}

const longestRow = 64 << 10

// reject keeps rejects with their place and reason.
func (l *loader) reject(rejects []intake.Reject) error {
	rows := make([]map[string]any, 0, len(rejects))
	for _, r := range rejects {
		l.rejects++
		rows = append(rows, map[string]any{"batch": l.batch.ID.String(), "sequence": l.rejects, "file": tidy(r.File, mostInName), "line": r.Line,
			"field": tidy(r.Field, mostInName), "value": tidy(r.Value, longestReason), "reason": tidy(r.Reason, longestReason), "row": tidy(r.Row, longestRow)})
	}
	_, err := l.put(`INSERT INTO reject (tenant_id, batch_id, sequence, file, line, field, value, reason, row_text)
		SELECT CAST(@tenant AS uuid), r.batch, r.sequence, r.file, r.line, r.field, r.value, r.reason, r.row
		FROM json_to_recordset(CAST(@rows AS json)) AS r(batch uuid, sequence bigint, file text, line bigint, field text, value text, reason text, "row" text)`, rows)
	if err != nil {
		return fmt.Errorf("keep rejects: %w", err)
	}
	return nil
}
