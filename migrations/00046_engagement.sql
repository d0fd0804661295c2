-- +goose Up
CREATE TABLE engagement (
  tenant_id     uuid NOT NULL REFERENCES tenant,
  engagement_id uuid NOT NULL,
  sign_in_name  text NOT NULL,
  account_id    uuid REFERENCES account,
  purpose       text NOT NULL,
  permissions   text[] NOT NULL,
  names_purpose text NOT NULL DEFAULT '',
  starts_at     timestamptz NOT NULL,
  ends_at       timestamptz NOT NULL,
  granted_by    text NOT NULL,
  granted_at    timestamptz NOT NULL,
  extends       uuid,
  terms         integer NOT NULL,
  accepted_at   timestamptz,
  declined_at   timestamptz,
  withdrawn_at  timestamptz,
  withdrawn_by  text NOT NULL DEFAULT '',
  withdrawn_for text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, engagement_id),
  FOREIGN KEY (tenant_id, extends) REFERENCES engagement,
  CHECK (ends_at > starts_at AND ends_at <= granted_at + interval '12 months'),
  CHECK (accepted_at IS NULL OR account_id IS NOT NULL),
  CHECK (accepted_at IS NULL OR declined_at IS NULL),
  CHECK (NOT 'officer.read' = ANY (permissions) OR names_purpose <> '')
);
CREATE INDEX engagement_account ON engagement (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX engagement_offer ON engagement (sign_in_name) WHERE account_id IS NULL;
CREATE UNIQUE INDEX engagement_extension ON engagement (tenant_id, extends) WHERE withdrawn_at IS NULL;
COMMENT ON TABLE engagement IS 'What an administration granted an outside expert. A row is never deleted; an extension is a row of its own.';
COMMENT ON COLUMN engagement.sign_in_name IS 'To whom it is offered; until it is accepted, whoever signs in under that name.';
COMMENT ON COLUMN engagement.account_id IS 'Who accepted it; empty while it is an offer.';
COMMENT ON COLUMN engagement.permissions IS 'Actions, never more than the role of an expert has.';
COMMENT ON COLUMN engagement.names_purpose IS 'Why the expert sees officers by name; without it they have pseudonyms.';
COMMENT ON COLUMN engagement.extends IS 'The engagement whose end this one moves; it begins at that end.';
COMMENT ON COLUMN engagement.terms IS 'Version of the terms that the expert accepts.';
SELECT assay_isolate('engagement');
REVOKE DELETE ON engagement FROM assay_app;

-- Which administrations engage an account, or offer it to whoever signs in under its name: asked before an
-- administration is chosen, and answered with identifiers only.
-- +goose StatementBegin
CREATE FUNCTION assay_engagements_of(account uuid) RETURNS TABLE (tenant_id uuid, engagement_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT e.tenant_id, e.engagement_id FROM engagement e WHERE e.account_id = account
  UNION ALL
  SELECT e.tenant_id, e.engagement_id FROM engagement e JOIN account a ON a.account_id = account
    WHERE e.account_id IS NULL AND e.sign_in_name = a.sign_in_name
$$;
-- +goose StatementEnd
REVOKE EXECUTE ON FUNCTION assay_engagements_of(uuid) FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO assay_across;
GRANT SELECT ON engagement TO assay_across;
GRANT SELECT (account_id, sign_in_name) ON account TO assay_across;
ALTER FUNCTION assay_engagements_of(uuid) OWNER TO assay_across;
REVOKE CREATE ON SCHEMA public FROM assay_across;
GRANT EXECUTE ON FUNCTION assay_engagements_of(uuid) TO assay_app;

-- +goose Down
DROP FUNCTION assay_engagements_of(uuid);
REVOKE SELECT (account_id, sign_in_name) ON account FROM assay_across;
DROP TABLE engagement;
