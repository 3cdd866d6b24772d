CREATE OR REPLACE VIEW price_history AS
SELECT
    price_id, provider, service, instance_type, sku_id, name, operating_system, tenancy, region, zone,
    purchase_option, price_type, term_months, payment, offering_class, unit, currency, price, upfront,
    valid_from, valid_to, source, source_url, batch_id
FROM prices;
