-- Offers that meet every condition given; a null condition is none. Regions are `provider/region`.
-- `best_per` keeps the cheapest (or dearest) of each group only, ties included. `found` counts offers, `machines`
-- the machines among them. A price of one's own is a contracted one, or a list price less a discount.
WITH
places AS (
    SELECT split_part(place, '/', 1) AS provider, split_part(place, '/', 2) AS region
    FROM (SELECT unnest($regions::VARCHAR[]) AS place)
),
elsewhere AS (
    SELECT split_part(place, '/', 1) AS provider, split_part(place, '/', 2) AS region
    FROM (SELECT unnest($not_regions::VARCHAR[]) AS place)
),
pool AS (
    SELECT
        rowid AS row_number, price_id, provider, instance_type, family, vcpus, memory_gib, architecture,
        accelerator, accelerator_count, accelerator_memory_gib, operating_system, tenancy, region,
        purchase_option, term_months, payment, price_usd_hour, NULL::VARCHAR AS rule, 0::DECIMAL(20, 10) AS discount_percent
    FROM offers
    WHERE price_type = $price_type::VARCHAR
    UNION ALL
    SELECT
        o.rowid, o.price_id, o.provider, o.instance_type, o.family, o.vcpus, o.memory_gib, o.architecture,
        o.accelerator, o.accelerator_count, o.accelerator_memory_gib, o.operating_system, o.tenancy, o.region,
        o.purchase_option, o.term_months, o.payment, w.own_price_usd_hour, w.rule, w.discount_percent
    FROM own_offers AS w
    JOIN offers AS o USING (price_id)
    WHERE $price_type::VARCHAR = 'contracted'
),
wanted AS (
    SELECT
        row_number, price_id, provider, instance_type, region, purchase_option, accelerator, price_usd_hour,
        rule, discount_percent,
        (price_usd_hour / nullif(accelerator_count, 0))::DECIMAL(20, 10) AS price_usd_gpu_hour
    FROM pool
    WHERE
        price_usd_hour IS NOT NULL
        AND ($operating_system::VARCHAR IS NULL OR operating_system = $operating_system::VARCHAR)
        AND list_contains($purchase_options::VARCHAR[], purchase_option)
        AND ($tenancy::VARCHAR IS NULL OR coalesce(tenancy, 'shared') = $tenancy::VARCHAR)
        AND ($machines::VARCHAR[] IS NULL OR list_contains($machines::VARCHAR[], instance_type))
        AND ($families::VARCHAR[] IS NULL OR list_contains($families::VARCHAR[], family))
        AND ($accelerators::VARCHAR[] IS NULL OR list_contains($accelerators::VARCHAR[], accelerator))
        AND ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], provider))
        AND ($not_providers::VARCHAR[] IS NULL OR NOT list_contains($not_providers::VARCHAR[], provider))
        AND ($min_vcpus::DOUBLE IS NULL OR vcpus >= $min_vcpus::DOUBLE)
        AND ($max_vcpus::DOUBLE IS NULL OR vcpus <= $max_vcpus::DOUBLE)
        AND ($min_memory_gib::DOUBLE IS NULL OR memory_gib >= $min_memory_gib::DOUBLE)
        AND ($max_memory_gib::DOUBLE IS NULL OR memory_gib <= $max_memory_gib::DOUBLE)
        AND ($min_gpus::DOUBLE IS NULL OR accelerator_count >= $min_gpus::DOUBLE)
        AND ($max_gpus::DOUBLE IS NULL OR accelerator_count <= $max_gpus::DOUBLE)
        AND ($min_gpu_memory_gib::DOUBLE IS NULL OR accelerator_memory_gib >= $min_gpu_memory_gib::DOUBLE)
        AND (
            NOT $gpus_only::BOOLEAN
            OR accelerator IN (SELECT a.accelerator FROM accelerators AS a WHERE a.kind = 'gpu')
        )
        AND ($architecture::VARCHAR IS NULL OR architecture = $architecture::VARCHAR)
        AND ($term_months::INTEGER IS NULL OR term_months = $term_months::INTEGER)
        AND ($payment::VARCHAR IS NULL OR payment = $payment::VARCHAR)
        AND ($max_usd_hour::DECIMAL(20, 10) IS NULL OR price_usd_hour <= $max_usd_hour::DECIMAL(20, 10))
        AND ($regions::VARCHAR[] IS NULL OR (provider, region) IN (SELECT (provider, region) FROM places))
        AND ($not_regions::VARCHAR[] IS NULL OR (provider, region) NOT IN (SELECT (provider, region) FROM elsewhere))
),
keyed AS (
    SELECT
        *,
        CASE $best_per::VARCHAR
            WHEN 'machine' THEN provider || '/' || instance_type
            WHEN 'provider' THEN provider
            WHEN 'region' THEN provider || '/' || region
            WHEN 'option' THEN provider || '/' || instance_type || '/' || purchase_option
            WHEN 'accelerator' THEN accelerator
        END AS side,
        CASE WHEN $per_gpu::BOOLEAN THEN price_usd_gpu_hour ELSE price_usd_hour END AS measure
    FROM wanted
),
first_of_each AS (
    SELECT side, CASE WHEN $dearest::BOOLEAN THEN max(measure) ELSE min(measure) END AS measure
    FROM keyed
    WHERE $best_per::VARCHAR IS NOT NULL
    GROUP BY side
),
best AS (
    SELECT k.*
    FROM keyed AS k
    LEFT JOIN first_of_each AS c ON c.side IS NOT DISTINCT FROM k.side
    WHERE $best_per::VARCHAR IS NULL OR k.measure IS NOT DISTINCT FROM c.measure
),
-- Few columns until here: only the rows shown are read whole.
shown AS (
    SELECT *, count(*) OVER () AS found
    FROM best
    ORDER BY
        CASE WHEN $dearest::BOOLEAN THEN -price_usd_hour ELSE measure END,
        provider, instance_type, region, price_id
    LIMIT $rows::INTEGER
)
SELECT
    o.price_id::VARCHAR AS price_id, o.provider, o.service, o.instance_type, o.family, o.vcpus, o.memory_gib,
    o.architecture, o.accelerator, o.accelerator_count, o.accelerator_memory_gib, o.operating_system, o.tenancy,
    o.region, o.region_name, o.city, o.country, o.zone, o.purchase_option, $price_type::VARCHAR AS price_type, o.term_months,
    o.payment, o.currency, (o.price_hour * (1 + s.discount_percent / 100))::DECIMAL(20, 10) AS price_hour,
    (o.price_month * (1 + s.discount_percent / 100))::DECIMAL(20, 10) AS price_month, s.price_usd_hour,
    (o.price_usd_month * (1 + s.discount_percent / 100))::DECIMAL(20, 10) AS price_usd_month, s.price_usd_gpu_hour,
    s.rule, CASE WHEN s.rule IS NOT NULL THEN s.discount_percent END AS discount_percent,
    o.source, o.source_url, o.effective_from, o.as_of, o.observed_at, s.found,
    (SELECT count(DISTINCT provider || '/' || instance_type) FROM best) AS machines
FROM shown AS s
JOIN offers AS o ON o.rowid = s.row_number
ORDER BY
    CASE WHEN $dearest::BOOLEAN THEN -s.price_usd_hour ELSE s.measure END,
    o.provider, o.instance_type, o.region, o.zone, o.term_months, o.payment, o.price_id;
