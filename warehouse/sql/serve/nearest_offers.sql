-- The same machine elsewhere: in the same country first, then the nearest region; distances are great circles in km.
WITH here AS (
    SELECT latitude, longitude, country, kind FROM regions WHERE provider = $provider::VARCHAR AND region = $region::VARCHAR
)
SELECT
    o.price_id::VARCHAR AS price_id, o.provider, o.instance_type, o.operating_system, o.tenancy, o.region,
    o.region_name, o.city, o.country, o.purchase_option, o.currency, o.price_hour, o.price_month, o.price_usd_hour,
    o.price_usd_month, o.zone, o.term_months, o.payment, o.offering_class, o.upfront, o.components,
    o.interruption_from, o.interruption_to, o.source, o.source_url, o.as_of, o.observed_at, o.confirmed_at, o.stale,
    round(2 * 6371 * asin(sqrt(
        power(sin(radians(o.latitude - here.latitude) / 2), 2)
        + cos(radians(here.latitude)) * cos(radians(o.latitude))
        * power(sin(radians(o.longitude - here.longitude) / 2), 2)
    ))) AS distance_km
FROM offers AS o
LEFT JOIN regions AS r ON r.provider = o.provider AND r.region = o.region
LEFT JOIN here ON true
WHERE
    o.provider = $provider::VARCHAR AND o.instance_type = $machine::VARCHAR AND o.region <> $region::VARCHAR
    AND o.operating_system = $operating_system::VARCHAR
    AND coalesce(o.tenancy, 'shared') = $tenancy::VARCHAR
    AND o.purchase_option = $purchase_option::VARCHAR
    AND o.price_type = 'list'
    -- A government's region is no neighbour of one that is open to all.
    AND (coalesce(r.kind, 'region') <> 'government' OR here.kind = 'government')
ORDER BY o.country = here.country DESC NULLS LAST, distance_km NULLS LAST, o.price_usd_hour, o.region
LIMIT $rows::INTEGER;
