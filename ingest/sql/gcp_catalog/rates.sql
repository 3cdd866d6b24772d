-- One rate for each component, way of buying and region. Where several SKUs offer it, the one made for
-- that region counts before one of many regions, then the highest: that is what Google's price pages show.
-- Memory comes per gibibyte or, for some, per gigabyte; a local SSD's month has 730 hours.
WITH rated AS (
    SELECT
        component, purchase_option, term_months, region, currency, sku_id, description, region_count,
        CASE usage_unit
            WHEN 'h' THEN 'hour' WHEN 'GiBy.h' THEN 'gib_hour' WHEN 'GBy.h' THEN 'gib_hour'
            WHEN 'GiBy.mo' THEN 'gib_month'
        END AS unit,
        (price * CASE usage_unit WHEN 'GBy.h' THEN 1.073741824 ELSE 1 END)::DECIMAL(20, 10) AS rate
    FROM listed
    WHERE price > 0 AND component IS NOT NULL
      AND ($regions::VARCHAR[] IS NULL OR list_contains($regions::VARCHAR[], region))
    QUALIFY row_number() OVER (PARTITION BY sku_id, region, currency ORDER BY tier_from, price DESC) = 1
)
SELECT DISTINCT ON (component, purchase_option, term_months, region, currency, unit) *
FROM rated
WHERE unit IS NOT NULL
ORDER BY component, purchase_option, term_months, region, currency, unit, region_count > 1, rate DESC, sku_id
