-- What single rows break: one row for each rule that is broken, with how many do and the first of them.
WITH objects AS (
    SELECT
        *,
        CASE WHEN json_valid("SkuPriceEligibility"::VARCHAR) THEN "SkuPriceEligibility"::VARCHAR::JSON END AS eligibility,
        CASE WHEN json_valid("CommitmentApplicability"::VARCHAR) THEN "CommitmentApplicability"::VARCHAR::JSON END
            AS applicability
    FROM focus_sku_prices
),
-- Of everybody, of more than can be said, or of what fits the inclusions: a scope is exactly one of these.
read AS (
    SELECT
        *,
        coalesce((eligibility ->> 'IsGlobalScope') = 'true', false)::INTEGER
        + coalesce((eligibility ->> 'IsComplexScope') = 'true', false)::INTEGER
        + coalesce((eligibility ->> 'InclusionOperator') IN ('And', 'Or')
                   AND json_array_length(eligibility -> 'Inclusions') > 0, false)::INTEGER AS eligible,
        coalesce((applicability ->> 'IsComplexScope') = 'true', false) AS complex,
        coalesce((applicability ->> 'IsGlobalScope') = 'true', false)::INTEGER
        + complex::INTEGER
        + coalesce((applicability ->> 'InclusionOperator') IN ('And', 'Or')
                   AND json_array_length(applicability -> 'Inclusions') > 0, false)::INTEGER AS covers,
        len(list_intersect(json_keys(applicability -> 'Coverage'), ['Factor', 'Discount', 'UnitPrice'])) AS coverage,
        coalesce(json_exists(applicability, '$.Coverage.Factor'), false) AS by_factor
    FROM objects
)
SELECT broken AS rule, count(*) AS rows, coalesce(min("SkuPriceId"), '') AS example
FROM (
    SELECT
        "SkuPriceId",
        unnest(list_filter([
            CASE WHEN "ChargeCategory" IS NULL THEN 'null_ChargeCategory' END,
            CASE WHEN "PricingCurrency" IS NULL THEN 'null_PricingCurrency' END,
            CASE WHEN "PricingCurrencyCategory" IS NULL THEN 'null_PricingCurrencyCategory' END,
            CASE WHEN "PricingServiceName" IS NULL THEN 'null_PricingServiceName' END,
            CASE WHEN "PricingUnit" IS NULL THEN 'null_PricingUnit' END,
            CASE WHEN "QuantityTierMinimum" IS NULL THEN 'null_QuantityTierMinimum' END,
            CASE WHEN "ServiceProviderName" IS NULL THEN 'null_ServiceProviderName' END,
            CASE WHEN "SkuId" IS NULL THEN 'null_SkuId' END,
            CASE WHEN "SkuPriceCreated" IS NULL THEN 'null_SkuPriceCreated' END,
            CASE WHEN "SkuPriceDescription" IS NULL THEN 'null_SkuPriceDescription' END,
            CASE WHEN "SkuPriceEligibility" IS NULL THEN 'null_SkuPriceEligibility' END,
            CASE WHEN "SkuPriceId" IS NULL THEN 'null_SkuPriceId' END,
            CASE WHEN "SkuPriceLastUpdated" IS NULL THEN 'null_SkuPriceLastUpdated' END,
            CASE WHEN "UnitPrice" IS NULL THEN 'null_UnitPrice' END,
            CASE WHEN "UnitPriceType" IS NULL THEN 'null_UnitPriceType' END,
            CASE WHEN "SkuPriceEffectiveEnd" <= "SkuPriceEffectiveStart" THEN 'period_ends_after_start' END,
            CASE WHEN "SkuPriceLastUpdated" < "SkuPriceCreated" THEN 'updated_after_created' END,
            CASE WHEN "QuantityTierMaximum" <= "QuantityTierMinimum" THEN 'tier_ends_above_start' END,
            CASE WHEN "QuantityTierMinimum" < 0 THEN 'tier_not_negative' END,
            CASE WHEN "UnitPrice" < 0 THEN 'price_not_negative' END,
            CASE WHEN ("UnitPriceType" = 'List') <> ("ContractId" IS NULL) THEN 'contract_unless_list' END,
            CASE WHEN "ChargeCategory" <> 'Purchase' AND "PurchaseDurationType" IS NOT NULL
                THEN 'duration_of_purchase' END,
            CASE WHEN ("ChargeCategory" = 'Purchase') <> ("PurchasePaymentModel" IS NOT NULL)
                THEN 'payment_model_of_purchase' END,
            CASE WHEN ("CommitmentDiscountCategory" IS NULL) <> ("CommitmentApplicability" IS NULL)
                THEN 'applicability_of_commitment' END,
            CASE WHEN "CommitmentDiscountCategory" IS NOT NULL AND "ChargeCategory" <> 'Purchase'
                THEN 'commitment_is_purchase' END,
            CASE WHEN "PricingCurrencyCategory" = 'Consumable' AND "PricingUnit" <> "PricingCurrency"
                THEN 'unit_of_consumable' END,
            CASE WHEN "SkuPriceEligibility" IS NOT NULL AND eligible IS DISTINCT FROM 1 THEN 'eligibility_object' END,
            CASE WHEN "CommitmentApplicability" IS NOT NULL AND NOT (
                coalesce(covers = 1 AND (complex OR coverage = 1), false)
                AND ("CommitmentDiscountCategory" IS DISTINCT FROM 'Spend' OR NOT by_factor)
            ) THEN 'applicability_object' END
        ], lambda rule: rule IS NOT NULL)) AS broken
    FROM read
)
GROUP BY broken
