SELECT
    f.source, s.title, string_agg(DISTINCT f.provider, ', ' ORDER BY f.provider) AS providers,
    count(DISTINCT f.provider) AS provider_count, max(f.as_of) AS as_of,
    max(f.observed_at) AS observed_at, max(f.confirmed_at) AS confirmed_at, min(f.age_days) AS age_days,
    max(f.max_age_days) AS max_age_days, bool_or(f.stale) AS stale,
    sum(f.prices)::BIGINT AS prices, max(f.verdict) AS verdict,
    bool_or(f.verdict = 'refused') AS refused, s.homepage AS source_url, s.licence
FROM freshness AS f
JOIN sources AS s USING (source)
WHERE $providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], f.provider)
GROUP BY f.source, s.title, s.homepage, s.licence, CASE WHEN s.schedule = 'release' THEN f.as_of END
ORDER BY f.source, max(f.as_of) DESC;
