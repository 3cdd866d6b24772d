CREATE OR REPLACE VIEW freshness AS
WITH
last_batches AS (
    SELECT
        source, provider, service, regions, purchase_options, as_of, observed_at, verdict, quarantined,
        batch_id
    FROM batches
    QUALIFY row_number() OVER (
        PARTITION BY source, provider, service, regions, purchase_options
        ORDER BY as_of DESC, observed_at DESC, batch_id DESC
    ) = 1
),
in_force AS (
    SELECT k.source, k.provider, count(*) AS prices
    FROM price_spans AS s
    JOIN price_keys AS k USING (price_id)
    WHERE s.valid_to IS NULL
    GROUP BY ALL
)
SELECT
    l.source, coalesce(l.provider, f.provider) AS provider, l.as_of, l.observed_at,
    date_diff('day', l.as_of, now()) AS age_days, src.max_age_days,
    date_diff('day', l.as_of, now()) > src.max_age_days AS stale,
    coalesce(f.prices, 0) AS prices, l.verdict, l.quarantined, l.batch_id
FROM last_batches AS l
JOIN sources AS src USING (source)
LEFT JOIN in_force AS f ON f.source = l.source AND (l.provider IS NULL OR l.provider = f.provider);
