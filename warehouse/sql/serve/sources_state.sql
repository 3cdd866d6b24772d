-- One row for each source and date of its data; a source may speak for several providers at once.
WITH
judged AS (
    SELECT source, as_of, sum(quarantined)::BIGINT AS quarantined
    FROM (SELECT DISTINCT source, as_of, batch_id, quarantined FROM freshness)
    GROUP BY ALL
)
SELECT
    f.source,
    CASE WHEN count(*) > 4 THEN count(*) || ' providers' ELSE string_agg(f.provider, ', ' ORDER BY f.provider) END
        AS providers,
    f.as_of, max(f.observed_at) AS observed_at, min(f.age_days) AS age_days, bool_or(f.stale) AS stale,
    sum(f.prices)::BIGINT AS prices, any_value(j.quarantined) AS quarantined,
    list_sort(list(DISTINCT f.verdict)) AS verdicts
FROM freshness AS f
JOIN judged AS j USING (source, as_of)
GROUP BY f.source, f.as_of
ORDER BY f.source, providers;
