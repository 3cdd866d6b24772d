CREATE MACRO price_id_of(
    source, provider, service, sku_id, instance_type, operating_system, tenancy, region, zone, purchase_option,
    price_type, term_months, payment, offering_class, tier_from, unit, currency
) AS md5(
    concat_ws(
        chr(31),
        source, provider, service, sku_id, coalesce(instance_type, ''), coalesce(operating_system, ''),
        coalesce(tenancy, ''), region, coalesce(zone, ''), purchase_option, price_type,
        coalesce(term_months::VARCHAR, ''), coalesce(payment, ''), coalesce(offering_class, ''),
        tier_from::DECIMAL(20, 10)::VARCHAR, unit, currency
    )
)::UUID;
