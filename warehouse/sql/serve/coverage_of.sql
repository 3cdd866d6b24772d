-- What this snapshot holds of machines: providers, their regions, how many machines and prices, and the ways to buy.
-- Each part reads only its own columns: one pass over all of them would take ten times as long. Of what is $narrowed
-- down by conditions few rows are left, and they are looked for once.
WITH
-- if $narrowed
chosen AS MATERIALIZED (
-- else
chosen AS NOT MATERIALIZED (
-- end
    SELECT
        provider, region, region_name, country, tenancy, instance_type, accelerator, purchase_option, operating_system,
        source, source_url, as_of, observed_at
    FROM offers
    WHERE
        ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], provider))
        AND ($regions::VARCHAR[] IS NULL OR provider || '/' || region IN (SELECT unnest($regions::VARCHAR[])))
        AND ($accelerators::VARCHAR[] IS NULL OR list_contains($accelerators::VARCHAR[], accelerator))
        AND ($families::VARCHAR[] IS NULL OR list_contains($families::VARCHAR[], family))
),
placed AS (
    SELECT
        provider, region, any_value(region_name) AS region_name, any_value(country) AS country,
        bool_or(tenancy = 'shared') AS shared
    FROM chosen
    GROUP BY provider, region
),
places AS (
    SELECT
        p.provider,
        list(struct_pack(region := p.region, region_name := p.region_name, shared := p.shared) ORDER BY p.region)
            AS region_names,
        list_sort(list(DISTINCT struct_pack(en := c.name_en, pt := c.name_pt)) FILTER (c.country IS NOT NULL))
            AS countries
    FROM placed AS p
    LEFT JOIN countries AS c ON c.country = p.country
    GROUP BY p.provider
),
machines AS (
    SELECT provider, list_sort(list(DISTINCT instance_type)) AS machine_names FROM chosen GROUP BY provider
),
gpus AS (
    SELECT provider, list_sort(list(DISTINCT accelerator)) AS accelerators
    FROM chosen
    WHERE accelerator IS NOT NULL
    GROUP BY provider
),
ways AS (
    SELECT
        provider, list_sort(list(DISTINCT purchase_option)) AS purchase_options,
        list_sort(list(DISTINCT operating_system)) AS operating_systems
    FROM chosen
    GROUP BY provider
),
counted AS (
    SELECT
        provider, count(*) AS prices, min(source) AS source, min(source_url) AS source_url, max(as_of) AS as_of,
        max(observed_at) AS observed_at
    FROM chosen
    GROUP BY provider
)
SELECT
    provider, len(p.region_names) AS regions, len(m.machine_names) AS machines, c.prices, p.region_names,
    p.countries, m.machine_names, g.accelerators, coalesce(len(g.accelerators), 0) AS accelerator_kinds,
    w.purchase_options, w.operating_systems, c.source, c.source_url, c.as_of, c.observed_at
FROM counted AS c
JOIN places AS p USING (provider)
JOIN machines AS m USING (provider)
JOIN ways AS w USING (provider)
LEFT JOIN gpus AS g USING (provider)
ORDER BY provider;
