package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	_ "github.com/duckdb/duckdb-go/v2" // the driver "duckdb"
	"github.com/jackc/pgx/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"

	"assay/deploy/local"
	"assay/domain/cube"
)

// openDuck gives a DuckDB in this process over the segments' own files, and one
// that has read them into a table of its own, where its storage is best.
func openDuck(ctx context.Context, files string, table bool) (*sql.DB, error) {
	db, err := sql.Open("duckdb", "")
	if err != nil {
		return nil, fmt.Errorf("open DuckDB: %w", err)
	}
	kind := "VIEW"
	if table {
		kind = "TABLE"
	}
	_, err = db.ExecContext(ctx, fmt.Sprintf("CREATE %s declaration AS SELECT * FROM read_parquet('%s')", kind, files))
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("read segments into DuckDB: %w", err)
	}
	return db, nil
}

// server is a private PostgreSQL with the rows in a plain table. It stays in its directory for the
// next run, to which nothing has to be copied then.
type server struct {
	cluster *local.Cluster
	db      *sql.DB
}

func (s *server) close() {
	if s.db != nil {
		s.db.Close()
	}
	if s.cluster != nil {
		s.cluster.Close()
	}
}

// complete is the comment on a table to which all rows were copied.
const complete = "complete"

// openPostgres starts a PostgreSQL and copies the rows into it: the same columns,
// an index by office and day, statistics up to date, as many parallel workers as
// there are processors, enough memory to sort in. When it returns, all is written and read
// once, and nothing else is at work in it.
func openPostgres(ctx context.Context, dir string, duck *sql.DB, g *cube.Grain) (*server, error) {
	s := &server{}
	var err error
	if s.cluster, err = local.Start(ctx, local.Options{Dir: filepath.Join(dir, "postgres"), Ephemeral: true}); err != nil {
		return s, fmt.Errorf("start PostgreSQL: %w", err)
	}
	conn, err := pgx.Connect(ctx, s.cluster.SuperURL())
	if err != nil {
		return s, err
	}
	defer conn.Close(ctx)
	var found string
	err = conn.QueryRow(ctx, "SELECT coalesce(obj_description(to_regclass('declaration')), '')").Scan(&found)
	if err == nil && found != complete {
		err = s.fill(ctx, conn, dir, duck, g)
	}
	if err != nil {
		return s, err
	}
	if err := settled(ctx, conn); err != nil {
		return s, err
	}
	s.db, err = sql.Open("pgx", s.cluster.SuperURL())
	return s, err
}

// settled waits until what was copied is on the disk, and reads it once.
func settled(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, "CHECKPOINT"); err != nil {
		return err
	}
	syscall.Sync()
	var rows int64
	return conn.QueryRow(ctx, "SELECT count(*) FROM declaration WHERE total >= 0 OR total IS NULL").Scan(&rows)
}

// fill copies the rows.
func (s *server) fill(ctx context.Context, conn *pgx.Conn, dir string, duck *sql.DB, g *cube.Grain) error {
	var columns, names []string
	for _, c := range g.Columns {
		kind := map[cube.Type]string{cube.Code: "text COLLATE \"C\" NOT NULL", cube.Integer: "bigint", cube.Day: "date", cube.Flags: "bigint NOT NULL"}[c.Type]
		columns, names = append(columns, c.Name+" "+kind), append(names, c.Name)
	}
	statements := []string{
		"ALTER SYSTEM SET work_mem = '256MB'", "ALTER SYSTEM SET max_parallel_workers_per_gather = 2", "ALTER SYSTEM SET jit = off", "ALTER SYSTEM SET autovacuum = off",
		"SELECT pg_reload_conf()", "DROP TABLE IF EXISTS declaration", "CREATE UNLOGGED TABLE declaration (" + strings.Join(columns, ", ") + ")",
	}
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	if err := copyRows(ctx, conn, dir, duck, names); err != nil {
		return err
	}
	for _, statement := range []string{"CREATE INDEX ON declaration (office, registered)", "VACUUM ANALYZE declaration", "COMMENT ON TABLE declaration IS '" + complete + "'"} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// copyRows has DuckDB write the rows as CSV, and PostgreSQL read it.
func copyRows(ctx context.Context, conn *pgx.Conn, dir string, duck *sql.DB, names []string) error {
	path := filepath.Join(dir, "rows.csv")
	defer os.Remove(path)
	all := strings.Join(names, ", ")
	if _, err := duck.ExecContext(ctx, fmt.Sprintf("COPY (SELECT %s FROM declaration) TO '%s' (FORMAT csv, HEADER false, NULLSTR '\\N', FORCE_QUOTE *)", all, path)); err != nil {
		return fmt.Errorf("write rows: %w", err)
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = conn.PgConn().CopyFrom(ctx, io.Reader(file), "COPY declaration ("+all+") FROM STDIN (FORMAT csv, NULL '\\N')")
	if err != nil {
		return fmt.Errorf("copy rows: %w", err)
	}
	return nil
}
