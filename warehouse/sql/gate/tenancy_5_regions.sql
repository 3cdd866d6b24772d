-- Regions that charge the same for nearly everything, or all but the same multiple.
CREATE OR REPLACE TEMP TABLE tenancy_regions AS
WITH pairs AS (
    SELECT a.region, b.region AS other, a.machine / b.machine AS ratio
    FROM tenancy_machines AS a JOIN tenancy_machines AS b
      ON a.instance_type = b.instance_type AND a.region <> b.region
    WHERE a.agreeing + a.above >= $ratio_witnesses AND b.agreeing + b.above >= $ratio_witnesses
),
middles AS (
    SELECT region, other, quantile_disc(ratio, 0.5) AS ratio FROM pairs GROUP BY ALL
)
SELECT m.region, m.other, m.ratio, count(*) AS types,
       count(*) FILTER (abs(p.ratio / m.ratio - 1) <= $near) AS agreeing
FROM middles AS m JOIN pairs AS p USING (region, other)
GROUP BY ALL
HAVING count(*) >= $region_types AND agreeing >= $region_share * count(*);
