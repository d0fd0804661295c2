-- +goose Up
-- The bulk tables (declaration and what hangs on it) have no foreign keys among
-- themselves: a check per row costs several times the row. Only the warehouse
-- room writes them, whole declarations in one transaction.

CREATE SEQUENCE declaration_number AS bigint CACHE 1;
GRANT USAGE, SELECT ON SEQUENCE declaration_number TO assay_app;

CREATE TABLE batch (
  tenant_id   uuid NOT NULL REFERENCES tenant,
  batch_id    uuid NOT NULL,
  format      text NOT NULL,
  source      text NOT NULL,
  fingerprint bytea,
  state       text NOT NULL CHECK (state IN ('waiting','reading','loaded','failed','dry_run')),
  started_at  timestamptz NOT NULL,
  ended_at    timestamptz,
  started_by  text NOT NULL DEFAULT '',
  rows_read   bigint NOT NULL DEFAULT 0,
  loaded      bigint NOT NULL DEFAULT 0,
  replaced    bigint NOT NULL DEFAULT 0,
  unchanged   bigint NOT NULL DEFAULT 0,
  rejected    bigint NOT NULL DEFAULT 0,
  watermark   timestamptz,
  summary     jsonb NOT NULL DEFAULT '{}',
  failure     text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, batch_id)
);
CREATE INDEX batch_started ON batch (tenant_id, started_at DESC);
COMMENT ON TABLE batch IS 'One delivery of data: a set of files or an API push.';
COMMENT ON COLUMN batch.fingerprint IS 'Hash over the delivered bytes, to say that the same delivery came twice.';
COMMENT ON COLUMN batch.rows_read IS 'Rows or elements read from the source, of all kinds.';
COMMENT ON COLUMN batch.loaded IS 'Declarations (and other documents) new in the warehouse.';
COMMENT ON COLUMN batch.replaced IS 'Known ones that changed: they got a new version.';
COMMENT ON COLUMN batch.watermark IS 'Latest event time seen: what is later is not known yet.';
SELECT assay_isolate('batch');

CREATE TABLE reject (
  tenant_id uuid NOT NULL,
  batch_id  uuid NOT NULL,
  sequence  bigint NOT NULL,
  file      text NOT NULL,
  line      bigint NOT NULL,
  field     text NOT NULL DEFAULT '',
  value     text NOT NULL DEFAULT '',
  reason    text NOT NULL,
  row_text  text NOT NULL DEFAULT '',
  PRIMARY KEY (tenant_id, batch_id, sequence),
  FOREIGN KEY (tenant_id, batch_id) REFERENCES batch
);
COMMENT ON TABLE reject IS 'Rows that could not be taken, with place and reason; they can be downloaded, corrected and sent again.';
SELECT assay_isolate('reject');

CREATE TABLE unmapped_value (
  tenant_id uuid NOT NULL REFERENCES tenant,
  kind      text NOT NULL CHECK (kind IN ('operation','lane','column')),
  value     text NOT NULL,
  seen      bigint NOT NULL,
  last_batch uuid NOT NULL,
  PRIMARY KEY (tenant_id, kind, value)
);
COMMENT ON TABLE unmapped_value IS 'Operation names, lanes and columns that no map of the administration knows.';
SELECT assay_isolate('unmapped_value');

