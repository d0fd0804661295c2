-- +goose Up
-- Declarations once more, many in a row, for whoever derives from all of them: reading twenty rows for each
-- declaration cost more than all that is done with them.
CREATE TABLE record_pack (
  tenant_id    uuid NOT NULL,
  month        integer NOT NULL,
  first_id     bigint NOT NULL,
  declarations integer NOT NULL CHECK (declarations > 0),
  layout       smallint NOT NULL,
  content      bytea NOT NULL,
  PRIMARY KEY (tenant_id, month, first_id)
);
-- It is compressed by the program, better than the server would.
ALTER TABLE record_pack ALTER COLUMN content SET STORAGE EXTERNAL;
COMMENT ON TABLE record_pack IS 'Whole declarations packed many in a row, a copy of what the tables say, made by each load in its transaction; it can be made again from them at any time.';
COMMENT ON COLUMN record_pack.month IS 'Month of registration of all of them: year * 12 + month - 1.';
COMMENT ON COLUMN record_pack.first_id IS 'The smallest identifier; the pack holds all of the month from it up to the next pack''s.';
COMMENT ON COLUMN record_pack.layout IS 'How the program wrote the content; a program that writes another one does not read it and makes it again.';
SELECT assay_isolate('record_pack');

-- +goose Down
DROP TABLE record_pack;
