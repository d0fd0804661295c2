-- +goose Up
CREATE TABLE segment_figure (
  tenant_id uuid NOT NULL,
  hash      bytea NOT NULL,
  question  bytea NOT NULL,
  figures   text NOT NULL,
  made_at   timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, hash, question),
  FOREIGN KEY (tenant_id, hash) REFERENCES segment_content
);
COMMENT ON TABLE segment_figure IS 'Figures of a month that were computed from a segment: the same for ever, because its content is. May be emptied at any time; they are computed again.';
COMMENT ON COLUMN segment_figure.question IS 'SHA-256 of the question, and the days of the month it is about.';
CREATE INDEX segment_figure_made ON segment_figure (tenant_id, made_at);
SELECT assay_isolate('segment_figure');

-- +goose Down
DROP TABLE segment_figure;