CREATE TABLE declaration (
  tenant_id      uuid NOT NULL,
  declaration_id bigint NOT NULL,
  reference      text COLLATE "C" NOT NULL,
  office         text COLLATE "C" NOT NULL,
  registered_on  date NOT NULL,
  version        integer NOT NULL,
  batch_id       uuid NOT NULL,
  fingerprint    bytea NOT NULL,
  flow           text NOT NULL,
  model          text NOT NULL,
  border_office  text NOT NULL,
  broker         text COLLATE "C" NOT NULL,
  importer       text COLLATE "C" NOT NULL,
  lane_selected  text NOT NULL,
  lane_current   text NOT NULL,
  mode           text NOT NULL,
  incoterm       text NOT NULL,
  payment_terms  text NOT NULL,
  vehicles       text[],
  containers     text[],
  manifest       text COLLATE "C" NOT NULL,
  bills          text[],
  arrived_at     timestamptz,
  arrived_precision text,
  prelodged      boolean NOT NULL,
  deferred_account text NOT NULL,
  guarantee      bigint NOT NULL,
  previous       text COLLATE "C" NOT NULL,
  assessed_total bigint,
  paper_finished_at timestamptz,
  paper_finished_precision text,
  cancelled      boolean NOT NULL,
  top_up         bigint NOT NULL,
  item_count     integer NOT NULL,
  customs_value  bigint NOT NULL,
  payable        bigint NOT NULL,
  relieved       bigint NOT NULL,
  shown_total    bigint NOT NULL,
  packages       bigint NOT NULL,
  gross_mass     bigint NOT NULL,
  parts          smallint NOT NULL,
  PRIMARY KEY (tenant_id, declaration_id),
  UNIQUE (tenant_id, reference)
);
CREATE INDEX declaration_registered ON declaration (tenant_id, registered_on);
COMMENT ON TABLE declaration IS 'Declarations in their current version, with the totals over their items.';
COMMENT ON COLUMN declaration.declaration_id IS 'Given by the warehouse in the order of loading; stable over versions.';
COMMENT ON COLUMN declaration.reference IS 'Natural key OFFICE/YEAR/NUMBER.';
COMMENT ON COLUMN declaration.registered_on IS 'Local date of registration from the header; its time of day is an event.';
COMMENT ON COLUMN declaration.version IS 'Version in this warehouse: 1 when first loaded, one more for each extract in which it changed.';
COMMENT ON COLUMN declaration.fingerprint IS 'Hash per part, by which a repeated extract is known to be unchanged.';
COMMENT ON COLUMN declaration.parts IS 'Bits of the parts the sources have given: 1 items, 2 events, 4 assignments, 8 inspections, 16 offences, 32 payments, 64 versions.';
COMMENT ON COLUMN declaration.lane_selected IS 'Lane at selectivity as the flags of the source say; empty when not known.';
COMMENT ON COLUMN declaration.mode IS 'Mode of transport at the border: UN Recommendation 19 digit.';
COMMENT ON COLUMN declaration.customs_value IS 'Sum over items, minor units.';
COMMENT ON COLUMN declaration.payable IS 'Sum of payable tax lines over items, minor units.';
COMMENT ON COLUMN declaration.relieved IS 'Sum of amounts relieved over items, minor units.';
COMMENT ON COLUMN declaration.shown_total IS 'Sum of the items'' tax totals as the source shows them, minor units.';
COMMENT ON COLUMN declaration.gross_mass IS 'Sum over items, grams.';
SELECT assay_isolate('declaration');

CREATE TABLE superseded_declaration (
  tenant_id      uuid NOT NULL,
  declaration_id bigint NOT NULL,
  version        integer NOT NULL,
  batch_id       uuid NOT NULL,
  superseded_by  uuid NOT NULL,
  superseded_at  timestamptz NOT NULL,
  content        jsonb NOT NULL,
  PRIMARY KEY (tenant_id, declaration_id, version)
);
COMMENT ON TABLE superseded_declaration IS 'Earlier versions of declarations as whole canonical documents.';
COMMENT ON COLUMN superseded_declaration.batch_id IS 'The batch that brought this version.';
SELECT assay_isolate('superseded_declaration');

