-- Addresses, gateways, tunnels and traffic. Traffic out is in tiers of a TiB; the file's `month` is the
-- price of one GiB there.
WITH leaves(thing, path, service, name, way, unit, unit_raw, tier_from, tier_to) AS (
    VALUES
        ('ip', 'unused', 'Compute Engine', 'External IP address, unused', 'hour', 'hour', 'hour', 0, NULL),
        ('ip', 'vm', 'Compute Engine', 'External IP address of a VM', 'hour', 'hour', 'hour', 0, NULL),
        ('nat', 'gateway', 'Networking', 'Cloud NAT gateway', 'hour', 'hour', 'hour', 0, NULL),
        ('nat', 'data', 'Networking', 'Cloud NAT data processing', 'month', 'gb', 'GiB', 0, NULL),
        ('vpn', 'tunnel', 'Networking', 'Cloud VPN tunnel', 'hour', 'hour', 'hour', 0, NULL)
),
destinations(destination, name) AS (
    VALUES ('', 'Traffic to the internet'), ('.australia', 'Traffic to Australia'),
           ('.china', 'Traffic to China')
),
tiers(tier, tier_from, tier_to) AS (VALUES ('0-1', 0, 1024), ('1-10', 1024, 10240), ('10n', 10240, NULL)),
asked AS (
    SELECT '$.' || path || '.cost' AS path, thing || '.' || path AS sku_id, * EXCLUDE (path) FROM leaves
    UNION ALL BY NAME
    SELECT
        'traffic' AS thing, '$.egress.internet' || destination || '.cost."' || tier || '"' AS path,
        'traffic.egress.internet' || destination AS sku_id, name, tier_from, tier_to,
        'Compute Engine' AS service, 'month' AS way, 'gb' AS unit, 'GiB' AS unit_raw
    FROM destinations, tiers
),
places AS (
    SELECT asked.*, place.key AS region, place.value->>way AS price
    FROM asked
    JOIN things ON things.section = 'compute.network' AND things.thing = asked.thing,
        json_each(things.value::JSON, asked.path) AS place
)
SELECT
    service,
    'network' AS category,
    'compute.network/' || sku_id AS sku_id,
    name,
    region,
    'on_demand' AS purchase_option,
    tier_from,
    tier_to,
    unit,
    unit_raw,
    price::DECIMAL(20, 10) AS price
FROM places
WHERE price IS NOT NULL
