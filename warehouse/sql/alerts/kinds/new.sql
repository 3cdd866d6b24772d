-- What nothing before was that the rule is about; of each new machine, accelerator or region the cheapest offer.
CREATE OR REPLACE TEMP TABLE events AS
WITH
named AS (
    SELECT
        m.*,
        CASE f.first
            WHEN 'machine' THEN m.provider || '/' || m.instance_type
            WHEN 'gpu' THEN m.provider || '/' || m.accelerator
            WHEN 'region' THEN m.provider || '/' || m.region
            ELSE m.thing
        END AS subject
    FROM matching('came') AS m, asked AS f
),
known AS (
    SELECT DISTINCT
        CASE f.first
            WHEN 'machine' THEN o.provider || '/' || o.instance_type
            WHEN 'gpu' THEN o.provider || '/' || o.accelerator
            WHEN 'region' THEN o.provider || '/' || o.region
            ELSE o.thing
        END AS subject
    FROM matching('older.offers') AS o, asked AS f
    WHERE f.first IN ('gpu', 'region') OR (o.provider, o.instance_type) IN (SELECT (provider, instance_type) FROM came)
)
SELECT
    md5(concat_ws('|', 'new', f.first, n.subject)) AS key, n.price_usd_hour::DOUBLE AS size, n.price_id,
    NULL::UUID AS old_price_id
FROM named AS n, asked AS f
WHERE n.subject IS NOT NULL AND n.subject NOT IN (SELECT subject FROM known WHERE subject IS NOT NULL)
QUALIFY row_number() OVER (PARTITION BY key ORDER BY n.price_usd_hour, n.price_id) = 1;
