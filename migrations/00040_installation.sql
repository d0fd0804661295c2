-- +goose Up
-- What an operator of the installation does with administrations: suspend, export, erase.

ALTER TABLE tenant ADD COLUMN state_since timestamptz, ADD COLUMN state_reason text NOT NULL DEFAULT '';
COMMENT ON COLUMN tenant.state IS 'active; suspended: nobody of it signs in and its jobs rest; erasing: it is being removed for good.';
COMMENT ON COLUMN tenant.state_reason IS 'Why it is in this state, in the operator''s words; shown to its people.';

CREATE TABLE tenant_export (
  tenant_id  uuid NOT NULL REFERENCES tenant,
  export_id  uuid NOT NULL,
  state      text NOT NULL CHECK (state IN ('waiting','running','done','failed','removed')),
  started_at timestamptz NOT NULL,
  started_by text NOT NULL,
  capacity   text NOT NULL,
  ended_at   timestamptz,
  kept_until timestamptz,
  files      integer NOT NULL DEFAULT 0,
  row_count  bigint NOT NULL DEFAULT 0,
  bytes      bigint NOT NULL DEFAULT 0,
  sha256     text NOT NULL DEFAULT '',
  failure    text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, export_id)
);
COMMENT ON TABLE tenant_export IS 'Exports of everything an administration has, started on a page or the API.';
COMMENT ON COLUMN tenant_export.kept_until IS 'Until then it can be downloaded; then its content is removed and this row stays.';
COMMENT ON COLUMN tenant_export.sha256 IS 'Of the whole zip file, hexadecimal.';
SELECT assay_isolate('tenant_export');

CREATE TABLE tenant_export_part (
  tenant_id uuid NOT NULL,
  export_id uuid NOT NULL,
  sequence  integer NOT NULL,
  content   bytea NOT NULL,
  PRIMARY KEY (tenant_id, export_id, sequence),
  FOREIGN KEY (tenant_id, export_id) REFERENCES tenant_export
);
ALTER TABLE tenant_export_part ALTER COLUMN content SET STORAGE EXTERNAL;
COMMENT ON TABLE tenant_export_part IS 'The bytes of exports in pieces of one megabyte, while they are kept.';
SELECT assay_isolate('tenant_export_part');

CREATE TABLE tenant_tombstone (
  erased_tenant uuid PRIMARY KEY,
  code_hash     bytea NOT NULL,
  created_at    timestamptz NOT NULL,
  erased_at     timestamptz NOT NULL,
  erased_by     text NOT NULL,
  removed       jsonb NOT NULL
);
COMMENT ON TABLE tenant_tombstone IS 'All that is left of an erased administration. Belongs to no tenant: not under row-level security.';
COMMENT ON COLUMN tenant_tombstone.code_hash IS 'SHA-256 of identifier and code: proves of a code that it was this one, does not tell it.';
COMMENT ON COLUMN tenant_tombstone.removed IS 'Rows removed, by table.';
GRANT SELECT ON tenant_tombstone TO assay_app;

-- The last step of erasing, all or nothing: whatever is left in any table with a tenant_id, the people who
-- belong nowhere else, the administration itself, and the tombstone. The program's role may delete neither audit records
-- nor administrations; this function, which runs as the owner of the tables, removes them only together
-- with everything else, only of the tenant of the transaction (row-level security binds the owner
-- too), and only when that is marked for it.
-- +goose StatementBegin
CREATE FUNCTION assay_erase_tenant(confirmed_code text, erased_by text, at timestamptz, removed_before jsonb) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  target uuid := nullif(current_setting('assay.tenant_id', true), '')::uuid;
  since timestamptz;
  people uuid[] := '{}';
  named uuid[];
  person uuid;
  place record;
  n bigint;
  again boolean := true;
  passes integer := 0;
  removed jsonb := removed_before;
