-- What one size costs in sizes of its family (the middle over regions). Where a family's sizes cost what
-- their vCPUs say, a size that is a dedicated surcharge dearer (most of its regions list it so) is set right.
CREATE OR REPLACE TEMP TABLE tenancy_ratios AS
WITH sizes AS (
    SELECT m.*, o.vcpus, o.memory_gib
    FROM tenancy_machines AS m
    LEFT JOIN (SELECT instance_type, max(vcpus) AS vcpus, max(memory_gib) AS memory_gib
               FROM tenancy_offers GROUP BY ALL) AS o
      USING (instance_type)
    WHERE m.agreeing + m.above >= $ratio_witnesses
),
pairs AS (
    SELECT a.family, a.instance_type, b.instance_type AS sibling, a.machine / b.machine AS ratio,
           CASE WHEN a.vcpus / b.vcpus = a.memory_gib / b.memory_gib THEN a.vcpus / b.vcpus END AS linear
    FROM sizes AS a JOIN sizes AS b
      ON a.family = b.family AND a.region = b.region AND a.instance_type <> b.instance_type
),
middles AS (
    SELECT family, instance_type, sibling, quantile_disc(ratio, 0.5) AS ratio, any_value(linear) AS linear
    FROM pairs GROUP BY ALL
),
agreed AS (
    SELECT m.*, count(*) AS regions,
           count(*) FILTER (abs(p.ratio / m.ratio - 1) <= $near) AS agreeing
    FROM middles AS m JOIN pairs AS p USING (instance_type, sibling)
    GROUP BY ALL
),
lined AS (
    SELECT *, greatest(ratio / linear, linear / ratio) BETWEEN $dedicated_from AND $dedicated_to AS surcharged,
           count(*) FILTER (abs(ratio / linear - 1) <= $near) OVER fam / count(linear) OVER fam AS linear_share,
           count(*) FILTER (surcharged) OVER fam / count(linear) OVER fam AS surcharged_share
    FROM agreed
    WINDOW fam AS (PARTITION BY family)
)
SELECT instance_type, sibling, regions, agreeing,
       CASE WHEN surcharged AND linear_share >= $linear_share
             AND linear_share + surcharged_share >= $straight_share
            THEN linear ELSE ratio END AS ratio
FROM lined
WHERE agreeing >= $ratio_regions AND agreeing >= $ratio_share * regions
   OR linear_share >= $linear_share AND linear_share + surcharged_share >= $straight_share
      AND (surcharged OR abs(ratio / linear - 1) <= $near);
