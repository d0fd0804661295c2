-- +goose Up
-- Administrations side by side, by what each of them discloses. No row of another administration is read by the
-- program's role: each publishes its own figures in its own transaction, and two functions that run as assay_across
-- answer with what the administration of the transaction may see, never about fewer than five.

CREATE TABLE disclosure (
  tenant_id  uuid NOT NULL REFERENCES tenant,
  indicator  text NOT NULL,
  level      text NOT NULL CHECK (level IN ('private','partners','public')),
  changed_at timestamptz NOT NULL,
  changed_by text NOT NULL,
  PRIMARY KEY (tenant_id, indicator)
);
COMMENT ON TABLE disclosure IS 'To whom an administration shows an indicator of its own; private where there is no row.';
COMMENT ON COLUMN disclosure.level IS 'partners: administrations that disclose the same indicator, and their experts; public: everybody who is signed in.';
SELECT assay_isolate('disclosure');

CREATE TABLE disclosed_figure (
  tenant_id    uuid NOT NULL,
  indicator    text NOT NULL,
  quarter      integer NOT NULL,
  version      integer NOT NULL,
  value        double precision NOT NULL,
  n            bigint NOT NULL,
  state        text NOT NULL CHECK (state IN ('mature','partly')),
  published_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, indicator, quarter),
  FOREIGN KEY (tenant_id, indicator) REFERENCES disclosure
);
COMMENT ON TABLE disclosed_figure IS 'Figures of the whole administration that its disclosures let others see.';
COMMENT ON COLUMN disclosed_figure.quarter IS 'First month of the calendar quarter, year * 12 + month - 1.';
COMMENT ON COLUMN disclosed_figure.version IS 'Version of the indicator''s definition; only figures of one version are compared.';
SELECT assay_isolate('disclosed_figure');

CREATE TABLE comparison_edition (
  indicator text NOT NULL,
  quarter   integer NOT NULL,
  version   integer NOT NULL,
  members   integer NOT NULL CHECK (members >= 5),
  low       double precision,
  middle    double precision,
  high      double precision,
  made_at   timestamptz NOT NULL,
  withdrawn boolean NOT NULL DEFAULT false,
  PRIMARY KEY (indicator, quarter)
);
COMMENT ON TABLE comparison_edition IS 'Anonymous distributions: quartiles over all administrations that took part when it was made. Belongs to no tenant. Made once and never again, so that nobody''s figure is the difference of two.';
COMMENT ON COLUMN comparison_edition.withdrawn IS 'An administration in it has left: its quartiles are gone for good.';
GRANT SELECT ON comparison_edition TO assay_app;

CREATE TABLE comparison_member (
  tenant_id uuid NOT NULL REFERENCES tenant,
  indicator text NOT NULL,
  quarter   integer NOT NULL,
  PRIMARY KEY (tenant_id, indicator, quarter)
);
COMMENT ON TABLE comparison_member IS 'In which anonymous distributions an administration is; it sees only its own rows.';
SELECT assay_isolate('comparison_member');
REVOKE INSERT, UPDATE, DELETE ON comparison_member FROM assay_app;

