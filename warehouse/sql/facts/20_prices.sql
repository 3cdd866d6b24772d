-- What a machine costs in each region with Linux on shared hardware, on demand and spot. Stated is the
-- amount in the currency of the list, in dollars where there is such a list: conversion would make other
-- texts of it with each day's rates, so it only orders.
CREATE OR REPLACE TEMP TABLE card_prices AS
SELECT
    o.provider, o.instance_type, o.purchase_option, o.region,
    o.price_hour AS price, o.currency, o.price_usd_hour AS usd,
    day_of(o.valid_from) AS since, day_of(o.confirmed_at) AS confirmed, o.source
FROM offers AS o
WHERE o.operating_system = 'linux' AND coalesce(o.tenancy, 'shared') = 'shared' AND o.price_type = 'list'
  AND o.purchase_option IN ('on_demand', 'spot') AND o.price_usd_hour > 0
QUALIFY row_number() OVER (
    PARTITION BY o.provider, o.instance_type, o.purchase_option, o.region
    ORDER BY o.currency <> 'USD', o.price_usd_hour, o.valid_from, o.currency, o.source, o.price_id
) = 1;
