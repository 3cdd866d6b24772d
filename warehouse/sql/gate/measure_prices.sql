-- One row a staged price with everything the expectations look at; a null is not judged.
CREATE OR REPLACE TEMP TABLE measured_prices AS
WITH
rates AS (SELECT currency, arg_max(units_per_usd, rate_date) AS units FROM fx_rates GROUP BY currency),
known_regions AS (
    SELECT DISTINCT provider, unnest(list_append(string_split(coalesce(aliases, ''), '|'), region)) AS region
    FROM regions
),
facts AS (
    SELECT
        *,
        coalesce(json_extract_string(attributes, '$.free_tier') = 'true', false) AS free,
        price > 0 OR upfront > 0 AS charged,
        -- The same price twice is one price: the first by content is kept, whatever their order.
        row_number() OVER (
            PARTITION BY price_id, price, upfront
            ORDER BY name, unit_raw, source_url, attributes, effective_from, tier_to, row_number
        ) AS copy
    FROM staged_prices
)
SELECT
    s.row_number,
    CASE WHEN s.category = 'compute' THEN 'compute_prices'
         WHEN s.category = 'ai' THEN 'token_prices'
         ELSE 'other_prices' END AS suite,
    s.sku_id, s.category, s.purchase_option, s.price_type, s.payment, s.tenancy, s.operating_system, s.unit,
    s.currency,
    least(s.price, coalesce(s.upfront, 0))::DOUBLE AS lowest_amount,
    CASE WHEN NOT s.free AND s.price >= 0 THEN (s.price + coalesce(s.upfront, 0))::DOUBLE END AS charge,
    (s.price / r.units)::DOUBLE / c.ceiling AS ceiling_share,
    k.region IS NOT NULL OR s.region = 'global' AS region_known,
    CASE WHEN s.purchase_option IN ('reserved', 'savings_plan', 'commitment')
         THEN coalesce(s.term_months, 0) END AS commitment_months,
    s.tier_from::DOUBLE AS tier_from,
    s.tier_to::DOUBLE AS tier_to,
    CASE WHEN s.category <> 'ai' OR s.unit <> 'million_tokens' THEN 'other'
         ELSE json_extract_string(s.attributes, '$.kind') END AS token_kind,
    CASE WHEN coalesce(s.charged, false) OR s.free THEN s.price_id::VARCHAR END AS priced_id,
    s.copy,
    f.reason AS tenancy_finding,
    o.spot_ratio,
    m.move_percent
FROM facts AS s
LEFT JOIN rates AS r USING (currency)
LEFT JOIN (SELECT unnest(map_keys($ceilings)) AS unit, unnest(map_values($ceilings)) AS ceiling) AS c USING (unit)
LEFT JOIN known_regions AS k ON k.provider = s.provider AND k.region = s.region
LEFT JOIN tenancy_findings AS f ON f.row_number = s.row_number
LEFT JOIN spot_ratios AS o ON o.row_number = s.row_number
LEFT JOIN moves AS m ON m.row_number = s.row_number;
