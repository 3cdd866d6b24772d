SELECT
    f.source, max(f.as_of) AS as_of, max(f.observed_at) AS observed_at, min(f.age_days) AS age_days,
    bool_and(f.stale) AS stale, sum(f.prices)::BIGINT AS prices, sum(f.quarantined)::BIGINT AS quarantined,
    list_sort(list(DISTINCT f.verdict)) AS verdicts
FROM freshness AS f
GROUP BY f.source
ORDER BY f.source;
