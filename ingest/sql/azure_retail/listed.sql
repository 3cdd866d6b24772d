-- The rows in force in the words of the contract, each once. `block` is how many of `measure` the price is
-- for ("10K" → 10,000 of ""). A row that several pages repeat, or that a newer price list has replaced, is
-- folded: the latest start counts, then the primary meter, then the higher price.
WITH
sizes AS (SELECT DISTINCT lower(instance_type) AS spelling, instance_type FROM azure_sizes),
units (measure, unit) AS (
    VALUES
        ('hour', 'hour'), ('hours', 'hour'), ('/hour', 'hour'),
        ('gb', 'gb'), ('gib', 'gb'),
        ('gb/month', 'gb_month'), ('gib/month', 'gb_month'),
        ('gb/hour', 'gb_hour'), ('gib/hour', 'gb_hour'), ('gb hour', 'gb_hour'), ('gib hour', 'gb_hour'),
        ('gb hours', 'gb_hour'), ('gib hours', 'gb_hour'),
        ('iops/month', 'iops_month'),
        ('transactions', 'thousand_requests'), ('requests', 'thousand_requests'),
        ('executions', 'thousand_requests'), ('api calls', 'thousand_requests')
),
measured AS (
    SELECT
        *,
        coalesce(nullif(regexp_extract(unitOfMeasure, '^\s*(\d+)', 1), ''), '1')::BIGINT
            * CASE regexp_extract(unitOfMeasure, '^\s*\d+([KMB])(?:[ /]|$)', 1)
                  WHEN 'K' THEN 1000 WHEN 'M' THEN 1000000 WHEN 'B' THEN 1000000000 ELSE 1
              END AS block,
        lower(trim(regexp_replace(unitOfMeasure, '^\s*\d*(?:[KMB]([ /]|$))?', '\1'))) AS measure,
        concat_ws(' ', skuName, meterName) AS names,
        serviceName = 'Virtual Machines' AS is_compute,
        regexp_matches(productName, 'Cloud ?Services') AS is_cloud_service,
        type = 'DevTestConsumption' AS is_dev_test,
        -- Some hosts are called no more than "Type 1"; some promotional sizes like the ordinary one.
        CASE WHEN armSkuName ILIKE 'type%' THEN split_part(productName, ' ', 1) || '_' ELSE '' END
            || regexp_replace(trim(armSkuName), '[ _]+', '_', 'g')
            || CASE WHEN regexp_matches(productName, '(?i)\bpromo\b') AND NOT armSkuName ILIKE '%promo'
                    THEN '_Promo' ELSE '' END AS size
    FROM items
    WHERE effectiveStartDate <= $now AND (effectiveEndDate IS NULL OR effectiveEndDate > $now)
),
named AS (
    SELECT
        m.*,
        CASE
            WHEN u.unit = 'hour' AND m.skuName = 'vCore' AND m.serviceFamily = 'Databases' THEN 'vcpu_hour'
            WHEN m.measure = '' AND regexp_matches(m.meterName, 'Operations|Transactions|Requests|Executions')
                THEN 'thousand_requests'
            ELSE coalesce(u.unit, 'unit')
        END AS unit,
        CASE
            WHEN m.is_compute AND NOT m.is_cloud_service AND NOT m.is_dev_test AND m.size <> ''
                 AND u.unit = 'hour' AND NOT regexp_matches(m.meterName, ' - (Expired|Free)$')
                THEN coalesce(s.instance_type, m.size)
        END AS instance_type
    FROM measured AS m
    LEFT JOIN units AS u USING (measure)
    LEFT JOIN sizes AS s ON s.spelling = lower(m.size)
    WHERE NOT contains(m.names, 'Low Priority')
)
SELECT
    CASE serviceFamily
        WHEN 'Compute' THEN 'compute' WHEN 'Storage' THEN 'storage' WHEN 'Networking' THEN 'network'
        WHEN 'Databases' THEN 'database' WHEN 'AI + Machine Learning' THEN 'ai' ELSE 'other'
    END AS category,
    skuId || '/' || meterId AS sku_id,
    productName || ': ' || meterName AS name,
    instance_type,
    CASE
        WHEN NOT is_compute OR is_cloud_service THEN NULL
        WHEN regexp_matches(productName, '\b(Windows|Win)\s*$') THEN 'windows'
        ELSE 'linux'
    END AS operating_system,
    CASE
        WHEN NOT is_compute THEN NULL
        WHEN regexp_matches(productName, 'Dedicated ?Host') THEN 'host'
        ELSE 'shared'
    END AS tenancy,
    CASE
        WHEN type = 'Reservation' THEN 'reserved'
        WHEN type NOT IN ('Consumption', 'DevTestConsumption') THEN lower(type)
        WHEN regexp_matches(names, '\bSpot\b') THEN 'spot'
        ELSE 'on_demand'
    END AS purchase_option,
    CASE WHEN type = 'Reservation'
         THEN 12 * TRY_CAST(regexp_extract(reservationTerm, '^(\d+) Years?$', 1) AS INTEGER) END AS term_months,
    CASE WHEN is_dev_test THEN 'dev_test' END AS offering_class,
    tierMinimumUnits * CASE unit WHEN 'unit' THEN 1 ELSE block END::DECIMAL(18, 0)
        * CASE unit WHEN 'thousand_requests' THEN 0.001 ELSE 1 END::DECIMAL(4, 3) AS tier_from,
    unit, unitOfMeasure AS unit_raw, block, measure, currencyCode AS currency, retailPrice AS amount,
    effectiveStartDate AS effective_from, savingsPlan, skuName, armSkuName, meterName, type,
    isPrimaryMeterRegion, payload_url AS source_url
FROM named
QUALIFY row_number() OVER (
    PARTITION BY
        sku_id, instance_type, operating_system, tenancy, purchase_option, term_months, offering_class,
        tier_from, unit, currency
    ORDER BY
        effective_from DESC, isPrimaryMeterRegion DESC, amount DESC, name, unit_raw, skuName, armSkuName, source_url
) = 1
