-- Sources of which some data is older than it should be.
CREATE OR REPLACE TEMP TABLE events AS
SELECT
    md5(concat_ws('|', 'stale', s.source, any_value(f.older_than_days))) AS key, max(s.age_days)::DOUBLE AS size,
    s.source, string_agg(DISTINCT s.provider, ', ' ORDER BY s.provider) AS provider,
    max(s.age_days) AS age_days, coalesce(any_value(f.older_than_days), any_value(s.max_age_days)) AS max_age_days,
    min(s.confirmed_at) AS confirmed_at, count(DISTINCT s.batch_id) AS scopes
FROM newer.freshness AS s, asked AS f
WHERE
    (f.sources IS NULL OR list_contains(f.sources, s.source))
    AND (f.providers IS NULL OR list_contains(f.providers, s.provider))
    AND CASE WHEN f.older_than_days IS NULL THEN s.stale ELSE s.age_days > f.older_than_days END
GROUP BY s.source;
