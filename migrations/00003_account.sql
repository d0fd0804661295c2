-- +goose Up
CREATE TABLE account (
  account_id    uuid PRIMARY KEY,
  sign_in_name  text NOT NULL UNIQUE,
  name          text NOT NULL,
  language      text NOT NULL DEFAULT 'en',
  password_hash text NOT NULL,
  state         text NOT NULL DEFAULT 'active' CHECK (state IN ('active','disabled')),
  created_at    timestamptz NOT NULL
);
COMMENT ON TABLE account IS 'People who sign in. Read before a tenant is known: not under row-level security.';
COMMENT ON COLUMN account.password_hash IS 'argon2id in its PHC form.';

CREATE TABLE membership (
  account_id uuid NOT NULL REFERENCES account,
  tenant_id  uuid NOT NULL REFERENCES tenant,
  role       text NOT NULL,
  office     text NOT NULL DEFAULT '',
  officer    text NOT NULL DEFAULT '',
  PRIMARY KEY (account_id, tenant_id, role, office)
);
COMMENT ON TABLE membership IS 'Which account works in which administration, as what. Read before a tenant is chosen: not under row-level security.';
COMMENT ON COLUMN membership.office IS 'The office a head of office is head of; empty for the whole administration.';
COMMENT ON COLUMN membership.officer IS 'The user name in the clearance system, for scope own.';

CREATE TABLE sign_in_session (
  token_hash  bytea PRIMARY KEY,
  account_id  uuid REFERENCES account,
  tenant_id   uuid REFERENCES tenant,
  data        bytea NOT NULL,
  created_at  timestamptz NOT NULL,
  seen_at     timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  address     text NOT NULL DEFAULT '',
  agent       text NOT NULL DEFAULT ''
);
CREATE INDEX sign_in_session_account ON sign_in_session (account_id);
CREATE INDEX sign_in_session_expiry ON sign_in_session (expires_at);
COMMENT ON TABLE sign_in_session IS 'Server-side sessions, by the hash of their token. Read before a tenant is known: not under row-level security.';

CREATE TABLE api_token (
  token_hash  bytea PRIMARY KEY,
  tenant_id   uuid NOT NULL REFERENCES tenant,
  account_id  uuid NOT NULL REFERENCES account,
  name        text NOT NULL,
  scopes      text[] NOT NULL,
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  seen_at     timestamptz
);
CREATE INDEX api_token_tenant ON api_token (tenant_id, account_id);
COMMENT ON TABLE api_token IS 'API tokens, by their hash. Read before a tenant is known: not under row-level security.';

GRANT SELECT, INSERT, UPDATE, DELETE ON account, membership, sign_in_session, api_token TO assay_app;

-- +goose Down
DROP TABLE api_token, sign_in_session, membership, account;
