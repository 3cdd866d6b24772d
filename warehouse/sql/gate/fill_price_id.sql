UPDATE staged_prices
SET price_id = price_id_of(
    source, provider, service, sku_id, instance_type, operating_system, tenancy, region, zone, purchase_option,
    price_type, term_months, payment, offering_class, tier_from, unit, currency
);
