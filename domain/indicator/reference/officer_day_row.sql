-- needs: parameters life act_row
-- Each officer at each office on each local day, from acts with a time of day.
officer_day_row AS (
  SELECT o.day AS dated, h.office, o.officer, count(*) AS acts,
    CASE WHEN count(*) > 1 THEN {{unix "max(o.at)"}} - {{unix "min(o.at)"}} END AS presence
  FROM operation o
  JOIN home h USING (declaration_id)
  WHERE o.is_officer_act AND o.timed
  GROUP BY o.day, h.office, o.officer
)
