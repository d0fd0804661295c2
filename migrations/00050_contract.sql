-- +goose Up
CREATE TABLE programme (
  tenant_id uuid NOT NULL REFERENCES tenant,
  phase     text NOT NULL DEFAULT 'preparing' CHECK (phase IN ('preparing','descriptive','prescriptive')),
  starts_on date,
  reports_required smallint NOT NULL DEFAULT 2 CHECK (reports_required BETWEEN 2 AND 24),
  opened_at timestamptz,
  opened_by text NOT NULL DEFAULT '',
  override_reason text NOT NULL DEFAULT '',
  revision  bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id)
);
COMMENT ON TABLE programme IS 'The administration''s way to contracts: preparing, describing without targets, then contracts.';
COMMENT ON COLUMN programme.starts_on IS 'First day of the descriptive phase, a local day.';
COMMENT ON COLUMN programme.override_reason IS 'Why a person opened contracts although something was missing; empty when nothing was.';
SELECT assay_isolate('programme');

CREATE TABLE programme_prerequisite (
  tenant_id uuid NOT NULL,
  key       text NOT NULL CHECK (key IN ('mandate','team_leader','team_members','system_version','hardware','extract')),
  met       boolean NOT NULL,
  evidence  text NOT NULL DEFAULT '',
  noted_by  text NOT NULL,
  noted_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key),
  FOREIGN KEY (tenant_id) REFERENCES programme,
  CHECK (NOT met OR evidence <> '')
);
COMMENT ON TABLE programme_prerequisite IS 'What must be there before contracts, ticked with evidence.';
SELECT assay_isolate('programme_prerequisite');

CREATE TABLE programme_member (
  tenant_id uuid NOT NULL,
  member_id uuid NOT NULL,
  name      text NOT NULL CHECK (name <> ''),
  unit      text NOT NULL CHECK (unit IN ('direction','frontline','informatics','statistics','risk','legal','human_resources','other')),
  leader    boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, member_id),
  FOREIGN KEY (tenant_id) REFERENCES programme
);
CREATE UNIQUE INDEX programme_one_leader ON programme_member (tenant_id) WHERE leader;
COMMENT ON TABLE programme_member IS 'The project team by unit.';
SELECT assay_isolate('programme_member');

CREATE TABLE programme_mission (
  tenant_id  uuid NOT NULL,
  mission_id uuid NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('awareness','installation','assessment')),
  title      text NOT NULL CHECK (title <> ''),
  starts_on  date NOT NULL,
  ends_on    date NOT NULL,
  outcome    text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, mission_id),
  FOREIGN KEY (tenant_id) REFERENCES programme,
  CHECK (ends_on >= starts_on)
);
COMMENT ON TABLE programme_mission IS 'Missions of the programme: awareness, installation with data mining, assessment.';
COMMENT ON COLUMN programme_mission.outcome IS 'What it left; empty while it is planned or under way.';
SELECT assay_isolate('programme_mission');

CREATE TABLE descriptive_report (
  tenant_id    uuid NOT NULL REFERENCES tenant,
  month        integer NOT NULL,
  published_at timestamptz NOT NULL,
  published_by text NOT NULL,
  content      text NOT NULL,
  hash         bytea NOT NULL,
  PRIMARY KEY (tenant_id, month)
);
COMMENT ON TABLE descriptive_report IS 'Monthly figures by office without targets, kept as they were published.';
COMMENT ON COLUMN descriptive_report.month IS 'year * 12 + month - 1.';
COMMENT ON COLUMN descriptive_report.hash IS 'SHA-256 of the content.';
SELECT assay_isolate('descriptive_report');
REVOKE UPDATE, DELETE ON descriptive_report FROM assay_app;

CREATE TABLE contract_template (
  tenant_id   uuid NOT NULL REFERENCES tenant,
  template_id uuid NOT NULL,
  code        text NOT NULL CHECK (code <> ''),
  version     integer NOT NULL CHECK (version > 0),
  office      text COLLATE "C" NOT NULL DEFAULT '',
  state       text NOT NULL CHECK (state IN ('draft','in_use','retired')),
  content     jsonb NOT NULL,
  origin      text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL,
  created_by  text NOT NULL,
  revision    bigint NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, template_id),
  UNIQUE (tenant_id, code, version)
);
COMMENT ON TABLE contract_template IS 'Templates of contracts by function and office. One in use is frozen.';
COMMENT ON COLUMN contract_template.origin IS 'Built-in template or template version that it was copied from.';
SELECT assay_isolate('contract_template');

