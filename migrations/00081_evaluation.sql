-- +goose Up
CREATE TABLE outcome_kind (
  tenant_id  uuid NOT NULL REFERENCES tenant,
  code       text COLLATE "C" NOT NULL,
  names      jsonb NOT NULL,
  bearing    text NOT NULL CHECK (bearing IN ('favourable','neutral','unfavourable')),
  decider    text NOT NULL CHECK (decider IN ('director_general','supervisor')),
  hearing    boolean NOT NULL,
  place      integer NOT NULL,
  retired_at timestamptz,
  PRIMARY KEY (tenant_id, code)
);
COMMENT ON TABLE outcome_kind IS 'What an evaluation may end with in this administration. Empty: the list that the program brings.';
COMMENT ON COLUMN outcome_kind.hearing IS 'The holder must be heard before it is decided.';
COMMENT ON COLUMN outcome_kind.retired_at IS 'No longer to be chosen; decisions that name it stay.';
SELECT assay_isolate('outcome_kind');
REVOKE DELETE ON outcome_kind FROM assay_app;

CREATE TABLE evaluation_session (
  tenant_id   uuid NOT NULL REFERENCES tenant,
  session_id  uuid NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('quarterly','final')),
  level       text NOT NULL,
  function    text NOT NULL,
  from_month  integer NOT NULL,
  to_month    integer NOT NULL CHECK (to_month >= from_month),
  opened_at   timestamptz NOT NULL,
  opened_by   text NOT NULL,
  opened_name text NOT NULL,
  locked_at   timestamptz,
  locked_by   text NOT NULL DEFAULT '',
  locked_name text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, session_id)
);
CREATE UNIQUE INDEX evaluation_one_session ON evaluation_session (tenant_id, kind, function, to_month);
COMMENT ON TABLE evaluation_session IS 'Calibration of comparable contracts side by side. After it is locked its answers are frozen.';
COMMENT ON COLUMN evaluation_session.from_month IS 'year * 12 + month - 1; both ends belong to the period.';
SELECT assay_isolate('evaluation_session');
REVOKE DELETE ON evaluation_session FROM assay_app;

CREATE TABLE evaluation (
  tenant_id     uuid NOT NULL,
  evaluation_id uuid NOT NULL,
  session_id    uuid NOT NULL,
  contract_id   uuid NOT NULL,
  revision      bigint NOT NULL DEFAULT 1,
  facts         text NOT NULL DEFAULT '',
  answer        text NOT NULL DEFAULT '',
  answer_reason text NOT NULL DEFAULT '',
  answered_by   text NOT NULL DEFAULT '',
  answered_name text NOT NULL DEFAULT '',
  answered_at   timestamptz,
  PRIMARY KEY (tenant_id, evaluation_id),
  UNIQUE (tenant_id, session_id, contract_id),
  FOREIGN KEY (tenant_id, session_id) REFERENCES evaluation_session,
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contract
);
CREATE INDEX evaluation_by_contract ON evaluation (tenant_id, contract_id);
COMMENT ON TABLE evaluation IS 'One contract in one session: the facts, and what the panel answers.';
COMMENT ON COLUMN evaluation.facts IS 'JSON with the months, their cards by hash, score and proposal; written when the session is locked.';
SELECT assay_isolate('evaluation');
REVOKE DELETE ON evaluation FROM assay_app;

-- +goose StatementBegin
CREATE FUNCTION assay_keep_evaluation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM evaluation_session s WHERE s.tenant_id = OLD.tenant_id AND s.session_id = OLD.session_id AND s.locked_at IS NOT NULL) THEN
    RAISE EXCEPTION 'the session is locked: its answers are frozen' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER evaluation_kept BEFORE UPDATE ON evaluation FOR EACH ROW EXECUTE FUNCTION assay_keep_evaluation();

-- +goose StatementBegin
CREATE FUNCTION assay_keep_evaluation_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.locked_at IS NOT NULL THEN
    RAISE EXCEPTION 'a locked session stays as it is' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER evaluation_session_kept BEFORE UPDATE ON evaluation_session FOR EACH ROW EXECUTE FUNCTION assay_keep_evaluation_session();

