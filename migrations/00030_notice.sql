-- +goose Up
CREATE TABLE notice (
  tenant_id  uuid NOT NULL REFERENCES tenant,
  notice_id  uuid NOT NULL,
  account_id uuid NOT NULL REFERENCES account,
  kind       text NOT NULL,
  arguments  jsonb NOT NULL DEFAULT '{}',
  link       text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  read_at    timestamptz,
  PRIMARY KEY (tenant_id, notice_id)
);
CREATE INDEX notice_newest ON notice (tenant_id, account_id, notice_id DESC);
CREATE INDEX notice_unread ON notice (tenant_id, account_id) WHERE read_at IS NULL;
COMMENT ON TABLE notice IS 'What the program tells a person in an administration, read or not.';
COMMENT ON COLUMN notice.kind IS 'Names the texts by language, see package notice.';
COMMENT ON COLUMN notice.arguments IS 'Blanks of the texts: {"texts": {..}, "moments": {..}}.';
COMMENT ON COLUMN notice.link IS 'Path of a page of this installation, empty for none.';
SELECT assay_isolate('notice');

CREATE TABLE mail (
  tenant_id  uuid NOT NULL REFERENCES tenant,
  mail_id    uuid NOT NULL,
  account_id uuid REFERENCES account,
  address    text NOT NULL DEFAULT '',
  language   text NOT NULL DEFAULT '',
  kind       text NOT NULL,
  arguments  jsonb NOT NULL DEFAULT '{}',
  link       text NOT NULL DEFAULT '',
  sealed     bytea,
  state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting','kept','sent','failed')),
  attempts   integer NOT NULL DEFAULT 0,
  failure    text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  sent_at    timestamptz,
  PRIMARY KEY (tenant_id, mail_id)
);
CREATE INDEX mail_unsent ON mail (tenant_id, mail_id) WHERE state IN ('waiting','kept');
COMMENT ON TABLE mail IS 'Letters by e-mail: written in the transaction of the deed that they tell of, sent by a job.';
COMMENT ON COLUMN mail.account_id IS 'To whom; name, address and language are looked up when it is sent. Empty for somebody without an account.';
COMMENT ON COLUMN mail.sealed IS 'The secret end of the link (an invitation''s token), sealed with the installation''s key; removed when the letter is sent.';
COMMENT ON COLUMN mail.state IS 'kept: no mail server is set; it is sent once there is one.';
SELECT assay_isolate('mail');

-- +goose Down
DROP TABLE mail, notice;
