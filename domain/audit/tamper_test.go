package audit_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"assay/domain/audit"
)

// columns are the columns of the record in order of their names, so that a new one is not forgotten.
func (b *bundle) columns(t *testing.T, without ...string) []string {
	t.Helper()
	var names []string
	err := b.super.QueryRow(t.Context(), `SELECT array_agg(column_name::text ORDER BY column_name) FROM information_schema.columns
		WHERE table_name = 'audit_record' AND column_name <> ALL ($1)`, without).Scan(&names)
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestTamperingIsFoundWhereItHappened(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.record(t, b.tenant, entries(6)...)
	b.record(t, b.other, entries(3)...)
	at := func(sequence int) string {
		return fmt.Sprintf(" WHERE tenant_id = '%s' AND sequence = %d", b.tenant, sequence)
	}
	type scenario struct {
		name, do string
		broken   int64
		problem  audit.Problem
	}
	scenarios := []scenario{
		{"first row gone", `DELETE FROM audit_record` + at(1), 2, audit.Missing},
		{"row gone", `DELETE FROM audit_record` + at(4), 5, audit.Missing},
		{"row gone and the next put in its place", `WITH gone AS (DELETE FROM audit_record` + at(4) + ` RETURNING tenant_id)
			UPDATE audit_record r SET sequence = r.sequence + 100 FROM gone WHERE r.tenant_id = gone.tenant_id AND r.sequence = 5`, 6, audit.Missing},
		{"rows exchanged", `UPDATE audit_record SET sequence = 100` + at(2) + `; UPDATE audit_record SET sequence = 2` + at(3) +
			`; UPDATE audit_record SET sequence = 3` + at(100), 2, audit.Changed},
		{"row put in", `INSERT INTO audit_record (tenant_id, sequence, form, at, actor, capacity, engagement, action, object, before, after, origin, session, request, previous_hash, hash) SELECT tenant_id, 7, form, at, actor, capacity, engagement, action, object, before, after, origin, session, request, previous_hash, hash
			FROM audit_record` + at(6), 7, audit.Changed},
		{"last row gone", `DELETE FROM audit_record` + at(6), 6, audit.Truncated},
		{"all rows gone", `DELETE FROM audit_record WHERE tenant_id = '` + b.tenant.String() + `'`, 1, audit.Truncated},
		{"place changed", `UPDATE audit_record SET sequence = 60` + at(6), 60, audit.Changed},
		{"head gone", `DELETE FROM audit_head WHERE tenant_id = '` + b.tenant.String() + `'`, 1, audit.Appended},
		{"head moved back", `UPDATE audit_head SET sequence = 5 WHERE tenant_id = '` + b.tenant.String() + `'`, 6, audit.Appended},
		{"head's hash changed", `UPDATE audit_head SET hash = decode(repeat('00', 32), 'hex') WHERE tenant_id = '` + b.tenant.String() + `'`, 6, audit.Rewritten},
		{"row of the other administration put in", `INSERT INTO audit_record (tenant_id, sequence, form, at, actor, capacity, engagement, action, object, before, after, origin, session, request, previous_hash, hash) SELECT '` + b.tenant.String() + `', 7, form, at, actor, capacity, engagement, action, object, before, after, origin, session, request, previous_hash, hash
			FROM audit_record WHERE tenant_id = '` + b.other.String() + `' AND sequence = 3`, 7, audit.Changed},
	}
	tampered := map[string]string{"at": "at + interval '1 microsecond'", "actor": "actor || 'x'", "capacity": "'dg'", "action": "'nothing'",
		"object": "''", "before": "NULL", "after": `jsonb_set(after, '{n}', '99')`, "origin": "'x'", "previous_hash": `decode(repeat('00', 32), 'hex')`,
		"hash": `decode(repeat('00', 32), 'hex')`, "form": "1", "engagement": "''", "session": "'x'", "request": "''"}
	if diff := cmp.Diff(b.columns(t, "tenant_id", "sequence"), slices.Sorted(maps.Keys(tampered))); diff != "" {
		t.Fatalf("a column of the record is not tampered with here:\n%s", diff)
	}
	for column, value := range tampered {
		scenarios = append(scenarios, scenario{column + " changed", "UPDATE audit_record SET " + column + " = " + value + at(3), 3, audit.Changed})
	}
	for _, s := range scenarios {
		b.exec(t, "CREATE TEMP TABLE kept AS SELECT * FROM audit_record")
		b.exec(t, "CREATE TEMP TABLE kept_head AS SELECT * FROM audit_head")
		tag, err := b.super.Exec(t.Context(), s.do)
		if err != nil || tag.RowsAffected() == 0 {
			t.Fatalf("%s: %d rows, %v", s.name, tag.RowsAffected(), err)
		}
		report := b.verify(t, b.tenant)
		if report.FirstBroken != s.broken || report.Problem != s.problem || report.Intact() {
			t.Errorf("%s: %q at %d, want %q at %d", s.name, report.Problem, report.FirstBroken, s.problem, s.broken)
		}
		if report := b.verify(t, b.other); !report.Intact() {
			t.Errorf("%s: the other administration's record is broken too", s.name)
		}
		b.exec(t, "DELETE FROM audit_record")
		b.exec(t, "INSERT INTO audit_record SELECT * FROM kept")
		b.exec(t, "DELETE FROM audit_head")
		b.exec(t, "INSERT INTO audit_head SELECT * FROM kept_head")
		b.exec(t, "DROP TABLE kept, kept_head")
		if report := b.verify(t, b.tenant); !report.Intact() {
			t.Fatalf("%s: not put back: %+v", s.name, report)
		}
	}
}

// digest is the chain's hash as README.md gives it in SQL, written independently of the Go code.
const digest = `sha256(convert_to(
	(SELECT string_agg(CASE WHEN v IS NULL THEN '-' ELSE octet_length(v) || ':' || v END, '' ORDER BY n)
	FROM unnest(ARRAY['assay-audit-2', tenant_id::text, sequence::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
		actor, capacity, engagement, action, object, before::text, after::text, origin, session, request, encode(previous_hash, 'hex')]) WITH ORDINALITY AS f(v, n)), 'UTF8'))`

func TestARowWrittenAnewWithAFittingHashIsFoundByTheNextRow(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.record(t, b.tenant, entries(5)...)
	b.exec(t, `UPDATE audit_record SET actor = 'somebody else' WHERE sequence = 3`)
	b.exec(t, `UPDATE audit_record SET hash = `+digest+` WHERE sequence = 3`)
	report := b.verify(t, b.tenant)
	if report.FirstBroken != 4 || report.Problem != audit.Unlinked || report.LastSequence != 3 {
		t.Fatalf("%+v", report)
	}
}

func TestTheHashIsTheOneThatTheReadmeDescribes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := entry(1)
	e.After, e.Origin, e.Object = nil, "", "declaration/Orléans/2026/C1"
	b.record(t, b.tenant, entry(0), e)
	var same int
	if err := b.super.QueryRow(t.Context(), `SELECT count(*) FROM audit_record WHERE hash = `+digest).Scan(&same); err != nil || same != 2 {
		t.Fatalf("%d of 2 hashes agree with SQL, %v", same, err)
	}
}

