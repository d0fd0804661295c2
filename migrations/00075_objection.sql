-- +goose Up
CREATE TABLE objection (
  tenant_id      uuid NOT NULL,
  objection_id   uuid NOT NULL,
  contract_id    uuid NOT NULL,
  month          integer NOT NULL,
  card_version   integer NOT NULL,
  indicator      text NOT NULL CHECK (indicator <> ''),
  ground         text NOT NULL CHECK (ground IN ('attribution','data','absence','outage','definition','other')),
  words          text NOT NULL CHECK (words <> ''),
  declarations   jsonb NOT NULL DEFAULT '[]',
  state          text NOT NULL CHECK (state IN ('filed','in_review','accepted','partly_accepted','rejected','appealed','withdrawn','unanswered','final')),
  revision       bigint NOT NULL DEFAULT 1,
  effect         text NOT NULL DEFAULT '' CHECK (effect IN ('','leave_out','exclude')),
  excluded       jsonb NOT NULL DEFAULT '[]',
  filed_at       timestamptz NOT NULL,
  filed_by       uuid NOT NULL,
  filed_name     text NOT NULL,
  answer_on      date NOT NULL,
  reviewer_id    uuid,
  reviewer_name  text NOT NULL DEFAULT '',
  decided_at     timestamptz,
  decision       text NOT NULL DEFAULT '',
  appeal_on      date,
  settler_id     uuid,
  PRIMARY KEY (tenant_id, objection_id),
  FOREIGN KEY (tenant_id, contract_id, month, card_version) REFERENCES scorecard
);
CREATE UNIQUE INDEX objection_one_open ON objection (tenant_id, contract_id, month, indicator) WHERE state IN ('filed','in_review','appealed');
CREATE INDEX objection_by_month ON objection (tenant_id, month, contract_id);
CREATE INDEX objection_by_answer ON objection (tenant_id, answer_on) WHERE state IN ('filed','in_review');
COMMENT ON TABLE objection IS 'What a holder objects to on a published scorecard, and what became of it. Never deleted, never counted against the holder.';
COMMENT ON COLUMN objection.month IS 'year * 12 + month - 1.';
COMMENT ON COLUMN objection.declarations IS 'Those disputed: [{"id": number in the warehouse, "reference": as people quote it}].';
COMMENT ON COLUMN objection.excluded IS 'Numbers of the declarations that the figure is computed without, when the effect is exclude.';
COMMENT ON COLUMN objection.answer_on IS 'Last day to answer; the day after it the indicator is left out of the month.';
COMMENT ON COLUMN objection.appeal_on IS 'Last day to appeal against the decision.';
COMMENT ON COLUMN objection.settler_id IS 'Account that decided on the appeal: never the one that took the decision.';
SELECT assay_isolate('objection');
REVOKE DELETE ON objection FROM assay_app;

CREATE TABLE objection_event (
  tenant_id    uuid NOT NULL,
  objection_id uuid NOT NULL,
  sequence     integer NOT NULL CHECK (sequence > 0),
  action       text NOT NULL,
  from_state   text NOT NULL,
  to_state     text NOT NULL,
  capacity     text NOT NULL,
  actor        text NOT NULL,
  actor_name   text NOT NULL,
  reason       text NOT NULL,
  happened_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, objection_id, sequence),
  FOREIGN KEY (tenant_id, objection_id) REFERENCES objection
);
COMMENT ON TABLE objection_event IS 'The life of an objection, line by line. Append-only.';
SELECT assay_isolate('objection_event');
REVOKE UPDATE, DELETE ON objection_event FROM assay_app;

CREATE TABLE objection_evidence (
  tenant_id    uuid NOT NULL,
  objection_id uuid NOT NULL,
  number       integer NOT NULL CHECK (number > 0),
  name         text NOT NULL CHECK (name <> ''),
  media_type   text NOT NULL,
  content      bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 2097152),
  hash         bytea NOT NULL CHECK (octet_length(hash) = 32),
  added_by     text NOT NULL,
  added_at     timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, objection_id, number),
  FOREIGN KEY (tenant_id, objection_id) REFERENCES objection
);
COMMENT ON TABLE objection_evidence IS 'Files that were put before the reviewer, as they came, with their SHA-256. Append-only.';
SELECT assay_isolate('objection_evidence');
REVOKE UPDATE, DELETE ON objection_evidence FROM assay_app;

CREATE TABLE card_comment (
  tenant_id   uuid NOT NULL,
  comment_id  uuid NOT NULL,
  contract_id uuid NOT NULL,
  month       integer NOT NULL,
  about       text NOT NULL DEFAULT '',
  words       text NOT NULL CHECK (words <> ''),
  capacity    text NOT NULL,
  author      text NOT NULL,
  author_name text NOT NULL,
  written_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, comment_id),
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contract
);
CREATE INDEX card_comment_by_card ON card_comment (tenant_id, contract_id, month);
COMMENT ON TABLE card_comment IS 'What people say about a published scorecard or one figure of it. Append-only; changes no figure.';
COMMENT ON COLUMN card_comment.about IS 'Code of the indicator, empty for the whole card.';
SELECT assay_isolate('card_comment');
REVOKE UPDATE, DELETE ON card_comment FROM assay_app;

CREATE TABLE scorecard_pass (
  tenant_id   uuid NOT NULL REFERENCES tenant,
  month       integer NOT NULL,
  fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
  passed_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, month)
);
COMMENT ON TABLE scorecard_pass IS 'From what the scorecards of a month were last computed: segments, texts, days, objections, settings. While it is the same, nothing is computed again.';
SELECT assay_isolate('scorecard_pass');

-- +goose Down
DROP TABLE scorecard_pass, card_comment, objection_evidence, objection_event, objection;
