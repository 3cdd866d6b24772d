-- Changes of list prices by week and by what changed, many places at once. What is read every hour is a
-- market, whose prices move by nature. Far more weeks than are told of are looked at, for prices stay as they
-- are for months; a history of many years is not read for it at every publication.
CREATE OR REPLACE TEMP TABLE card_changes AS
WITH
first_day AS (SELECT max(as_of) - INTERVAL 3 YEAR AS since FROM batches WHERE verdict <> 'refused'),
changes AS (
    SELECT
        c.* REPLACE ((100 * (c.new_price / nullif(c.old_price, 0) - 1))::DOUBLE AS change_percent), k.attributes, k.tier_from,
        date_trunc('week', day_of(c.changed_at))::DATE AS monday
    FROM price_changes AS c
    JOIN price_keys AS k USING (price_id)
    JOIN sources AS s ON s.source = c.source
    WHERE c.price_type = 'list' AND c.purchase_option <> 'spot' AND s.schedule <> 'hourly'
      AND c.old_price <> c.new_price
      AND c.changed_at >= (SELECT since FROM first_day)
)
SELECT
    provider, monday, instance_type, operating_system, tenancy, purchase_option, term_months, tier_from,
    CASE WHEN instance_type IS NULL THEN coalesce(attributes ->> 'model', name) END AS name,
    attributes ->> 'kind' AS kind, unit, currency, old_price, new_price, change_percent,
    count(*) AS prices,
    list(DISTINCT region ORDER BY region) FILTER (region <> 'global') AS regions,
    min(day_of(changed_at)) AS first_day, max(day_of(changed_at)) AS last_day,
    list(DISTINCT source ORDER BY source) AS sources
FROM changes
GROUP BY ALL;
