-- A SkuPriceId is one price point: of one SKU, in one unit, of one charge category, and of one tier.
SELECT broken AS rule, count(*) AS rows, coalesce(min("SkuPriceId"), '') AS example
FROM (
    SELECT
        "SkuPriceId",
        unnest(list_filter([
            CASE WHEN min("SkuId") <> max("SkuId") THEN 'one_sku_of_id' END,
            CASE WHEN min("PricingUnit") <> max("PricingUnit") THEN 'one_unit_of_id' END,
            CASE WHEN min("ChargeCategory") <> max("ChargeCategory") THEN 'one_category_of_id' END,
            CASE WHEN min("QuantityTierMinimum") <> max("QuantityTierMinimum") THEN 'one_tier_of_id' END
        ], lambda rule: rule IS NOT NULL)) AS broken
    FROM focus_sku_prices
    GROUP BY "ServiceProviderName", "SkuPriceId"
)
GROUP BY broken
