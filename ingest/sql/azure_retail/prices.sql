-- Prices for one unit. A reservation costs its price once for the whole term, whatever its unit of measure
-- says; here it is spread over the hours (730 a month) or months of the term. Where neither is meant, it stays
-- one payment. Reserved capacity ("Hot LRS - 100 TB") is also divided by its size. No amount passes a float.
WITH
tiered AS (
    SELECT
        *,
        lead(tier_from) OVER tiers AS tier_to,
        amount = 0 AND tier_from = 0 AND lead(amount) OVER tiers > 0 AS is_free_tier
    FROM listed
    WINDOW tiers AS (
        PARTITION BY
            sku_id, instance_type, operating_system, tenancy, purchase_option, term_months, offering_class,
            unit, currency
        ORDER BY tier_from
    )
),
plans AS (
    SELECT * EXCLUDE (plan),
           12 * TRY_CAST(regexp_extract(plan.term, '^(\d+) Years?$', 1) AS INTEGER) AS plan_months,
           plan.retailPrice::DECIMAL(20, 10) AS plan_amount
    FROM (
        SELECT *, unnest(from_json(savingsPlan, '[{"term": "VARCHAR", "retailPrice": "VARCHAR"}]')) AS plan
        FROM tiered
        WHERE purchase_option = 'on_demand'
    )
),
bought AS (
    SELECT * FROM tiered
    UNION ALL BY NAME
    SELECT * EXCLUDE (plan_months, plan_amount)
           REPLACE ('savings_plan' AS purchase_option, plan_months AS term_months, plan_amount AS amount,
                    false AS is_free_tier)
    FROM plans
),
sized AS (
    SELECT
        *,
        CASE WHEN purchase_option = 'reserved' AND unit = 'gb_month'
             THEN TRY_CAST(regexp_extract(skuName, ' - (\d+) [TP]B$', 1) AS BIGINT)
                  * CASE WHEN ends_with(skuName, 'PB') THEN 1048576 ELSE 1024 END
        END AS reserved_gb
    FROM bought
),
divided AS (
    SELECT
        *,
        CASE unit WHEN 'thousand_requests' THEN 1000 ELSE 1 END AS multiple,
        CASE unit WHEN 'unit' THEN 1 ELSE block END AS share,
        CASE
            WHEN purchase_option <> 'reserved' OR term_months IS NULL THEN 1
            WHEN unit IN ('hour', 'vcpu_hour', 'gb_hour') THEN 730 * term_months
            WHEN unit = 'gb_month' THEN reserved_gb * term_months
            WHEN ends_with(measure, '/month') THEN term_months
        END AS periods
    FROM sized
),
priced AS (
    SELECT
        *,
        (2 * (amount * 10000000000::DECIMAL(11, 0))::HUGEINT * multiple + share * periods) // (2 * share * periods)
            AS ten_billionths
    FROM divided
)
SELECT
    category, sku_id, name, instance_type, operating_system, tenancy, $region AS region, purchase_option,
    term_months,
    CASE WHEN periods IS NULL THEN 'all_upfront'
         WHEN purchase_option IN ('reserved', 'savings_plan') THEN 'no_upfront' END AS payment,
    offering_class, tier_from, tier_to, unit, unit_raw, currency,
    coalesce((ten_billionths::DECIMAL(28, 0) * 0.0000000001::DECIMAL(10, 10))::DECIMAL(20, 10), 0) AS price,
    CASE WHEN periods IS NULL THEN amount END AS upfront,
    effective_from, source_url,
    json_merge_patch(
        '{}'::JSON,
        json_object(
            'sku_name', skuName, 'arm_sku_name', nullif(armSkuName, ''), 'type', type,
            'primary_meter_region', isPrimaryMeterRegion,
            'whole_term_price', CASE WHEN purchase_option = 'reserved' THEN amount END,
            'reserved_gb', reserved_gb,
            'free_tier', CASE WHEN is_free_tier OR (amount = 0 AND contains(meterName, 'Data Transfer In'))
                              THEN true END
        )
    )::VARCHAR AS attributes
FROM priced
