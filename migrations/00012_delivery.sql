-- +goose Up
CREATE TABLE delivery (
  tenant_id uuid NOT NULL,
  batch_id  uuid NOT NULL,
  file      integer NOT NULL,
  name      text NOT NULL,
  bytes     bigint NOT NULL,
  PRIMARY KEY (tenant_id, batch_id, file),
  FOREIGN KEY (tenant_id, batch_id) REFERENCES batch
);
COMMENT ON TABLE delivery IS 'Files that came over a page or the API and wait to be loaded; removed in the transaction that loads them.';
COMMENT ON COLUMN delivery.file IS 'Number of the file in its batch, from 1.';
COMMENT ON COLUMN delivery.name IS 'Name as delivered, without folders.';
SELECT assay_isolate('delivery');

CREATE TABLE delivery_part (
  tenant_id uuid NOT NULL,
  batch_id  uuid NOT NULL,
  file      integer NOT NULL,
  sequence  integer NOT NULL,
  content   bytea NOT NULL,
  PRIMARY KEY (tenant_id, batch_id, file, sequence),
  FOREIGN KEY (tenant_id, batch_id, file) REFERENCES delivery
);
ALTER TABLE delivery_part ALTER COLUMN content SET STORAGE EXTERNAL;
COMMENT ON TABLE delivery_part IS 'The bytes of delivered files in pieces of one megabyte, as they came.';
SELECT assay_isolate('delivery_part');

-- +goose Down
DROP TABLE delivery_part, delivery;
