CREATE TEMP TABLE machines AS
WITH sizes AS (
    SELECT n, n // 8 AS family, 2 ** (n % 8) AS size FROM range($machines) AS t (n)
)
SELECT
    'aws' AS provider, format('z{}.{}', family, size::INTEGER) AS instance_type, format('z{}', family) AS family,
    2 * size AS vcpus, 8 * size AS memory_gib, 'x86_64' AS architecture,
    CASE WHEN family % 10 = 0 THEN ['H100', 'A100-80GB', 'L4', 'A10G'][1 + (family // 10) % 4] END AS accelerator,
    CASE WHEN family % 10 = 0 THEN greatest(1, size // 16) END AS accelerator_count,
    CASE WHEN family % 10 = 0 THEN 80 END AS accelerator_memory_gib,
    $source AS source, 0.05 * size * (1 + family % 17 / 10) AS base
FROM sizes
UNION ALL
-- Whom the gate knows.
SELECT 'aws', name, family, 2, 8, 'x86_64', NULL, NULL, NULL, $source, price
FROM (VALUES ('m5.large', 'm5', 0.096), ('c5.xlarge', 'c5', 0.17)) AS t (name, family, price);
