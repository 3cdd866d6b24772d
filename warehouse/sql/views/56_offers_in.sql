-- Offers with their prices in a currency, at the rates in force on a day; without one, at the latest, as
-- price_usd_hour is. Where a seller publishes the currency itself, that row stands as published, `converted`
-- false, and its rows of other currencies are left out; else its dollar prices are converted, else each other
-- one. Where a rate is unknown on that day the price is null. Products pass a double, as quotients do in `offers`:
-- decimals this wide take ten times as long, and a double is exact to the tenth place of any price.
CREATE OR REPLACE MACRO offers_in(currency_code, on_day := DATE '9999-12-31') AS TABLE
WITH
rates AS (
    SELECT currency, fx_between(currency, currency_code, on_day) AS fx
    FROM (SELECT DISTINCT currency FROM offers)
    WHERE currency <> upper(currency_code)
),
published AS (
    FROM offers WHERE currency = upper(currency_code)
),
in_dollars AS (
    SELECT o.*
    FROM offers AS o
    ANTI JOIN published AS p
        ON (p.provider, p.instance_type, p.region, p.purchase_option, p.price_type)
            = (o.provider, o.instance_type, o.region, o.purchase_option, o.price_type)
        AND p.operating_system IS NOT DISTINCT FROM o.operating_system AND p.tenancy IS NOT DISTINCT FROM o.tenancy
        AND p.term_months IS NOT DISTINCT FROM o.term_months AND p.payment IS NOT DISTINCT FROM o.payment
        AND p.offering_class IS NOT DISTINCT FROM o.offering_class
    WHERE o.currency = 'USD' AND upper(currency_code) <> 'USD'
),
in_others AS (
    SELECT o.*
    FROM offers AS o
    ANTI JOIN (FROM offers WHERE currency IN ('USD', upper(currency_code))) AS p
        ON (p.provider, p.instance_type, p.region, p.purchase_option, p.price_type)
            = (o.provider, o.instance_type, o.region, o.purchase_option, o.price_type)
        AND p.operating_system IS NOT DISTINCT FROM o.operating_system AND p.tenancy IS NOT DISTINCT FROM o.tenancy
        AND p.term_months IS NOT DISTINCT FROM o.term_months AND p.payment IS NOT DISTINCT FROM o.payment
        AND p.offering_class IS NOT DISTINCT FROM o.offering_class
    WHERE o.currency NOT IN ('USD', upper(currency_code))
)
SELECT
    o.*,
    CASE WHEN r.currency IS NULL THEN o.price_hour ELSE o.price_hour::DOUBLE * r.fx.rate END::DECIMAL(20, 10)
        AS price_hour_in,
    CASE WHEN r.currency IS NULL THEN o.price_month ELSE o.price_month::DOUBLE * r.fx.rate END::DECIMAL(20, 10)
        AS price_month_in,
    upper(currency_code) AS in_currency,
    r.fx.rate AS fx_rate,
    r.fx.rate_date AS fx_date,
    r.fx.source AS fx_source,
    r.currency IS NOT NULL AS converted
FROM (FROM published UNION ALL FROM in_dollars UNION ALL FROM in_others) AS o
LEFT JOIN rates AS r ON r.currency = o.currency;
