-- The best ways to run `count` machines of given needs for `hours` of each of `months`: of each family of a
-- provider the best machine, and of that its best offer; of a provider at most `per_provider` while others
-- remain. A price counts with what the whole use costs: on demand and spot the hours used; a commitment
-- every hour of its term, and as many terms as cover the months. `measure` is what they are ranked by.
WITH
places AS (
    SELECT split_part(place, '/', 1) AS provider, split_part(place, '/', 2) AS region
    FROM (SELECT unnest($regions::VARCHAR[]) AS place)
),
elsewhere AS (
    SELECT split_part(place, '/', 1) AS provider, split_part(place, '/', 2) AS region
    FROM (SELECT unnest($not_regions::VARCHAR[]) AS place)
),
-- Of a machine's runs of a benchmark those of the configuration that most machines were run in.
scores AS (
    SELECT provider, instance_type, max(score) AS score
    FROM benchmarks
    WHERE
        benchmark = $benchmark::VARCHAR AND higher_is_better AND score > 0
        AND configuration IS NOT DISTINCT FROM (
            SELECT configuration
            FROM benchmarks
            WHERE benchmark = $benchmark::VARCHAR
            GROUP BY configuration
            ORDER BY count(DISTINCT (provider, instance_type)) DESC, configuration DESC
            LIMIT 1
        )
    GROUP BY ALL
),
fitting AS (
    SELECT
        o.rowid AS row_number, o.provider, o.instance_type, o.family, o.region, o.zone, o.purchase_option, o.term_months,
        o.price_usd_hour, o.price_id, o.interruption_from, o.interruption_to, o.vcpus, o.accelerator_count,
        o.accelerator_count * o.accelerator_memory_gib AS gpu_memory_gib,
        o.accelerator_count * a.bf16_tflops AS bf16_tflops,
        s.score,
        CASE
            WHEN o.term_months IS NULL THEN $hours::DECIMAL(10, 2) * $months::DECIMAL(10, 2)
            ELSE greatest(730, $hours::DECIMAL(10, 2)) * o.term_months * ceil($months::DECIMAL(10, 2) / o.term_months)
        END::DECIMAL(20, 2) AS charged_hours
    FROM offers AS o
    LEFT JOIN accelerators AS a USING (accelerator)
    LEFT JOIN scores AS s ON s.provider = o.provider AND s.instance_type = o.instance_type
    WHERE
        o.price_type = 'list' AND o.price_usd_hour > 0
        AND o.operating_system = $operating_system::VARCHAR
        AND coalesce(o.tenancy, 'shared') = $tenancy::VARCHAR
        -- On demand is what the others are measured against, and what spot would cost is said in any case.
        AND (o.purchase_option IN ('on_demand', 'spot') OR list_contains($purchase_options::VARCHAR[], o.purchase_option))
        AND (o.purchase_option NOT IN ('reserved', 'savings_plan', 'commitment') OR o.term_months IS NOT NULL)
        AND (
            $max_interruption::INTEGER IS NULL OR o.purchase_option <> 'spot'
            OR o.interruption_to <= $max_interruption::INTEGER
        )
        AND ($min_vcpus::DOUBLE IS NULL OR o.vcpus >= $min_vcpus::DOUBLE)
        AND ($min_memory_gib::DOUBLE IS NULL OR o.memory_gib >= $min_memory_gib::DOUBLE)
        AND ($accelerators::VARCHAR[] IS NULL OR list_contains($accelerators::VARCHAR[], o.accelerator))
        AND ($min_gpus::DOUBLE IS NULL OR o.accelerator_count >= $min_gpus::DOUBLE)
        AND ($min_gpu_memory_gib::DOUBLE IS NULL OR o.accelerator_memory_gib >= $min_gpu_memory_gib::DOUBLE)
        AND (NOT $gpus_only::BOOLEAN OR a.kind = 'gpu')
        AND ($architecture::VARCHAR IS NULL OR o.architecture = $architecture::VARCHAR)
        AND ($burstable::BOOLEAN OR NOT burstable(o.provider, o.instance_type))
        AND ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], o.provider))
        AND ($not_providers::VARCHAR[] IS NULL OR NOT list_contains($not_providers::VARCHAR[], o.provider))
        AND ($regions::VARCHAR[] IS NULL OR (o.provider, o.region) IN (SELECT (provider, region) FROM places))
        AND ($not_regions::VARCHAR[] IS NULL OR (o.provider, o.region) NOT IN (SELECT (provider, region) FROM elsewhere))
),
costed AS (
    SELECT
        *,
        price_usd_hour * charged_hours AS total_usd,
        (price_usd_hour * charged_hours / ($hours::DECIMAL(10, 2) * $months::DECIMAL(10, 2)))::DECIMAL(20, 10)
            AS effective_usd_hour
    FROM fitting
),
measured AS MATERIALIZED (
    SELECT
        *,
        effective_usd_hour / nullif(
            CASE $rank_by::VARCHAR
                WHEN 'price' THEN 1 WHEN 'vcpu' THEN vcpus WHEN 'gpu' THEN accelerator_count
                WHEN 'gpu-memory' THEN gpu_memory_gib WHEN 'tflops' THEN bf16_tflops WHEN 'benchmark' THEN score
            END, 0
        ) AS measure
    FROM costed
),
on_demand AS (
    SELECT provider, instance_type, region, min(total_usd) AS total_usd
    FROM measured
    WHERE purchase_option = 'on_demand'
    GROUP BY ALL
),
best_spot AS (
    SELECT
        {
            provider: provider, instance_type: instance_type, region: region,
            total_usd: (total_usd * $count::INTEGER)::DECIMAL(20, 4), interruption_from: interruption_from,
            interruption_to: interruption_to
        } AS offer
    FROM measured
    WHERE purchase_option = 'spot' AND measure IS NOT NULL
    ORDER BY measure, provider, instance_type, region
    LIMIT 1
),
best_of_machine AS MATERIALIZED (
    SELECT *
    FROM measured
    WHERE row_number IN (
        SELECT arg_min(row_number, struct_pack(
            measure := measure, term := coalesce(term_months, 0), region := region, price_id := price_id
        ))
        FROM measured
        WHERE measure IS NOT NULL AND list_contains($purchase_options::VARCHAR[], purchase_option)
        GROUP BY provider, instance_type
    )
),
best_of_family AS (
    SELECT *
    FROM best_of_machine
    QUALIFY row_number() OVER (
        PARTITION BY provider, coalesce(family, instance_type) ORDER BY measure, instance_type
    ) = 1
),
chosen AS (
    SELECT *, row_number() OVER (PARTITION BY provider ORDER BY measure, instance_type) AS place
    FROM best_of_family
),
shown AS (
    SELECT *
    FROM chosen
    ORDER BY place > $per_provider::INTEGER, measure, provider, instance_type
    LIMIT $rows::INTEGER
)
SELECT
    o.price_id::VARCHAR AS price_id, o.provider, o.service, o.instance_type, o.family, o.vcpus, o.memory_gib,
    o.architecture, o.accelerator, o.accelerator_count, o.accelerator_memory_gib, o.operating_system, o.tenancy,
    o.region, o.region_name, o.city, o.country, o.zone, o.purchase_option, o.price_type, o.term_months, o.payment,
    o.offering_class, o.currency, o.price_hour, o.price_month, o.price_usd_hour, o.price_usd_month,
    $count::INTEGER AS machines, s.charged_hours, (s.total_usd * $count::INTEGER)::DECIMAL(20, 4) AS total_usd,
    s.effective_usd_hour, s.measure::DECIMAL(20, 10) AS measure_usd,
    (s.effective_usd_hour / o.vcpus)::DECIMAL(20, 10) AS usd_vcpu_hour,
    (s.effective_usd_hour / nullif(o.accelerator_count, 0))::DECIMAL(20, 10) AS usd_gpu_hour,
    (s.effective_usd_hour / nullif(s.gpu_memory_gib, 0))::DECIMAL(20, 10) AS usd_gpu_gib_hour,
    (s.effective_usd_hour / nullif(s.bf16_tflops, 0))::DECIMAL(20, 10) AS usd_tflops_hour,
    (s.effective_usd_hour / nullif(s.score, 0))::DECIMAL(20, 10) AS usd_point_hour,
    s.bf16_tflops, s.score,
    (SELECT (min(total_usd) * $count::INTEGER)::DECIMAL(20, 4) FROM on_demand) AS on_demand_best_usd,
    (d.total_usd * $count::INTEGER)::DECIMAL(20, 4) AS same_on_demand_usd,
    (o.upfront / usd.units_per_usd * $count::INTEGER)::DECIMAL(20, 4) AS upfront_usd,
    o.interruption_from, o.interruption_to, o.lowest_of, burstable(o.provider, o.instance_type) AS burstable,
    date_diff('day', o.confirmed_at, now()) AS age_days, o.stale,
    (
        SELECT count(*)
        FROM measured AS t
        WHERE t.provider = s.provider AND t.instance_type = s.instance_type AND t.purchase_option = s.purchase_option
          AND t.term_months IS NOT DISTINCT FROM s.term_months AND t.price_usd_hour = s.price_usd_hour
    ) AS tied,
    (SELECT offer FROM best_spot) AS on_spot,
    (SELECT count(*) FROM measured WHERE list_contains($purchase_options::VARCHAR[], purchase_option)) AS found,
    (SELECT count(*) FROM best_of_machine) AS fitting_machines,
    o.components, o.source, o.source_url, o.specs_source, o.as_of, o.observed_at, o.confirmed_at
FROM shown AS s
JOIN offers AS o ON o.rowid = s.row_number
LEFT JOIN on_demand AS d
    ON d.provider = s.provider AND d.instance_type = s.instance_type AND d.region = s.region
LEFT JOIN fx_latest AS usd ON usd.currency = o.currency
ORDER BY s.measure, o.provider, o.instance_type;
