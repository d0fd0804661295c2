-- +goose Up
-- An economic operator signs in for exactly one importer or broker, and has nothing else of the administration's structure.
ALTER TABLE membership ADD COLUMN trader text NOT NULL DEFAULT '', ADD COLUMN trader_kind text NOT NULL DEFAULT '';
ALTER TABLE membership ADD CONSTRAINT membership_trader CHECK (
  CASE WHEN role = 'trader' THEN trader <> '' AND trader_kind IN ('importer','broker') AND office = '' AND section = '' AND officer = ''
       ELSE trader = '' AND trader_kind = '' END);
COMMENT ON COLUMN membership.trader IS 'Code of the importer or broker for whom an economic operator signs in; empty for everybody else.';
COMMENT ON COLUMN membership.trader_kind IS 'Whether that code is one of an importer or of a broker: both may have the same.';

-- +goose Down
DELETE FROM membership WHERE role = 'trader';
ALTER TABLE membership DROP CONSTRAINT membership_trader;
ALTER TABLE membership DROP COLUMN trader, DROP COLUMN trader_kind;
