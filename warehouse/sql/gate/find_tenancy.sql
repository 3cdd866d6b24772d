-- What the gate found out about each staged row that doesn't say its tenancy.
CREATE OR REPLACE TEMP TABLE tenancy_findings AS
SELECT s.row_number, v.verdict, v.reason, v.likely_price::DECIMAL(20, 10) AS likely_price
FROM staged_prices AS s
JOIN tenancy_verdicts AS v
    ON v.instance_type = s.instance_type AND v.region = s.region AND v.operating_system = s.operating_system
    AND v.price = s.price::DOUBLE
WHERE s.provider = 'aws' AND s.category = 'compute' AND s.purchase_option = 'on_demand' AND s.unit = 'hour'
  AND s.price >= 0 AND s.tenancy IS NULL;
