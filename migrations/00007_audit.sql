-- +goose Up
CREATE TABLE audit_record (
  tenant_id uuid NOT NULL REFERENCES tenant,
  sequence  bigint NOT NULL,
  at        timestamptz NOT NULL,
  actor     text NOT NULL,
  capacity  text NOT NULL,
  action    text NOT NULL,
  object    text NOT NULL,
  before    jsonb,
  after     jsonb,
  origin    text NOT NULL DEFAULT '',
  previous_hash bytea NOT NULL,
  hash      bytea NOT NULL,
  PRIMARY KEY (tenant_id, sequence)
);
COMMENT ON TABLE audit_record IS 'Append-only record of who did what, each row hashed over the one before.';
COMMENT ON COLUMN audit_record.capacity IS 'Role or engagement under which the actor acted.';
COMMENT ON COLUMN audit_record.origin IS 'Address the request came from, or the command.';
SELECT assay_isolate('audit_record');
REVOKE UPDATE, DELETE ON audit_record FROM assay_app;

-- +goose Down
DROP TABLE audit_record;