CREATE TABLE evaluation_comment (
  tenant_id     uuid NOT NULL,
  comment_id    uuid NOT NULL,
  evaluation_id uuid NOT NULL,
  words         text NOT NULL CHECK (words <> ''),
  author        text NOT NULL,
  author_name   text NOT NULL,
  written_at    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, comment_id),
  FOREIGN KEY (tenant_id, evaluation_id) REFERENCES evaluation
);
COMMENT ON TABLE evaluation_comment IS 'What the panel says about a contract, also after the session is locked.';
SELECT assay_isolate('evaluation_comment');
REVOKE UPDATE, DELETE ON evaluation_comment FROM assay_app;

CREATE TABLE evaluation_decision (
  tenant_id     uuid NOT NULL,
  evaluation_id uuid NOT NULL,
  sequence      integer NOT NULL CHECK (sequence > 0),
  outcome       text NOT NULL,
  reasons       text NOT NULL CHECK (reasons <> ''),
  hearing       text NOT NULL DEFAULT '',
  capacity      text NOT NULL,
  account_id    uuid NOT NULL,
  decided_by    text NOT NULL,
  decided_name  text NOT NULL,
  decided_at    timestamptz NOT NULL,
  appeal_until  date,
  PRIMARY KEY (tenant_id, evaluation_id, sequence),
  FOREIGN KEY (tenant_id, evaluation_id) REFERENCES evaluation
);
COMMENT ON TABLE evaluation_decision IS 'What people decided, with reasons. The first can be appealed; an appeal that is granted puts a second beside it.';
COMMENT ON COLUMN evaluation_decision.hearing IS 'When and how the holder was heard before.';
COMMENT ON COLUMN evaluation_decision.appeal_until IS 'Last day of the appeal window; empty for a decision on appeal.';
SELECT assay_isolate('evaluation_decision');
REVOKE UPDATE, DELETE ON evaluation_decision FROM assay_app;

CREATE TABLE evaluation_appeal (
  tenant_id     uuid NOT NULL,
  appeal_id     uuid NOT NULL,
  evaluation_id uuid NOT NULL,
  state         text NOT NULL CHECK (state IN ('filed','in_review','granted','rejected','withdrawn')),
  grounds       text NOT NULL CHECK (grounds <> ''),
  filed_by      text NOT NULL,
  filed_name    text NOT NULL,
  filed_at      timestamptz NOT NULL,
  heard_by      text NOT NULL DEFAULT '',
  heard_name    text NOT NULL DEFAULT '',
  heard_account uuid,
  decided_at    timestamptz,
  reasons       text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, appeal_id),
  FOREIGN KEY (tenant_id, evaluation_id) REFERENCES evaluation,
  CHECK ((state IN ('granted','rejected')) = (decided_at IS NOT NULL AND reasons <> ''))
);
CREATE UNIQUE INDEX evaluation_one_appeal ON evaluation_appeal (tenant_id, evaluation_id);
COMMENT ON TABLE evaluation_appeal IS 'The holder''s appeal against a decision, to somebody who took no part in it. One a decision.';
SELECT assay_isolate('evaluation_appeal');
REVOKE DELETE ON evaluation_appeal FROM assay_app;

-- +goose StatementBegin
CREATE FUNCTION assay_keep_appeal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state IN ('granted','rejected','withdrawn') OR (NEW.tenant_id, NEW.appeal_id, NEW.evaluation_id, NEW.grounds, NEW.filed_by, NEW.filed_name, NEW.filed_at)
      IS DISTINCT FROM (OLD.tenant_id, OLD.appeal_id, OLD.evaluation_id, OLD.grounds, OLD.filed_by, OLD.filed_name, OLD.filed_at) THEN
    RAISE EXCEPTION 'an appeal that is decided stays as it is' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER evaluation_appeal_kept BEFORE UPDATE ON evaluation_appeal FOR EACH ROW EXECUTE FUNCTION assay_keep_appeal();

-- +goose Down
DROP TABLE evaluation_appeal, evaluation_decision, evaluation_comment, evaluation, evaluation_session, outcome_kind;
DROP FUNCTION assay_keep_appeal();
DROP FUNCTION assay_keep_evaluation_session();
DROP FUNCTION assay_keep_evaluation();
