-- needs:
-- What a figure is asked with, and the administration's settings.
parameters AS (
  SELECT
    CAST(@tenant AS uuid)               AS tenant,
    CAST(@from AS date)                 AS from_day,
    CAST(@to AS date)                   AS to_day,
    CAST(@watermark_day AS date)        AS watermark_day,
    CAST(@zone AS text)                 AS zone,
    CAST(@selection_timing AS text)     AS selection_timing,
    CAST(@machine_users AS text[])      AS machine_users,
    CAST(@clock_tolerance AS bigint)    AS clock_tolerance,
    CAST(@money_epsilon AS bigint)      AS money_epsilon,
    CAST(@money_per_mille AS bigint)    AS money_per_mille,
    CAST(@package_tolerance AS bigint)  AS package_tolerance,
    CAST(@weight_per_mille AS bigint)   AS weight_per_mille,
    CAST(@write_off_days AS bigint)     AS write_off_days,
    CAST(@late_manifest_days AS bigint) AS late_manifest_days,
    CAST(@burst_assessments AS integer) AS burst_assessments,
    CAST(@burst_minutes AS bigint)      AS burst_minutes,
    CAST(@weight_declaration AS bigint) AS weight_declaration,
    CAST(@weight_item AS bigint)        AS weight_item,
    CAST(@outlier_deviations AS float8) AS outlier_deviations,
    CAST(@outlier_minimum AS bigint)    AS outlier_minimum,
    CAST(@fiscal_year_start AS integer) AS fiscal_year_start
)
