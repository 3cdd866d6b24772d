-- Changes of list prices by week and by what changed, many places at once; of each provider's last weeks only,
-- which is what is told of. What is read every hour is a market, whose prices move by nature.
CREATE OR REPLACE TEMP TABLE card_changes AS
WITH
weeks AS (
    SELECT provider, date_trunc('week', day_of(moment))::DATE AS monday
    FROM (
        SELECT DISTINCT k.provider, s.valid_from AS moment
        FROM spans AS s
        JOIN price_keys AS k USING (key_no)
        JOIN sources AS d ON d.source = k.source
        WHERE s.previous_to IS NOT NULL AND k.price_type = 'list' AND k.purchase_option <> 'spot'
          AND d.schedule <> 'hourly'
    )
    GROUP BY provider, monday
    QUALIFY row_number() OVER (PARTITION BY provider ORDER BY monday DESC) <= 30
),
changes AS (
    SELECT
        c.* REPLACE ((100 * (c.new_price / nullif(c.old_price, 0) - 1))::DOUBLE AS change_percent), k.attributes,
        k.tier_from, w.monday
    FROM price_changes AS c
    JOIN price_keys AS k USING (price_id)
    JOIN sources AS s ON s.source = c.source
    JOIN weeks AS w ON w.provider = c.provider AND w.monday = date_trunc('week', day_of(c.changed_at))::DATE
    WHERE c.price_type = 'list' AND c.purchase_option <> 'spot' AND s.schedule <> 'hourly'
      AND c.old_price <> c.new_price
      AND c.changed_at >= (SELECT timezone('UTC', min(monday)::TIMESTAMP) FROM weeks)
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
