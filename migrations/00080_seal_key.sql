-- +goose Up
CREATE TABLE seal_key (
  tenant_id    uuid NOT NULL REFERENCES tenant,
  key_id       uuid NOT NULL,
  place        text NOT NULL CHECK (place IN ('database','file','token')),
  certificates text NOT NULL,
  fingerprint  text NOT NULL,
  sealed       bytea,
  path         text NOT NULL DEFAULT '',
  token_key    text NOT NULL DEFAULT '',
  valid_from   timestamptz NOT NULL,
  valid_to     timestamptz NOT NULL,
  added_at     timestamptz NOT NULL,
  added_by     text NOT NULL,
  retired_at   timestamptz,
  retired_by   text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, key_id),
  CHECK ((place = 'file') = (sealed IS NULL)),
  CHECK ((place = 'database') = (path = ''))
);
CREATE UNIQUE INDEX seal_one_key ON seal_key (tenant_id) WHERE retired_at IS NULL;
CREATE UNIQUE INDEX seal_key_fingerprint ON seal_key (tenant_id, fingerprint);
COMMENT ON TABLE seal_key IS 'Keys that an administration seals its documents with. One is in use; the others stay, so that what they sealed is known.';
COMMENT ON COLUMN seal_key.place IS 'Where the private key is: here (sealed), in a file of the server, on a PKCS #11 token.';
COMMENT ON COLUMN seal_key.certificates IS 'PEM, the key''s own first; public.';
COMMENT ON COLUMN seal_key.fingerprint IS 'SHA-256 of the key''s own certificate, hexadecimal.';
COMMENT ON COLUMN seal_key.sealed IS 'Private key (PKCS #8), or the PIN of the token, sealed with the installation''s key.';
COMMENT ON COLUMN seal_key.path IS 'Of the file with the private key, or of the token''s library.';
COMMENT ON COLUMN seal_key.token_key IS 'Number of the key on the token, hexadecimal.';
SELECT assay_isolate('seal_key');
REVOKE DELETE ON seal_key FROM assay_app;

-- +goose StatementBegin
CREATE FUNCTION assay_keep_seal_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.retired_at IS NOT NULL OR (NEW.tenant_id, NEW.key_id, NEW.place, NEW.certificates, NEW.fingerprint, NEW.path, NEW.token_key, NEW.added_at, NEW.added_by)
      IS DISTINCT FROM (OLD.tenant_id, OLD.key_id, OLD.place, OLD.certificates, OLD.fingerprint, OLD.path, OLD.token_key, OLD.added_at, OLD.added_by) THEN
    RAISE EXCEPTION 'a key is retired, not changed' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER seal_key_kept BEFORE UPDATE ON seal_key FOR EACH ROW EXECUTE FUNCTION assay_keep_seal_key();

CREATE TABLE contract_paper (
  tenant_id   uuid NOT NULL,
  contract_id uuid NOT NULL,
  text_number integer NOT NULL,
  language    text NOT NULL,
  content     bytea NOT NULL,
  hash        bytea NOT NULL CHECK (octet_length(hash) = 32),
  key_id      uuid NOT NULL,
  made_at     timestamptz NOT NULL,
  made_by     text NOT NULL,
  PRIMARY KEY (tenant_id, contract_id, text_number, language),
  FOREIGN KEY (tenant_id, contract_id, text_number) REFERENCES contract_text,
  FOREIGN KEY (tenant_id, key_id) REFERENCES seal_key
);
COMMENT ON TABLE contract_paper IS 'Signed contracts as sealed PDF, one a language. Made once, never changed: everybody holds the same file.';
COMMENT ON COLUMN contract_paper.hash IS 'SHA-256 of the file.';
SELECT assay_isolate('contract_paper');
REVOKE UPDATE, DELETE ON contract_paper FROM assay_app;

-- +goose Down
DROP TABLE contract_paper, seal_key;
DROP FUNCTION assay_keep_seal_key();
