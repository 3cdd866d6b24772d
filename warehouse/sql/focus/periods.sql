-- Records of one key whose periods begin together or overlap; of each pair the later one. Null is unbounded.
WITH placed AS (
    SELECT
        "SkuPriceId", "SkuPriceEffectiveStart",
        row_number() OVER key > 1 AS follows,
        lag("SkuPriceEffectiveStart") OVER key AS start_before,
        lag("SkuPriceEffectiveEnd") OVER key AS end_before
    FROM focus_sku_prices
    WINDOW key AS (
        PARTITION BY "ServiceProviderName", "SkuPriceId", "ContractId", "PricingCurrency", "UnitPriceType"
        ORDER BY "SkuPriceEffectiveStart" NULLS FIRST, "SkuPriceEffectiveEnd" NULLS LAST
    )
)
SELECT broken AS rule, count(*) AS rows, coalesce(min("SkuPriceId"), '') AS example
FROM (
    SELECT
        "SkuPriceId",
        unnest(list_filter([
            CASE WHEN "SkuPriceEffectiveStart" IS NOT DISTINCT FROM start_before THEN 'unique_key' END,
            CASE WHEN end_before IS NULL OR "SkuPriceEffectiveStart" IS NULL OR "SkuPriceEffectiveStart" < end_before
                THEN 'no_overlap' END
        ], lambda rule: rule IS NOT NULL)) AS broken
    FROM placed
    WHERE follows
)
GROUP BY broken
