-- +goose Up
-- What an administration sets for itself beyond table tenant: its logo, and the working calendar of each office.

ALTER TABLE tenant ADD COLUMN logo text NOT NULL DEFAULT '';
COMMENT ON COLUMN tenant.logo IS 'SHA-256 of the logo that tenant_logo holds, hexadecimal; empty for none.';

CREATE TABLE tenant_logo (
  tenant_id  uuid PRIMARY KEY REFERENCES tenant,
  media_type text NOT NULL CHECK (media_type = 'image/png'),
  content    bytea NOT NULL CHECK (octet_length(content) <= 1048576),
  width      integer NOT NULL,
  height     integer NOT NULL,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL
);
COMMENT ON TABLE tenant_logo IS 'The administration''s logo, drawn anew as PNG by the program: no byte of what was uploaded is kept.';
SELECT assay_isolate('tenant_logo');

CREATE TABLE working_week (
  tenant_id  uuid NOT NULL,
  office     text COLLATE "C" NOT NULL,
  valid_from date NOT NULL,
  shifts     jsonb NOT NULL CHECK (jsonb_typeof(shifts) = 'array' AND jsonb_array_length(shifts) = 7),
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  PRIMARY KEY (tenant_id, office, valid_from),
  FOREIGN KEY (tenant_id, office) REFERENCES office
);
COMMENT ON TABLE working_week IS 'Working hours of an office from a local day on, until a later row; before the first one the columns of office hold.';
COMMENT ON COLUMN working_week.shifts IS 'Seven lists, Monday first, of [opens, closes] in minutes after local midnight, at most two a day.';
SELECT assay_isolate('working_week');

CREATE TABLE office_closure (
  tenant_id  uuid NOT NULL REFERENCES tenant,
  closure_id uuid NOT NULL,
  office     text COLLATE "C" NOT NULL DEFAULT '',
  first_day  date NOT NULL,
  last_day   date NOT NULL,
  reason     text NOT NULL CHECK (reason <> ''),
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  PRIMARY KEY (tenant_id, closure_id),
  CHECK (last_day >= first_day AND last_day - first_day < 366)
);
COMMENT ON TABLE office_closure IS 'Days on which an office was exceptionally closed, both included; an empty office means all.';
SELECT assay_isolate('office_closure');

ALTER TABLE holiday ADD COLUMN removed boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN holiday.removed IS 'Taken out by the administration: it is no holiday, and an extract that names it again does not bring it back.';

-- +goose Down
ALTER TABLE holiday DROP COLUMN removed;
DROP TABLE office_closure, working_week, tenant_logo;
ALTER TABLE tenant DROP COLUMN logo;
