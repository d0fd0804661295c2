-- +goose Up
-- One SQL function isolates a table, so that no migration can do it half.
-- The predicate is a sub-select (an InitPlan, evaluated once a statement) except
-- where Citus is present, which refuses sub-selects in policies.

-- +goose StatementBegin
CREATE FUNCTION assay_isolate(target regclass) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  setting constant text := $q$nullif(current_setting('assay.tenant_id', true), '')::uuid$q$;
  predicate text;
BEGIN
  IF EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus') THEN
    predicate := 'tenant_id = ' || setting;
  ELSE
    predicate := 'tenant_id = (SELECT ' || setting || ')';
  END IF;
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
  EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
  EXECUTE format('CREATE POLICY tenant ON %s FOR ALL USING (%s) WITH CHECK (%s)', target, predicate, predicate);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO assay_app', target);
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION assay_isolate(regclass) IS 'Puts a table under FORCE row-level security by tenant and grants it to the program''s role.';
GRANT USAGE ON SCHEMA public TO assay_app;

-- +goose Down
DROP FUNCTION assay_isolate(regclass);
REVOKE USAGE ON SCHEMA public FROM assay_app;
