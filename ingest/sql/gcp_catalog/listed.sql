-- One row for each SKU, region and tier. `component` is the description without what only says how it
-- is bought and where: "Spot Preemptible N2 Instance Core running in Iowa" → "N2 Instance Core".
WITH skus AS (
    -- The list may move under the paging, and bring a SKU twice.
    SELECT DISTINCT ON (skuId, description, category, serviceRegions, pricingInfo, geoTaxonomy)
        skuId AS sku_id,
        description,
        category->>'resourceFamily' AS resource_family,
        category->>'resourceGroup' AS resource_group,
        category->>'usageType' AS usage_type,
        -- Under a time range there are several, in the order of time; the last is what it came to be.
        json_extract(pricingInfo, '$[#-1]') AS pricing,
        coalesce(serviceRegions::VARCHAR[], []) AS service_regions,
        coalesce(json_extract(geoTaxonomy, '$.regions')::VARCHAR[], []) AS geo_regions,
        geoTaxonomy->>'type' AS geo_type,
        payload_url
    FROM items
    ORDER BY payload_url
),
placed AS (
    SELECT
        * EXCLUDE (service_regions, geo_regions, pricing),
        pricing->'pricingExpression' AS expression,
        -- The taxonomy is right where the two disagree. But a place that holds regions, such as
        -- Cloud Storage's `us` or `nam4`, is sold as one, not in each of them.
        CASE
            WHEN len(service_regions) > 0
                AND NOT list_has_any(service_regions, ['global'])
                AND len(list_filter(service_regions, lambda one: regexp_matches(one, '-[a-z]+\d+$'))) = 0
                THEN list_distinct(service_regions)
            WHEN geo_type = 'GLOBAL' THEN ['global']
            WHEN len(geo_regions) > 0 THEN list_distinct(geo_regions)
            WHEN len(service_regions) > 0 THEN list_distinct(service_regions)
            ELSE ['global']
        END AS regions,
        -- A few spot SKUs say OnDemand.
        CASE
            WHEN regexp_matches(description, '^(Spot )?Preemptible | attached to Spot Preemptible VM')
                OR usage_type = 'Preemptible' THEN 'spot'
            WHEN usage_type = 'OnDemand' THEN 'on_demand'
            WHEN starts_with(usage_type, 'Commit') THEN 'commitment'
            ELSE usage_type
        END AS purchase_option,
        -- A one-year commitment has been filed under three years: its name is right.
        coalesce(
            TRY_CAST(regexp_extract(description, '(?i) for (\d+) years?$', 1) AS INTEGER),
            TRY_CAST(regexp_extract(usage_type, '^Commit(\d+)Yr$', 1) AS INTEGER)
        ) * 12 AS term_months,
        -- Ways of buying and shapes that are not the plain machine's.
        nullif(regexp_extract(
            lower(description),
            'sole tenancy|reserved|custom|suspended|\bdws\b|defined duration|calendar mode|capacity optimized'
        ), '') AS class
    FROM skus
),
tiers AS (
    SELECT
        *,
        expression->>'usageUnit' AS usage_unit,
        unnest(coalesce(json_extract(expression, '$.tieredRates[*]'), [])) AS tier
    FROM placed
),
priced AS (
    SELECT
        * EXCLUDE (tier),
        coalesce(tier->>'startUsageAmount', '0')::DECIMAL(20, 10) AS tier_from,
        -- Without units a price of twelve dollars and a half would be half a dollar.
        (
            CASE WHEN count(tier->>'$.unitPrice.units') OVER () = 0
                 THEN error('no tier has unitPrice.units')
                 ELSE coalesce(tier->>'$.unitPrice.units', '0') END::DECIMAL(20, 10)
            + coalesce(tier->>'$.unitPrice.nanos', '0')::DECIMAL(18, 0) * 0.000000001::DECIMAL(9, 9)
        )::DECIMAL(20, 10) AS price,
        tier->>'$.unitPrice.currencyCode' AS currency
    FROM tiers
)
SELECT
    * EXCLUDE (regions, term_months, expression),
    CASE WHEN purchase_option = 'commitment' THEN term_months END AS term_months,
    unnest(regions) AS region,
    len(regions) AS region_count,
    lead(tier_from) OVER (PARTITION BY sku_id, expression ORDER BY tier_from) AS tier_to,
    max(price) OVER (PARTITION BY sku_id, expression) > 0 AS sold,
    CASE
        WHEN class IS NULL THEN lower(regexp_replace(regexp_replace(regexp_replace(
            description,
            '^(Spot )?Preemptible |^Commitment( v\d+)?: | attached to Spot Preemptible VMs?', '', 'g'
        ), ' (running )?in .*$', ''), ' for \d+ Years?$', ''))
    END AS component
FROM priced
