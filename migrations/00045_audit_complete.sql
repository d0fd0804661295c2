-- +goose Up
-- A record also says under which engagement, from which session or token and in which request something
-- was done. Rows written before keep form 1 and the hash over its fields; new rows have form 2.
ALTER TABLE audit_record
  ADD COLUMN form       smallint NOT NULL DEFAULT 1,
  ADD COLUMN engagement text NOT NULL DEFAULT '',
  ADD COLUMN session    text NOT NULL DEFAULT '',
  ADD COLUMN request    text NOT NULL DEFAULT '';
COMMENT ON COLUMN audit_record.form IS 'Which fields the hash is taken over, see domain/audit/README.md.';
COMMENT ON COLUMN audit_record.engagement IS 'Identifier of the engagement under which an expert acted; empty for everybody else.';
COMMENT ON COLUMN audit_record.session IS 'Fingerprint of the session or API token, never the token.';
COMMENT ON COLUMN audit_record.request IS 'Number of the request, as in the log.';

-- Searching: by one thing, newest first. Beginnings are compared in byte order.
CREATE INDEX audit_record_at ON audit_record (tenant_id, at);
CREATE INDEX audit_record_actor ON audit_record (tenant_id, actor, sequence);
CREATE INDEX audit_record_action ON audit_record (tenant_id, action COLLATE "C", sequence);
CREATE INDEX audit_record_object ON audit_record (tenant_id, object COLLATE "C", sequence);
CREATE INDEX audit_record_engagement ON audit_record (tenant_id, engagement, sequence) WHERE engagement <> '';

-- The end of each record, kept beside it: rows cut off at the end leave an intact shorter chain, which
-- only somebody who knows the end can tell. Its row is also the lock under which a record grows.
CREATE TABLE audit_head (
  tenant_id uuid PRIMARY KEY REFERENCES tenant,
  sequence  bigint NOT NULL,
  hash      bytea NOT NULL,
  at        timestamptz NOT NULL
);
COMMENT ON TABLE audit_head IS 'Last row of each administration''s record: its place and hash.';
-- The owner sees no tenant's rows either while row-level security is forced.
ALTER TABLE audit_record NO FORCE ROW LEVEL SECURITY;
INSERT INTO audit_head (tenant_id, sequence, hash, at)
  SELECT DISTINCT ON (tenant_id) tenant_id, sequence, hash, at FROM audit_record ORDER BY tenant_id, sequence DESC;
ALTER TABLE audit_record FORCE ROW LEVEL SECURITY;
SELECT assay_isolate('audit_head');
REVOKE DELETE ON audit_head FROM assay_app;

-- +goose Down
DROP TABLE audit_head;
DROP INDEX audit_record_at, audit_record_actor, audit_record_action, audit_record_object, audit_record_engagement;
ALTER TABLE audit_record DROP COLUMN form, DROP COLUMN engagement, DROP COLUMN session, DROP COLUMN request;
