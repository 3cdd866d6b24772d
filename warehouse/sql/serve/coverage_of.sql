-- What this snapshot holds of machines: providers, their regions, how many machines and prices.
SELECT
    provider,
    count(DISTINCT region) AS regions,
    count(DISTINCT instance_type) AS machines,
    count(*) AS prices,
    list(DISTINCT region ORDER BY region) AS region_codes,
    list_sort(list(DISTINCT {'region': region, 'region_name': region_name})) AS region_names,
    list(DISTINCT purchase_option ORDER BY purchase_option) AS purchase_options,
    min(source) AS source,
    min(source_url) AS source_url,
    max(as_of) AS as_of,
    max(observed_at) AS observed_at
FROM offers
WHERE
    ($providers::VARCHAR[] IS NULL OR list_contains($providers::VARCHAR[], provider))
    AND ($regions::VARCHAR[] IS NULL OR list_contains($regions::VARCHAR[], provider || '/' || region))
GROUP BY provider
ORDER BY provider;
