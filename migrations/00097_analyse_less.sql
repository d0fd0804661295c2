-- +goose Up
-- The first statistics after a large load are for plans of the refresh that waits for them; a tenth of the rows tells as
-- much about them. autovacuum makes the full ones by and by.
ALTER FUNCTION assay_analyse() SET default_statistics_target TO 20;

-- +goose Down
ALTER FUNCTION assay_analyse() RESET default_statistics_target;
