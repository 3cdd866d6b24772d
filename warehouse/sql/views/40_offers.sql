-- Prices in force of machines that can be rented by the hour. Where several sources price the same
-- thing, the one of the lowest rank stays, then the freshest.
CREATE OR REPLACE TABLE offers AS
WITH
usd AS (SELECT currency, units_per_usd FROM fx_rates),
machine_prices AS (
    SELECT
        p.*,
        (p.price + coalesce(p.upfront / (p.term_months * 730), 0))::DECIMAL(20, 10) AS price_hour
    FROM prices AS p
    JOIN sources AS src ON src.source = p.source
    WHERE p.valid_to IS NULL AND p.category = 'compute' AND p.unit = 'hour' AND p.instance_type IS NOT NULL
      AND p.tier_from = 0
    QUALIFY row_number() OVER (
        PARTITION BY
            p.provider, p.service, p.instance_type, p.operating_system, p.tenancy, p.region, p.zone,
            p.purchase_option, p.price_type, p.term_months, p.payment, p.offering_class, p.currency
        ORDER BY src.source_rank, p.as_of DESC, p.price_id
    ) = 1
)
SELECT
    m.price_id, m.provider, m.service, m.instance_type, i.family, i.vcpus, i.memory_gib, i.architecture,
    i.accelerator, i.accelerator_count, i.accelerator_memory_gib, i.local_storage_gb,
    m.operating_system, m.tenancy, m.region, r.name AS region_name, r.city, r.country, c.continent,
    r.latitude, r.longitude, m.zone, m.purchase_option, m.price_type, m.term_months, m.payment,
    m.offering_class, m.currency, m.price_hour,
    (m.price_hour * 730)::DECIMAL(20, 10) AS price_month,
    (m.price_hour / usd.units_per_usd)::DECIMAL(20, 10) AS price_usd_hour,
    (m.price_hour * 730 / usd.units_per_usd)::DECIMAL(20, 10) AS price_usd_month,
    m.upfront, m.source, m.source_url, m.effective_from, m.valid_from, m.as_of, m.observed_at
FROM machine_prices AS m
LEFT JOIN instance_types AS i USING (provider, instance_type)
LEFT JOIN regions AS r USING (provider, region)
LEFT JOIN countries AS c USING (country)
LEFT JOIN usd USING (currency)
ORDER BY m.instance_type, m.provider, m.region, m.purchase_option, m.operating_system, m.price_id;
