-- +goose Up
ALTER TABLE membership ADD COLUMN section text NOT NULL DEFAULT '';
COMMENT ON COLUMN membership.section IS 'The section of the office of which a head of team is head; empty for the whole office.';
COMMENT ON COLUMN membership.role IS 'One of the roles of the program, or the code of one of the administration''s own (own_role).';

CREATE TABLE installation_member (
  account_id uuid NOT NULL REFERENCES account,
  role       text NOT NULL CHECK (role IN ('installation_operator')),
  since      timestamptz NOT NULL,
  PRIMARY KEY (account_id, role)
);
COMMENT ON TABLE installation_member IS 'Who runs the installation. Belongs to no tenant: not under row-level security.';
GRANT SELECT, INSERT, DELETE ON installation_member TO assay_app;

CREATE TABLE own_role (
  tenant_id   uuid NOT NULL REFERENCES tenant,
  code        text COLLATE "C" NOT NULL CHECK (code ~ '^own-[a-z0-9][a-z0-9-]{0,39}$'),
  names       jsonb NOT NULL,
  permissions jsonb NOT NULL,
  state       text NOT NULL DEFAULT 'active' CHECK (state IN ('active','retired')),
  version     integer NOT NULL DEFAULT 1,
  created_at  timestamptz NOT NULL,
  changed_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, code)
);
COMMENT ON TABLE own_role IS 'Roles that an administration has put together from permissions that the program''s roles have.';
COMMENT ON COLUMN own_role.names IS 'Name by language, {"en": "...", "fr": "..."}.';
COMMENT ON COLUMN own_role.permissions IS 'Scope by action, {"figure.read": "office"}.';
COMMENT ON COLUMN own_role.state IS 'A retired role gives nothing and is kept, because the audit record names it.';
COMMENT ON COLUMN own_role.version IS 'Counts changes: who edits an older version is told.';
SELECT assay_isolate('own_role');

-- +goose Down
DROP TABLE own_role, installation_member;
COMMENT ON COLUMN membership.role IS NULL;
ALTER TABLE membership DROP COLUMN section;
