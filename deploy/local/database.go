package local

import (
	"context"
	_ "embed" // the roles are a file that administrators of a shared server run too
	"errors"
	"fmt"
	"net/url"

	"github.com/jackc/pgx/v5"
)

// The roles that connect, and the database that Assay lives in.
const (
	SuperRole = "postgres"
	OwnerRole = "assay_owner"
	AppRole   = "assay_app"
	Database  = "assay"
)

// port only names the socket file; the server listens on no network address.
const port = "5432"

//go:embed roles.sql
var rolesSQL string

// SuperURL connects as the superuser to the maintenance database. Only the set-up
// of roles and databases may use it.
func (c *Cluster) SuperURL() string { return c.SuperURLOf("postgres") }

// SuperURLOf connects to a database as the superuser, who sees through row-level
// security: for checks in tests.
func (c *Cluster) SuperURLOf(database string) string { return c.url(SuperRole, database) }

// OwnerURL connects to a database as the role that owns its tables; migrations use it.
func (c *Cluster) OwnerURL(database string) string { return c.url(OwnerRole, database) }

// AppURL connects to a database as the role of the program, under row-level security.
func (c *Cluster) AppURL(database string) string { return c.url(AppRole, database) }

func (c *Cluster) url(role, database string) string {
	query := url.Values{"host": {c.socket}, "port": {port}, "user": {role}}
	return "postgres:///" + url.PathEscape(database) + "?" + query.Encode()
}

// CreateDatabase makes a database that belongs to assay_owner and where assay_app
// may connect and make temporary tables. It is copied from template, file by file,
// or empty when template is "". One that exists already keeps its content.
func (c *Cluster) CreateDatabase(ctx context.Context, name, template string) error {
	if template == "" {
		template = "template0"
	}
	return c.asSuper(ctx, func(conn *pgx.Conn) error {
		var exists bool
		err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&exists)
		if err != nil {
			return fmt.Errorf("look for database %s: %w", name, err)
		}
		quoted := pgx.Identifier{name}.Sanitize()
		if !exists {
			_, err = conn.Exec(ctx, "CREATE DATABASE "+quoted+" OWNER "+OwnerRole+
				" TEMPLATE "+pgx.Identifier{template}.Sanitize()+" STRATEGY file_copy")
			if err != nil {
				return fmt.Errorf("create database %s: %w", name, err)
			}
		}
		// Rights on a database are not copied with its template. The schema public
		// belongs to whoever owns the database, by the role pg_database_owner.
		_, err = conn.Exec(ctx, "REVOKE ALL ON DATABASE "+quoted+" FROM PUBLIC; "+
			"GRANT CONNECT, TEMPORARY ON DATABASE "+quoted+" TO "+AppRole)
		if err != nil {
			return fmt.Errorf("grant rights on database %s: %w", name, err)
		}
		return nil
	})
}

// DropDatabase removes a database and throws out whoever is connected to it.
func (c *Cluster) DropDatabase(ctx context.Context, name string) error {
	return c.asSuper(ctx, func(conn *pgx.Conn) error {
		if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)"); err != nil {
			return fmt.Errorf("drop database %s: %w", name, err)
		}
		return nil
	})
}

// prepare makes the roles and the database of Assay; it may run any number of times.
func (c *Cluster) prepare(ctx context.Context) error {
	err := c.asSuper(ctx, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, rolesSQL)
		return err
	})
	if err != nil {
		return fmt.Errorf("make the database roles: %w", err)
	}
	return c.CreateDatabase(ctx, Database, "")
}

// asSuper runs do on a superuser connection of its own.
func (c *Cluster) asSuper(ctx context.Context, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, c.SuperURL())
	if err != nil {
		return fmt.Errorf("connect to the private PostgreSQL: %w", err)
	}
	err = do(conn)
	return errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
}

// RolesSQL makes the roles of Assay on a server that somebody else runs; a
// superuser of that server runs it.
func RolesSQL() string { return rolesSQL }
