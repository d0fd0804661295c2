-- +goose Up
ALTER TABLE segment_content ADD COLUMN superseded_at timestamptz;
COMMENT ON COLUMN segment_content.superseded_at IS 'When another segment took its place; null while it is current. Purged some time after, so that answers under way can end.';

-- +goose Down
ALTER TABLE segment_content DROP COLUMN superseded_at;