CREATE TABLE item (
  tenant_id      uuid NOT NULL,
  declaration_id bigint NOT NULL,
  number         integer NOT NULL,
  hs             text COLLATE "C" NOT NULL,
  procedure      text COLLATE "C" NOT NULL,
  national_procedure text COLLATE "C" NOT NULL,
  preference     text NOT NULL,
  origin         text COLLATE "C" NOT NULL,
  description    text NOT NULL,
  packages       bigint NOT NULL,
  package_kind   text NOT NULL,
  quantity       text NOT NULL,
  gross_mass     bigint NOT NULL,
  net_mass       bigint NOT NULL,
  invoice_amount text NOT NULL,
  invoice_currency text NOT NULL,
  invoice_rate   text NOT NULL,
  customs_value  bigint NOT NULL,
  tax_total      bigint NOT NULL,
  payable        bigint NOT NULL,
  relieved       bigint NOT NULL,
  tax_code       text[] NOT NULL,
  tax_amount     bigint[] NOT NULL,
  tax_payable    boolean[] NOT NULL,
  tax_relieved   bigint[] NOT NULL,
  tax_base       bigint[],
  tax_rate       text[],
  relief_code    text[],
  PRIMARY KEY (tenant_id, declaration_id, number)
);
COMMENT ON TABLE item IS 'Items of declarations; the tax lines of an item are parallel arrays, one element a line.';
COMMENT ON COLUMN item.hs IS 'National tariff code, digits with leading zeros.';
COMMENT ON COLUMN item.quantity IS 'Supplementary quantity, a decimal as text, as the source wrote it.';
COMMENT ON COLUMN item.tax_payable IS 'Whether the line is to be paid; guaranteed and exempted lines are not.';
COMMENT ON COLUMN item.tax_relieved IS 'Amount forgone of that tax, minor units.';
COMMENT ON COLUMN item.payable IS 'Sum of the payable lines, minor units.';
SELECT assay_isolate('item');

CREATE TABLE event (
  tenant_id      uuid NOT NULL,
  declaration_id bigint NOT NULL,
  sequence       smallint NOT NULL,
  doc_version    smallint NOT NULL,
  machine        boolean NOT NULL,
  at             timestamptz NOT NULL,
  precision      text NOT NULL,
  kind           text COLLATE "C" NOT NULL,
  operation      text NOT NULL,
  user_code      text COLLATE "C" NOT NULL,
  from_lane      text,
  to_lane        text,
  cause          text,
  criterion      text,
  reason         text,
  PRIMARY KEY (tenant_id, declaration_id, sequence)
);
COMMENT ON TABLE event IS 'Operations on declarations as the log gives them, in the order of time and source.';
COMMENT ON COLUMN event.precision IS 'day, minute or second: what the source gave. Hours are never derived from day.';
COMMENT ON COLUMN event.kind IS 'Canonical vocabulary; unmapped when no map knows the operation.';
COMMENT ON COLUMN event.operation IS 'Operation name as the source writes it.';
COMMENT ON COLUMN event.machine IS 'Done by a machine user.';
SELECT assay_isolate('event');

CREATE TABLE assignment (
  tenant_id      uuid NOT NULL,
  declaration_id bigint NOT NULL,
  sequence       smallint NOT NULL,
  at             timestamptz NOT NULL,
  precision      text NOT NULL,
  section        text COLLATE "C" NOT NULL,
  examiner       text COLLATE "C" NOT NULL,
  chief          text COLLATE "C" NOT NULL,
  manual         boolean NOT NULL,
  assigned_by    text COLLATE "C" NOT NULL,
  weight         integer NOT NULL,
  PRIMARY KEY (tenant_id, declaration_id, sequence)
);
COMMENT ON TABLE assignment IS 'Assignments of declarations to examiners; each holds until the next.';
SELECT assay_isolate('assignment');

CREATE TABLE inspection (
  tenant_id      uuid NOT NULL,
  declaration_id bigint NOT NULL,
  sequence       smallint NOT NULL,
  number         text NOT NULL,
  at             timestamptz NOT NULL,
  precision      text NOT NULL,
  finished_at    timestamptz,
  finished_precision text,
  user_code      text COLLATE "C" NOT NULL,
  physical       boolean NOT NULL,
  conform        boolean NOT NULL,
  result         text NOT NULL,
  remarks        text NOT NULL,
  PRIMARY KEY (tenant_id, declaration_id, sequence)
);
COMMENT ON TABLE inspection IS 'Inspection acts.';
COMMENT ON COLUMN inspection.finished_at IS 'When the control was done on paper, before it was keyed.';
SELECT assay_isolate('inspection');

