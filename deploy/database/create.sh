#!/bin/sh
# Makes the roles and the database of Assay on a PostgreSQL server that has none
# of them, as its superuser. It connects as psql does by itself (PGHOST, PGUSER ..).
# The official PostgreSQL image runs it when its data directory is new.
#
#   ASSAY_OWNER_PASSWORD=.. ASSAY_APP_PASSWORD=.. deploy/database/create.sh
set -eu
: "${ASSAY_OWNER_PASSWORD:?set the password of the role that owns the tables}"
: "${ASSAY_APP_PASSWORD:?set the password of the role of the program}"
roles=${ASSAY_ROLES_SQL:-$(dirname "$0")/../local/roles.sql}

export PGUSER="${PGUSER:-${POSTGRES_USER:-postgres}}"
sql() {
	psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 "$@"
}
sql --dbname postgres --file "$roles"
# The passwords come from the environment and not from the command line, which
# every user of the machine can read.
sql --dbname postgres <<'SQL'
\getenv owner_password ASSAY_OWNER_PASSWORD
\getenv app_password ASSAY_APP_PASSWORD
SET log_statement = 'none';
ALTER ROLE assay_owner PASSWORD :'owner_password';
ALTER ROLE assay_app PASSWORD :'app_password';
SELECT 'CREATE DATABASE assay OWNER assay_owner TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'assay') \gexec
REVOKE ALL ON DATABASE assay FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE assay TO assay_app;
SQL
