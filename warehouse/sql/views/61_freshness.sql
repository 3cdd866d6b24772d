-- For every scope, the data in force and its age. A refused batch leaves older data in force: the
-- dates are those of that data, the verdict is the last one given. A source is as old as its last reading
-- that found the data as they are; a release is as old as its own date.
CREATE OR REPLACE VIEW freshness AS
WITH
judged AS (
    SELECT
        b.source, b.provider, b.service, b.regions, b.purchase_options,
        struct_pack(
            as_of := b.as_of, first_observed := b.observed_at, batch_id := b.batch_id, verdict := b.verdict,
            quarantined := b.quarantined, observed_at := k.observed_at, confirmed_at := k.confirmed_at,
            price_count := b.price_count
        ) AS batch
    FROM batches AS b
    JOIN confirmations AS k USING (batch_id)
),
last_batches AS (
    SELECT
        source, provider, service, max(batch) AS last, max(batch) FILTER (batch.verdict <> 'refused') AS held
    FROM judged
    GROUP BY source, provider, service, regions, purchase_options
),
spoken_for AS (
    SELECT batch_id, provider, sum(prices)::BIGINT AS prices FROM cells GROUP BY ALL
)
SELECT
    l.source, coalesce(l.provider, f.provider) AS provider, l.held.as_of AS as_of,
    l.held.observed_at AS observed_at, l.held.confirmed_at AS confirmed_at,
    date_diff('day', l.held.confirmed_at, now()) AS age_days, src.max_age_days,
    coalesce(date_diff('day', l.held.confirmed_at, now()) > src.max_age_days, true) AS stale,
    coalesce(f.prices, 0) AS prices, l.last.verdict AS verdict, l.last.quarantined AS quarantined,
    coalesce(l.held.batch_id, l.last.batch_id) AS batch_id
FROM last_batches AS l
JOIN sources AS src USING (source)
LEFT JOIN spoken_for AS f ON f.batch_id = l.held.batch_id
-- Where other scopes have taken over all that a scope spoke for, it is of the past.
WHERE f.batch_id IS NOT NULL OR l.last.verdict = 'refused' OR coalesce(l.held.price_count, 0) = 0;