CREATE TABLE offence (
  tenant_id      uuid NOT NULL,
  declaration_id bigint NOT NULL,
  sequence       smallint NOT NULL,
  number         text NOT NULL,
  at             timestamptz NOT NULL,
  precision      text NOT NULL,
  user_code      text COLLATE "C" NOT NULL,
  code           text NOT NULL,
  status         text NOT NULL CHECK (status IN ('open','confirmed','dismissed')),
  declared_value bigint NOT NULL,
  assessed_value bigint NOT NULL,
  extra_duties   bigint NOT NULL,
  fine           bigint NOT NULL,
  extra_duties_paid bigint NOT NULL,
  fine_paid      bigint NOT NULL,
  paid_on        date,
  PRIMARY KEY (tenant_id, declaration_id, sequence)
);
COMMENT ON TABLE offence IS 'Offence cases; money in minor units.';
SELECT assay_isolate('offence');

CREATE TABLE payment (
  tenant_id      uuid NOT NULL,
  declaration_id bigint NOT NULL,
  sequence       smallint NOT NULL,
  receipt        text NOT NULL,
  at             timestamptz NOT NULL,
  precision      text NOT NULL,
  kind           text NOT NULL CHECK (kind IN ('receipt','account_debit','refund')),
  user_code      text COLLATE "C" NOT NULL,
  tax            text NOT NULL,
  amount         bigint NOT NULL,
  PRIMARY KEY (tenant_id, declaration_id, sequence)
);
COMMENT ON TABLE payment IS 'Receipts, account debits and refunds, a row per tax; amounts are positive for refunds too.';
SELECT assay_isolate('payment');

CREATE TABLE document_version (
  tenant_id      uuid NOT NULL,
  declaration_id bigint NOT NULL,
  number         smallint NOT NULL,
  at             timestamptz NOT NULL,
  precision      text NOT NULL,
  user_code      text COLLATE "C" NOT NULL,
  cause          text NOT NULL,
  by_customs     boolean NOT NULL,
  reason         text NOT NULL,
  customs_value  bigint NOT NULL,
  payable        bigint NOT NULL,
  PRIMARY KEY (tenant_id, declaration_id, number)
);
COMMENT ON TABLE document_version IS 'Amounts of each document version of a declaration: what it declared first, what control and post-entry made of it.';
SELECT assay_isolate('document_version');

CREATE TABLE manifest (
  tenant_id uuid NOT NULL,
  reference text COLLATE "C" NOT NULL,
  office    text COLLATE "C" NOT NULL,
  voyage    text NOT NULL,
  carrier   text COLLATE "C" NOT NULL,
  mode      text NOT NULL,
  transport text NOT NULL,
  departed_on date,
  arrived_at timestamptz, arrived_precision text,
  last_discharged_at timestamptz, last_discharged_precision text,
  registered_at timestamptz, registered_precision text,
  validated_at timestamptz, validated_precision text,
  user_code text COLLATE "C" NOT NULL,
  batch_id  uuid NOT NULL,
  version   integer NOT NULL,
  fingerprint bytea NOT NULL,
  PRIMARY KEY (tenant_id, reference)
);
COMMENT ON TABLE manifest IS 'Cargo manifests.';
SELECT assay_isolate('manifest');

CREATE TABLE bill (
  tenant_id uuid NOT NULL,
  manifest  text COLLATE "C" NOT NULL,
  reference text COLLATE "C" NOT NULL,
  line      integer NOT NULL,
  nature    text NOT NULL,
  consignee text COLLATE "C" NOT NULL,
  packages  bigint NOT NULL,
  gross_mass bigint NOT NULL,
  remaining_packages bigint,
  remaining_mass bigint,
  PRIMARY KEY (tenant_id, manifest, reference)
);
COMMENT ON TABLE bill IS 'Bills of lading of manifests; masses in grams.';
SELECT assay_isolate('bill');

