-- The EC2 list prices of which the source doesn't say whose machine it is, with the machine's size.
CREATE OR REPLACE TEMP TABLE tenancy_asked AS
WITH sizes AS (
    SELECT instance_type, vcpus, memory_gib FROM staged_instance_types WHERE provider = 'aws'
    UNION ALL
    SELECT instance_type, vcpus, memory_gib
    FROM machine_specs
    WHERE provider = 'aws'
      AND instance_type NOT IN (SELECT instance_type FROM staged_instance_types WHERE provider = 'aws')
),
machines AS (
    SELECT instance_type, max(vcpus) AS vcpus, max(memory_gib) AS memory_gib FROM sizes GROUP BY ALL
)
SELECT DISTINCT s.instance_type, s.region, s.operating_system, s.price::DOUBLE AS price, m.vcpus, m.memory_gib
FROM staged_prices AS s
LEFT JOIN machines AS m USING (instance_type)
WHERE s.provider = 'aws' AND s.category = 'compute' AND s.purchase_option = 'on_demand' AND s.unit = 'hour'
  AND s.price >= 0 AND s.instance_type IS NOT NULL AND s.operating_system IS NOT NULL AND s.tenancy IS NULL;