-- +goose StatementBegin
CREATE FUNCTION assay_keep_template() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.state <> 'draft' THEN RAISE EXCEPTION 'a template that was in use stays' USING ERRCODE = 'check_violation'; END IF;
    RETURN OLD;
  END IF;
  IF OLD.state <> 'draft' AND (NEW.content IS DISTINCT FROM OLD.content OR NEW.code <> OLD.code OR NEW.version <> OLD.version OR NEW.office <> OLD.office OR NEW.state = 'draft') THEN
    RAISE EXCEPTION 'a template in use is frozen' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER contract_template_frozen BEFORE UPDATE OR DELETE ON contract_template FOR EACH ROW EXECUTE FUNCTION assay_keep_template();

CREATE TABLE contract (
  tenant_id    uuid NOT NULL REFERENCES tenant,
  contract_id  uuid NOT NULL,
  lineage_id   uuid NOT NULL,
  number       text NOT NULL,
  edition      integer NOT NULL CHECK (edition > 0),
  kind         text NOT NULL CHECK (kind IN ('original','amendment','renewal')),
  previous_id  uuid,
  state        text NOT NULL CHECK (state IN ('draft','proposed','negotiating','signed','active','suspended','evaluated','closed','terminated','amended','discarded')),
  revision     bigint NOT NULL DEFAULT 1,
  level        text NOT NULL CHECK (level IN ('officer','team','office','operator','administration')),
  subject      text COLLATE "C" NOT NULL,
  subject_name text NOT NULL,
  function     text NOT NULL,
  office       text COLLATE "C" NOT NULL DEFAULT '',
  template_id  uuid NOT NULL,
  starts_on    date NOT NULL,
  ends_on      date NOT NULL,
  deadline_on  date,
  signing_order text NOT NULL CHECK (signing_order IN ('any','holder_first','administration_first')),
  vetting      boolean NOT NULL,
  vetted_text  integer NOT NULL DEFAULT 0,
  text_number  integer NOT NULL,
  created_at   timestamptz NOT NULL,
  created_by   text NOT NULL,
  signed_at    timestamptz,
  activated_at timestamptz,
  ended_at     timestamptz,
  reminded_on  date,
  PRIMARY KEY (tenant_id, contract_id),
  UNIQUE (tenant_id, lineage_id, edition),
  UNIQUE (tenant_id, number, edition),
  FOREIGN KEY (tenant_id, template_id) REFERENCES contract_template,
  FOREIGN KEY (tenant_id, previous_id) REFERENCES contract,
  CHECK (ends_on > starts_on),
  CHECK ((kind = 'original') = (previous_id IS NULL))
);
CREATE UNIQUE INDEX contract_one_in_force ON contract (tenant_id, level, subject) WHERE state IN ('active','suspended');
CREATE UNIQUE INDEX contract_one_in_making ON contract (tenant_id, level, subject) WHERE state IN ('draft','proposed','negotiating','signed');
CREATE INDEX contract_by_state ON contract (tenant_id, state, office);
COMMENT ON TABLE contract IS 'Performance contracts. Each edition of a contract (original, amendments) is a row of one lineage; a renewal begins a new lineage.';
COMMENT ON COLUMN contract.subject IS 'Officer code, team code, office code, importer or broker code, or empty for the administration.';
COMMENT ON COLUMN contract.revision IS 'Raised by every change; who changes says which one was seen.';
COMMENT ON COLUMN contract.starts_on IS 'First day of the term, a local day of the administration.';
COMMENT ON COLUMN contract.ends_on IS 'Day after the last day of the term.';
COMMENT ON COLUMN contract.vetted_text IS 'Text that the verifier passed; 0 when none.';
COMMENT ON COLUMN contract.text_number IS 'Text that is current: the one in negotiation, from the signatures on the signed one.';
SELECT assay_isolate('contract');