CREATE TABLE write_off (
  tenant_id uuid NOT NULL,
  manifest  text COLLATE "C" NOT NULL,
  bill      text COLLATE "C" NOT NULL,
  sequence  smallint NOT NULL,
  at        timestamptz NOT NULL,
  precision text NOT NULL,
  type      text NOT NULL,
  declaration text COLLATE "C" NOT NULL,
  packages  bigint NOT NULL,
  gross_mass bigint NOT NULL,
  user_code text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, manifest, bill, sequence)
);
COMMENT ON TABLE write_off IS 'Write-offs of bills of lading; a cancelled one is a row with negative figures.';
COMMENT ON COLUMN write_off.declaration IS 'Natural key of the declaration, empty for other documents.';
SELECT assay_isolate('write_off');

CREATE TABLE transit (
  tenant_id uuid NOT NULL,
  reference text COLLATE "C" NOT NULL,
  departure text COLLATE "C" NOT NULL,
  destination text COLLATE "C" NOT NULL,
  principal text COLLATE "C" NOT NULL,
  carrier   text COLLATE "C" NOT NULL,
  hs        text COLLATE "C" NOT NULL,
  registered_at timestamptz, registered_precision text,
  transmitted_at timestamptz, transmitted_precision text,
  limit_at timestamptz, limit_precision text,
  arrived_at timestamptz, arrived_precision text,
  validated_at timestamptz, validated_precision text,
  status    text NOT NULL,
  user_code text COLLATE "C" NOT NULL,
  distance_km bigint NOT NULL,
  offence   boolean NOT NULL,
  batch_id  uuid NOT NULL,
  version   integer NOT NULL,
  fingerprint bytea NOT NULL,
  PRIMARY KEY (tenant_id, reference)
);
COMMENT ON TABLE transit IS 'Transit documents (T1).';
COMMENT ON COLUMN transit.limit_at IS 'Time limit at the office of destination, box D.';
SELECT assay_isolate('transit');

CREATE TABLE suspense_account (
  tenant_id uuid NOT NULL,
  account   text COLLATE "C" NOT NULL,
  office    text COLLATE "C" NOT NULL,
  regime    text COLLATE "C" NOT NULL,
  holder    text COLLATE "C" NOT NULL,
  hs        text COLLATE "C" NOT NULL,
  declaration text COLLATE "C" NOT NULL,
  opened_on date NOT NULL,
  due_on    date NOT NULL,
  closed_on date,
  quantity  bigint NOT NULL,
  guarantee bigint NOT NULL,
  offence   boolean NOT NULL,
  batch_id  uuid NOT NULL,
  version   integer NOT NULL,
  fingerprint bytea NOT NULL,
  PRIMARY KEY (tenant_id, account)
);
COMMENT ON TABLE suspense_account IS 'Accounts of goods under a suspense regime; quantities in thousandths of the supplementary unit.';
SELECT assay_isolate('suspense_account');

CREATE TABLE discharge (
  tenant_id uuid NOT NULL,
  account   text COLLATE "C" NOT NULL,
  sequence  smallint NOT NULL,
  at        timestamptz NOT NULL,
  precision text NOT NULL,
  declaration text COLLATE "C" NOT NULL,
  quantity  bigint NOT NULL,
  PRIMARY KEY (tenant_id, account, sequence)
);
COMMENT ON TABLE discharge IS 'Discharges of suspense accounts.';
SELECT assay_isolate('discharge');

CREATE TABLE dirty_month (
  tenant_id uuid NOT NULL REFERENCES tenant,
  month     integer NOT NULL,
  marked_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, month)
);
COMMENT ON TABLE dirty_month IS 'Months whose segments no longer say what the warehouse says.';
COMMENT ON COLUMN dirty_month.month IS 'year * 12 + month - 1, of registration or of the act, whichever are touched.';
SELECT assay_isolate('dirty_month');

-- +goose Down
DROP TABLE dirty_month, discharge, suspense_account, transit, write_off, bill, manifest, document_version, payment, offence,
  inspection, assignment, event, item, superseded_declaration, declaration, unmapped_value, reject, batch;
DROP SEQUENCE declaration_number;