// TestARecordWrittenAnewWholeIsFoundByADepositedHead: with the whole database in hands somebody can write a chain
// and a head that fit each other; what was noted outside tells.
func TestARecordWrittenAnewWholeIsFoundByADepositedHead(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.record(t, b.tenant, entries(4)...)
	deposited, err := audit.End(t.Context(), b.db, b.tenant)
	if err != nil || deposited.Sequence != 4 {
		t.Fatalf("%+v, %v", deposited, err)
	}
	if deposited, err = audit.ParseHead(deposited.String()); err != nil {
		t.Fatal(err)
	}
	check := func(problem audit.Problem, broken int64) {
		t.Helper()
		report, err := audit.Verify(t.Context(), b.db, b.tenant, &deposited)
		if err != nil || report.Problem != problem || report.FirstBroken != broken {
			t.Fatalf("%+v, %v; want %q at %d", report, err, problem, broken)
		}
	}
	b.record(t, b.tenant, entry(4))
	check(audit.Intact, 0)
	b.exec(t, `DELETE FROM audit_record`)
	b.exec(t, `DELETE FROM audit_head`)
	check(audit.Truncated, 1)
	changed := entries(5)
	changed[1].Actor = "somebody else"
	b.record(t, b.tenant, changed...)
	if report := b.verify(t, b.tenant); !report.Intact() {
		t.Fatalf("the record written anew is not intact in itself: %+v", report)
	}
	check(audit.Rewritten, 4)
}

func TestRowsOfTheFirstFormAreStillVerified(t *testing.T) {
	t.Parallel()
	b := setup(t)
	old := `sha256(convert_to((SELECT string_agg(CASE WHEN v IS NULL THEN '-' ELSE octet_length(v) || ':' || v END, '' ORDER BY n)
		FROM unnest(ARRAY['assay-audit-1', $1::uuid::text, '1', '2026-03-04T12:00:00.000000Z', 'a', 'head', 'import.load', 'batch/1', NULL, '{"n": 1}', '', repeat('00', 32)])
		WITH ORDINALITY AS f(v, n)), 'UTF8'))`
	b.exec(t, `INSERT INTO audit_record (tenant_id, sequence, form, at, actor, capacity, action, object, before, after, previous_hash, hash)
		SELECT $1::uuid, 1, 1, '2026-03-04T12:00:00Z', 'a', 'head', 'import.load', 'batch/1', NULL, '{"n": 1}', decode(repeat('00', 32), 'hex'), `+old, b.tenant.String())
	b.exec(t, `INSERT INTO audit_head (tenant_id, sequence, hash, at) SELECT tenant_id, sequence, hash, at FROM audit_record`)
	b.record(t, b.tenant, entry(1))
	if report := b.verify(t, b.tenant); !report.Intact() || report.Records != 2 {
		t.Fatalf("%+v", report)
	}
	b.exec(t, `UPDATE audit_record SET engagement = 'x' WHERE sequence = 1`)
	if report := b.verify(t, b.tenant); report.Problem != audit.Changed || report.FirstBroken != 1 {
		t.Fatalf("a field that the old hash does not cover was filled: %+v", report)
	}
}
