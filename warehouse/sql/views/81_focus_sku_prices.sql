-- The SKU Price dataset of FOCUS as drafted for 1.5 (FOCUS_Spec pull request 2424, commit 0078d79): its 24
-- columns in alphabetical order, then ours. The draft moves; nothing else in the house knows its names. What
-- is bought for a term is a purchase, and an upfront fee beside a recurring one a price of its own. The tiers
-- of language models go by the size of a request: no quantity tiers, so only their SkuPriceId tells them apart.
CREATE OR REPLACE VIEW focus_sku_prices AS
WITH
units(unit, pricing_unit) AS (
    VALUES ('hour', 'Hours'), ('vcpu_hour', 'Core-Hours'), ('gib_hour', 'GiB-Hours'), ('gb', 'GB'),
           ('gb_month', 'GB-Months'), ('gb_hour', 'GB-Hours'), ('iops_month', 'IOPS-Months'), ('request', 'Requests'),
           ('thousand_requests', '1000 Requests'), ('million_tokens', '1000000 Tokens'), ('unit', 'Units')
),
parts(part) AS (VALUES ('recurring'), ('upfront')),
charged AS (
    SELECT
        p.*, part,
        p.purchase_option IN ('reserved', 'savings_plan', 'commitment') AS bought,
        CASE part WHEN 'upfront' THEN p.upfront ELSE p.price END AS unit_price,
        CASE WHEN (p.attributes ->> 'tier_of') IS NULL THEN p.tier_from ELSE 0 END AS quantity_from,
        CASE WHEN (p.attributes ->> 'tier_of') IS NULL THEN p.tier_to END AS quantity_to,
        CASE
            WHEN p.payment IS NOT NULL THEN p.payment
            WHEN coalesce(p.upfront, 0) = 0 THEN 'no_upfront'
            WHEN p.price = 0 THEN 'all_upfront'
            ELSE 'partial_upfront'
        END AS paid
    FROM prices AS p
    CROSS JOIN parts
    WHERE CASE part WHEN 'upfront' THEN p.upfront > 0 ELSE p.price > 0 OR coalesce(p.upfront, 0) = 0 END
)
SELECT
    CASE WHEN c.bought THEN 'Purchase' ELSE 'Usage' END AS "ChargeCategory",
    CASE WHEN c.bought THEN json_object(
        'Coverage',
        CASE WHEN c.purchase_option = 'savings_plan' THEN json_object('UnitPrice', c.price)
             ELSE json_object('Factor', 1) END,
        'InclusionOperator', 'And',
        'Inclusions',
        to_json([
            json_object('Dimension', 'SkuId', 'Operator', 'In', 'Values', json_array(c.sku_id)),
            CASE WHEN c.region <> 'global' THEN
                json_object('Dimension', 'RegionId', 'Operator', 'In', 'Values', json_array(c.region))
            END
        ].list_filter(lambda rule: rule IS NOT NULL))
    ) END AS "CommitmentApplicability",
    CASE WHEN c.purchase_option = 'savings_plan' THEN 'Spend' WHEN c.bought THEN 'Usage' END
        AS "CommitmentDiscountCategory",
    CASE WHEN c.price_type = 'contracted' THEN c.service END AS "ContractId",
    c.currency AS "PricingCurrency",
    'Payable' AS "PricingCurrencyCategory",
    nullif(c.region, 'global') AS "PricingRegionId",
    coalesce(c.attributes ->> 'service', c.service) AS "PricingServiceName",
    CASE c.part WHEN 'upfront' THEN 'Units' ELSE u.pricing_unit END AS "PricingUnit",
    CASE
        WHEN NOT c.bought OR c.term_months IS NULL THEN NULL
        WHEN c.term_months % 12 = 0 THEN (c.term_months // 12) || CASE c.term_months WHEN 12 THEN ' Year' ELSE ' Years' END
        ELSE c.term_months || CASE c.term_months WHEN 1 THEN ' Month' ELSE ' Months' END
    END AS "PurchaseDurationType",
    CASE WHEN c.bought THEN
        CASE c.paid WHEN 'no_upfront' THEN 'No Upfront' WHEN 'all_upfront' THEN 'All Upfront' ELSE 'Partial Upfront' END
    END AS "PurchasePaymentModel",
    c.quantity_to AS "QuantityTierMaximum",
    c.quantity_from AS "QuantityTierMinimum",
    focus_service_provider(c.provider) AS "ServiceProviderName",
    c.sku_id AS "SkuId",
    b.observed_at AS "SkuPriceCreated",
    concat_ws(
        ', ', c.name, c.operating_system, c.tenancy, coalesce(c.zone, c.region), replace(c.purchase_option, '_', ' '),
        c.term_months || ' months', replace(c.payment, '_', ' '), replace(c.offering_class, '_', ' '),
        CASE WHEN c.tier_from > 0 THEN
            'above ' || rtrim(rtrim(c.tier_from::VARCHAR, '0'), '.') || coalesce(' ' || (c.attributes ->> 'tier_of'), '')
        END,
        CASE c.part WHEN 'upfront' THEN 'upfront fee' END
    ) AS "SkuPriceDescription",
    c.valid_to AS "SkuPriceEffectiveEnd",
    c.valid_from AS "SkuPriceEffectiveStart",
    CASE
        WHEN c.offering_class = 'dev_test' THEN json_object('IsComplexScope', true)
        WHEN c.zone IS NULL THEN json_object('IsGlobalScope', true)
        ELSE json_object(
            'InclusionOperator', 'And',
            'Inclusions',
            json_array(json_object('Dimension', 'AvailabilityZone', 'Operator', 'In', 'Values', json_array(c.zone)))
        )
    END AS "SkuPriceEligibility",
    focus_sku_price_id(
        c.source, c.service, c.sku_id, c.instance_type, c.operating_system, c.tenancy, c.region, c.zone, c.purchase_option,
        c.term_months, c.payment, c.offering_class, c.tier_from, c.unit, c.part
    ) AS "SkuPriceId",
    greatest(b.observed_at, c.valid_to) AS "SkuPriceLastUpdated",
    c.unit_price AS "UnitPrice",
    CASE c.price_type WHEN 'contracted' THEN 'Contracted' ELSE 'List' END AS "UnitPriceType",
    c.price_id AS "x_PriceId",
    c.purchase_option AS "x_PurchaseOption",
    c.source AS "x_Source"
FROM charged AS c
JOIN batches AS b USING (batch_id)
LEFT JOIN units AS u ON u.unit = c.unit;
