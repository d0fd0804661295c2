-- +goose Up
CREATE TABLE outbox (
  tenant_id  uuid NOT NULL REFERENCES tenant,
  outbox_id  uuid NOT NULL,
  kind       text NOT NULL,
  period     text NOT NULL DEFAULT '',
  class      text NOT NULL CHECK (class IN ('interactive','ingest','batch')),
  arguments  jsonb NOT NULL DEFAULT '{}',
  state      text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending','sent','running','done','failed')),
  again      boolean NOT NULL DEFAULT false,
  attempts   integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  due_at     timestamptz NOT NULL,
  heartbeat_at timestamptz,
  ended_at   timestamptz,
  progress   jsonb NOT NULL DEFAULT '{}',
  failure    text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, outbox_id)
);
CREATE UNIQUE INDEX outbox_one_at_a_time ON outbox (tenant_id, kind, period) WHERE state IN ('pending','sent','running');
CREATE INDEX outbox_waiting ON outbox (tenant_id, state, due_at) WHERE state IN ('pending','sent','running');
COMMENT ON TABLE outbox IS 'Work that follows from committed data. This table is the truth; the queue only carries it.';
COMMENT ON COLUMN outbox.period IS 'What the work is about, so that the same work waits once; with kind it is unique among the unfinished.';
COMMENT ON COLUMN outbox.again IS 'New data came while the work ran: it goes back to pending when it ends.';
SELECT assay_isolate('outbox');

-- Which tenants have work waiting: the only question asked across tenants.
-- +goose StatementBegin
CREATE FUNCTION assay_waiting_tenants() RETURNS TABLE (tenant_id uuid, waiting bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT o.tenant_id, count(*) FROM outbox o WHERE o.state IN ('pending','sent','running') GROUP BY o.tenant_id
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION assay_waiting_tenants() FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO assay_across;
GRANT SELECT ON outbox TO assay_across;
ALTER FUNCTION assay_waiting_tenants() OWNER TO assay_across;
REVOKE CREATE ON SCHEMA public FROM assay_across;
GRANT EXECUTE ON FUNCTION assay_waiting_tenants() TO assay_app;

-- +goose Down
DROP FUNCTION assay_waiting_tenants();
REVOKE USAGE ON SCHEMA public FROM assay_across;
DROP TABLE outbox;
