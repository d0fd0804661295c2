package warehouse

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// The statements that look declarations up by key must use the index of that key
// from the first row on. The planner knows nothing about a table that has not been analysed,
// or about an administration that is new in it, and then an index that only shares tenant_id
// looks as good: each lookup would read the administration's whole table. The
// forms below leave it no choice, because only the right index gives their order.

// byReference are the declarations d of administration $1 whose reference is in the array $2.
const byReference = `unnest($2::text[]) AS wanted(reference) CROSS JOIN LATERAL (SELECT * FROM declaration
	WHERE tenant_id = $1 AND reference BETWEEN wanted.reference AND wanted.reference ORDER BY reference LIMIT 1) d`

// byIdentifier are the rows d of a table of administration $1 whose declaration is in the array $2.
func byIdentifier(table string) string {
	return `unnest($2::bigint[]) AS wanted(id) CROSS JOIN LATERAL (SELECT ctid, * FROM ` + table + `
	WHERE tenant_id = $1 AND declaration_id BETWEEN wanted.id AND wanted.id ORDER BY declaration_id) d`
}

// planByIndex keeps the planner to the indexes that the statements of this room are
// written for, until the transaction ends or it is taken back. Left alone it decides by
// estimates that are far off until a table is analysed for the first time, and a plan made
// while a table was empty would be kept for the whole load.
func planByIndex(ctx context.Context, conn *pgx.Conn, on bool) error {
	custom, method, written := "DEFAULT", "DEFAULT", "DEFAULT"
	if on {
		custom, method, written = "force_custom_plan", "off", "1"
	}
	settings := "SET LOCAL plan_cache_mode TO " + custom
	// Joins happen in the order in which they are written: each step looks up by key
	// what the step before found.
	for _, limit := range []string{"join_collapse_limit", "from_collapse_limit"} {
		settings += "; SET LOCAL " + limit + " TO " + written
	}
	if on {
		settings += "; SET LOCAL max_parallel_workers_per_gather TO 0"
	} else {
		settings += "; SET LOCAL max_parallel_workers_per_gather TO DEFAULT"
	}
	for _, way := range []string{"seqscan", "bitmapscan", "hashjoin", "mergejoin", "material", "memoize", "sort"} {
		settings += "; SET LOCAL enable_" + way + " TO " + method
	}
	if _, err := conn.PgConn().Exec(ctx, settings).ReadAll(); err != nil {
		return fmt.Errorf("prepare the transaction: %w", err)
	}
	return nil
}
