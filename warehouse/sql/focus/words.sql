-- The words that the columns with closed vocabularies use, with how many rows do and the first of them.
SELECT
    "ChargeCategory", "CommitmentDiscountCategory", "PricingCurrency", "PricingCurrencyCategory", "PricingUnit",
    "PurchaseDurationType", "PurchasePaymentModel", "UnitPriceType",
    count(*) AS rows, coalesce(min("SkuPriceId"), '') AS example
FROM focus_sku_prices
GROUP BY ALL
