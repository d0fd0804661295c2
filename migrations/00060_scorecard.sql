-- +goose Up
CREATE TABLE scorecard (
  tenant_id    uuid NOT NULL,
  contract_id  uuid NOT NULL,
  month        integer NOT NULL,
  version      integer NOT NULL CHECK (version > 0),
  content      text NOT NULL,
  hash         bytea NOT NULL CHECK (octet_length(hash) = 32),
  reason       text NOT NULL,
  published_at timestamptz NOT NULL,
  published_by text NOT NULL,
  PRIMARY KEY (tenant_id, contract_id, month, version),
  FOREIGN KEY (tenant_id, contract_id) REFERENCES contract
);
CREATE INDEX scorecard_by_hash ON scorecard (tenant_id, hash);
COMMENT ON TABLE scorecard IS 'Published scorecards as canonical bytes with their SHA-256. Never changed: a correction is the next version.';
COMMENT ON COLUMN scorecard.month IS 'year * 12 + month - 1.';
COMMENT ON COLUMN scorecard.reason IS 'Why there is a version after the first; empty for the first.';
SELECT assay_isolate('scorecard');
REVOKE UPDATE, DELETE ON scorecard FROM assay_app;

CREATE TABLE scorecard_segment (
  tenant_id uuid NOT NULL,
  hash      bytea NOT NULL,
  kept_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, hash),
  FOREIGN KEY (tenant_id, hash) REFERENCES segment_content
);
COMMENT ON TABLE scorecard_segment IS 'Segments that published scorecards were computed from; the reference keeps their contents from being removed.';
SELECT assay_isolate('scorecard_segment');
REVOKE UPDATE, DELETE ON scorecard_segment FROM assay_app;

CREATE TABLE exemption (
  tenant_id    uuid NOT NULL REFERENCES tenant,
  exemption_id uuid NOT NULL,
  whom         text NOT NULL CHECK (whom IN ('officer','office')),
  code         text COLLATE "C" NOT NULL CHECK (code <> ''),
  ground       text NOT NULL CHECK (ground IN ('leave','illness','training','mission','outage','strike','other')),
  starts_on    date NOT NULL,
  ends_on      date NOT NULL,
  evidence     text NOT NULL CHECK (evidence <> ''),
  noted_by     text NOT NULL,
  noted_at     timestamptz NOT NULL,
  withdrawn_at timestamptz,
  withdrawn_by text NOT NULL DEFAULT '',
  withdrawn_for text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, exemption_id),
  CHECK (ends_on >= starts_on)
);
CREATE INDEX exemption_by_day ON exemption (tenant_id, starts_on, ends_on);
COMMENT ON TABLE exemption IS 'Days that are no working days on scorecards: of one officer, or of everybody at an office. Withdrawn, never deleted.';
COMMENT ON COLUMN exemption.code IS 'Of the officer, or of the office.';
COMMENT ON COLUMN exemption.ends_on IS 'Last day.';
COMMENT ON COLUMN exemption.evidence IS 'What shows it: a decision, a certificate, an incident number.';
SELECT assay_isolate('exemption');
REVOKE DELETE ON exemption FROM assay_app;

-- +goose StatementBegin
CREATE FUNCTION assay_keep_exemption() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.withdrawn_at IS NOT NULL OR (NEW.tenant_id, NEW.exemption_id, NEW.whom, NEW.code, NEW.ground, NEW.starts_on, NEW.ends_on, NEW.evidence, NEW.noted_by, NEW.noted_at)
      IS DISTINCT FROM (OLD.tenant_id, OLD.exemption_id, OLD.whom, OLD.code, OLD.ground, OLD.starts_on, OLD.ends_on, OLD.evidence, OLD.noted_by, OLD.noted_at) THEN
    RAISE EXCEPTION 'an exemption is withdrawn, not changed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER exemption_kept BEFORE UPDATE ON exemption FOR EACH ROW EXECUTE FUNCTION assay_keep_exemption();

-- +goose Down
DROP TABLE exemption, scorecard_segment, scorecard;
DROP FUNCTION assay_keep_exemption();
