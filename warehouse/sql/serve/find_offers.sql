-- Offers that meet every condition given, in their order. A null condition is none. Regions are `provider/region`.
-- With $at those of that moment, out of the history; discounts of one's own, which are of now, are left out then.
-- `best_per` keeps the cheapest (or dearest) of each group only, with a few of its ties; `tied` counts their
-- regions, and `rows` is of machines then. `found` counts offers, `machines` the machines among them: beside
-- `best_per`, else alone where they are $counted. A price of one's own is a contracted one, or a list price less a
-- discount. What costs nothing, as plans with limits do, is left out of a search unless asked for. `rank` puts the
-- most of something, or the least price for it, before the price. $by_number leaves all but the chosen rows' numbers
-- to `offers_by_number`: to choose among thousands by a few columns is quicker. $listed rows are whole, ready to be sent,
-- those $after the one of a number; $reversed puts the least of something first, and $currency gives each price in it.
WITH
-- if $price_type = 'contracted'
own AS (
    SELECT o.rowid, o.*, NULL::VARCHAR AS rule, NULL::DECIMAL(20, 10) AS discount_percent
    FROM offers AS o
    WHERE o.price_type = 'contracted'
    UNION ALL
    SELECT o.rowid, o.* REPLACE (w.own_price_usd_hour AS price_usd_hour), w.rule, w.discount_percent
    FROM own_offers AS w
    JOIN offers AS o USING (price_id)
),
-- end
wanted AS (
    SELECT
        -- if $by_number
        rowid AS number, provider, instance_type, region,
        -- if $price_type = 'contracted'
        rule, discount_percent,
        -- end
        -- else
        *,
        -- if $at
        price_id AS number,
        -- else
        -- if $currency
        price_id AS number,
        -- else
        rowid AS number,
        -- end
        -- end
        -- end
        -- if $best_per
        CASE $best_per::VARCHAR
            WHEN 'machine' THEN provider || '/' || instance_type
            WHEN 'provider' THEN provider
            WHEN 'region' THEN provider || '/' || region
            WHEN 'option' THEN provider || '/' || instance_type || '/' || purchase_option
            WHEN 'accelerator' THEN accelerator
        END AS side,
        -- end
        -- if $rank
        CASE $rank::VARCHAR
            WHEN 'vcpus' THEN -coalesce(vcpus, 0)
            WHEN 'memory' THEN -coalesce(memory_gib, 0)
            WHEN 'gpus' THEN -coalesce(accelerator_count, 0)
            WHEN 'gpu_memory' THEN -coalesce(accelerator_memory_gib * accelerator_count, 0)
            WHEN 'storage' THEN -coalesce(local_storage_gb, 0)
            WHEN 'tflops' THEN -coalesce(accelerator_count * (SELECT map_from_entries(list((a.accelerator, a.bf16_tflops))) FROM accelerators AS a)[accelerator], 0)
            WHEN 'price_per_tflops' THEN price_usd_hour / nullif(accelerator_count * (SELECT map_from_entries(list((a.accelerator, a.bf16_tflops))) FROM accelerators AS a)[accelerator], 0)
            WHEN 'price_per_vcpu' THEN price_usd_hour / nullif(vcpus, 0)
            WHEN 'price_per_memory' THEN price_usd_hour / nullif(memory_gib, 0)
            WHEN 'price_per_gpu' THEN price_usd_hour / nullif(accelerator_count, 0)
            WHEN 'price_per_gpu_memory' THEN price_usd_hour / nullif(accelerator_memory_gib * accelerator_count, 0)
        END::DOUBLE
        -- if $reversed
        * -1
        -- end
        AS rank,
        -- end
        -- if $per_gpu
        (price_usd_hour / nullif(accelerator_count, 0))::DECIMAL(20, 10)
        -- else
        price_usd_hour
        -- end
        -- if $dearest
        * -1
        -- end
        AS measure
    -- if $at
    FROM offers_as_of($at::TIMESTAMPTZ)
    -- else
    -- if $price_type = 'contracted'
    FROM own
    -- else
    -- if $currency
    FROM offers_in($currency::VARCHAR)
    -- else
    FROM offers
    -- end
    -- end
    -- end
    WHERE
        price_usd_hour IS NOT NULL
        AND ($price_type::VARCHAR = 'contracted' OR price_type = $price_type::VARCHAR)
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
        AND ($min_gib_per_vcpu::DOUBLE IS NULL OR memory_gib >= vcpus * $min_gib_per_vcpu::DOUBLE)
        AND ($max_gib_per_vcpu::DOUBLE IS NULL OR memory_gib <= vcpus * $max_gib_per_vcpu::DOUBLE)
        AND ($min_gpus::DOUBLE IS NULL OR accelerator_count >= $min_gpus::DOUBLE)
        -- if $at
        -- This one reaches the tables through the windows of offers_as_of, as the number does not.
        AND (coalesce($min_gpus::DOUBLE, 0) < 1 OR accelerator IS NOT NULL)
        -- end
        AND ($max_gpus::DOUBLE IS NULL OR accelerator_count <= $max_gpus::DOUBLE)
        AND ($min_gpu_memory_gib::DOUBLE IS NULL OR accelerator_memory_gib >= $min_gpu_memory_gib::DOUBLE)
        AND (
            NOT $gpus_only::BOOLEAN
            OR accelerator IN (SELECT a.accelerator FROM accelerators AS a WHERE a.kind = 'gpu')
        )
        AND ($architecture::VARCHAR IS NULL OR architecture = $architecture::VARCHAR)
        AND ($term_months::INTEGER IS NULL OR term_months = $term_months::INTEGER)
        AND ($payment::VARCHAR IS NULL OR payment = $payment::VARCHAR)
        AND (
            $offering_classes::VARCHAR[] IS NULL OR list_contains($offering_classes::VARCHAR[], offering_class)
        )
        AND ($free::BOOLEAN OR $machines::VARCHAR[] IS NOT NULL OR price_usd_hour > 0)
        AND (
            $min_total_gpu_memory_gib::DOUBLE IS NULL
            OR accelerator_memory_gib * accelerator_count >= $min_total_gpu_memory_gib::DOUBLE
        )
        AND ($min_local_storage_gb::DOUBLE IS NULL OR local_storage_gb >= $min_local_storage_gb::DOUBLE)
        AND (NOT $no_burstable::BOOLEAN OR NOT burstable(provider, instance_type))
        AND (
            $bare_metal::BOOLEAN IS NULL
            OR $bare_metal::BOOLEAN = regexp_matches(instance_type, '(?i)(^|[^a-z])metal|^bm\.')
        )
        AND (NOT $no_gpus::BOOLEAN OR accelerator IS NULL)
        AND ($not_families::VARCHAR[] IS NULL OR family IS NULL OR NOT list_contains($not_families::VARCHAR[], family))
        AND (
            $cpu::VARCHAR IS NULL
            OR (provider, instance_type) IN (
                SELECT (i.provider, i.instance_type)
                FROM instance_types AS i
                WHERE i.cpu_model ILIKE '%' || $cpu::VARCHAR || '%'
            )
        )
        AND ($min_usd_hour::DECIMAL(20, 10) IS NULL OR price_usd_hour >= $min_usd_hour::DECIMAL(20, 10))
        AND ($max_usd_hour::DECIMAL(20, 10) IS NULL OR price_usd_hour <= $max_usd_hour::DECIMAL(20, 10))
        AND ($regions::VARCHAR[] IS NULL OR provider || '/' || region IN (SELECT unnest($regions::VARCHAR[])))
        AND (
            $not_regions::VARCHAR[] IS NULL
            OR coalesce(provider || '/' || region, '') NOT IN (SELECT unnest($not_regions::VARCHAR[]))
        )
)
-- if $after
,
rest AS (
    SELECT *
    FROM wanted
    WHERE
        row(
            -- if $rank
            rank,
            -- end
            measure, provider, instance_type, region, number
        ) > (
            SELECT
                row(
                    -- if $rank
                    rank,
                    -- end
                    measure, provider, instance_type, region, number
                )
            FROM wanted
            WHERE number::VARCHAR = $after::VARCHAR
        )
)
-- end
-- if $counted
SELECT count(*) AS found, count(DISTINCT (provider, instance_type)) AS machines
-- if $after
FROM rest
-- else
FROM wanted
-- end
-- else
-- if $best_per
,
first_of_each AS (
    SELECT side, min(measure) AS measure FROM wanted GROUP BY side
),
best AS MATERIALIZED (
    SELECT w.*
    FROM wanted AS w
    JOIN first_of_each AS c ON c.side IS NOT DISTINCT FROM w.side AND c.measure IS NOT DISTINCT FROM w.measure
),
ties AS (
    SELECT side, provider, instance_type, count(DISTINCT region) AS tied FROM best GROUP BY ALL
),
few AS (
    SELECT *
    FROM best
    QUALIFY
        row_number() OVER (PARTITION BY side, provider, instance_type ORDER BY region, number) <= 4
        AND dense_rank() OVER (
            ORDER BY
                -- if $rank
                rank,
                -- end
                measure, provider, instance_type
        ) <= $rows::INTEGER
)
SELECT
    *,
    (SELECT count(*) FROM best) AS found,
    (SELECT count(DISTINCT (provider, instance_type)) FROM best) AS machines
