-- The likely shared price of every machine: the vote of its own lists, of its sizes in the same region, and of
-- the same type in regions that charge alike. Among the votes that agree, its own lists name the amount.
CREATE OR REPLACE TEMP TABLE tenancy_anchors AS
WITH votes AS (
    SELECT o.instance_type, o.region, o.price - f.fee AS machine, 1.0 AS weight,
           CASE WHEN o.operating_system = $base_os THEN 1 ELSE 2 END AS rank
    FROM tenancy_offers AS o JOIN tenancy_fees AS f USING (instance_type, operating_system)
    WHERE f.place = 1
      AND o.price > f.fee * (1 + $near) AND (o.base_price IS NULL OR o.price - f.fee >= $far_below * o.base_price)
    UNION ALL
    SELECT r.instance_type, m.region, m.machine * r.ratio, CASE WHEN m.agreeing > 1 THEN 1 ELSE 0.5 END, 3
    FROM tenancy_ratios AS r JOIN tenancy_machines AS m ON m.instance_type = r.sibling
    UNION ALL
    SELECT m.instance_type, r.region, m.machine * r.ratio,
           $region_weight * CASE WHEN m.agreeing > 1 THEN 1 ELSE 0.5 END, 4
    FROM tenancy_regions AS r JOIN tenancy_machines AS m ON m.region = r.other
),
placed AS (
    SELECT v.* FROM votes AS v SEMI JOIN tenancy_offers AS o
      ON v.instance_type = o.instance_type AND v.region = o.region
),
scored AS (
    SELECT a.instance_type, a.region, a.machine AS candidate,
           min({'rank': b.rank, 'machine': b.machine})
               FILTER (b.machine BETWEEN a.machine * (1 - $near) AND a.machine * (1 + $near)) AS best,
           sum(b.weight)
               FILTER (b.machine BETWEEN a.machine * (1 - $near) AND a.machine * (1 + $near)) AS agreeing,
           coalesce(sum(b.weight) FILTER (
               b.machine BETWEEN a.machine * $dedicated_from AND a.machine * $dedicated_to), 0) AS above,
           coalesce(sum(b.weight) FILTER (
               b.machine BETWEEN a.machine / $dedicated_to AND a.machine / $dedicated_from), 0) AS below,
           sum(b.weight) AS weight
    FROM (SELECT DISTINCT instance_type, region, machine FROM placed) AS a
    JOIN placed AS b USING (instance_type, region)
    GROUP BY ALL
)
SELECT instance_type, region, best.machine AS machine, best.rank AS source, agreeing, above, below, weight
FROM scored
QUALIFY row_number() OVER (PARTITION BY instance_type, region
                           ORDER BY agreeing + $dedicated_weight * above DESC, best.rank, candidate) = 1;
