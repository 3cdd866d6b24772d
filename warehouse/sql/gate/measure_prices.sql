-- One row a staged price with the figures that the expectations look at; a null is not judged.
CREATE OR REPLACE TEMP TABLE measured_prices AS
WITH facts AS (
    SELECT
        row_number, unit, currency, price,
        CASE WHEN category = 'compute' THEN 'compute_prices'
             WHEN category = 'ai' THEN 'token_prices'
             ELSE 'other_prices' END AS suite,
        regexp_matches(sku_id, '\S') AS sku_given,
        least(price, coalesce(upfront, 0))::DOUBLE AS lowest_amount,
        CASE WHEN price >= 0 AND NOT coalesce(
                 contains(attributes, 'free_tier') AND json_extract_string(attributes, '$.free_tier') = 'true', false
             ) THEN (price + coalesce(upfront, 0))::DOUBLE END AS charge,
        CASE WHEN purchase_option IN ('reserved', 'savings_plan', 'commitment')
             THEN coalesce(term_months, 0) END AS commitment_months,
        CASE WHEN tier_to IS NOT NULL THEN tier_from::DOUBLE END AS tier_from,
        tier_to::DOUBLE AS tier_to,
        CASE WHEN category = 'ai' AND unit = 'million_tokens'
             THEN json_extract_string(attributes, '$.kind') IS NOT NULL END AS kind_given
    FROM staged_prices
)
SELECT
    s.* EXCLUDE (unit, currency, price),
    (s.price / r.units_per_usd)::DOUBLE / c.ceiling AS ceiling_share,
    d.copy,
    d.rivals,
    f.reason AS tenancy_finding,
    o.spot_ratio,
    CASE WHEN NOT m.loose THEN m.move_percent END AS move_percent,
    -- What is free now is as far away as can be.
    CASE WHEN m.loose THEN CASE WHEN m.factor > 0 THEN greatest(m.factor, 1 / m.factor) ELSE 1e9 END END AS move_factor
FROM facts AS s
LEFT JOIN fx_latest AS r USING (currency)
LEFT JOIN (SELECT unnest(map_keys($ceilings)) AS unit, unnest(map_values($ceilings)) AS ceiling) AS c USING (unit)
LEFT JOIN copies AS d ON d.row_number = s.row_number
LEFT JOIN tenancy_findings AS f ON f.row_number = s.row_number
LEFT JOIN spot_ratios AS o ON o.row_number = s.row_number
LEFT JOIN moves AS m ON m.row_number = s.row_number;
