-- +goose Up
CREATE TABLE pseudonym_key (
  tenant_id  uuid NOT NULL REFERENCES tenant PRIMARY KEY,
  key        bytea NOT NULL CHECK (octet_length(key) = 32),
  created_at timestamptz NOT NULL
);
COMMENT ON TABLE pseudonym_key IS 'The secret by which officers get their pseudonyms: the same officer the same one, in this administration only.';
SELECT assay_isolate('pseudonym_key');

CREATE TABLE purpose (
  tenant_id    uuid NOT NULL REFERENCES tenant,
  purpose_id   uuid NOT NULL,
  account_id   uuid NOT NULL,
  sign_in_name text NOT NULL,
  reason       text NOT NULL CHECK (reason <> ''),
  recorded_at  timestamptz NOT NULL,
  ends_at      timestamptz NOT NULL,
  withdrawn_at timestamptz,
  PRIMARY KEY (tenant_id, purpose_id),
  CHECK (ends_at > recorded_at)
);
CREATE INDEX purpose_of_account ON purpose (tenant_id, account_id, ends_at);
COMMENT ON TABLE purpose IS 'Why a person who sees pseudonyms sees officers'' names for a time. Kept for ever: the audit record names it.';
SELECT assay_isolate('purpose');

-- +goose Down
DROP TABLE purpose, pseudonym_key;