BEGIN
  SELECT created_at INTO since FROM tenant WHERE tenant_id = target AND state = 'erasing' AND code = confirmed_code FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'this administration is not marked for erasing';
  END IF;
  -- Who is named in any of its rows as an account.
  FOR place IN SELECT k.conrelid::regclass AS relation, a.attname FROM pg_constraint k
    JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[array_position(k.confkey, (SELECT attnum FROM pg_attribute WHERE attrelid = 'account'::regclass AND attname = 'account_id'))]
    WHERE k.contype = 'f' AND k.confrelid = 'account'::regclass
    AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = k.conrelid AND t.attname = 'tenant_id' AND NOT t.attisdropped)
  LOOP
    EXECUTE format('SELECT array_agg(DISTINCT %I) FROM %s WHERE tenant_id = $1 AND %I IS NOT NULL', place.attname, place.relation, place.attname) INTO named USING target;
    people := people || coalesce(named, '{}');
  END LOOP;
  -- Rows that others refer to go in a later pass.
  WHILE again LOOP
    again := false;
    passes := passes + 1;
    IF passes > 50 THEN
      RAISE EXCEPTION 'rows refer to one another in a circle';
    END IF;
    FOR place IN SELECT c.oid::regclass AS relation FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r','p') AND NOT c.relispartition
      AND a.attname = 'tenant_id' AND NOT a.attisdropped AND c.oid <> 'tenant'::regclass ORDER BY c.relname
    LOOP
      BEGIN
        EXECUTE format('DELETE FROM %s WHERE tenant_id = $1', place.relation) USING target;
        GET DIAGNOSTICS n = ROW_COUNT;
        IF n > 0 THEN
          removed := jsonb_set(removed, ARRAY[place.relation::text], to_jsonb(coalesce((removed ->> place.relation::text)::bigint, 0) + n));
        END IF;
      EXCEPTION WHEN foreign_key_violation THEN
        again := true;
      END;
    END LOOP;
  END LOOP;
  -- People who are nothing anywhere else, with what is theirs alone (factors, codes, notices).
  -- One who is still named elsewhere stays: a reference that remains undoes the whole removal of that person.
  n := 0;
  FOR person IN SELECT DISTINCT account_id FROM unnest(people) AS account_id
    WHERE account_id NOT IN (SELECT account_id FROM membership) AND account_id NOT IN (SELECT account_id FROM installation_member)
  LOOP
    BEGIN
      FOR place IN SELECT k.conrelid::regclass AS relation, a.attname FROM pg_constraint k
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f' AND k.confrelid = 'account'::regclass AND cardinality(k.conkey) = 1
        AND NOT EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = k.conrelid AND t.attname = 'tenant_id' AND t.attnotnull AND NOT t.attisdropped)
      LOOP
        EXECUTE format('DELETE FROM %s WHERE %I = $1', place.relation, place.attname) USING person;
      END LOOP;
      DELETE FROM account WHERE account_id = person;
      n := n + 1;
    EXCEPTION WHEN foreign_key_violation THEN
      NULL;
    END;
  END LOOP;
  IF n > 0 THEN
    removed := jsonb_set(removed, '{account}', to_jsonb(n));
  END IF;
  DELETE FROM tenant WHERE tenant_id = target;
  removed := jsonb_set(removed, '{tenant}', '1');
  INSERT INTO tenant_tombstone (erased_tenant, code_hash, created_at, erased_at, erased_by, removed)
    VALUES (target, sha256(convert_to(target::text || ' ' || confirmed_code, 'UTF8')), since, at, erased_by, removed);
  RETURN removed;
END $$;
-- +goose StatementEnd
COMMENT ON FUNCTION assay_erase_tenant(text, text, timestamptz, jsonb) IS 'Removes what is left of the administration of the transaction, which must be marked for erasing, and leaves its tombstone.';

REVOKE EXECUTE ON FUNCTION assay_erase_tenant(text, text, timestamptz, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION assay_erase_tenant(text, text, timestamptz, jsonb) TO assay_app;

-- Jobs of an administration that is not active rest, except the export that an operator started of it.
GRANT SELECT (tenant_id, state) ON tenant TO assay_across;
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION assay_waiting_tenants() RETURNS TABLE (tenant_id uuid, waiting bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.tenant_id, count(*) FROM outbox o JOIN tenant t ON t.tenant_id = o.tenant_id
  WHERE o.state IN ('pending','sent','running') AND (t.state = 'active' OR o.kind = 'tenant_export') GROUP BY o.tenant_id
$$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION assay_waiting_tenants() RETURNS TABLE (tenant_id uuid, waiting bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.tenant_id, count(*) FROM outbox o WHERE o.state IN ('pending','sent','running') GROUP BY o.tenant_id
$$;
-- +goose StatementEnd
REVOKE SELECT (tenant_id, state) ON tenant FROM assay_across;
DROP FUNCTION assay_erase_tenant(text, text, timestamptz, jsonb);
DROP TABLE tenant_tombstone, tenant_export_part, tenant_export;
ALTER TABLE tenant DROP COLUMN state_since, DROP COLUMN state_reason;
