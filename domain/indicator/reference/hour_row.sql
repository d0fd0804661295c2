-- needs: parameters life
-- What happened at each office in each hour of each local day, by the office's own clock;
-- the hour is '' where only the day is known. What was cancelled later was work too.
happening AS (
  SELECT office, zone, registered_day AS day, coalesce(registered_timed, false) AS timed, registered_at AS at, 1 AS registered, 0 AS assessed, 0 AS released FROM life
  UNION ALL
  SELECT office, zone, assessed_day, assessed_timed, assessed_at, 0, 1, 0 FROM life WHERE assessed IS NOT NULL
  UNION ALL
  SELECT office, zone, released_day, released_timed, released_at, 0, 0, 1 FROM life WHERE released IS NOT NULL
),
hour_row AS (
  SELECT day AS dated, office, to_char(day, 'ID') AS weekday,
    CASE WHEN timed THEN to_char(at AT TIME ZONE zone, 'HH24') ELSE '' END AS hour,
    sum(registered) AS registered, sum(assessed) AS assessed, sum(released) AS released
  FROM happening
  GROUP BY 1, 2, 3, 4
)
