-- +goose Up
ALTER TABLE superseded_declaration ADD COLUMN parts smallint NOT NULL DEFAULT 0;
COMMENT ON COLUMN superseded_declaration.parts IS 'Bits of the parts that the sources had given of this version, as in declaration.';

-- +goose Down
ALTER TABLE superseded_declaration DROP COLUMN parts;
