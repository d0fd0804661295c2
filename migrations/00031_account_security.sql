-- +goose Up
ALTER TABLE account ADD COLUMN email text NOT NULL DEFAULT '';
COMMENT ON COLUMN account.email IS 'Where letters go; empty for people without an address.';
COMMENT ON COLUMN account.password_hash IS 'argon2id in its PHC form; empty for people who sign in through their administration''s identity provider only.';
UPDATE account SET email = sign_in_name WHERE sign_in_name LIKE '%_@_%._%';
CREATE INDEX account_email ON account (lower(email)) WHERE email <> '';

ALTER TABLE membership ADD COLUMN state text NOT NULL DEFAULT 'active' CHECK (state IN ('active','suspended'));
COMMENT ON COLUMN membership.state IS 'A suspended person keeps the account and its other administrations.';

ALTER TABLE sign_in_session ADD COLUMN session_id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE sign_in_session ADD COLUMN signed_in_at timestamptz;
CREATE UNIQUE INDEX sign_in_session_id ON sign_in_session (session_id);
COMMENT ON COLUMN sign_in_session.session_id IS 'Names the session to its owner; it opens nothing.';

ALTER TABLE api_token ADD COLUMN token_id uuid NOT NULL DEFAULT gen_random_uuid();
CREATE UNIQUE INDEX api_token_id ON api_token (token_id);
COMMENT ON COLUMN api_token.scopes IS 'Actions that the token is narrowed to; empty for all of the person''s.';

CREATE TABLE account_authenticator (
  account_id uuid PRIMARY KEY REFERENCES account,
  sealed     bytea NOT NULL,
  confirmed  boolean NOT NULL DEFAULT false,
  last_step  bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL
);
COMMENT ON TABLE account_authenticator IS 'Second factor by one-time codes (RFC 6238). Read before a tenant is known: not under row-level security.';
COMMENT ON COLUMN account_authenticator.sealed IS 'The secret, sealed with the installation''s key.';
COMMENT ON COLUMN account_authenticator.last_step IS 'The latest 30-second step whose code was taken; it and those before are refused.';

CREATE TABLE account_passkey (
  passkey_id    uuid PRIMARY KEY,
  account_id    uuid NOT NULL REFERENCES account,
  credential_id bytea NOT NULL UNIQUE,
  name          text NOT NULL,
  credential    jsonb NOT NULL,
  created_at    timestamptz NOT NULL,
  used_at       timestamptz
);
CREATE INDEX account_passkey_account ON account_passkey (account_id);
COMMENT ON TABLE account_passkey IS 'Second factor by WebAuthn: public keys. Read before a tenant is known: not under row-level security.';

CREATE TABLE account_recovery_code (
  account_id uuid NOT NULL REFERENCES account,
  code_hash  bytea NOT NULL,
  created_at timestamptz NOT NULL,
  used_at    timestamptz,
  PRIMARY KEY (account_id, code_hash)
);
COMMENT ON TABLE account_recovery_code IS 'Codes for who has lost the second factor, each good once, by their hash. Read before a tenant is known: not under row-level security.';

CREATE TABLE account_factor_failure (
  account_id uuid PRIMARY KEY REFERENCES account,
  failures   integer NOT NULL,
  since      timestamptz NOT NULL
);
COMMENT ON TABLE account_factor_failure IS 'Wrong second factors within an hour: whoever knows the password may not guess on. Read before a tenant is known: not under row-level security.';

CREATE TABLE password_reset (
  token_hash bytea PRIMARY KEY,
  account_id uuid NOT NULL REFERENCES account,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX password_reset_account ON password_reset (account_id);
COMMENT ON TABLE password_reset IS 'Links for a forgotten password, by their hash. Read before a tenant is known: not under row-level security.';

CREATE TABLE invitation (
  invitation_id uuid PRIMARY KEY,
  tenant_id     uuid NOT NULL REFERENCES tenant,
  token_hash    bytea NOT NULL UNIQUE,
  email         text NOT NULL,
  name          text NOT NULL,
  language      text NOT NULL,
  memberships   jsonb NOT NULL,
  state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open','accepted','withdrawn')),
  invited_by    text NOT NULL,
  created_at    timestamptz NOT NULL,
  expires_at    timestamptz NOT NULL,
  ended_at      timestamptz
);
CREATE INDEX invitation_tenant ON invitation (tenant_id, invitation_id DESC);
CREATE UNIQUE INDEX invitation_open ON invitation (tenant_id, lower(email)) WHERE state = 'open';
COMMENT ON TABLE invitation IS 'Invitations to an administration, found by the hash of their link before the tenant is known: not under row-level security.';
COMMENT ON COLUMN invitation.memberships IS 'What the person will be: [{"role": "..", "office": "..", "officer": ".."}].';

CREATE TABLE second_factor_rule (
  tenant_id uuid NOT NULL REFERENCES tenant,
  role      text NOT NULL,
  PRIMARY KEY (tenant_id, role)
);
COMMENT ON TABLE second_factor_rule IS 'Roles that must sign in with a second factor; the role * means everybody.';
SELECT assay_isolate('second_factor_rule');

CREATE TABLE identity_provider (
  tenant_id     uuid NOT NULL REFERENCES tenant,
  issuer        text NOT NULL,
  client_id     text NOT NULL,
  sealed        bytea,
  name          text NOT NULL,
  enabled       boolean NOT NULL DEFAULT false,
  changed_at    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id)
);
COMMENT ON TABLE identity_provider IS 'OpenID Connect provider of an administration.';
COMMENT ON COLUMN identity_provider.sealed IS 'The client''s secret, sealed with the installation''s key.';
SELECT assay_isolate('identity_provider');

CREATE TABLE account_identity (
  tenant_id  uuid NOT NULL REFERENCES tenant,
  issuer     text NOT NULL,
  subject    text NOT NULL,
  account_id uuid NOT NULL REFERENCES account,
  linked_at  timestamptz NOT NULL,
  seen_at    timestamptz,
  PRIMARY KEY (tenant_id, issuer, subject)
);
CREATE INDEX account_identity_account ON account_identity (tenant_id, account_id);
COMMENT ON TABLE account_identity IS 'Which account an administration''s identity provider means by a subject.';
SELECT assay_isolate('account_identity');

GRANT SELECT, INSERT, UPDATE, DELETE ON account_authenticator, account_passkey, account_recovery_code, account_factor_failure,
  password_reset, invitation TO assay_app;

-- +goose Down
DROP TABLE account_identity, identity_provider, second_factor_rule, invitation, password_reset, account_factor_failure,
  account_recovery_code, account_passkey, account_authenticator;
ALTER TABLE api_token DROP COLUMN token_id;
ALTER TABLE sign_in_session DROP COLUMN signed_in_at, DROP COLUMN session_id;
ALTER TABLE membership DROP COLUMN state;
DROP INDEX account_email;
ALTER TABLE account DROP COLUMN email;
