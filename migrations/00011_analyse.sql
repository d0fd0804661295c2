-- +goose Up
-- The program's role owns no table and so cannot analyse one; a table that was
-- just filled for the first time would be planned for as if it were empty until
-- autovacuum comes by.

-- +goose StatementBegin
CREATE FUNCTION assay_analyse() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  stale regclass;
  analysed integer := 0;
BEGIN
  FOR stale IN
    SELECT c.oid::regclass FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
      AND (c.reltuples <= 0 AND pg_relation_size(c.oid) > 0 OR s.n_mod_since_analyze > 1000 + c.reltuples / 50)
  LOOP
    EXECUTE format('ANALYZE %s', stale);
    analysed := analysed + 1;
  END LOOP;
  RETURN analysed;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION assay_analyse() IS 'Analyses the tables that were never analysed, or have changed noticeably since.';
REVOKE EXECUTE ON FUNCTION assay_analyse() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION assay_analyse() TO assay_app;

-- +goose Down
DROP FUNCTION assay_analyse();
