-- +goose Up
CREATE TABLE meeting (
  tenant_id    uuid NOT NULL REFERENCES tenant,
  meeting_id   uuid NOT NULL,
  office       text COLLATE "C" NOT NULL DEFAULT '',
  month        integer NOT NULL,
  held_on      date NOT NULL,
  place        text NOT NULL DEFAULT '',
  state        text NOT NULL CHECK (state IN ('planned','minuted','signed','cancelled')),
  revision     bigint NOT NULL DEFAULT 1,
  chair_id     uuid NOT NULL,
  chair_name   text NOT NULL,
  other_id     uuid NOT NULL,
  other_name   text NOT NULL,
  minutes      integer NOT NULL DEFAULT 0,
  planned_by   text NOT NULL,
  planned_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, meeting_id),
  CHECK (chair_id <> other_id)
);
CREATE UNIQUE INDEX meeting_one_a_month ON meeting (tenant_id, office, month) WHERE state <> 'cancelled';
COMMENT ON TABLE meeting IS 'The monthly meeting about the scorecards of an office.';
COMMENT ON COLUMN meeting.month IS 'The month that is discussed: year * 12 + month - 1.';
COMMENT ON COLUMN meeting.other_id IS 'Account that signs the minutes for the holders.';
COMMENT ON COLUMN meeting.minutes IS 'Number of the minutes that are current; 0 before any are written.';
SELECT assay_isolate('meeting');
REVOKE DELETE ON meeting FROM assay_app;

CREATE TABLE meeting_attendance (
  tenant_id  uuid NOT NULL,
  meeting_id uuid NOT NULL,
  account_id uuid NOT NULL,
  name       text NOT NULL,
  post       text NOT NULL DEFAULT '',
  contract_id uuid,
  present    boolean NOT NULL DEFAULT false,
  excuse     text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, meeting_id, account_id),
  FOREIGN KEY (tenant_id, meeting_id) REFERENCES meeting
);
COMMENT ON TABLE meeting_attendance IS 'Who is invited to a meeting, and who was there.';
COMMENT ON COLUMN meeting_attendance.contract_id IS 'Contract of which the person is the holder; empty for others.';
SELECT assay_isolate('meeting_attendance');

CREATE TABLE meeting_minutes (
  tenant_id  uuid NOT NULL,
  meeting_id uuid NOT NULL,
  number     integer NOT NULL CHECK (number > 0),
  content    text NOT NULL,
  hash       bytea NOT NULL CHECK (octet_length(hash) = 32),
  written_by text NOT NULL,
  written_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, meeting_id, number),
  FOREIGN KEY (tenant_id, meeting_id) REFERENCES meeting
);
COMMENT ON TABLE meeting_minutes IS 'Minutes as canonical bytes with their SHA-256. Never changed: a correction before both have signed is the next number.';
SELECT assay_isolate('meeting_minutes');
REVOKE UPDATE, DELETE ON meeting_minutes FROM assay_app;

CREATE TABLE meeting_signature (
  tenant_id    uuid NOT NULL,
  meeting_id   uuid NOT NULL,
  number       integer NOT NULL,
  account_id   uuid NOT NULL,
  name         text NOT NULL,
  side         text NOT NULL CHECK (side IN ('chair','holders')),
  minutes_hash bytea NOT NULL CHECK (octet_length(minutes_hash) = 32),
  method       text NOT NULL,
  confirmed_at timestamptz NOT NULL,
  signed_at    timestamptz NOT NULL,
  origin       text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, meeting_id, number, account_id),
  UNIQUE (tenant_id, meeting_id, number, side),
  FOREIGN KEY (tenant_id, meeting_id, number) REFERENCES meeting_minutes
);
COMMENT ON TABLE meeting_signature IS 'Signatures under minutes. Append-only.';
COMMENT ON COLUMN meeting_signature.method IS 'How the signer confirmed afresh.';
SELECT assay_isolate('meeting_signature');
REVOKE UPDATE, DELETE ON meeting_signature FROM assay_app;

CREATE TABLE recommendation (
  tenant_id         uuid NOT NULL,
  recommendation_id uuid NOT NULL,
  meeting_id        uuid NOT NULL,
  words             text NOT NULL CHECK (words <> ''),
  owner_id          uuid NOT NULL,
  owner_name        text NOT NULL,
  due_on            date NOT NULL,
  state             text NOT NULL DEFAULT 'open' CHECK (state IN ('open','done','dropped')),
  outcome           text NOT NULL DEFAULT '',
  made_at           timestamptz NOT NULL,
  ended_at          timestamptz,
  ended_by          text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, recommendation_id),
  FOREIGN KEY (tenant_id, meeting_id) REFERENCES meeting,
  CHECK ((state = 'open') = (ended_at IS NULL))
);
CREATE INDEX recommendation_by_meeting ON recommendation (tenant_id, meeting_id);
COMMENT ON TABLE recommendation IS 'What a meeting recommended: who does it, until when, and what came of it.';
SELECT assay_isolate('recommendation');
REVOKE DELETE ON recommendation FROM assay_app;

-- +goose Down
DROP TABLE recommendation, meeting_signature, meeting_minutes, meeting_attendance, meeting;
