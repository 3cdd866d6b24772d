-- One row for each source, of a release for each date of its data; a source may speak for several providers
-- at once, and a live one for many scopes: `age_days` is of the freshest, `stale` tells of any.
WITH
dated AS (
    SELECT f.*, CASE WHEN s.schedule = 'release' THEN f.as_of END AS edition
    FROM freshness AS f
    JOIN sources AS s USING (source)
),
judged AS (
    SELECT source, edition, sum(quarantined)::BIGINT AS quarantined, count(*) AS scopes
    FROM (SELECT DISTINCT source, edition, batch_id, quarantined FROM dated)
    GROUP BY ALL
)
SELECT
    f.source,
    CASE WHEN count(DISTINCT f.provider) > 4 THEN count(DISTINCT f.provider) || ' providers'
         ELSE string_agg(DISTINCT f.provider, ', ' ORDER BY f.provider) END AS providers,
    max(f.as_of) AS as_of, max(f.observed_at) AS observed_at, max(f.confirmed_at) AS confirmed_at,
    min(f.age_days) AS age_days, max(f.age_days) AS oldest_days, bool_or(f.stale) AS stale,
    any_value(j.scopes) AS scopes, count(DISTINCT f.batch_id) FILTER (f.stale) AS stale_scopes,
    sum(f.prices)::BIGINT AS prices, any_value(j.quarantined) AS quarantined,
    list_sort(list(DISTINCT f.verdict)) AS verdicts
FROM dated AS f
JOIN judged AS j ON j.source = f.source AND j.edition IS NOT DISTINCT FROM f.edition
GROUP BY f.source, f.edition
ORDER BY f.source, providers;