CREATE TABLE contract_signatory (
  tenant_id   uuid NOT NULL,
  contract_id uuid NOT NULL,
  slot        smallint NOT NULL CHECK (slot > 0),
  side        text NOT NULL CHECK (side IN ('holder','administration')),
  account_id  uuid NOT NULL,
  name        text NOT NULL,
  post        text NOT NULL,
  deputy_id   uuid,
  deputy_name text NOT NULL DEFAULT '',
  deputy_from date,
  deputy_to   date,
  PRIMARY KEY (tenant_id, contract_id, slot),
  UNIQUE (tenant_id, contract_id, account_id),
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contract,
  CHECK (deputy_id IS NULL OR deputy_id <> account_id)
);
CREATE INDEX contract_signatory_account ON contract_signatory (tenant_id, account_id);
COMMENT ON TABLE contract_signatory IS 'Who signs for which side, and the deputy who may in a period.';
SELECT assay_isolate('contract_signatory');

CREATE TABLE contract_member (
  tenant_id   uuid NOT NULL,
  contract_id uuid NOT NULL,
  officer     text COLLATE "C" NOT NULL,
  name        text NOT NULL,
  PRIMARY KEY (tenant_id, contract_id, officer),
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contract
);
COMMENT ON TABLE contract_member IS 'Members of a team contract.';
SELECT assay_isolate('contract_member');
REVOKE UPDATE, DELETE ON contract_member FROM assay_app;

CREATE TABLE contract_text (
  tenant_id   uuid NOT NULL,
  contract_id uuid NOT NULL,
  number      integer NOT NULL CHECK (number > 0),
  content     text NOT NULL,
  hash        bytea NOT NULL,
  action      text NOT NULL CHECK (action IN ('draft','edit','counter')),
  reason      text NOT NULL DEFAULT '',
  capacity    text NOT NULL,
  author      text NOT NULL,
  author_name text NOT NULL,
  written_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contract_id, number),
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contract
);
COMMENT ON TABLE contract_text IS 'Every text of a contract, as canonical bytes with their SHA-256. Never changed: a change is a new text.';
SELECT assay_isolate('contract_text');
REVOKE UPDATE, DELETE ON contract_text FROM assay_app;

CREATE TABLE contract_comment (
  tenant_id   uuid NOT NULL,
  contract_id uuid NOT NULL,
  comment_id  uuid NOT NULL,
  text_number integer NOT NULL,
  about       text NOT NULL,
  words       text NOT NULL CHECK (words <> ''),
  capacity    text NOT NULL,
  author      text NOT NULL,
  author_name text NOT NULL,
  written_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contract_id, comment_id),
  FOREIGN KEY (tenant_id, contract_id, text_number) REFERENCES contract_text
);
COMMENT ON TABLE contract_comment IS 'Comments on an article or a target of a text.';
COMMENT ON COLUMN contract_comment.about IS 'article:5, indicator:CLR01, or empty for the whole.';
SELECT assay_isolate('contract_comment');
REVOKE UPDATE, DELETE ON contract_comment FROM assay_app;

CREATE TABLE contract_event (
  tenant_id   uuid NOT NULL,
  contract_id uuid NOT NULL,
  sequence    integer NOT NULL CHECK (sequence > 0),
  action      text NOT NULL,
  from_state  text NOT NULL,
  to_state    text NOT NULL,
  text_number integer NOT NULL,
  capacity    text NOT NULL,
  actor       text NOT NULL,
  actor_name  text NOT NULL,
  reason      text NOT NULL DEFAULT '',
  happened_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contract_id, sequence),
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contract
);
COMMENT ON TABLE contract_event IS 'The life of a contract: every action with who, as what, and why.';
SELECT assay_isolate('contract_event');
REVOKE UPDATE, DELETE ON contract_event FROM assay_app;

