-- +goose Up
CREATE TABLE segment_content (
  tenant_id uuid NOT NULL REFERENCES tenant,
  hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
  content   bytea NOT NULL,
  built_at  timestamptz NOT NULL,
  frozen    boolean NOT NULL DEFAULT false,
  PRIMARY KEY (tenant_id, hash)
);
ALTER TABLE segment_content ALTER COLUMN content SET STORAGE EXTERNAL;
COMMENT ON TABLE segment_content IS 'Immutable Parquet segments by the SHA-256 of their bytes.';
COMMENT ON COLUMN segment_content.frozen IS 'Named by a published figure: never purged.';
SELECT assay_isolate('segment_content');

CREATE TABLE segment (
  tenant_id uuid NOT NULL,
  grain     text NOT NULL,
  month     integer NOT NULL,
  grain_version integer NOT NULL,
  hash      bytea NOT NULL,
  row_count bigint NOT NULL,
  bytes     bigint NOT NULL,
  built_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, grain, month),
  FOREIGN KEY (tenant_id, hash) REFERENCES segment_content
);
COMMENT ON TABLE segment IS 'The current segment of each grain and month.';
COMMENT ON COLUMN segment.month IS 'year * 12 + month - 1.';
SELECT assay_isolate('segment');

CREATE TABLE snapshot (
  tenant_id uuid PRIMARY KEY REFERENCES tenant,
  revision  bigint NOT NULL,
  watermark timestamptz,
  published_at timestamptz NOT NULL
);
COMMENT ON TABLE snapshot IS 'State of the cube of an administration; the revision goes up with every publication.';
COMMENT ON COLUMN snapshot.watermark IS 'Latest event time in the warehouse when the segments were built: maturity counts from here.';
SELECT assay_isolate('snapshot');

-- +goose Down
DROP TABLE snapshot, segment, segment_content;
