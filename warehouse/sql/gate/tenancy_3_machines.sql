-- First guess of every machine's shared price from its own lists: each list, its fee taken off, is a witness.
-- A price explains the witnesses beside it and, for less, those a dedicated surcharge above it.
CREATE OR REPLACE TEMP TABLE tenancy_machines AS
WITH witnesses AS (
    SELECT o.instance_type, o.region, o.family, o.operating_system, o.price - f.fee AS machine
    FROM tenancy_offers AS o JOIN tenancy_fees AS f USING (instance_type, operating_system)
    WHERE f.place = 1
      AND o.price > f.fee * (1 + $near) AND (o.base_price IS NULL OR o.price - f.fee >= $far_below * o.base_price)
),
scored AS (
    SELECT a.instance_type, a.region, a.family, a.machine,
           count(*) FILTER (b.machine BETWEEN a.machine * (1 - $near) AND a.machine * (1 + $near)) AS agreeing,
           count(*) FILTER (b.machine BETWEEN a.machine * $dedicated_from AND a.machine * $dedicated_to) AS above,
           count(*) AS witnesses
    FROM (SELECT DISTINCT instance_type, region, family, machine FROM witnesses) AS a
    JOIN witnesses AS b USING (instance_type, region)
    GROUP BY ALL
)
SELECT *
FROM scored
QUALIFY row_number() OVER (PARTITION BY instance_type, region
                           ORDER BY agreeing + $dedicated_weight * above DESC, machine) = 1;
