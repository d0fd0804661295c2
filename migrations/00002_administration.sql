-- +goose Up
CREATE TABLE tenant (
  tenant_id   uuid PRIMARY KEY,
  code        text NOT NULL UNIQUE CHECK (code ~ '^[a-z][a-z0-9-]{1,30}$'),
  names       jsonb NOT NULL,
  currency    text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
  zone        text NOT NULL,
  languages   text[] NOT NULL CHECK (cardinality(languages) > 0),
  settings    jsonb NOT NULL DEFAULT '{}',
  state       text NOT NULL DEFAULT 'active' CHECK (state IN ('active','suspended','erasing')),
  created_at  timestamptz NOT NULL
);
COMMENT ON TABLE tenant IS 'The administrations of the installation. Read before a tenant is known: not under row-level security.';
COMMENT ON COLUMN tenant.code IS 'Short name used in commands and addresses.';
COMMENT ON COLUMN tenant.names IS 'Name by language, {"en": "...", "fr": "..."}.';
COMMENT ON COLUMN tenant.currency IS 'ISO 4217; all money of the tenant is in its minor units.';
COMMENT ON COLUMN tenant.zone IS 'IANA time zone; offices may have their own.';
COMMENT ON COLUMN tenant.settings IS 'Thresholds and national settings, see package administration, type Settings.';
GRANT SELECT, INSERT, UPDATE ON tenant TO assay_app;

CREATE TABLE office (
  tenant_id uuid NOT NULL REFERENCES tenant,
  code      text COLLATE "C" NOT NULL,
  name      text NOT NULL DEFAULT '',
  kind      text NOT NULL DEFAULT '' CHECK (kind IN ('','seaport','airport','land','post','inland')),
  zone      text NOT NULL DEFAULT '',
  opens     smallint NOT NULL DEFAULT 480,
  closes    smallint NOT NULL DEFAULT 1020,
  workdays  text NOT NULL DEFAULT '1111100' CHECK (workdays ~ '^[01]{7}$'),
  seen_only boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, code),
  CHECK (opens >= 0 AND closes <= 1440 AND opens < closes)
);
COMMENT ON TABLE office IS 'Customs offices with their working calendar.';
COMMENT ON COLUMN office.zone IS 'IANA time zone; empty means the administration''s.';
COMMENT ON COLUMN office.opens IS 'Opening, minutes after local midnight.';
COMMENT ON COLUMN office.closes IS 'Closing, minutes after local midnight.';
COMMENT ON COLUMN office.workdays IS 'Seven digits, Monday first; 1 is a working day.';
COMMENT ON COLUMN office.seen_only IS 'Known only because data named it; nobody has described it yet.';
SELECT assay_isolate('office');

CREATE TABLE section (
  tenant_id uuid NOT NULL,
  office    text COLLATE "C" NOT NULL,
  code      text COLLATE "C" NOT NULL,
  name      text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, office, code),
  FOREIGN KEY (tenant_id, office) REFERENCES office
);
COMMENT ON TABLE section IS 'Sections of an office to which examiners belong.';
SELECT assay_isolate('section');

CREATE TABLE holiday (
  tenant_id uuid NOT NULL REFERENCES tenant,
  office    text COLLATE "C" NOT NULL DEFAULT '',
  day       date NOT NULL,
  name      text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, office, day)
);
COMMENT ON TABLE holiday IS 'Non-working days; an empty office means the whole country.';
SELECT assay_isolate('holiday');

CREATE TABLE officer (
  tenant_id uuid NOT NULL REFERENCES tenant,
  code      text COLLATE "C" NOT NULL,
  name      text NOT NULL DEFAULT '',
  machine   boolean NOT NULL DEFAULT false,
  seen_only boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, code)
);
COMMENT ON TABLE officer IS 'Users of the clearance system: officers, cashiers, brokers'' users and machine users.';
COMMENT ON COLUMN officer.code IS 'User name in the clearance system.';
COMMENT ON COLUMN officer.machine IS 'A machine user; never counted as an officer.';
SELECT assay_isolate('officer');

CREATE TABLE posting (
  tenant_id uuid NOT NULL,
  officer   text COLLATE "C" NOT NULL,
  starts_on date NOT NULL,
  ends_on   date,
  office    text COLLATE "C" NOT NULL DEFAULT '',
  section   text COLLATE "C" NOT NULL DEFAULT '',
  function  text NOT NULL CHECK (function IN ('examiner','chief','head','cashier','system','broker','other')),
  status    text NOT NULL CHECK (status IN ('active','suspended','leave','transferred','deleted')),
  chief     text COLLATE "C" NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, officer, starts_on, office, status),
  FOREIGN KEY (tenant_id, officer) REFERENCES officer,
  CHECK (ends_on IS NULL OR ends_on >= starts_on)
);
COMMENT ON TABLE posting IS 'Where and as what a user worked, or why not, as intervals of whole days, both ends included.';
SELECT assay_isolate('posting');

CREATE TABLE workstation_session (
  tenant_id   uuid NOT NULL REFERENCES tenant,
  officer     text COLLATE "C" NOT NULL,
  started_at  timestamptz NOT NULL,
  ended_at    timestamptz,
  workstation text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, officer, started_at, workstation)
);
COMMENT ON TABLE workstation_session IS 'Sessions of users in the clearance system.';
SELECT assay_isolate('workstation_session');

CREATE TABLE broker (
  tenant_id uuid NOT NULL REFERENCES tenant,
  code text COLLATE "C" NOT NULL,
  name text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, code)
);
COMMENT ON TABLE broker IS 'Declarants.';
SELECT assay_isolate('broker');

CREATE TABLE trader (
  tenant_id uuid NOT NULL REFERENCES tenant,
  code text COLLATE "C" NOT NULL,
  name text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, code)
);
COMMENT ON TABLE trader IS 'Importers, exporters and holders of suspense accounts.';
SELECT assay_isolate('trader');

CREATE TABLE code_name (
  tenant_id uuid NOT NULL REFERENCES tenant,
  list text NOT NULL CHECK (list IN ('procedure','hs','country','lane','mode','offence','tax')),
  code text COLLATE "C" NOT NULL,
  language text NOT NULL,
  name text NOT NULL,
  PRIMARY KEY (tenant_id, list, code, language)
);
COMMENT ON TABLE code_name IS 'The administration''s own names of codes; names that ship with the program stand in its files.';
SELECT assay_isolate('code_name');

CREATE TABLE revenue_target (
  tenant_id uuid NOT NULL REFERENCES tenant,
  office text COLLATE "C" NOT NULL,
  month  integer NOT NULL,
  amount bigint NOT NULL,
  PRIMARY KEY (tenant_id, office, month)
);
COMMENT ON TABLE revenue_target IS 'Revenue expected of an office in a month.';
COMMENT ON COLUMN revenue_target.month IS 'year * 12 + month - 1.';
SELECT assay_isolate('revenue_target');

CREATE TABLE intake_map (
  tenant_id uuid NOT NULL REFERENCES tenant,
  kind text NOT NULL CHECK (kind IN ('column','operation','lane')),
  name text NOT NULL,
  content jsonb NOT NULL,
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, kind, name)
);
COMMENT ON TABLE intake_map IS 'The administration''s own column, operation and lane maps; without a row the shipped map of that name holds.';
SELECT assay_isolate('intake_map');

-- +goose Down
DROP TABLE intake_map, revenue_target, code_name, trader, broker, workstation_session, posting, officer, holiday, section, office, tenant;
