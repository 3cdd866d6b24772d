-- The rates themselves, one row per SKU. Families share SKUs (n1_custom and n2_custom memory): the
-- shortest name that uses a SKU describes it.
SELECT DISTINCT ON (sku, region, purchase_option, term_months, part)
    'compute' AS category,
    sku AS sku_id,
    family || ' ' || part || ': ' || description AS name,
    'shared' AS tenancy,
    region,
    purchase_option,
    term_months,
    CASE part WHEN 'cpu' THEN 'vcpu_hour' ELSE 'gib_hour' END AS unit,
    CASE part WHEN 'cpu' THEN 'vCPU hour' ELSE 'GiB hour' END AS unit_raw,
    price,
    json_object('family', family, 'part', part)::VARCHAR AS attributes
FROM rates
ORDER BY sku, region, purchase_option, term_months, part, price = 0, length(family), family
