-- Positive prices of sized types, with their family (the text before the dot).
CREATE OR REPLACE TEMP TABLE tenancy_offers AS
SELECT instance_type, region, operating_system, price, vcpus, memory_gib,
       split_part(instance_type, '.', 1) AS family,
       max(price) FILTER (operating_system = $base_os) OVER machine AS base_price
FROM tenancy_asked
WHERE price > 0 AND contains(instance_type, '.')
WINDOW machine AS (PARTITION BY instance_type, region);
