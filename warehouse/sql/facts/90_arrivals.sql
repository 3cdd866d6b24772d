-- Prices that began and ended in the weeks of `card_changes` without another before or after them. What more
-- than doubles what its source says of a region is a load of the source, and nothing new; nor is what began
-- the day before it changed, as sources of dated changes know it.
CREATE OR REPLACE TEMP TABLE card_arrivals AS
WITH
told AS (
    SELECT k.*
    FROM price_keys AS k
    JOIN sources AS d ON d.source = k.source
    WHERE k.price_type = 'list' AND k.purchase_option <> 'spot' AND d.schedule <> 'hourly'
),
first_day AS (SELECT timezone('UTC', min(monday)::TIMESTAMP) AS day FROM card_changes),
begun AS (
    SELECT
        k.provider, k.source, k.service, k.region, k.purchase_option, s.valid_from, count(*) AS prices,
        count(*) FILTER (s.valid_to IS NULL OR s.valid_to > s.valid_from + INTERVAL 1 DAY) AS lasting
    FROM spans AS s
    JOIN told AS k USING (key_no)
    WHERE s.previous_to IS DISTINCT FROM s.valid_from
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
    -- What ended, less what was followed at once.
    SELECT k.provider, s.valid_to, NULL, 1
    FROM past_spans AS s
    JOIN told AS k USING (key_no)
    WHERE s.valid_to >= (SELECT day FROM first_day)
    UNION ALL
    SELECT k.provider, s.valid_from, NULL, -1
    FROM spans AS s
    JOIN told AS k USING (key_no)
    WHERE s.previous_to = s.valid_from AND s.valid_from >= (SELECT day FROM first_day)
)
GROUP BY ALL;