FROM few
LEFT JOIN ties USING (side, provider, instance_type)
-- else
-- if $listed
SELECT
    price_id::VARCHAR AS price_id, provider, instance_type, family, vcpus, memory_gib, architecture, accelerator,
    accelerator_count, accelerator_memory_gib, local_storage_gb, operating_system, tenancy, region, region_name,
    city, country, zone, purchase_option, price_type, term_months, payment, offering_class, currency,
    -- if $price_type = 'contracted'
    (price_hour * (1 + coalesce(discount_percent, 0) / 100))::DECIMAL(20, 10) AS price_hour,
    (price_month * (1 + coalesce(discount_percent, 0) / 100))::DECIMAL(20, 10) AS price_month,
    price_usd_hour,
    (price_usd_month * (1 + coalesce(discount_percent, 0) / 100))::DECIMAL(20, 10) AS price_usd_month,
    rule, discount_percent,
    -- else
    price_hour, price_month, price_usd_hour, price_usd_month,
    -- end
    (price_usd_hour / nullif(accelerator_count, 0))::DECIMAL(20, 10) AS price_usd_gpu_hour,
    -- if $currency
    price_hour_in, price_month_in, in_currency, fx_rate, fx_date, fx_source, converted,
    -- end
    upfront, components::VARCHAR AS components, lowest_of, interruption_from, interruption_to, source, source_url,
    effective_from, valid_from, as_of, observed_at, confirmed_at, stale, number::VARCHAR AS number
-- else
SELECT *
-- end
-- if $after
FROM rest
-- else
FROM wanted
-- end
-- end
ORDER BY
    -- if $rank
    rank,
    -- end
    measure, provider, instance_type, region, number
-- if $best_per
LIMIT 4 * $rows::INTEGER
-- else
LIMIT $rows::INTEGER
-- end
-- end
;
