-- +goose Up
ALTER TABLE identity_provider ADD COLUMN scopes text NOT NULL DEFAULT 'email profile';
ALTER TABLE identity_provider ADD COLUMN domains text NOT NULL DEFAULT '';
ALTER TABLE identity_provider ADD COLUMN joins_as text NOT NULL DEFAULT '';
ALTER TABLE identity_provider ADD COLUMN factor text NOT NULL DEFAULT 'own' CHECK (factor IN ('own','always','claims'));
ALTER TABLE identity_provider ADD COLUMN factor_values text NOT NULL DEFAULT '';
ALTER TABLE identity_provider ADD CHECK (joins_as = '' OR domains <> '');
COMMENT ON COLUMN identity_provider.scopes IS 'Asked for besides openid, parted by spaces.';
COMMENT ON COLUMN identity_provider.domains IS 'Domains of the e-mail addresses by which people are found, parted by spaces; empty for any.';
COMMENT ON COLUMN identity_provider.joins_as IS 'Role of who is neither here nor invited; empty to let nobody else in.';
COMMENT ON COLUMN identity_provider.factor IS 'What a sign-in there is worth as a second factor: own (nothing), always, or claims (when acr or amr says one of factor_values).';
COMMENT ON COLUMN identity_provider.factor_values IS 'Values of acr or amr that count as a second factor, parted by spaces.';

-- +goose Down
ALTER TABLE identity_provider DROP COLUMN factor_values, DROP COLUMN factor, DROP COLUMN joins_as, DROP COLUMN domains, DROP COLUMN scopes;
