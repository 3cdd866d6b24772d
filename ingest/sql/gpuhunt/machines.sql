-- One row a machine. Where its places give it different cores or memory, what it has in all of them.
SELECT
    instance_type,
    coalesce(min(accelerator), 'cpu') AS family,
    min(vcpus) AS vcpus,
    min(memory_gib) AS memory_gib,
    min(architecture) AS architecture,
    min(accelerator) AS accelerator,
    min(accelerator_count) AS accelerator_count,
    min(accelerator_memory_gib) AS accelerator_memory_gib,
    min(disk_gb) AS local_storage_gb
FROM rows
WHERE $regions::VARCHAR[] IS NULL OR region IN (SELECT unnest($regions::VARCHAR[]))
GROUP BY instance_type
