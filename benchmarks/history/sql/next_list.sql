SELECT
    * EXCLUDE (price, upfront, moves), CASE WHEN moves THEN round(price * 0.95, 4) ELSE price END::DECIMAL(20, 10) AS price,
    CASE WHEN moves THEN round(upfront * 0.95, 2) ELSE upfront END::DECIMAL(20, 10) AS upfront,
    $now::TIMESTAMPTZ AS observed_at
FROM listed
ORDER BY instance_type, region, operating_system, tenancy, purchase_option
