-- Every price: shared, dedicated, or refused, why, and what the shared price likely is.
CREATE OR REPLACE TEMP TABLE tenancy_verdicts AS
WITH hypotheses AS (
    SELECT p.instance_type, p.region, p.operating_system, p.price, a.machine, f.fee, a.agreeing, a.above, a.below,
           p.operating_system <> $base_os AS licensed,
           (p.price - f.fee) / a.machine AS ratio,
           CASE WHEN p.operating_system = $base_os OR a.source > 2 THEN $near
                ELSE least($near, greatest($fee_slack / a.machine, $exact)) END AS slack,
           f.place
    FROM tenancy_asked AS p
    LEFT JOIN tenancy_anchors AS a USING (instance_type, region)
    LEFT JOIN tenancy_fees AS f USING (instance_type, operating_system)
),
fitted AS (
    SELECT *,
           agreeing + above - CASE WHEN place = 1 AND abs(ratio - 1) <= $near THEN 1 ELSE 0 END AS others,
           bool_or(ratio BETWEEN $dedicated_from AND $dedicated_to) OVER price
               AND bool_or(abs(ratio - 1) <= slack) OVER price AS torn
    FROM hypotheses
    WINDOW price AS (PARTITION BY instance_type, region, operating_system, price)
    QUALIFY row_number() OVER (PARTITION BY instance_type, region, operating_system, price
                               ORDER BY abs(ratio - 1), place) = 1
),
judged AS (
    SELECT *,
           CASE WHEN NOT contains(instance_type, '.') THEN 'dedicated_host'
                WHEN price = 0 THEN 'zero_price'
                WHEN ratio IS NULL THEN 'unverifiable'
                WHEN abs(ratio - 1) <= slack AND others >= $support AND below <= $contested * agreeing
                     THEN CASE WHEN torn AND place > 1 THEN 'unverifiable' ELSE 'shared' END
                WHEN abs(ratio - 1) <= slack THEN 'unverifiable'
                WHEN licensed AND price <= fee * (1 + $near) THEN 'below_linux'
                WHEN licensed AND abs(price / machine - 1) <= $near THEN 'equals_linux_byol'
                WHEN ratio BETWEEN $dedicated_from AND $dedicated_to AND others >= $support
                     THEN 'dedicated_tenancy'
                WHEN licensed AND price / machine BETWEEN $dedicated_from AND $dedicated_to
                     THEN 'equals_dedicated_byol'
                WHEN licensed AND price < machine THEN 'below_linux'
                WHEN others < $support THEN 'unverifiable'
                ELSE 'inconsistent' END AS reason
    FROM fitted
),
clean AS (
    SELECT operating_system
    FROM judged
    WHERE price > 0 AND contains(instance_type, '.')
    GROUP BY ALL
    HAVING count(*) FILTER (reason = 'shared') >= $clean_known * count(*)
       AND count(*) FILTER (
               reason IN ('dedicated_tenancy', 'below_linux', 'equals_linux_byol', 'equals_dedicated_byol')
           ) <= $clean_below * count(*)
),
settled AS (
    SELECT *, CASE WHEN reason NOT IN ('shared', 'zero_price', 'dedicated_host')
                    AND operating_system IN (FROM clean)
                   THEN 'clean_list' ELSE reason END AS why
    FROM judged
)
SELECT instance_type, region, operating_system, price,
       CASE WHEN why IN ('shared', 'clean_list') THEN 'shared'
            WHEN why = 'dedicated_tenancy' THEN 'dedicated' ELSE 'refused' END AS verdict,
       why AS reason, CASE WHEN agreeing + above > 1 THEN round(machine + fee, 6) END AS likely_price
FROM settled;
