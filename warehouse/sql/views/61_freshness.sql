-- For every scope, the data in force and its age. A refused batch leaves older data in force: the
-- dates are those of that data, the verdict is the last one given.
CREATE OR REPLACE VIEW freshness AS
WITH
judged AS (
    SELECT
        source, provider, service, regions, purchase_options,
        struct_pack(
            as_of := as_of, observed_at := observed_at, batch_id := batch_id, verdict := verdict,
            quarantined := quarantined
        ) AS batch
    FROM batches
),
last_batches AS (
    SELECT
        source, provider, service, max(batch) AS last, max(batch) FILTER (batch.verdict <> 'refused') AS held
    FROM judged
    GROUP BY source, provider, service, regions, purchase_options
),
in_force AS (
    SELECT k.source, k.provider, k.service, count(*) AS prices
    FROM price_spans AS s
    JOIN price_keys AS k USING (price_id)
    WHERE s.valid_to IS NULL
    GROUP BY ALL
),
covered AS (
    SELECT l.last.batch_id AS batch_id, f.provider, sum(f.prices)::BIGINT AS prices
    FROM last_batches AS l
    JOIN in_force AS f
        ON f.source = l.source
        AND (l.provider IS NULL OR l.provider = f.provider)
        AND (l.service IS NULL OR l.service = f.service)
    GROUP BY ALL
)
SELECT
    l.source, coalesce(l.provider, f.provider) AS provider, l.held.as_of AS as_of,
    l.held.observed_at AS observed_at, date_diff('day', l.held.as_of, now()) AS age_days, src.max_age_days,
    coalesce(date_diff('day', l.held.as_of, now()) > src.max_age_days, true) AS stale,
    coalesce(f.prices, 0) AS prices, l.last.verdict AS verdict, l.last.quarantined AS quarantined,
    coalesce(l.held.batch_id, l.last.batch_id) AS batch_id
FROM last_batches AS l
JOIN sources AS src USING (source)
LEFT JOIN covered AS f ON f.batch_id = l.last.batch_id;
