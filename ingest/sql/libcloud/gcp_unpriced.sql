-- Machines of families the list has rates for that cannot be priced from cores and memory alone.
SELECT
    count(*) FILTER (accelerator IS NOT NULL) AS need_accelerator,
    count(*) FILTER (accelerator IS NULL AND coalesce(local_ssd_gb::DOUBLE, 0) > 0) AS need_local_ssd,
    (SELECT count(DISTINCT family) FROM gcp_machine_types
     WHERE family NOT IN (SELECT family FROM rates)) AS families_without_rates
FROM gcp_machine_types
WHERE family IN (SELECT family FROM rates)
