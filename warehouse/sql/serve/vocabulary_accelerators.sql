SELECT
    list({'accelerator': accelerator, 'aliases': aliases, 'sold': accelerator IN (SELECT accelerator FROM instance_types)}
        ORDER BY accelerator) AS accelerators
FROM (
    SELECT accelerator, aliases FROM accelerators
    UNION ALL
    SELECT DISTINCT accelerator, NULL
    FROM instance_types
    WHERE accelerator IS NOT NULL AND accelerator NOT IN (SELECT accelerator FROM accelerators)
);
