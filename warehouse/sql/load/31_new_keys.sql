-- Sorted, so that `key_no` is near for what is asked together: the prices of a region, then of a machine.
INSERT INTO price_keys BY NAME
SELECT
    s.price_id, s.source, s.provider, s.service, s.category, s.sku_id, s.name, s.instance_type,
    s.operating_system, s.tenancy, s.region, s.zone, s.purchase_option, s.price_type, s.term_months,
    s.payment, s.offering_class, s.tier_from, s.tier_to, s.unit, s.unit_raw, s.currency,
    s.effective_from, s.source_url, s.attributes
FROM staged_prices AS s
JOIN said AS d ON d.price_id = s.price_id AND d.key_no IS NULL
ORDER BY s.provider, s.region, s.service, s.instance_type, s.name, s.operating_system, s.purchase_option;
