-- One row a part, currency and tier of the price list. A range that ends at nothing but nines has no end.
-- Zero is free where the part is called free or a tier above it costs something.
WITH localized AS (
    SELECT
        partNumber AS part,
        trim(regexp_replace(displayName, '\s+', ' ', 'g')) AS name,
        metricName AS metric,
        serviceCategory AS service_category,
        unnest(from_json(currencyCodeLocalizations, '["JSON"]')) AS localization
    FROM products
),
tiered AS (
    SELECT
        * EXCLUDE (localization),
        localization->>'currencyCode' AS currency,
        unnest(from_json(localization->'prices', '["JSON"]')) AS tier
    FROM localized
),
priced AS (
    SELECT
        * EXCLUDE (tier),
        coalesce((tier->>'rangeMin')::DECIMAL(38, 10), 0)::DECIMAL(20, 10) AS tier_from,
        (tier->>'rangeMax')::DECIMAL(38, 10) AS range_end,
        (tier->>'value')::DECIMAL(20, 10) AS price
    FROM tiered
    WHERE (tier->>'model') = 'PAY_AS_YOU_GO'
      AND (tier->>'value') IS NOT NULL
      AND NOT contains(service_category || name, 'Cloud@Customer')
),
sorted AS (
    SELECT *, CASE
        WHEN regexp_matches(service_category, '^Compute\b') THEN 'compute'
        WHEN regexp_matches(service_category, '^(Storage|File Storage|ZFS Storage)\b') THEN 'storage'
        WHEN regexp_matches(service_category, '^(Networking|Edge Services|WAF)\b|Load Balancer|Firewall')
            THEN 'network'
        WHEN regexp_matches(service_category, 'Database|Exadata|MySQL|HeatWave|GoldenGate|Redis|NoSQL|APEX')
            THEN 'database'
        WHEN regexp_matches(
            service_category,
            '^OCI (Generative AI|Language|Vision|Speech|Document|Data Labeling)|Digital Assistant'
        ) THEN 'ai'
        ELSE 'other'
    END AS category
    FROM priced
)
SELECT
    * EXCLUDE (range_end),
    CASE category
        WHEN 'compute' THEN 'Compute'
        WHEN 'storage' THEN 'Storage'
        WHEN 'network' THEN 'Networking'
        WHEN 'database' THEN 'Database'
        WHEN 'ai' THEN 'AI Services'
        ELSE 'Other Services'
    END AS service,
    CASE WHEN range_end < 999999999 THEN range_end END::DECIMAL(20, 10) AS tier_to,
    price = 0 AND (
        regexp_matches(name, '\bFree\b')
        OR max(price) OVER (PARTITION BY part, currency) > 0
    ) AS free
FROM sorted
