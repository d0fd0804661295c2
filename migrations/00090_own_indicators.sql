-- +goose Up
CREATE TABLE own_indicator (
  tenant_id uuid NOT NULL REFERENCES tenant,
  code      text COLLATE "C" NOT NULL CHECK (code ~ '^OWN[0-9]{2}$'),
  version   integer NOT NULL CHECK (version > 0),
  content   jsonb NOT NULL,
  retired   boolean NOT NULL,
  saved_by  text NOT NULL,
  saved_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, code, version)
);
COMMENT ON TABLE own_indicator IS 'Indicators that administrations defined by themselves, a row for each version. Never changed: a change is the next version.';
COMMENT ON COLUMN own_indicator.content IS 'Names, texts, formula, unit, direction and maturity.';
COMMENT ON COLUMN own_indicator.retired IS 'No longer shown since this version.';
SELECT assay_isolate('own_indicator');
REVOKE UPDATE, DELETE ON own_indicator FROM assay_app;

-- +goose Down
DROP TABLE own_indicator;
