-- What is rented, whoever says what it costs: two sources, or two SKUs, may price one thing.
CREATE OR REPLACE TEMP MACRO thing_of(o) AS md5(
    concat_ws(
        chr(31), o.provider, o.instance_type, coalesce(o.operating_system, ''), coalesce(o.tenancy, ''), o.region,
        coalesce(o.zone, ''), o.purchase_option, o.price_type, coalesce(o.term_months::VARCHAR, ''),
        coalesce(o.payment, ''), coalesce(o.offering_class, ''), o.currency
    )
);
