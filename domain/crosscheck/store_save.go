package crosscheck

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"assay/domain"
	"assay/domain/store"
)

// write does Save in one transaction.
func (s *Session) write(ctx context.Context) (saved Saved, err error) {
	err = s.service.db.InTenant(ctx, s.tenant, func(ctx context.Context, _ *gorm.DB) error {
		saved, err = s.writeInside(ctx)
		return err
	})
	return saved, err
}

func (s *Session) writeInside(ctx context.Context) (saved Saved, err error) {
	now := s.service.clock().UTC()
	err = store.Native(ctx, func(ctx context.Context, conn *pgx.Conn) error {
		// Two sessions of one administration write one after the other.
		if _, err := conn.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('assay findings ' || $1, 0))`, s.tenant.String()); err != nil {
			return fmt.Errorf("wait for another examination: %w", err)
		}
		if err := s.stage(ctx, conn); err != nil {
			return err
		}
		if err := s.merge(ctx, conn, now, &saved); err != nil {
			return err
		}
		return s.weighOffences(ctx, conn)
	})
	return saved, err
}

// copied is how many findings one COPY carries.
const copied = 2000

var stagedColumns = []string{"finding_id", "rule", "rule_version", "variant", "severity", "subject_kind", "subject", "declaration_id", "office", "month", "evidence", "evidence_hash", "overlap"}

// stage copies all findings into a temporary table.
func (s *Session) stage(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `CREATE TEMPORARY TABLE found (finding_id uuid, rule text COLLATE "C", rule_version integer, variant text, severity text, subject_kind text,
		subject text COLLATE "C", declaration_id bigint, office text COLLATE "C", month integer, evidence jsonb, evidence_hash bytea, overlap text) ON COMMIT DROP`)
	if err != nil {
		return fmt.Errorf("prepare the findings: %w", err)
	}
	rows := make([][]any, 0, copied)
	send := func() error {
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{"found"}, stagedColumns, pgx.CopyFromRows(rows)); err != nil {
			return fmt.Errorf("copy the findings: %w", err)
		}
		rows = rows[:0]
		return nil
	}
	err = s.all(func(f *Finding, overlap string) error {
		row, err := stagedRow(f, overlap)
		if err != nil {
			return err
		}
		if rows = append(rows, row); len(rows) == copied {
			return send()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := send(); err != nil {
		return err
	}
	// Without the index the question which findings are gone would compare each with each.
	if _, err := conn.Exec(ctx, `CREATE INDEX ON found (evidence_hash); ANALYZE found`); err != nil {
		return fmt.Errorf("sort the findings: %w", err)
	}
	return nil
}

// all gives the findings on declarations and those on other subjects; an overlap
// of sessions that was raised on a declaration is left out of the latter.
func (s *Session) all(do func(f *Finding, overlap string) error) error {
	if err := s.found.each(func(f *Finding) error { return do(f, "") }); err != nil {
		return err
	}
	for i := range s.own {
		f := &s.own[i]
		overlap := ""
		if f.Rule == ImpossibleUser {
			var facts Overlap
			if err := json.Unmarshal(f.Evidence.Facts, &facts); err != nil {
				return fmt.Errorf("read the evidence of %s: %w", f.Rule, err)
			}
			if overlap = facts.Key; s.touched[overlap] {
				continue
			}
		}
		if err := do(f, overlap); err != nil {
			return err
		}
	}
	return nil
}

func stagedRow(f *Finding, overlap string) ([]any, error) {
	evidence, err := json.Marshal(f.Evidence)
	if err != nil {
		return nil, fmt.Errorf("write the evidence of %s: %w", f.Rule, err)
	}
	var number *int64
	if f.DeclarationID != 0 {
		number = &f.DeclarationID
	}
	return []any{domain.NewID(), f.Rule.String(), f.Version, f.Variant, string(f.Severity), string(f.SubjectKind), f.Subject, number, f.Office,
		int32(f.Month), string(evidence), f.hash(), overlap}, nil
}

// merge brings the staged findings into the table. An overlap of sessions on its
// user is left out when it is raised on a declaration of a month that this session does not look at.
func (s *Session) merge(ctx context.Context, conn *pgx.Conn, now time.Time, saved *Saved) error {
	tenant, months := s.tenant.String(), s.monthNumbers()
	_, err := conn.Exec(ctx, `DELETE FROM found WHERE overlap <> '' AND EXISTS (SELECT 1 FROM finding f
		WHERE f.tenant_id = $1 AND f.rule = 'P12' AND f.variant = 'b' AND f.declaration_id IS NOT NULL AND f.state <> 'superseded'
		AND $2::int[] IS NOT NULL AND NOT f.month = ANY ($2::int[]) AND f.evidence->'facts'->>'overlap' = found.overlap)`, tenant, months)
	if err != nil {
		return fmt.Errorf("leave out what is raised elsewhere: %w", err)
	}
	// Two places in the data may give the same evidence: once is enough.
	err = conn.QueryRow(ctx, `WITH merged AS (
		INSERT INTO finding (tenant_id, finding_id, rule, rule_version, variant, severity, subject_kind, subject, declaration_id, office, month, evidence, evidence_hash, detected_at)
		SELECT DISTINCT ON (rule, subject, evidence_hash) $1::uuid, finding_id, rule, rule_version, variant, severity, subject_kind, subject, declaration_id, office, month, evidence, evidence_hash, $2::timestamptz
		FROM found ORDER BY rule, subject, evidence_hash, finding_id
		ON CONFLICT (tenant_id, rule, subject, evidence_hash) DO UPDATE SET
			rule_version = excluded.rule_version, severity = CASE WHEN finding.rule = 'P6' THEN finding.severity ELSE excluded.severity END,
			declaration_id = excluded.declaration_id, office = excluded.office, month = excluded.month, evidence = excluded.evidence,
			state = CASE finding.state WHEN 'superseded' THEN 'open' ELSE finding.state END
		WHERE finding.tenant_id = $1 AND (finding.state = 'superseded' OR (finding.rule_version, finding.severity, finding.declaration_id, finding.office, finding.month, finding.evidence)
			IS DISTINCT FROM (excluded.rule_version, CASE WHEN finding.rule = 'P6' THEN finding.severity ELSE excluded.severity END, excluded.declaration_id, excluded.office, excluded.month, excluded.evidence))
		RETURNING xmax = 0 AS fresh)
		SELECT count(*) FILTER (WHERE fresh), (SELECT count(*) FROM (SELECT DISTINCT rule, subject, evidence_hash FROM found) d) - count(*) FILTER (WHERE fresh) FROM merged`,
		tenant, now).Scan(&saved.New, &saved.Again)
	if err != nil {
		return fmt.Errorf("merge the findings: %w", err)
	}
	tag, err := conn.Exec(ctx, `UPDATE finding f SET state = 'superseded' WHERE f.tenant_id = $1 AND f.state = 'open' AND ($2::int[] IS NULL OR f.month = ANY ($2::int[]))
		AND NOT EXISTS (SELECT 1 FROM found WHERE found.rule = f.rule AND found.subject = f.subject AND found.evidence_hash = f.evidence_hash)`, tenant, months)
	if err != nil {
		return fmt.Errorf("supersede findings: %w", err)
	}
	saved.Superseded = tag.RowsAffected()
	return nil
}

// weighOffences makes findings of P6 high where one officer has five or more in a month, else medium.
func (s *Session) weighOffences(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, `WITH counted AS (
		SELECT finding_id, severity, CASE WHEN evidence->'facts'->>'officer' <> '' AND count(*) FILTER (WHERE state IN ('open','explained','confirmed'))
			OVER (PARTITION BY evidence->'facts'->>'officer', evidence->'facts'->>'act_month') >= 5 THEN 'high' ELSE 'medium' END AS weighed
		FROM finding WHERE tenant_id = $1 AND rule = 'P6' AND state <> 'superseded')
		UPDATE finding f SET severity = weighed FROM counted WHERE f.tenant_id = $1 AND f.finding_id = counted.finding_id AND counted.severity <> weighed`, s.tenant.String())
	if err != nil {
		return fmt.Errorf("weigh offences without money: %w", err)
	}
	return nil
}

// monthNumbers gives the months as PostgreSQL keeps them, nil for all.
func (s *Session) monthNumbers() []int32 {
	if s.months == nil {
		return nil
	}
	numbers := make([]int32, len(s.months))
	for i, m := range s.months {
		numbers[i] = int32(m)
	}
	return numbers
}
