-- A machine costs the sum of its parts, in every commercial region the same. Of a part with tiers the first
-- that is not free counts. A GPU part is billed per GPU and holds the host. Windows is billed per OCPU on
-- top. A part without a price makes the whole machine zero, once and in no region in particular: the gate
-- refuses it, and no machine is sold at a part of its price. Preemptible capacity is half price by rule.
WITH
rates AS (
    SELECT part, currency, any_value(metric) AS metric, arg_min(price, tier_from) FILTER (price > 0) AS rate
    FROM listed
    GROUP BY part, currency
),
systems(operating_system) AS (VALUES ('linux'), ('windows')),
sold AS (
    SELECT m.*, operating_system, currency
    FROM machines AS m, systems, (SELECT DISTINCT currency FROM listed)
    WHERE operating_system = 'linux' OR m.windows
),
billed AS (
    SELECT instance_type, host, preemptible, operating_system, currency, unnest([
        {place: 1, part: ocpu_part, quantity: ocpus, gpus: gpus},
        {place: 2, part: memory_part, quantity: memory, gpus: NULL},
        {place: 3, part: disk_part, quantity: disk_tb, gpus: NULL},
        {place: 4, part: CASE operating_system WHEN 'windows' THEN 'B88318' END, quantity: ocpus, gpus: NULL}
    ], recursive := true)
    FROM sold
),
costs AS (
    SELECT b.* EXCLUDE (quantity, gpus), rates.metric, rates.rate,
           CASE WHEN b.gpus > 0 AND coalesce(contains(rates.metric, 'GPU'), true) THEN b.gpus ELSE b.quantity END
               AS quantity
    FROM billed AS b
    LEFT JOIN rates USING (part, currency)
    WHERE b.part IS NOT NULL
),
composed AS (
    SELECT
        instance_type, host, preemptible, operating_system, currency,
        string_agg(part, '+' ORDER BY place) AS parts,
        bool_and(coalesce(rate * quantity, 0) > 0) AS complete,
        sum(rate * quantity)::DECIMAL(20, 10) AS price,
        list(json_object('sku', part, 'rate', rate, 'quantity', quantity, 'unit', metric) ORDER BY place)
            AS components,
        list(part ORDER BY place) FILTER (coalesce(rate * quantity, 0) = 0) AS missing
    FROM costs
    GROUP BY ALL
    -- Where the list has other currencies for some parts only, dollars speak for the machine.
    HAVING complete OR currency = 'USD'
),
offered AS (
    SELECT *, 'on_demand' AS purchase_option FROM composed
    UNION ALL BY NAME
    SELECT * REPLACE ((price * 0.5)::DECIMAL(20, 10) AS price), 'spot' AS purchase_option
    FROM composed
    WHERE preemptible AND operating_system = 'linux' AND complete
),
places AS (SELECT region FROM regions WHERE provider = 'oci' AND kind = 'region')
SELECT
    'compute' AS category,
    'Compute' AS service,
    parts || ':' || instance_type AS sku_id,
    instance_type || ' (' || operating_system || ')' AS name,
    instance_type,
    operating_system,
    CASE host WHEN 'dvmh' THEN 'host' ELSE 'shared' END AS tenancy,
    coalesce(places.region, 'global') AS region,
    purchase_option,
    0 AS tier_from,
    'hour' AS unit,
    'hour' AS unit_raw,
    currency,
    CASE WHEN complete THEN price ELSE 0 END::DECIMAL(20, 10) AS price,
    CASE
        WHEN NOT complete THEN json_object('components', components, 'missing', missing)
        WHEN purchase_option = 'spot'
            THEN json_object('components', components, 'rule', '50% of on-demand')
        ELSE json_object('components', components)
    END::VARCHAR AS attributes
FROM offered
LEFT JOIN places ON complete
WHERE $regions::VARCHAR[] IS NULL OR list_contains($regions, coalesce(places.region, 'global'))
