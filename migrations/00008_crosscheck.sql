-- +goose Up
CREATE TABLE finding (
  tenant_id      uuid NOT NULL,
  finding_id     uuid NOT NULL,
  rule           text COLLATE "C" NOT NULL,
  rule_version   integer NOT NULL,
  variant        text NOT NULL DEFAULT '',
  severity       text NOT NULL CHECK (severity IN ('critical','high','medium','low')),
  subject_kind   text NOT NULL CHECK (subject_kind IN ('declaration','bill','transit','suspense_account','user')),
  subject        text COLLATE "C" NOT NULL,
  declaration_id bigint,
  office         text COLLATE "C" NOT NULL DEFAULT '',
  month          integer NOT NULL,
  evidence       jsonb NOT NULL,
  evidence_hash  bytea NOT NULL,
  detected_at    timestamptz NOT NULL,
  state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open','explained','confirmed','false_positive','waived','superseded')),
  explanation    text NOT NULL DEFAULT '',
  reviewer       text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, finding_id),
  UNIQUE (tenant_id, rule, subject, evidence_hash)
);
CREATE INDEX finding_declaration ON finding (tenant_id, declaration_id, rule);
CREATE INDEX finding_month ON finding (tenant_id, month, rule);
COMMENT ON TABLE finding IS 'What the crosschecks found: a lead, never proof. The same rule, subject and evidence is raised once.';
COMMENT ON COLUMN finding.month IS 'Month of registration of the declaration, else of the act: year * 12 + month - 1.';
SELECT assay_isolate('finding');

-- +goose Down
DROP TABLE finding;