-- What the administration of the transaction may see of an indicator in a quarter, by administration: what is
-- public, and where it discloses the indicator itself also what partners disclose. Nothing at all below five.
-- +goose StatementBegin
CREATE FUNCTION assay_disclosed(of_indicator text, of_quarter integer, of_version integer)
RETURNS TABLE (tenant_id uuid, value double precision, n bigint, state text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH seen AS (
    SELECT f.tenant_id, f.value, f.n, f.state FROM disclosed_figure f
    JOIN disclosure d ON d.tenant_id = f.tenant_id AND d.indicator = f.indicator
    JOIN tenant t ON t.tenant_id = f.tenant_id AND t.state = 'active'
    WHERE f.indicator = of_indicator AND f.quarter = of_quarter AND f.version = of_version
    AND (d.level = 'public' OR d.level = 'partners' AND EXISTS (SELECT FROM disclosure o
      WHERE o.tenant_id = nullif(current_setting('assay.tenant_id', true), '')::uuid AND o.indicator = of_indicator AND o.level IN ('partners','public'))))
  SELECT s.tenant_id, s.value, s.n, s.state FROM seen s WHERE (SELECT count(*) FROM seen) >= 5
$$;
-- +goose StatementEnd

-- How many administrations disclose each indicator to partners or everybody. It tells no figure.
-- +goose StatementBegin
CREATE FUNCTION assay_taking_part() RETURNS TABLE (indicator text, partners bigint, everybody bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.indicator, count(*), count(*) FILTER (WHERE d.level = 'public') FROM disclosure d JOIN tenant t ON t.tenant_id = d.tenant_id AND t.state = 'active'
  WHERE d.level IN ('partners','public') GROUP BY d.indicator
$$;
-- +goose StatementEnd

-- Makes the anonymous distribution of a quarter when five mature figures are there and it was never made.
-- +goose StatementBegin
CREATE FUNCTION assay_make_edition(of_indicator text, of_quarter integer, of_version integer, at timestamptz) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  made boolean;
BEGIN
  INSERT INTO comparison_edition (indicator, quarter, version, members, low, middle, high, made_at)
    SELECT of_indicator, of_quarter, of_version, count(*), percentile_cont(0.25) WITHIN GROUP (ORDER BY f.value), percentile_cont(0.5) WITHIN GROUP (ORDER BY f.value),
      percentile_cont(0.75) WITHIN GROUP (ORDER BY f.value), at
    FROM disclosed_figure f JOIN disclosure d ON d.tenant_id = f.tenant_id AND d.indicator = f.indicator AND d.level IN ('partners','public')
    JOIN tenant t ON t.tenant_id = f.tenant_id AND t.state = 'active'
    WHERE f.indicator = of_indicator AND f.quarter = of_quarter AND f.version = of_version AND f.state = 'mature'
    HAVING count(*) >= 5
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS made = ROW_COUNT;
  IF made THEN
    INSERT INTO comparison_member (tenant_id, indicator, quarter)
      SELECT f.tenant_id, f.indicator, f.quarter FROM disclosed_figure f
      JOIN disclosure d ON d.tenant_id = f.tenant_id AND d.indicator = f.indicator AND d.level IN ('partners','public')
      JOIN tenant t ON t.tenant_id = f.tenant_id AND t.state = 'active'
      WHERE f.indicator = of_indicator AND f.quarter = of_quarter AND f.version = of_version AND f.state = 'mature';
  END IF;
  RETURN made;
END $$;
-- +goose StatementEnd

-- Takes the quartiles away, for good, of every distribution of an indicator that the administration of the transaction is in.
-- +goose StatementBegin
CREATE FUNCTION assay_leave_editions(of_indicator text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE comparison_edition e SET withdrawn = true, low = NULL, middle = NULL, high = NULL
  WHERE e.indicator = of_indicator AND EXISTS (SELECT FROM comparison_member m
    WHERE m.tenant_id = nullif(current_setting('assay.tenant_id', true), '')::uuid AND m.indicator = e.indicator AND m.quarter = e.quarter)
$$;
-- +goose StatementEnd

REVOKE EXECUTE ON FUNCTION assay_disclosed(text, integer, integer), assay_taking_part(), assay_make_edition(text, integer, integer, timestamptz), assay_leave_editions(text) FROM PUBLIC;
GRANT CREATE ON SCHEMA public TO assay_across;
GRANT SELECT ON disclosure, disclosed_figure TO assay_across;
GRANT SELECT, INSERT ON comparison_member TO assay_across;
GRANT SELECT, INSERT, UPDATE ON comparison_edition TO assay_across;
ALTER FUNCTION assay_disclosed(text, integer, integer) OWNER TO assay_across;
ALTER FUNCTION assay_taking_part() OWNER TO assay_across;
ALTER FUNCTION assay_make_edition(text, integer, integer, timestamptz) OWNER TO assay_across;
ALTER FUNCTION assay_leave_editions(text) OWNER TO assay_across;
REVOKE CREATE ON SCHEMA public FROM assay_across;
GRANT EXECUTE ON FUNCTION assay_disclosed(text, integer, integer), assay_taking_part(), assay_make_edition(text, integer, integer, timestamptz), assay_leave_editions(text) TO assay_app;

-- +goose Down
DROP FUNCTION assay_leave_editions(text), assay_make_edition(text, integer, integer, timestamptz), assay_taking_part(), assay_disclosed(text, integer, integer);
DROP TABLE comparison_member, comparison_edition, disclosed_figure, disclosure;
