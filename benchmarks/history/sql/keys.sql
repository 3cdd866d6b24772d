INSERT INTO price_keys BY NAME
SELECT
    price_id_of(source, provider, service, sku_id, instance_type, operating_system, tenancy, region, zone,
                purchase_option, price_type, term_months, payment, offering_class, tier_from, unit, currency) AS price_id,
    listed.* EXCLUDE (price, upfront, moves)
FROM listed
JOIN (SELECT instance_type, accelerator FROM machines) AS m USING (instance_type)
ORDER BY region, m.accelerator NULLS LAST, instance_type;
