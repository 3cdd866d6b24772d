-- How dear a region is beside its provider's base region, which is 100: the geometric mean of what each machine
-- costs there over what it costs at the base, on demand, Linux, shared. Only machines sold in both count, of one
-- source, so that neither another mix of machines nor another list moves it; and of those only the basket, the ones
-- sold in at least half of the provider's regions: a few old or rare machines do not stand for a region.
CREATE OR REPLACE VIEW region_index AS
WITH
bases(provider, region) AS (
    VALUES ('aws', 'us-east-1'), ('azure', 'eastus'), ('gcp', 'us-central1'), ('oci', 'us-ashburn-1')
),
sold AS (
    SELECT
        provider, source, region, any_value(region_name) AS region_name, any_value(country) AS country,
        instance_type, min(price_usd_hour) AS price, min(as_of) AS as_of
    FROM offers
    WHERE price_type = 'list' AND purchase_option = 'on_demand' AND operating_system = 'linux'
      AND coalesce(tenancy, 'shared') = 'shared' AND price_usd_hour > 0
    GROUP BY provider, source, region, instance_type
),
sizes AS (
    SELECT provider, region, count(DISTINCT instance_type) AS machines
    FROM sold
    GROUP BY ALL
),
chosen AS (
    SELECT s.provider, s.region, count(*) OVER (PARTITION BY s.provider) AS regions
    FROM sizes AS s
    LEFT JOIN bases AS b USING (provider, region)
    QUALIFY row_number() OVER (
        PARTITION BY s.provider ORDER BY b.region IS NULL, s.machines DESC, s.region
    ) = 1
),
basket AS (
    SELECT s.provider, s.instance_type
    FROM sold AS s
    JOIN chosen AS c USING (provider)
    WHERE c.regions > 1
    GROUP BY s.provider, s.instance_type, c.regions
    HAVING 2 * count(DISTINCT s.region) >= c.regions AND bool_or(s.region = c.region)
),
pairs AS (
    SELECT s.*, c.region AS base_region, s.price::DOUBLE / base.price::DOUBLE AS ratio, base.as_of AS base_as_of
    FROM sold AS s
    SEMI JOIN basket AS b ON (b.provider, b.instance_type) = (s.provider, s.instance_type)
    JOIN chosen AS c ON c.provider = s.provider
    JOIN sold AS base
        ON (base.provider, base.source, base.region, base.instance_type)
        = (s.provider, s.source, c.region, s.instance_type)
)
SELECT
    p.provider, p.region, any_value(p.region_name) AS region_name, any_value(p.country) AS country,
    p.base_region,
    round(100 * exp(avg(ln(p.ratio))), 2) AS price_index,
    count(DISTINCT p.instance_type) AS machines,
    any_value(b.machines) AS basket_machines,
    round(100 * min(p.ratio), 2) AS lowest_ratio_percent,
    round(100 * max(p.ratio), 2) AS highest_ratio_percent,
    least(min(p.as_of), min(p.base_as_of)) AS as_of
FROM pairs AS p
JOIN (SELECT provider, count(*) AS machines FROM basket GROUP BY provider) AS b ON b.provider = p.provider
GROUP BY p.provider, p.region, p.base_region
ORDER BY p.provider, price_index, p.region;