CREATE TABLE contract_signature (
  tenant_id    uuid NOT NULL,
  sequence     bigint NOT NULL CHECK (sequence > 0),
  contract_id  uuid NOT NULL,
  text_number  integer NOT NULL,
  text_hash    bytea NOT NULL,
  slot         smallint NOT NULL,
  side         text NOT NULL CHECK (side IN ('holder','administration')),
  account_id   uuid NOT NULL,
  name         text NOT NULL,
  post         text NOT NULL,
  in_place_of  text NOT NULL DEFAULT '',
  method       text NOT NULL,
  confirmed_at timestamptz NOT NULL,
  sitting_id   uuid,
  signed_at    timestamptz NOT NULL,
  origin       text NOT NULL DEFAULT '',
  previous_hash bytea NOT NULL,
  hash         bytea NOT NULL,
  PRIMARY KEY (tenant_id, sequence),
  UNIQUE (tenant_id, contract_id, text_number, slot),
  UNIQUE (tenant_id, contract_id, text_number, account_id),
  FOREIGN KEY (tenant_id, contract_id, text_number) REFERENCES contract_text,
  FOREIGN KEY (tenant_id, contract_id, slot) REFERENCES contract_signatory
);
COMMENT ON TABLE contract_signature IS 'Append-only signatures, each row hashed over the one before.';
COMMENT ON COLUMN contract_signature.text_hash IS 'SHA-256 of the canonical text that was signed.';
COMMENT ON COLUMN contract_signature.in_place_of IS 'Name of the signatory when a deputy signed.';
COMMENT ON COLUMN contract_signature.method IS 'How the signer confirmed afresh: totp, security_key.';
SELECT assay_isolate('contract_signature');
REVOKE UPDATE, DELETE ON contract_signature FROM assay_app;

CREATE TABLE contract_suspension (
  tenant_id     uuid NOT NULL,
  contract_id   uuid NOT NULL,
  suspension_id uuid NOT NULL,
  ground        text NOT NULL CHECK (ground IN ('outage','strike','transfer','absence','inquiry','other')),
  reason        text NOT NULL CHECK (reason <> ''),
  starts_on     date NOT NULL,
  ends_on       date,
  noted_by      text NOT NULL,
  noted_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, contract_id, suspension_id),
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contract,
  CHECK (ends_on IS NULL OR ends_on >= starts_on)
);
CREATE UNIQUE INDEX contract_one_suspension ON contract_suspension (tenant_id, contract_id) WHERE ends_on IS NULL;
COMMENT ON TABLE contract_suspension IS 'When a contract did not count; months touched are not scored.';
COMMENT ON COLUMN contract_suspension.ends_on IS 'Last day that did not count; empty while it lasts.';
SELECT assay_isolate('contract_suspension');
REVOKE DELETE ON contract_suspension FROM assay_app;

CREATE TABLE signing_sitting (
  tenant_id  uuid NOT NULL REFERENCES tenant,
  sitting_id uuid NOT NULL,
  account_id uuid NOT NULL,
  opened_at  timestamptz NOT NULL,
  ended_at   timestamptz,
  PRIMARY KEY (tenant_id, sitting_id)
);
CREATE UNIQUE INDEX signing_one_sitting ON signing_sitting (tenant_id, account_id) WHERE ended_at IS NULL;
COMMENT ON TABLE signing_sitting IS 'A sitting in which one person looks at several contracts and signs them with one confirmation.';
SELECT assay_isolate('signing_sitting');

CREATE TABLE signing_sitting_contract (
  tenant_id   uuid NOT NULL,
  sitting_id  uuid NOT NULL,
  contract_id uuid NOT NULL,
  text_hash   bytea NOT NULL,
  decision    text NOT NULL CHECK (decision IN ('sign','hold')),
  seen_at     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, sitting_id, contract_id),
  FOREIGN KEY (tenant_id, sitting_id) REFERENCES signing_sitting,
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contract
);
COMMENT ON TABLE signing_sitting_contract IS 'Contracts seen in a sitting: which text, and whether it shall be signed.';
SELECT assay_isolate('signing_sitting_contract');

CREATE TABLE upper_target (
  tenant_id uuid NOT NULL REFERENCES tenant,
  year      smallint NOT NULL,
  indicator text NOT NULL,
  office    text COLLATE "C" NOT NULL DEFAULT '',
  target    double precision NOT NULL,
  set_by    text NOT NULL,
  set_at    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, year, indicator, office)
);
COMMENT ON TABLE upper_target IS 'Targets of the administration (no office) and of offices in a year, which the targets of contracts are held against.';
COMMENT ON COLUMN upper_target.target IS 'In the unit of the indicator: per cent, hours, days, minor units, count.';
SELECT assay_isolate('upper_target');

-- +goose Down
DROP TABLE upper_target, signing_sitting_contract, signing_sitting, contract_suspension, contract_signature, contract_event, contract_comment, contract_text,
  contract_member, contract_signatory, contract, contract_template, descriptive_report, programme_mission, programme_member, programme_prerequisite, programme;
DROP FUNCTION assay_keep_template();
