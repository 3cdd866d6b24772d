-- Sorted, so that `key_no` is near for what is asked together: the prices of a region, of an accelerator in
-- it, of a machine.
INSERT INTO price_keys BY NAME
SELECT
    s.price_id, s.source, s.provider, s.service, s.category, s.sku_id, s.name, s.instance_type,
    s.operating_system, s.tenancy, s.region, s.zone, s.purchase_option, s.price_type, s.term_months,
    s.payment, s.offering_class, s.tier_from, s.tier_to, s.unit, s.unit_raw, s.currency,
    s.effective_from, s.source_url, s.attributes
FROM staged_prices AS s
JOIN said AS d ON d.price_id = s.price_id AND d.key_no IS NULL
LEFT JOIN (
    SELECT provider, instance_type, any_value(accelerator) AS accelerator
    FROM (
        SELECT provider, instance_type, accelerator FROM staged_instance_types
        UNION ALL
        SELECT provider, instance_type, accelerator FROM machine_specs
    )
    GROUP BY ALL
) AS m ON m.provider = s.provider AND m.instance_type = s.instance_type
ORDER BY
    s.provider, s.region, m.accelerator NULLS LAST, s.service, s.instance_type, s.name, s.operating_system,
    s.purchase_option;
