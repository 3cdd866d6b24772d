-- For each accelerator and way of buying the cheapest list price of one accelerator for an hour, Linux on shared
-- machines, and the cheapest of another provider. Prices that are not stale come before stale ones; what costs
-- nothing is a plan with limits and left out.
CREATE OR REPLACE VIEW cheapest_by_gpu AS
WITH
ranked AS (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY accelerator, purchase_option, provider
            ORDER BY stale, price_usd_gpu_hour, region, instance_type, price_id
        ) AS place
    FROM gpu_offers
    WHERE price_type = 'list' AND operating_system = 'linux' AND coalesce(tenancy, 'shared') = 'shared'
      AND price_usd_gpu_hour > 0
),
counted AS (
    SELECT accelerator, purchase_option, count(*) AS offers, count(DISTINCT provider) AS providers
    FROM ranked
    GROUP BY ALL
),
providers_best AS (
    SELECT
        *,
        lead(provider) OVER dearer AS second_provider,
        lead(instance_type) OVER dearer AS second_instance_type,
        lead(region) OVER dearer AS second_region,
        lead(price_usd_gpu_hour) OVER dearer AS second_price_usd_gpu_hour,
        row_number() OVER dearer AS among_providers
    FROM ranked
    WHERE place = 1
    WINDOW dearer AS (
        PARTITION BY accelerator, purchase_option ORDER BY stale, price_usd_gpu_hour, provider
    )
)
SELECT
    b.accelerator, b.purchase_option, b.price_usd_gpu_hour, b.provider, b.instance_type, b.region, b.zone,
    b.accelerator_count, b.accelerator_memory_gib, b.price_usd_hour, b.term_months, b.payment, b.offering_class,
    c.offers, c.providers, b.second_provider, b.second_instance_type, b.second_region, b.second_price_usd_gpu_hour,
    b.price_id, b.source, b.source_url, b.as_of, b.stale
FROM providers_best AS b
JOIN counted AS c USING (accelerator, purchase_option)
WHERE b.among_providers = 1
ORDER BY b.accelerator, b.purchase_option;
