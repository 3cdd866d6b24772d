-- The licence fees of every other operating system: differences to the base list that many regions share; a
-- price far below the base list is the fee alone and witnesses it too. A fee that many types with as many
-- vCPUs pay needs fewer witnesses; a type without any takes the fee of its vCPU class.
CREATE OR REPLACE TEMP TABLE tenancy_fees AS
WITH differences AS (
    SELECT instance_type, operating_system, vcpus,
           CASE WHEN price < $far_below * base_price THEN price ELSE greatest(price - base_price, 0) END AS fee,
           least($fee_slack, $fee_slack_share * base_price) AS slack
    FROM tenancy_offers
    WHERE operating_system <> $base_os
      AND (price > base_price * (1 - $near) OR price < $far_below * base_price)
),
witnessed AS (
    SELECT a.*, count(*) AS witnesses
    FROM (SELECT instance_type, operating_system, vcpus, fee, min(slack) AS slack
          FROM differences GROUP BY ALL) AS a
    JOIN differences AS b USING (instance_type, operating_system)
    WHERE abs(a.fee - b.fee) <= a.slack
    GROUP BY ALL
),
shared AS (
    SELECT w.*, w.witnesses / n.regions AS share,
           row_number() OVER (PARTITION BY w.instance_type, w.operating_system
                              ORDER BY w.fee > w.slack AND w.witnesses >= $fee_share * n.regions DESC,
                                       w.witnesses DESC, w.fee) AS place
    FROM witnessed AS w
    JOIN (SELECT instance_type, operating_system, count(*) AS regions FROM differences GROUP BY ALL) AS n
      USING (instance_type, operating_system)
),
classes AS (
    SELECT operating_system, vcpus, round(fee, 3) AS class_fee, count(*) AS types
    FROM shared
    WHERE place = 1 AND fee > slack AND vcpus IS NOT NULL
    GROUP BY ALL
    HAVING count(*) FILTER (witnesses >= $fee_witnesses) >= $fee_types OR count(*) >= $fee_types_alone
),
candidates AS (
    SELECT s.*, k.class_fee,
           count(k.class_fee) OVER (PARTITION BY s.instance_type, s.operating_system) > 0 AS classed
    FROM shared AS s
    LEFT JOIN classes AS k ON s.operating_system = k.operating_system AND s.vcpus = k.vcpus
                          AND abs(s.fee - k.class_fee) <= s.slack
    WHERE s.fee > s.slack AND s.witnesses >= CASE WHEN k.class_fee IS NULL THEN $fee_witnesses ELSE 2 END
      AND s.share >= CASE WHEN k.class_fee IS NULL THEN $fee_share_alone ELSE $fee_share / 2 END
),
accepted AS (
    SELECT instance_type, operating_system, coalesce(class_fee, -1) AS level,
           -max({'witnesses': witnesses, 'fee': -fee}).fee AS fee, max(witnesses) AS witnesses
    FROM candidates
    WHERE class_fee IS NOT NULL OR NOT classed
    GROUP BY ALL
),
chosen AS (
    SELECT instance_type, operating_system, min(fee) AS fee, max(witnesses) AS witnesses
    FROM accepted GROUP BY instance_type, operating_system, round(fee, 2)
),
licensed AS (
    SELECT d.operating_system
    FROM differences AS d SEMI JOIN accepted AS a
      ON d.instance_type = a.instance_type AND d.operating_system = a.operating_system
    GROUP BY ALL
    HAVING count(*) FILTER (d.fee <= d.slack) > $byol_share * count(*)
),
free AS (
    SELECT instance_type, operating_system, 0.0 AS fee, witnesses
    FROM shared
    WHERE place = 1 AND fee <= slack AND witnesses >= $fee_witnesses AND share >= 0.5
      AND operating_system NOT IN (FROM licensed)
      AND (instance_type, operating_system) NOT IN (SELECT (instance_type, operating_system) FROM accepted)
),
found AS (
    SELECT o.instance_type, o.operating_system, coalesce(c.fee, k.class_fee) AS fee, c.witnesses,
           coalesce(c.witnesses, k.types) AS weight
    FROM (SELECT instance_type, operating_system, max(vcpus) AS vcpus FROM tenancy_offers
          WHERE operating_system <> $base_os GROUP BY ALL) AS o
    LEFT JOIN (FROM chosen UNION ALL FROM free) AS c USING (instance_type, operating_system)
    LEFT JOIN classes AS k ON c.fee IS NULL AND o.operating_system = k.operating_system AND o.vcpus = k.vcpus
    WHERE c.fee IS NOT NULL OR k.class_fee IS NOT NULL
)
SELECT instance_type, operating_system, fee, witnesses,
       row_number() OVER (PARTITION BY instance_type, operating_system ORDER BY weight DESC, fee) AS place
FROM found
UNION ALL
SELECT DISTINCT instance_type, $base_os, 0.0, NULL, 1 FROM tenancy_offers;
