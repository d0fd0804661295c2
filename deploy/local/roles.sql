-- The roles of Assay, on a cluster of any kind. Run it as a superuser; running it
-- again changes nothing. On a shared server give assay_owner and assay_app
-- passwords afterwards (\password assay_owner), this script gives none.
--
--   assay_owner   owns the database, its schema and its tables; migrations use it
--   assay_app     the program; owns nothing, is under row-level security
--   assay_across  cannot sign in; owns the few functions that must see across tenants
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'assay_owner') THEN
    CREATE ROLE assay_owner;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'assay_app') THEN
    CREATE ROLE assay_app;
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'assay_across') THEN
    CREATE ROLE assay_across;
  END IF;
END
$$;

ALTER ROLE assay_owner  LOGIN   NOSUPERUSER CREATEDB   NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE assay_app    LOGIN   NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE assay_across NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION BYPASSRLS;

-- A migration hands a function to assay_across with ALTER FUNCTION .. OWNER TO,
-- which only a member may do. BYPASSRLS itself is not inherited by membership.
GRANT assay_across TO assay_owner;
