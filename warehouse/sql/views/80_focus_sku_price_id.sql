-- One id for each price point: the SKU, a digest of how, where and from whom it is bought, the tier and the term.
-- As FOCUS asks, no amount, currency, date or contract is in it; `part` is what is paid of a purchase.
CREATE OR REPLACE MACRO focus_sku_price_id(
    source, service, sku_id, instance_type, operating_system, tenancy, region, zone, purchase_option, term_months,
    payment, offering_class, tier_from, unit, part
) AS concat(
    sku_id, ':',
    left(md5(concat_ws(
        chr(31), source, service, coalesce(instance_type, ''), coalesce(operating_system, ''), coalesce(tenancy, ''),
        region, coalesce(zone, ''), purchase_option, coalesce(payment, ''), coalesce(offering_class, ''), unit
    )), 16),
    CASE WHEN tier_from > 0 THEN ':above-' || rtrim(rtrim(tier_from::VARCHAR, '0'), '.') END,
    ':' || term_months || 'm',
    CASE WHEN part = 'upfront' THEN ':upfront' END
);
