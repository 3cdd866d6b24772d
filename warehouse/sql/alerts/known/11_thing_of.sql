-- What is rented, whoever says what it costs: two sources, or two SKUs, may price one thing.
CREATE OR REPLACE TEMP MACRO thing_of(
    provider, instance_type, operating_system, tenancy, region, zone, purchase_option, price_type, term_months,
    payment, offering_class, currency
) AS md5(
    concat_ws(
        chr(31), provider, instance_type, coalesce(operating_system, ''), coalesce(tenancy, ''), region,
        coalesce(zone, ''), purchase_option, price_type, coalesce(term_months::VARCHAR, ''), coalesce(payment, ''),
        coalesce(offering_class, ''), currency
    )
);
