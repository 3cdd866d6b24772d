-- Prices that began and ended in a week without another before or after them. What more than doubles what
-- its source says of a region is a load of the source, and nothing new; nor is what began the day before
-- it changed, as sources of dated changes know it.
CREATE OR REPLACE TEMP TABLE card_arrivals AS
WITH
kept AS (
    SELECT
        k.provider, k.source, k.service, k.region, k.purchase_option, s.valid_from, s.valid_to,
        s.previous_to IS DISTINCT FROM s.valid_from AS begins
    FROM spans AS s
    JOIN price_keys AS k USING (key_no)
    JOIN sources AS d ON d.source = k.source
    WHERE k.price_type = 'list' AND k.purchase_option <> 'spot' AND d.schedule <> 'hourly'
),
begun AS (
    SELECT
        provider, source, service, region, purchase_option, valid_from, count(*) AS prices,
        count(*) FILTER (valid_to IS NULL OR valid_to > valid_from + INTERVAL 1 DAY) AS lasting
    FROM kept
    WHERE begins
    GROUP BY ALL
),
added AS (
    SELECT provider, valid_from AS moment, lasting
    FROM begun
    QUALIFY prices <= coalesce(sum(prices) OVER (
        PARTITION BY provider, source, service, region, purchase_option
        ORDER BY valid_from
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ), 0)
)
SELECT
    provider, date_trunc('week', day_of(moment))::DATE AS monday,
    coalesce(sum(added), 0)::BIGINT AS added, coalesce(sum(ended), 0)::BIGINT AS ended
FROM (
    SELECT provider, moment, lasting AS added, NULL AS ended FROM added
    UNION ALL
    -- What ended and was not followed at once.
    SELECT provider, valid_to, NULL, 1 FROM kept WHERE valid_to IS NOT NULL
    UNION ALL
    SELECT provider, valid_from, NULL, -1 FROM kept WHERE NOT begins
)
GROUP BY ALL;
