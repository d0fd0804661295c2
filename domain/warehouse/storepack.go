package warehouse

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"assay/domain"
)

// insertPacks writes new packs.
func insertPacks(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, packs []pack) error {
	if len(packs) == 0 {
		return nil
	}
	months, firsts, counts, contents := make([]int32, len(packs)), make([]int64, len(packs)), make([]int32, len(packs)), make([][]byte, len(packs))
	for i := range packs {
		months[i], firsts[i], counts[i], contents[i] = int32(packs[i].month), packs[i].first, int32(packs[i].declarations), packs[i].content
	}
	_, err := conn.Exec(ctx, `INSERT INTO record_pack (tenant_id, month, first_id, declarations, layout, content)
		SELECT $1::uuid, p.month, p.first, p.declarations, $2::smallint, p.content
		FROM unnest($3::integer[], $4::bigint[], $5::integer[], $6::bytea[]) AS p(month, first, declarations, content)`,
		uuid.UUID(tenant), packLayout, months, firsts, counts, contents)
	if err != nil {
		return fmt.Errorf("write packs of declarations: %w", err)
	}
	return nil
}

// findPacks gives for each identifier the first identifier of the pack in whose stretch of the month it lies, of the
// month's first pack when it lies before all, 0 when there is none.
func findPacks(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, month int, ids []int64) ([]int64, error) {
	rows, err := conn.Query(ctx, `SELECT coalesce(
			(SELECT first_id FROM record_pack WHERE tenant_id = $1 AND month = $2 AND first_id <= wanted.id ORDER BY tenant_id DESC, month DESC, first_id DESC LIMIT 1),
			(SELECT first_id FROM record_pack WHERE tenant_id = $1 AND month = $2 ORDER BY tenant_id, month, first_id LIMIT 1), 0)
		FROM unnest($3::bigint[]) WITH ORDINALITY AS wanted(id, place) ORDER BY wanted.place`, uuid.UUID(tenant), month, ids)
	if err != nil {
		return nil, fmt.Errorf("find packs: %w", err)
	}
	places, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("find packs: %w", err)
	}
	return places, nil
}

// takePacks removes packs, and gives the contents of those that this program can read.
func takePacks(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, month int, firsts []int64) (map[int64][]byte, error) {
	rows, err := conn.Query(ctx, `DELETE FROM record_pack WHERE tenant_id = $1 AND month = $2 AND first_id = ANY($3) RETURNING first_id, layout, content`,
		uuid.UUID(tenant), month, firsts)
	if err != nil {
		return nil, fmt.Errorf("take packs: %w", err)
	}
	taken := map[int64][]byte{}
	var first int64
	var layout int
	var content []byte
	_, err = pgx.ForEachRow(rows, []any{&first, &layout, &content}, func() error {
		if layout == packLayout {
			taken[first] = append([]byte(nil), content...)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("take packs: %w", err)
	}
	return taken, nil
}

// countPacked compares a month's packs with the table of declarations.
func countPacked(ctx context.Context, conn *pgx.Conn, tenant domain.TenantID, month int) (packed, there int64, err error) {
	from, to := MonthRange(month).bounds()
	err = conn.QueryRow(ctx, `SELECT
			(SELECT coalesce(sum(declarations) FILTER (WHERE layout = $3), 0) FROM record_pack WHERE tenant_id = $1 AND month = $2),
			(SELECT count(*) FROM declaration WHERE tenant_id = $1 AND registered_on >= $4 AND registered_on < $5)`,
		uuid.UUID(tenant), month, packLayout, from, to).Scan(&packed, &there)
	if err != nil {
		return 0, 0, fmt.Errorf("count packed declarations: %w", err)
	}
	return packed, there, nil
}
